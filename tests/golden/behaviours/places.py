"""Places of a script's paths at which a behaviour may happen."""

from __future__ import annotations

from collections.abc import Iterator

from tests.golden.script import Path, Script


def positions(script: Script) -> Iterator[tuple[Path, int]]:
    """Yield every question of every path, by index."""
    for path in script.paths:
        for index in range(len(path.questions)):
            yield path, index


def answerable(script: Script) -> Iterator[tuple[Path, int]]:
    """Yield every question at which a caller may do something else than answer, on the first path of each flow."""
    for path in script.first_paths:
        for index, question in enumerate(path.questions):
            if not question.is_forced:
                yield path, index


def changeable(script: Script) -> Iterator[tuple[Path, int]]:
    """Yield every question of every path at which earlier answers may be changed."""
    for path, index in positions(script):
        if not path.questions[index].is_forced:
            yield path, index


def correctable(path: Path, index: int) -> list[int]:
    """Return the questions before `index` whose answers may still be changed there."""
    questions = path.questions
    return [
        earlier
        for earlier in range(index)
        if questions[earlier].other is not None and not any(one.is_binding for one in questions[earlier:index])
    ]
