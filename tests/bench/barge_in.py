"""Speech and noise over a reply: how soon the assistant is silent, and whether it goes on after a mere noise.

    python -m tests.bench.barge_in [URL] [--takes N] [--json]

A caller has something long read out and puts in either words (the reply is to stop) or a sound that wants nothing: a
cough, "mhm", a door, a keyboard (the reply is to go on). Everything is measured in the audio that the client received.
The assistant is `records_office`; without a URL it is served here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.bench.barge_in_figures import Interrupted, as_text, judge_call, summarise
from tests.bench.gap import positive, server
from tests.bench.hesitant_speech import LEAD_MS, TRAIL_MS, trim
from tests.bench.machine import describe_machine, load_average
from tests.bench.sounds import make_sound
from tests.support.recordings import speak, with_silence
from tests.support.server import ServerFailed
from voice.caller.client import CallOptions, place_call
from voice.caller.errors import CallerError
from voice.caller.listening import Limits
from voice.caller.script import Interjection, Said
from voice.caller.wav import CALL_RATE_HZ, Utterance, resample

OFFICE = Path(__file__).with_name("records_office")
DEFAULT_TAKES = 20
SEED = 5
READ = ("Please read me the conditions.", "Please tell me the history.")
INTO_REPLY_MS = (700, 5_000)
"""So far into the reply a sound begins; the replies are longer than 10 s."""
A_CALL = 6
"""Interjections in one call."""
WORDS = (
    "Stop, I would like to register.",
    "Wait a moment, I want to register a report.",
    "No, that is not what I wanted.",
    "Thank you, that is enough for now.",
    "Sorry, could you stop reading, please?",
)
NODS = ("Mhm.", "Uh huh.", "Mm-hmm.", "Okay.", "I see.")
"""Over a statement these are nods; "okay" and "I see" too, since nothing was asked."""
NOISES = ("cough", "door", "keyboard")
SPEEDS = (1.0, 0.88, 1.14)
"""Played slower and faster, the one voice becomes others: lower and higher ones."""
LIMITS = Limits(answer_ms=8_000, reply_ms=40_000)


@dataclass(frozen=True, slots=True)
class Take:
    """One sound to put in: its kind (`words`, `nod` or the noise), and the sound."""

    kind: str
    utterance: Utterance


def takes(how_many: int) -> list[Take]:
    """Return so many takes of each kind, in an order that is the same in every run."""
    spoken = {utterance.name: utterance for utterance in speak([*WORDS, *NODS])}
    made = []
    for number in range(how_many):
        speed = SPEEDS[number % len(SPEEDS)]
        made += [
            Take("words", at_speed(spoken[WORDS[number % len(WORDS)]], speed)),
            Take("nod", at_speed(spoken[NODS[number % len(NODS)]], speed)),
            *(Take(noise, make_sound(noise, number)) for noise in NOISES),
        ]
    random.Random(SEED).shuffle(made)
    return made


def at_speed(utterance: Utterance, speed: float) -> Utterance:
    """Play an utterance faster or slower, its pitch with it, and cut it to its sound."""
    played = resample(utterance.samples, round(CALL_RATE_HZ * speed))
    return bare(Utterance(f"{utterance.name} x{speed}", played, len(played)))


def bare(utterance: Utterance) -> Utterance:
    """Cut an utterance to its sound, so that it begins when it is said to begin."""
    samples = trim(utterance.samples)
    return Utterance(utterance.name, samples, len(samples))


async def measure(url: str, wanted: Sequence[Take], asked: Sequence[Utterance]) -> dict[str, Any]:
    """Place as many calls as the takes need, and judge each of them. `asked` has long replies."""
    chance = random.Random(SEED)
    found: list[Interrupted] = []
    failures: list[str] = []
    for number in count():
        now = wanted[number * A_CALL : (number + 1) * A_CALL]
        if not now:
            break
        script = [
            Said(
                asked[place % len(asked)],
                Interjection(take.utterance, chance.uniform(*INTO_REPLY_MS), expects_answer=take.kind == "words"),
            )
            for place, take in enumerate(now)
        ]
        record = await place_call(url, script, CallOptions(limits=LIMITS))
        judged = judge_call(record, [take.kind for take in now])
        found += judged
        tell(number + 1, judged, record.report.failure or record.report.ended)
        if record.report.failure is not None:
            failures.append(record.report.failure)
    return summarise(found, len(wanted)) | {"failed_calls": failures}


def tell(number: int, judged: Sequence[Interrupted], ended: str) -> None:
    """Tell a person that something is going on."""
    shown = ", ".join(each.in_short() for each in judged)
    print(f"call {number}: {shown} ({ended})", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="vivavoce bench barge-in", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url", nargs="?", help="a running server with tests/bench/records_office")
    parser.add_argument("--takes", type=positive, default=DEFAULT_TAKES, help="sounds of each kind")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    wanted = takes(given.takes)
    asked = [with_silence(bare(utterance), LEAD_MS, TRAIL_MS) for utterance in speak(READ)]
    before = load_average()
    try:
        with server(given.url, OFFICE) as url:
            result: dict[str, Any] = asyncio.run(measure(url, wanted, asked))
    except (CallerError, ServerFailed) as error:
        print(f"bench barge-in: {error}", file=sys.stderr)
        return 1
    result["machine"] = describe_machine() | {"load_before": before, "load_after": load_average()}
    print(json.dumps(result, indent=2) if given.json else as_text(result))
    return 0 if is_whole(result) else 1


def is_whole(result: Mapping[str, Any]) -> bool:
    return bool(result["barge_in"]["n"] and result["false_barge_in"]["n"])


if __name__ == "__main__":
    sys.exit(main())
