"""How often a caller is cut off: dictated numbers with pauses, and open speech with hesitations.

    python -m tests.bench.cutoffs [URL] [--turns N] [--noise [--voices N]] [--json]

A caller is cut off where the server ends their turn while they go on speaking, unless it takes that back
(`turn_retracted`). The assistant is `records_office`; without a URL it is served here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from tests.bench.calls_at_once import note
from tests.bench.gap import positive, server
from tests.bench.gap_figures import ranks
from tests.bench.hesitant_speech import REQUESTS, STORIES, Hesitant, dictated_numbers, open_speech
from tests.bench.machine import describe_machine, load_average
from tests.bench.shares import share_of
from tests.bench.telephone import BABBLE_VOICES, LOSS, babble_for, over_telephone
from tests.support.server import ServerFailed
from voice.caller.client import CallOptions, fold, hold_call
from voice.caller.errors import CallerError
from voice.caller.log import CallLog, ServerEvent
from voice.caller.report import CallReport
from voice.caller.wav import Utterance

OFFICE = Path(__file__).with_name("records_office")
DEFAULT_TURNS = 100
TURNS_A_CALL = 12
ASKED = {
    "utter_greeting": "request",
    "utter_what_else": "request",
    "utter_ask_what_happened": "story",
    "utter_ask_account_number": "8 digits",
    "utter_ask_phone_number": "10 digits",
    "utter_ask_member_number": "12 digits",
    "utter_ask_card_number": "16 digits",
}
"""Which kind of utterance answers a response; after any other the caller asks for the report again."""
GAP_COLUMNS = (("p50_ms", 9), ("p95_ms", 7))
DICTATION = ("8 digits", "10 digits", "12 digits", "16 digits")
OPEN = ("request", "story")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One utterance, and what became of it: the turns that ended while the caller was not done, and of those the ones
    that were not taken back."""

    kind: str
    speaker: str
    ended_early: int
    cut_off: int
    gap_ms: int | None


@dataclass(slots=True)
class Speaker:
    """Chooses by the assistant's last words what is said next, at most so many utterances; `said` is what was."""

    supply: Mapping[str, Iterator[Hesitant]]
    most: int = TURNS_A_CALL
    said: list[tuple[str, Hesitant]] = field(default_factory=list)

    def __call__(self, events: Sequence[ServerEvent]) -> Utterance | None:
        if len(self.said) >= self.most:
            return None
        kind = asked_for(events)
        hesitant = next(self.supply[kind])
        self.said.append((kind, hesitant))
        return hesitant.utterance


def asked_for(events: Sequence[ServerEvent]) -> str:
    """Return the kind of utterance that the assistant's last response asks for."""
    asked = [str(event.message.get("response")) for event in events if event.type == "assistant_said"]
    known = [ASKED[response] for response in asked if response in ASKED]
    return known[-1] if known else "request"


def early_ends(events: Sequence[ServerEvent], start_ms: float, speech_end_ms: float) -> tuple[int, int]:
    """Count the turns that ended while the caller was still to go on, and of those the ones that were not taken back.

    Args:
        events: of the whole call. start_ms, speech_end_ms: when the utterance began, and its last audible sample.
    """
    ended = [
        event.message.get("revision")
        for event in events
        if event.type == "turn_ended" and start_ms <= event.at_ms < speech_end_ms
    ]
    retracted = {
        event.message.get("revision") for event in events if event.type == "turn_retracted" and event.at_ms >= start_ms
    }
    return len(ended), sum(1 for revision in ended if revision not in retracted)


def outcomes(log: CallLog, report: CallReport, said: Sequence[tuple[str, Hesitant]]) -> list[Outcome]:
    """Judge every utterance of one call; those that the call did not live to hear in full are left out."""
    found = []
    for spoken, turn, (kind, hesitant) in zip(log.spoken, report.turns, said, strict=False):
        start_ms = log.spoken_at_ms(spoken.first_frame, 0)
        speech_end_ms = log.spoken_at_ms(spoken.first_frame, spoken.utterance.speech_end)
        if speech_end_ms > log.end_ms:
            continue
        early, cut_off = early_ends(log.events, start_ms, speech_end_ms)
        gap_ms = turn.gap.gap_ms if turn.gap is not None and not early else None
        found.append(Outcome(kind, hesitant.speaker, early, cut_off, gap_ms))
    return found


def share(found: Sequence[Outcome]) -> dict[str, Any]:
    """Return how many of these were cut off, with Wilson's 95 % interval, and the gap of those that were not."""
    cut_off = sum(1 for outcome in found if outcome.cut_off)
    taken_back = sum(1 for outcome in found if outcome.ended_early and not outcome.cut_off)
    return {
        **share_of(cut_off, len(found), "cut_off"),
        "taken_back": taken_back,
        "gap": ranks([outcome.gap_ms for outcome in found if outcome.gap_ms is not None]),
    }


