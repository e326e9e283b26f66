"""Callers who pause: numbers dictated in groups, and sentences with hesitations. Made by joining recordings.

Groups of digits are spoken either by the catalogue's voice, a group at a time with the tone of someone who goes on,
or by a person (`recorded/digits`), digit by digit. What is between the pieces is silence of a length that is known.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from tests.support.recordings import speak
from voice.audio import first_audible_sample, last_audible_sample
from voice.caller.wav import CALL_RATE_HZ, Utterance, load_utterance, make_utterance
from voice.ports import Pcm

DIGITS = Path(__file__).with_name("recorded") / "digits"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PAUSE_MS = (400, 1_500)
"""Between groups of a dictated number: what the issue asks for."""
HESITATION_MS = (300, 1_200)
"""Inside a sentence; our own choice: from a breath to what a listener begins to wonder about."""
BETWEEN_DIGITS_MS = (40, 140)
"""Inside a group of recorded digits (our own choice, by ear)."""
LEAD_MS, TRAIL_MS = 200, 300
GROUPINGS = {8: ((4, 4), (3, 3, 2), (2, 2, 2, 2)), 10: ((3, 3, 4), (5, 5)), 12: ((4, 4, 4), (3, 3, 3, 3))}
GROUPINGS[16] = ((4, 4, 4, 4),)
Speaker = Literal["synthesised", "recorded"]

REQUESTS: tuple[tuple[str, ...], ...] = (
    ("I would like to,", "um,", "report some damage."),
    ("Hello,", "I want to register,", "a new report."),
    ("Well,", "I think I need to register a report,", "please."),
    ("Yes, hi, I have,", "some damage to report."),
    ("I would like to register,", "uh,", "a report about my flat."),
)
STORIES: tuple[tuple[str, ...], ...] = (
    ("There was a leak in the kitchen,", "and the water ran down the wall."),
    ("It happened on Monday,", "when I came home from work,", "and the window was broken."),
    ("My neighbour,", "um,", "drove into our fence with his car."),
    ("The storm took some tiles off the roof,", "and then it rained into the bedroom."),
    ("Somebody opened the cellar,", "and took,", "two bicycles and a toolbox."),
    ("I was not at home,", "so I do not know,", "what happened exactly."),
)


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence inside an utterance, in ms from its first sample."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Hesitant:
    """An utterance, the pauses inside it, and what it is: `digits` (0 for open speech) and who speaks."""

    utterance: Utterance
    pauses: tuple[Pause, ...]
    digits: int
    speaker: Speaker


def trim(samples: Pcm) -> Pcm:
    """Cut a recording to what is audible of it, so that a pause is as long as it is said to be."""
    first, last = first_audible_sample(samples, CALL_RATE_HZ), last_audible_sample(samples, CALL_RATE_HZ)
    return samples[first:last] if first is not None and last is not None else samples[:0]


def join(name: str, pieces: Sequence[Pcm], pauses_ms: Sequence[int]) -> tuple[Utterance, tuple[Pause, ...]]:
    """Put silence of these lengths between pieces (one less than there are pieces), and some around them."""
    if len(pauses_ms) != len(pieces) - 1:
        raise ValueError(f"{len(pieces)} pieces need {len(pieces) - 1} pauses, not {len(pauses_ms)}")
    parts: list[Pcm] = [quiet(LEAD_MS), pieces[0]]
    pauses: list[Pause] = []
    for piece, pause_ms in zip(pieces[1:], pauses_ms, strict=True):
        start_ms = sum(len(part) for part in parts) * 1_000 // CALL_RATE_HZ
        pauses.append(Pause(start_ms, start_ms + pause_ms))
        parts += [quiet(pause_ms), piece]
    return make_utterance(np.concatenate([*parts, quiet(TRAIL_MS)]), CALL_RATE_HZ, name), tuple(pauses)


def quiet(duration_ms: int) -> Pcm:
    return np.zeros(duration_ms * CALL_RATE_HZ // 1_000, np.int16)


def group_text(group: str, *, is_last: bool) -> str:
    """Write a group of digits as it is to be spoken: with a comma, the voice sounds as if it went on."""
    return " ".join(WORDS[int(digit)] for digit in group) + ("." if is_last else ",")


def split_number(number: str, grouping: Sequence[int]) -> list[str]:
    ends = np.cumsum(grouping)
    return [number[end - size : end] for end, size in zip(ends, grouping, strict=True)]


def recorded_group(group: str, chance: random.Random) -> Pcm:
    """Say a group digit by digit with the recorded voice."""
    pieces: list[Pcm] = []
    for digit in group:
        pieces += [trim(load_utterance(DIGITS / f"{digit}.wav").samples), quiet(chance.randint(*BETWEEN_DIGITS_MS))]
    return np.concatenate(pieces[:-1])


def dictated_numbers(digits: int, how_many: int, seed: int = 1) -> list[Hesitant]:
    """Make dictated numbers of so many digits, every other one by the recorded voice."""
    chance = random.Random(seed * 100 + digits)
    plans = []
    for index in range(how_many):
        grouping = GROUPINGS[digits][index // 2 % len(GROUPINGS[digits])]
        groups = split_number("".join(str(chance.randint(0, 9)) for _ in range(digits)), grouping)
        plans.append((groups, [chance.randint(*PAUSE_MS) for _ in groups[1:]], index % 2 == 1))
    texts = sorted(
        {
            group_text(group, is_last=place == len(groups) - 1)
            for groups, _, is_recorded in plans
            if not is_recorded
            for place, group in enumerate(groups)
        }
    )
    spoken = {utterance.name: trim(utterance.samples) for utterance in speak(texts)} if texts else {}
    made = []
    for groups, pauses_ms, is_recorded in plans:
        pieces = [
            recorded_group(group, chance)
            if is_recorded
            else spoken[group_text(group, is_last=place == len(groups) - 1)]
            for place, group in enumerate(groups)
        ]
        utterance, pauses = join("".join(groups), pieces, pauses_ms)
        made.append(Hesitant(utterance, pauses, digits, "recorded" if is_recorded else "synthesised"))
    return made


def open_speech(sentences: Sequence[Sequence[str]], how_many: int, seed: int = 1) -> list[Hesitant]:
    """Make sentences with hesitations, the pauses other ones each time."""
    chance = random.Random(seed)
    spoken = {
        utterance.name: trim(utterance.samples)
        for utterance in speak(sorted({piece for s in sentences for piece in s}))
    }
    made = []
    for index in range(how_many):
        pieces = sentences[index % len(sentences)]
        pauses_ms = [chance.randint(*HESITATION_MS) for _ in pieces[1:]]
        utterance, pauses = join(" ".join(pieces), [spoken[piece] for piece in pieces], pauses_ms)
        made.append(Hesitant(utterance, pauses, 0, "synthesised"))
    return made
