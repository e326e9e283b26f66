"""Turns written by hand: what callers say in the middle of a task or to begin one, with what it means.

One file a domain in `turns/`, a list of entries. `{slot}` is a value that is drawn, `[words](slot)` are words that
are the value themselves. `python -m models.training.turn_files` checks them all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from models.training.domain_files import FOLDER as DOMAINS
from models.training.domain_files import DomainData, holes, read_domain

FOLDER = Path(__file__).with_name("turns")
MARKED = re.compile(r"\[([^\]]+)\]\((\w+)\)")
Text = Annotated[str, Field(min_length=1)]


class WrittenTurn(BaseModel):
    """One turn. Exactly one of `say`, `yes` and `no` has its words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    flow: str | None = None
    asked: str | None = None
    say: Text | None = None
    yes: Text | None = None
    no: Text | None = None
    value: Mapping[str, bool | Text] = {}
    known: tuple[str, ...] = ()
    start: str | tuple[str, ...] | None = None
    cancel: bool = False
    clarify: tuple[str, ...] = ()
    act: Literal["cancel", "skip", "repeat", "person", "hold", "chat", "search", "none"] | None = None

    @property
    def words(self) -> str:
        """What is said, with its marks."""
        return self.say or self.yes or self.no or ""

    @property
    def starts(self) -> tuple[str, ...]:
        """The flows that it starts."""
        return (self.start,) if isinstance(self.start, str) else self.start or ()

    @property
    def slots(self) -> tuple[str, ...]:
        """Slots whose values it says."""
        return (*holes(self.words), *(slot for _, slot in MARKED.findall(self.words)), *self.value)


def read_turns(path: Path, domain: DomainData) -> tuple[WrittenTurn, ...]:
    """Read the turns of a domain. Raises `ValueError` that says what is wrong."""
    try:
        content = YAML(typ="safe").load(path.read_text())
        turns = TypeAdapter(tuple[WrittenTurn, ...]).validate_python(content)
    except (OSError, YAMLError, ValidationError) as problem:
        raise ValueError(f"{path.name}: {problem}") from problem
    problems = [f"{path.name}: {turn.words!r}: {told}" for turn in turns for told in _problems(turn, domain)]
    if problems:
        raise ValueError("\n".join(problems))
    return turns


def turns_of(domain: DomainData, folder: Path = FOLDER) -> tuple[WrittenTurn, ...]:
    """Return the turns written for a domain, none where nobody wrote any. Raises `ValueError`."""
    path = folder / f"{domain.domain}.yml"
    return read_turns(path, domain) if path.is_file() else ()


def _problems(turn: WrittenTurn, domain: DomainData) -> Iterator[str]:
    if sum(words is not None for words in (turn.say, turn.yes, turn.no)) != 1:
        yield "one of say, yes and no has the words"
    for flow in (*([turn.flow] if turn.flow else []), *turn.starts, *turn.clarify):
        if flow not in domain.flows:
            yield f"there is no flow {flow}"
            return
    if turn.asked is not None and (turn.flow is None or turn.asked not in domain.flows[turn.flow].slots):
        yield f"{turn.asked} is no slot of the flow {turn.flow}"
    if (turn.yes or turn.no) and (turn.asked is None or domain.slots[turn.asked].type != "bool"):
        yield f"{turn.asked} is no question of yes or no"
    for slot in (*turn.slots, *turn.known):
        if slot not in domain.slots:
            yield f"there is no slot {slot}"
            return
    for slot, value in turn.value.items():
        known = domain.slots[slot].values
        if domain.slots[slot].type == "categorical" and value not in known:
            yield f"{slot} has no value {value!r}"
        if isinstance(value, bool) != (domain.slots[slot].type == "bool"):
            is_or_not = "no" if isinstance(value, bool) else "a"
            yield f"{slot} is {is_or_not} question of yes or no, and its value is {value!r}"
    asked = list(turn.starts) or ([turn.flow] if turn.flow else [])
    allowed = {slot for flow in asked for slot in domain.flows[flow].slots} | set(turn.known)
    for slot in turn.slots:
        if allowed and slot not in allowed and not turn.clarify:
            yield f"{slot} is no slot of {', '.join(asked)}"
    if turn.flow is None and not turn.starts and not turn.clarify and turn.act is None:
        yield "it says neither in which flow it is said nor what it starts"


def main() -> int:
    """Check every file and count what they hold."""
    failed = 0
    for path in sorted(FOLDER.glob("*.yml")):
        try:
            turns = read_turns(path, read_domain(DOMAINS / path.name))
        except ValueError as problem:
            print(problem)
            failed += 1
            continue
        begins = sum(turn.asked is None for turn in turns)
        print(f"{path.stem}: {len(turns)} turns, {begins} of them begin something")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
