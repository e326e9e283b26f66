"""The reference's rules on a path of questions: what is asked next, and what a turn must show.

A conversation on a path is the set of answered questions and the index of the one that is asked. Nothing here
knows the engine; section numbers are those of the format's reference.

    1.4   a filled slot is not asked for, unless its step asks always: then it is emptied and asked for
    4.4   a correction goes back to the earlier of the corrected collect and the present one; from there filled
          collects are passed, and those that ask always are asked again
    8(7)  a slot of a called flow that has returned is corrected by entering that flow anew, from its start
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from tests.golden.script import Answer, Path, Question, Script
from tests.golden.turns import Expect, Turn, completes, does, says, sets

END = -1


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation on a path stands: the slots that are filled, and the index of the question asked."""

    path: Path
    filled: frozenset[str]
    at: int

    @property
    def question(self) -> Question:
        """The question that is asked."""
        return self.path.questions[self.at]


def next_asked(path: Path, filled: Collection[str], start: int) -> int:
    """Return the index of the first question from `start` on that is asked; END where none is."""
    for index, question in enumerate(path.questions[start:], start):
        if question.is_always_asked or question.slot not in filled:
            return index
    return END


def begun(path: Path, given: Iterable[str] = ()) -> Standing:
    """Return where a path stands once its flow has started with some slots given in the same turn."""
    filled = frozenset(given)
    at = next_asked(path, filled, 0)
    return Standing(path, _without_always(path, filled, 0, at), at)


def at_question(path: Path, index: int) -> Standing:
    """Return where a path stands when everything before a question was answered in turn."""
    return Standing(path, frozenset(question.slot for question in path.questions[:index]), index)


def answered(standing: Standing) -> Standing:
    """Return where a path stands behind an answer to the question asked."""
    filled = standing.filled | {standing.question.slot}
    at = next_asked(standing.path, filled, standing.at + 1)
    return Standing(standing.path, _without_always(standing.path, filled, standing.at + 1, at), at)


def corrected(standing: Standing, slots: Collection[str]) -> Standing:
    """Return where a path stands behind a correction of answered slots."""
    start = min((_entry(standing, index) for index in _indices(standing.path, slots)), default=standing.at)
    start = min(start, standing.at)
    at = next_asked(standing.path, standing.filled, start)
    at = standing.at if at == END else at
    return Standing(standing.path, _without_always(standing.path, standing.filled, start, at), at)


def _entry(standing: Standing, index: int) -> int:
    """Return the question from which a correction of question `index` walks on."""
    questions = standing.path.questions
    child = questions[index].child
    if child is None or child == standing.question.child:
        return index
    while index > 0 and questions[index - 1].child == child:
        index -= 1
    return index


def _indices(path: Path, slots: Collection[str]) -> list[int]:
    return [index for index, question in enumerate(path.questions) if question.slot in slots]


def _without_always(path: Path, filled: frozenset[str], start: int, at: int) -> frozenset[str]:
    """Asking again empties the slot that is asked for."""
    return filled - {path.questions[at].slot} if at != END and at >= start else filled


def passed(path: Path, start: int, standing: Standing) -> tuple[Expect, ...]:
    """Return what is done on the way from question `start` (answered) to the one asked, or to the flow's end."""
    end = len(path.questions) if standing.at == END else standing.at
    return tuple(expect for question in path.questions[start:end] for expect in does(*question.then))


def asked(standing: Standing, script: Script, profile: str = "3.16") -> tuple[Expect, ...]:
    """Return what shows where a path stands now: its question, or all that a flow's end brings."""
    if standing.at != END:
        return says(standing.question.asks)
    return ended(standing.path, script, profile)


def ended(path: Path, script: Script, profile: str = "3.16") -> tuple[Expect, ...]:
    """Return what the end of a path brings: its last words, resets of all that is not kept, pattern_completed."""
    return (
        *does(*path.last),
        *completes(path.flow),
        *resets(path),
        *(() if path.links_to else says(script.completed[profile])),
    )


def resets(path: Path) -> tuple[Expect, ...]:
    """8(21): every collect slot that is not kept gets a null, even where it was never filled."""
    return tuple(expect for question in path.questions if not question.is_kept for expect in sets(question.slot, None))


def opening(path: Path, given: Iterable[tuple[Question, Answer]] = (), says: str = "") -> tuple[str, tuple[str, ...]]:
    """Return words and commands that start a path, with some answers in the same sentence."""
    pairs = list(given)
    words = ", ".join([says or path.opening, *(answer.says for _, answer in pairs)])
    return words, (f"start flow {path.flow}", *(set_slot(question, answer) for question, answer in pairs))


def set_slot(question: Question, answer: Answer) -> str:
    """Return the command for an answer."""
    return f"set slot {question.slot} {answer.value}"


def first_turn(path: Path, script: Script, profile: str = "3.16") -> Turn:
    """Return the turn that starts a path without any answer."""
    words, commands = opening(path)
    return Turn(words, commands, (*does(*path.first), *asked(begun(path), script, profile)))


def answering(standing: Standing, script: Script, profile: str = "3.16", answer: Answer | None = None) -> Turn:
    """Return the turn in which the question asked is answered."""
    question = standing.question
    given = answer or question.answer
    after = answered(standing)
    expects = (
        *sets(question.slot, given.stored),
        *passed(standing.path, standing.at, after),
        *asked(after, script, profile),
    )
    return Turn(given.says, (set_slot(question, given),), expects)


def walked(path: Path, script: Script, profile: str = "3.16") -> tuple[Turn, ...]:
    """Return all turns of a path, from its start to its end."""
    standings = [at_question(path, index) for index in range(len(path.questions))]
    return (first_turn(path, script, profile), *(answering(standing, script, profile) for standing in standings))


def led_to(path: Path, index: int, script: Script, profile: str = "3.16") -> tuple[Turn, ...]:
    """Return the turns up to where question `index` is asked, looking only at whether questions come."""
    turns = walked(path, script, profile)[: index + 1]
    return tuple(
        replace(turn, expects=says(question.asks))
        for turn, question in zip(turns, path.questions[: index + 1], strict=True)
    )
