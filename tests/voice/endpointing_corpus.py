"""Turns of callers with their pauses, as they stand in `endpointing/*.yml`, and what endpointing makes of them.

"oh seven seven |600| nine double oh |900| one two three four"     two pauses in which the turn is not over
"I want to |500:0.3| pay my bill |:0.9|"                           the same, with what the turn model says there
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from ruamel.yaml import YAML

from voice.endpointing.answer_shape import AnswerShape
from voice.endpointing.pauses import CallerPauses
from voice.endpointing.silence import Evidence, wait_ms
from voice.turns.policy import TurnPolicy

FOLDER = Path(__file__).parent / "endpointing"
CONFIDENCE = 0.95
"""Of understanding, whatever it hears: the most impatient that it can be."""
_PAUSE = re.compile(r"\|(\d*)(?::([\d.]+))?\|")


@dataclass(frozen=True, slots=True)
class Pause:
    """The words before it, how long it lasts (None: the turn is over) and the turn model's estimate."""

    text: str
    lasts_ms: int | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class Timeline:
    kind: str
    shape: AnswerShape
    written: str

    @property
    def pauses(self) -> Iterator[Pause]:
        said, place = "", 0
        for found in _PAUSE.finditer(self.written):
            said = f"{said} {self.written[place : found.start()].strip()}".strip()
            place = found.end()
            yield Pause(said, int(found[1]) if found[1] else None, float(found[2]) if found[2] else None)
        rest = self.written[place:].strip()
        if rest:
            yield Pause(f"{said} {rest}".strip(), None, None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`cut_at`: the words after which the turn was ended too early; `waited_ms`: the silence at its true end."""

    timeline: Timeline
    cut_at: str | None
    waited_ms: int


@dataclass(frozen=True, slots=True)
class Score:
    turns: int
    cut_share: float
    mean_wait_ms: float


def load(name: str) -> list[Timeline]:
    blocks = YAML(typ="safe").load((FOLDER / name).read_text(encoding="utf-8"))
    return [Timeline(block["kind"], _shape(block), written) for block in blocks for written in block["turns"]]


def _shape(block: dict[str, object]) -> AnswerShape:
    length = block.get("length", ())
    lengths = (length,) if isinstance(length, int) else tuple(range(length[0], length[1] + 1)) if length else ()
    return AnswerShape(
        expects=block["expects"],
        values=tuple(block.get("values", ())),
        lengths=lengths,
        needs_year=bool(block.get("needs_year")),
        slot=str(block.get("slot", "")),
    )


def play(timeline: Timeline, policy: TurnPolicy) -> Outcome:
    """Let endpointing hear one turn of a caller of whom nothing is known."""
    caller, cut_at, wait = CallerPauses(), None, 0
    for pause in timeline.pauses:
        evidence = Evidence(pause.text, probability=pause.probability, is_understood=True, confidence=CONFIDENCE)
        wait = wait_ms(evidence, timeline.shape, policy, caller)
        if pause.lasts_ms is None:
            break
        if pause.lasts_ms > wait and cut_at is None:
            cut_at = pause.text
        caller = caller.went_on(pause.lasts_ms, is_dictated=timeline.shape.is_dictated)
    return Outcome(timeline, cut_at, wait)


def scores(outcomes: Iterable[Outcome]) -> dict[str, Score]:
    """False cut-offs as a share of turns, and the mean silence that is added at the end of a turn, by kind."""
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        by_kind[one.timeline.kind].append(one)
    return {kind: _score(found) for kind, found in by_kind.items()}


def _score(outcomes: Sequence[Outcome]) -> Score:
    cut = sum(one.cut_at is not None for one in outcomes)
    return Score(len(outcomes), cut / len(outcomes), mean(one.waited_ms for one in outcomes))
