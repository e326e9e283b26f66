"""Which examples a step of training takes: those of one assistant and of like length. Pure, and the same for a seed.

examples ─▶ tokens ─▶ groups that share most of their prompt ─▶ packs of like length, shuffled for each epoch
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from models.finetuning.examples import Example

Row: TypeAlias = tuple[tuple[int, ...], int]
"""Tokens of prompt and completion, and how many of the last ones are the completion."""
Tokenise: TypeAlias = Callable[[str], Sequence[int]]

MAX_ROW_TOKENS = 4096
TAIL_TOKENS = 1400
"""Of all turns of a step together, padding included: what fits 2 GB with a model of 135 million parameters."""
MAX_TURNS = 16
LEAST_SHARED = 0.5
"""Part of a prompt that must be shared for two to be of one group."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Examples as tokens. `too_long` of them were left out."""

    rows: tuple[Row, ...]
    too_long: int


def rows_of(examples: Sequence[Example], tokenise: Tokenise) -> Rows:
    """Turn examples into tokens; prompt and completion apart, as a model reads one and writes the other."""
    rows: list[Row] = []
    for example in examples:
        prompt, completion = tokenise(example.prompt), tokenise(example.completion)
        if prompt and completion and len(prompt) + len(completion) <= MAX_ROW_TOKENS:
            rows.append(((*prompt, *completion), len(completion)))
    return Rows(tuple(rows), len(examples) - len(rows))


def packs_of(rows: Sequence[Row], seed: str) -> list[list[int]]:
    """Put all rows into packs, each row once, in an order drawn by `seed`. A pack is places in `rows`."""
    chance = random.Random(seed)
    packs: list[list[int]] = []
    for group in _groups(rows):
        shared = min((_common(rows[group[0]][0], rows[place][0]) for place in group), default=0)
        # Like length, and not always the same company.
        ordered = sorted(group, key=lambda place: (len(rows[place][0]) // 4, chance.random()))
        pack: list[int] = []
        for place in ordered:
            tail = len(rows[place][0]) - min(shared, len(rows[place][0]) - rows[place][1] - 1)
            if pack and (len(pack) == MAX_TURNS or tail * (len(pack) + 1) > TAIL_TOKENS):
                packs.append(pack)
                pack = []
            pack.append(place)
        packs.append(pack)
    chance.shuffle(packs)
    return packs


def _groups(rows: Sequence[Row]) -> list[list[int]]:
    """Rows that share most of their prompt. In the order of their tokens, those that share most are neighbours."""
    groups: list[list[int]] = []
    for place in sorted(range(len(rows)), key=lambda place: rows[place][0]):
        tokens, answer = rows[place]
        first = rows[groups[-1][0]][0] if groups else ()
        if groups and _common(first, tokens) >= LEAST_SHARED * (len(tokens) - answer):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
