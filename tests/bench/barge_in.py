"""Speech and noise over a reply: how soon the assistant is silent, and whether it goes on after a mere noise.

    python -m tests.bench.barge_in [URL] [--takes N] [--seed N] [--json]

A caller has something long read out and puts in sounds that want nothing, several over one reply: nods, hums, coughs, a
door, keys (the reply is to go on). Last come words, over every second reply or so (it is to stop). Everything is
measured in the audio that the client received. The assistant is `records_office`; without a URL it is served here.
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

import numpy as np

from tests.bench.barge_in_figures import WORDS, Interrupted, Part, as_text, judge_call, summarise
from tests.bench.gap import positive, server
from tests.bench.hesitant_speech import LEAD_MS, TRAIL_MS, quiet, trim
from tests.bench.machine import describe_machine, load_average
from tests.bench.nods import SPOKEN, hum
from tests.bench.sounds import make_sound
from tests.support.recordings import speak, with_silence
from tests.support.server import ServerFailed
from voice.caller.client import CallOptions, place_call
from voice.caller.errors import CallerError
from voice.caller.listening import Limits
from voice.caller.script import Interjection, Said
from voice.caller.wav import CALL_RATE_HZ, Utterance, resample

OFFICE = Path(__file__).with_name("records_office")
DEFAULT_TAKES = 8
SEED = 5
READ = ("Please read me the conditions.", "Please tell me the history.")
INTO_REPLY_MS = (700, 2_000)
"""So far into the reply the first sound begins; the replies are longer than 12 s."""
BETWEEN_MS = (1_900, 2_400)
"""From the end of a sound to the next one: the reply has gone on by then, or never will (our own choice)."""
A_REPLY = 4
"""Sounds over one reply; the words are the last."""
A_CALL = 6
"""Replies in one call."""
INTERRUPTIONS = (
    "Stop, I would like to register.",
    "No, wait.",
    "Stop.",
    "Wait a moment, I want to register a report.",
    "Actually, I want to register.",
    "No, that is not what I wanted.",
    "Excuse me.",
    "Wait.",
    "Thank you, that is enough for now.",
    "No.",
    "Hold on.",
    "Sorry, could you stop reading, please?",
    "Can you repeat that?",
)
A_TAKE = {WORDS: 2, "nod": 4, "hum": 2, "cough": 1, "barked-cough": 1, "throat": 1, "sneeze": 1, "laugh": 1}
"""So many of each in one take; and of the sounds that no person makes, `OTHERS`, one in turn."""
OTHERS = ("breath", "door", "keyboard", "dog")
MANNERS = ((1.0, 0.0), (0.94, -6.0), (1.07, -2.0), (0.9, -3.0))
"""Played slower and faster, the one voice becomes others, lower and higher ones, at levels in dB of their own."""
FIRST_SEED = 1_000
"""Of sounds that are made; what was tuned was tuned on others."""
LIMITS = Limits(answer_ms=8_000, reply_ms=60_000)


@dataclass(frozen=True, slots=True)
class Take:
    """One sound to put in: its kind (`words`, `nod`, `hum` or the noise), and the sound."""

    kind: str
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Medley:
    """What is put in over one reply, one after the other, as one utterance."""

    utterance: Utterance
    parts: tuple[Part, ...]


def takes(how_many: int, seed: int = 0) -> list[Take]:
    """Return so many takes of each kind, in an order that is the same in every run; other ones with another seed."""
    spoken = {utterance.name: utterance for utterance in speak([*INTERRUPTIONS, *SPOKEN])}
    counts = {kind: count(seed * how_many * A_TAKE.get(kind, 1)) for kind in (*A_TAKE, *OTHERS)}
    made = []
    for number in range(how_many):
        kinds = [kind for kind, times in A_TAKE.items() for _ in range(times)]
        for kind in [*kinds, OTHERS[number % len(OTHERS)]]:
            made.append(Take(kind, _sound(kind, next(counts[kind]), spoken)))
    random.Random(SEED).shuffle(made)
    return made


def _sound(kind: str, number: int, spoken: Mapping[str, Utterance]) -> Utterance:
    if kind == "hum":
        return hum(FIRST_SEED + number)
    if kind in (WORDS, "nod"):
        texts = INTERRUPTIONS if kind == WORDS else SPOKEN
        return in_manner(spoken[texts[number % len(texts)]], *MANNERS[number % len(MANNERS)])
    return make_sound(kind, FIRST_SEED + number)


def medleys(wanted: Sequence[Take], chance: random.Random) -> list[Medley]:
    """Share takes among replies: up to `A_REPLY` over each, its words last."""
    words = [take for take in wanted if take.kind == WORDS]
    noises = [take for take in wanted if take.kind != WORDS]
    made = []
    while words or noises:
        last = [words.pop()] if words else []
        count_now = A_REPLY - len(last)
        now, noises = noises[:count_now], noises[count_now:]
        made.append(medley([*now, *last], chance))
    chance.shuffle(made)
    return made


def medley(chosen: Sequence[Take], chance: random.Random) -> Medley:
    pieces, parts, at = [], [], 0
    for place, take in enumerate(chosen):
        if place:
            pieces.append(quiet(chance.randint(*BETWEEN_MS)))
            at += len(pieces[-1])
        samples = take.utterance.samples
        pieces.append(samples)
        parts.append(Part(take.kind, take.utterance.name, at, at + len(samples)))
        at += len(samples)
    name = ", ".join(part.name for part in parts)
    return Medley(Utterance(name, np.concatenate(pieces), at), tuple(parts))


def in_manner(utterance: Utterance, speed: float, gain_db: float) -> Utterance:
    """Play an utterance faster or slower, its pitch with it, and softer, and cut it to its sound."""
    played = at_speed(utterance, speed)
    softer = np.asarray(np.rint(played.samples * 10 ** (gain_db / 20)), np.int16)
    return Utterance(f"{played.name} {gain_db:g} dB", softer, len(softer))


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
    planned = medleys(wanted, chance)
    found: list[Interrupted] = []
    failures: list[str] = []
    for number, first in enumerate(range(0, len(planned), A_CALL), 1):
        now = planned[first : first + A_CALL]
        script = [
            Said(
                asked[place % len(asked)],
                Interjection(each.utterance, chance.uniform(*INTO_REPLY_MS), each.parts[-1].kind == WORDS),
            )
            for place, each in enumerate(now)
        ]
        record = await place_call(url, script, CallOptions(limits=LIMITS))
        judged = judge_call(record, [each.parts for each in now])
        found += judged
        tell(number, judged, record.report.failure or record.report.ended)
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
    parser.add_argument(
        "--takes", type=positive, default=DEFAULT_TAKES, help="all kinds of sounds, 14 at a time, a minute each"
    )
    parser.add_argument("--seed", type=int, default=0, help="other takes, in another order")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    wanted = takes(given.takes, given.seed)
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
