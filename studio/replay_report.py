"""A replay in words: what is the same, and where and how the rest differs."""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.replaying import Divergence, TurnComparison
from studio.replaying import AssistantReplay, ExactReplay, JudgedTurn, ReplayResult, ThresholdReplay

SHOWN_CHARACTERS = 400
"""Of an event, a person is shown so much."""
_KINDS = {
    "cut_off": "CUT OFF while the caller went on",
    "joined": "joined with what the caller said next",
    "lost": "not heard as a turn",
    "new": "heard as a turn of its own",
}


def replay_lines(result: ReplayResult) -> list[str]:
    """Return the report, line by line."""
    notes = [f"Note: {note}." for note in result.notes]
    match result:
        case ExactReplay():
            return [*_exact(result), *notes]
        case AssistantReplay():
            return [*_compared(result), *notes]
        case ThresholdReplay():
            return [*_judged(result), *notes]


def _exact(result: ExactReplay) -> Iterator[str]:
    if result.begin:
        yield f"From event {result.begin} on, where the conversation's state is written down."
    if result.divergence is None:
        yield f"The conversation is the same: {result.events} events, byte for byte."
    else:
        yield from _diverged("The conversation differs", result.divergence)
    if result.turn_events is None:
        yield "Turn-taking was not recorded, or not from the beginning, and is not compared."
    elif result.turn_taking is None:
        yield f"Turn-taking is the same: {result.turn_events} events."
    else:
        yield from _diverged("Turn-taking differs", result.turn_taking)


def _diverged(what: str, divergence: Divergence) -> Iterator[str]:
    yield f"{what} at event {divergence.index}:"
    yield f"  recorded  {_short(divergence.logged)}"
    yield f"  now       {_short(divergence.replayed)}"


def _compared(result: AssistantReplay) -> Iterator[str]:
    differing = [turn for turn in result.turns if turn.differences]
    for turn in result.turns:
        if turn.differences or turn.notes:
            yield from _turn_lines(turn)
    told = f"{len(differing)} of {len(result.turns)} turns differ."
    yield told if differing else f"All {len(result.turns)} turns are the same."


def _turn_lines(turn: TurnComparison) -> Iterator[str]:
    number = turn.recorded.number
    yield f"turn {number}: {turn.recorded.user}" if number else "before the first turn"
    for name in turn.differences:
        old, new = getattr(turn.recorded, name), getattr(turn.changed, name)
        if name == "slots":
            old, new = ([f"{slot} = {value!r}" for slot, value in slots] for slots in (old, new))
        yield f"  {name}"
        yield from (f"    - {_short(line)}" for line in old if line not in new)
        yield from (f"    + {_short(line)}" for line in new if line not in old)
        if sorted(map(str, old)) == sorted(map(str, new)):
            yield f"    in another order: {_short(', '.join(map(str, new)))}"
    yield from (f"  ! {note}" for note in turn.notes)


def _judged(result: ThresholdReplay) -> Iterator[str]:
    yield "With " + ", ".join(f"turns.{name}={value:g}" for name, value in result.thresholds.items()) + ":"
    for number, turn in enumerate(result.turns, start=1):
        if turn.difference.kind != "same":
            yield _judged_line(number, turn)
    counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in result.counts().items())
    yield f"{len(result.turns)} turns: {counts or 'none'}."
    gaps = [(turn.gap_ms, turn.gap_changed_ms) for turn in result.turns]
    known = [(old, new) for old, new in gaps if old is not None and new is not None]
    if known:
        old, new = (sorted(values)[len(values) // 2] for values in zip(*known, strict=True))
        yield f"Gap, median of {len(known)} turns: {old} ms as recorded, about {new} ms then."


def _judged_line(number: int, turn: JudgedTurn) -> str:
    difference = turn.difference
    shown = difference.recorded or difference.changed[0]
    if difference.kind in ("earlier", "later"):
        told = f"ends {abs(difference.by_ms)} ms {difference.kind}"
    else:
        told = _KINDS.get(difference.kind, difference.kind)
    guess = " (estimated)" if difference.is_estimated else ""
    gap = f", gap {turn.gap_ms} → {turn.gap_changed_ms} ms" if turn.gap_changed_ms is not None else ""
    return f"  {number:>3}  at {shown.begin_ms / 1000:.1f} s  {_short(shown.text)!r}: {told}{gap}{guess}"


def _short(text: object) -> str:
    if text is None:
        return "(nothing: it is over)"
    told = str(text)
    return told if len(told) <= SHOWN_CHARACTERS else told[: SHOWN_CHARACTERS - 1] + "…"