def summarise(found: Sequence[Outcome], failures: Sequence[str] = ()) -> dict[str, Any]:
    kinds = {kind: [outcome for outcome in found if outcome.kind == kind] for kind in (*DICTATION, *OPEN)}
    dictated = list(chain.from_iterable(kinds[kind] for kind in DICTATION))
    return {
        "dictation": share(dictated)
        | {
            "by_speaker": {who: share([o for o in dictated if o.speaker == who]) for who in ("synthesised", "recorded")}
        },
        "open": share(list(chain.from_iterable(kinds[kind] for kind in OPEN))),
        "by_kind": {kind: share(kinds[kind]) for kind in kinds},
        "failed_calls": list(failures),
    }


def supplies(turns: int, change: Callable[[Hesitant], Hesitant]) -> dict[str, list[Hesitant]]:
    """Make enough utterances of every kind; a caller who needs more of one begins anew with them."""
    many = max(turns // 6, 2)
    made = {f"{digits} digits": dictated_numbers(digits, many) for digits in (8, 10, 12, 16)}
    made |= {"request": open_speech(REQUESTS, many), "story": open_speech(STORIES, many)}
    return {kind: [change(each) for each in hesitants] for kind, hesitants in made.items()}


async def measure(
    url: str, turns: int, supply: Mapping[str, Sequence[Hesitant]], options: CallOptions
) -> dict[str, Any]:
    """Call again and again until enough utterances were heard; a call that breaks off is told and not counted on."""
    endless = {kind: endlessly(hesitants) for kind, hesitants in supply.items()}
    found: list[Outcome] = []
    failures: list[str] = []
    for number in count(1):
        speaker = Speaker(endless, min(TURNS_A_CALL, turns - len(found)))
        log = await hold_call(url, speaker, options)
        report = fold(log, speaker).report
        note(number, report)
        found += outcomes(log, report, speaker.said)
        if report.failure is not None:
            failures.append(report.failure)
        if len(found) >= turns or len(failures) > 3:
            return summarise(found, failures)
    raise AssertionError("unreachable")


def endlessly(hesitants: Sequence[Hesitant]) -> Iterator[Hesitant]:
    while True:
        yield from hesitants


def telephoned(hesitant: Hesitant) -> Hesitant:
    return replace(hesitant, utterance=over_telephone(hesitant.utterance))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="vivavoce bench cutoffs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", help="a running server with tests/bench/records_office")
    parser.add_argument("--turns", type=positive, default=DEFAULT_TURNS, help="say at least so many utterances")
    parser.add_argument("--noise", action="store_true", help="8 kHz µ-law, babble at 20 dB, 1 %% of packets lost")
    parser.add_argument("--voices", type=positive, default=BABBLE_VOICES, help="how many people talk in the noise")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    supply = supplies(given.turns, telephoned if given.noise else lambda hesitant: hesitant)
    spoken = [hesitant.utterance for hesitants in supply.values() for hesitant in hesitants]
    options = CallOptions(background=babble_for(spoken, given.voices), loss=LOSS) if given.noise else CallOptions()
    before = load_average()
    try:
        with server(given.url, OFFICE) as url:
            result = asyncio.run(measure(url, given.turns, supply, options))
    except (CallerError, ServerFailed) as error:
        print(f"bench cutoffs: {error}", file=sys.stderr)
        return 1
    result["line"] = "noisy" if given.noise else "clean"
    result["machine"] = describe_machine() | {"load_before": before, "load_after": load_average()}
    print(json.dumps(result, indent=2) if given.json else as_text(result))
    return 0 if result["dictation"]["n"] and result["open"]["n"] else 1


def as_text(result: Mapping[str, Any]) -> str:
    """Lay the result out for a person."""
    machine = result["machine"]
    lines = [
        f"Cut-offs, {result['line']} line, {machine['date']}, load {machine['load_before']} to {machine['load_after']}",
        "",
        f"{'':<14}{'n':>5}{'cut off':>9}{'share':>9}{'95 %':>18}{'taken back':>12}{'gap P50':>9}{'P95':>7}",
    ]
    shown = {name: result[name] for name in ("dictation", "open")}
    shown |= {f"  {kind}": found for kind, found in result["by_kind"].items()}
    shown |= {f"  {who}": found for who, found in result["dictation"]["by_speaker"].items()}
    for name, found in shown.items():
        rate = "-" if found["share"] is None else f"{found['share']:.1%}"
        low, high = found["share_95"]
        gap = "".join(f"{found['gap'][rank] if found['gap']['n'] else '-':>{width}}" for rank, width in GAP_COLUMNS)
        interval = f"{low:.1%} to {high:.1%}"
        lines.append(
            f"{name:<14}{found['n']:>5}{found['cut_off']:>9}{rate:>9}{interval:>18}{found['taken_back']:>12}{gap}"
        )
    return "\n".join([*lines, *(f"call failed: {failure}" for failure in result["failed_calls"])])


if __name__ == "__main__":
    sys.exit(main())
