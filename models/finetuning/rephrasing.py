"""Other words for a turn that mean the same commands: by phrases of any phone call, and as recognition writes them.

    fifty dollars please ─▶ answer frame ─▶ opening, politeness ─▶ recognition noise ─▶ "uh it's fifty dollars"

Values keep their words, or are followed where noise rewrites them: a slot of text then holds what is written now, a
number or a category what it held before. A turn with a value that is not in its words only gets words around it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogue.understanding.slot_kinds import is_phone, kind_of
from flows.commands import (
    CancelFlow,
    ChitChat,
    Command,
    HumanHandoff,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.model import Slot
from models.finetuning.recording import RecordedTurn
from models.finetuning.values import Span, value_at
from models.training.noise import aligned
from models.training.phrases import Phrases

LEVELS = (0.0, 0.0, 0.15, 0.3, 0.5, 0.8)
"""Of recognition noise: a third of the rephrases is as it was typed."""
TRIES = 8
"""Draws for each rephrase wanted, since many come out alike."""

_CLOSED: Mapping[type, str] = {
    CancelFlow: "cancel",
    RepeatLastBotMessages: "repeat",
    HumanHandoff: "person",
    SkipQuestion: "skip",
    ChitChat: "chitchat",
}
_FRAMES = {"money": "money", "count": "number", "place": "city", "yes_no": "free"}


@dataclass(frozen=True, slots=True)
class Rephrase:
    """Other words for a turn, and what they mean. `source`: the turn itself, phrases, or a language model."""

    text: str
    commands: tuple[Command, ...]
    source: str = "phrases"


@dataclass(frozen=True, slots=True)
class _Draft:
    text: str
    spans: dict[str, Span]


def rephrases(turn: RecordedTurn, count: int, phrases: Phrases, rng: random.Random) -> list[Rephrase]:
    """Draw up to `count` rephrases of a turn, none of them alike; fewer where its words allow no more."""
    found: dict[str, Rephrase] = {}
    for _ in range(count * TRIES):
        if len(found) == count:
            break
        made = _rephrase(turn, phrases, rng)
        if made is not None and made.text != turn.text:
            found.setdefault(made.text, made)
    return list(found.values())


def _rephrase(turn: RecordedTurn, phrases: Phrases, rng: random.Random) -> Rephrase | None:
    is_followed = turn.spans is not None
    draft = _framed(turn, phrases, rng)
    draft = _polite(draft, turn, phrases, rng)
    if not is_followed:
        return Rephrase(draft.text, turn.commands) if draft.text.strip() else None
    text, spans = aligned(draft.text, draft.spans, rng, rng.choice(LEVELS))
    if spans.keys() != draft.spans.keys():
        return None  # a value was lost
    return Rephrase(text, _with_values(turn, text, spans))


def _framed(turn: RecordedTurn, phrases: Phrases, rng: random.Random) -> _Draft:
    """The turn's words, or other ones where what it says is known whole: one closed command, or one bare value."""
    if len(turn.commands) == 1:
        command = turn.commands[0]
        closed = [text for text in phrases.lists.get(_CLOSED.get(type(command), ""), ()) if "{" not in text]
        if closed and rng.random() < 0.6:
            return _Draft(rng.choice(closed), {})
        span = (turn.spans or {}).get(command.name) if isinstance(command, SetSlot) else None
        slot = turn.situation.asked
        if span and slot is not None and isinstance(command, SetSlot) and slot.name == command.name:
            value = turn.text[span[0] : span[1]]
            if _is_bare(turn.text, span) and rng.random() < 0.7:
                return _in_frame(rng.choice(_frames(slot, turn, phrases)), slot.name, value)
    return _Draft(turn.text, dict(turn.spans or {}))


def _frames(slot: Slot, turn: RecordedTurn, phrases: Phrases) -> Sequence[str]:
    told = turn.situation.description(slot)
    kind = kind_of(slot, told)
    name = "phone" if kind == "code" and is_phone(slot, told) else _FRAMES.get(kind, kind)
    frames = phrases.answer_frames.get(name) or phrases.answer_frames["free"]
    return [frame for frame in frames if frame.count("{v}") == 1]


def _in_frame(frame: str, name: str, value: str) -> _Draft:
    before, _, after = frame.partition("{v}")
    return _Draft(before + value + after, {name: (len(before), len(before) + len(value))})


def _is_bare(text: str, span: Span) -> bool:
    """Say whether a turn is its value and nothing but marks, "please" or "thanks"."""
    rest = re.sub(r"[\W_]+", " ", text[: span[0]] + " " + text[span[1] :]).strip().lower()
    return rest in ("", "please", "thanks", "thank you")


def _polite(draft: _Draft, turn: RecordedTurn, phrases: Phrases, rng: random.Random) -> _Draft:
    """Put words around a turn that change nothing of what it wants."""
    before = after = ""
    if any(isinstance(command, StartFlow) for command in turn.commands) and rng.random() < 0.35:
        frame = rng.choice(phrases.lists["digress"]) if turn.situation.is_flow_running else ""
        before = frame.partition("{request}")[0] if frame.endswith("{request}") else ""
        before = before or f"{rng.choice(phrases.lists['rambling'])} "
    if rng.random() < 0.25 and draft.text.rstrip()[-1:].isalnum():
        after = f" {rng.choice(phrases.lists['politeness'])}"
    by = len(before)
    return _Draft(before + draft.text + after, {name: (a + by, b + by) for name, (a, b) in draft.spans.items()})


def _with_values(turn: RecordedTurn, text: str, spans: Mapping[str, Span]) -> tuple[Command, ...]:
    slots = turn.situation.assistant.slots
    return tuple(
        SetSlot(
            command.name, value_at(text, spans[command.name], slots[command.name], command.value), command.extractor
        )
        if isinstance(command, SetSlot)
        else command
        for command in turn.commands
    )
