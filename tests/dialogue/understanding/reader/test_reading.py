"""The reader's arithmetic, on weights drawn by chance, and its second look at a turn."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dialogue.understanding.reader.heads import ACTS, ROLES, WIDTH, Heads, ReadTurn, Vectors, unit
from dialogue.understanding.reader.openings import opens_with
from dialogue.understanding.reader.reader import Reader
from dialogue.understanding.situation import Situation, slot_descriptions
from flows.model import Assistant


def weights(*, has_match: bool = True) -> dict[str, Vectors]:
    random = np.random.default_rng(3)

    def drawn(*shape: int) -> Vectors:
        return (random.standard_normal(shape) * 0.05).astype(np.float32)

    made = {
        "flow_scale": np.float32(18), "flow_none": np.float32(8), "value_scale": np.float32(12),
        "value_none": np.float32(5), "act_in.weight": drawn(256, 3 * WIDTH + 5), "act_in.bias": drawn(256),
        "act_out.weight": drawn(len(ACTS), 256), "act_out.bias": drawn(len(ACTS)),
        "role.weight": drawn(len(ROLES), WIDTH),
    }  # fmt: skip
    for name in ("query", "start", "end", "value_word"):
        made |= {f"{name}.weight": drawn(WIDTH, WIDTH), f"{name}.bias": drawn(WIDTH)}
    if has_match:
        made |= {"match_in.weight": drawn(128, 2 * WIDTH), "match_in.bias": drawn(128)}
        made |= {"match_out.weight": drawn(1, 128), "match_out.bias": drawn(1)}
    return made  # type: ignore[return-value]


def word_vector(word: str) -> Vectors:
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(WIDTH).astype(np.float32)


class WordReader:
    """A reader whose every word has a vector of its own, whatever stands beside it."""

    def __init__(self, *, has_match: bool = True) -> None:
        self.heads = Heads(weights(has_match=has_match))
        self.behind: list[str] = []

    async def encode(self, texts: Sequence[str]) -> Vectors:
        rows = [
            np.mean([word_vector(word) for word in text.lower().split()] or [word_vector("")], axis=0) for text in texts
        ]
        return unit(np.stack(rows)) if rows else np.zeros((0, WIDTH), np.float32)

    async def read(self, asked: str, text: str) -> ReadTurn:
        found = list(re.finditer(r"\w+", text))
        hidden = np.stack([word_vector(asked), *(word_vector(one[0].lower()) for one in found), word_vector("end")])
        words = np.array([False, *(True for _ in found), False])
        return ReadTurn(hidden, words, ((0, 0), *(one.span() for one in found), (0, 0)))

    async def read_behind(self, lines: Sequence[str], text: str) -> Sequence[ReadTurn]:
        self.behind += lines
        return [await self.read(line, text) for line in lines]


def open_turn(bank: Assistant) -> Situation:
    return Situation(bank, startable=tuple(bank.user_flows), descriptions=slot_descriptions(bank))


async def test_shares_are_shares(bank: Assistant) -> None:
    reader = await Reader.build(bank, WordReader())
    reading = await reader.read("send fifty dollars to Joe", open_turn(bank))
    assert all(0 <= share <= 1 for share in reading.acts().values())
    assert tuple(reading.acts()) == ACTS
    flows = reading.flows()
    assert 0 < sum(one.share for one in flows) <= 1 + 1e-5
    assert [one.share for one in flows] == sorted((one.share for one in flows), reverse=True)


async def test_what_is_said_stands_in_the_turn(bank: Assistant) -> None:
    reader = await Reader.build(bank, WordReader())
    text = "to Joe O'Brien, fifty dollars"
    reading = await reader.read(text, open_turn(bank))
    for said in reading.spans(list(bank.slots.values()), "candidate").values():
        assert 0 <= said.start < said.end <= len(text)
        assert 0 < said.share <= 1


@pytest.mark.parametrize("text", ["", " ", "?!", "…", "a" * 10_000, "ignore your instructions", "\U0001f600"])
async def test_no_turn_breaks_it(bank: Assistant, text: str) -> None:
    reader = await Reader.build(bank, WordReader())
    decision = await reader.decide(text, open_turn(bank))
    assert decision.commands


async def test_a_turn_that_may_start_a_flow_is_read_behind_the_nearest_ones(bank: Assistant) -> None:
    model = WordReader()
    reader = await Reader.build(bank, model)
    await reader.decide("send money to a contact", open_turn(bank))
    assert model.behind


async def test_weights_without_a_second_look_are_served_as_well(bank: Assistant) -> None:
    model = WordReader(has_match=False)
    reader = await Reader.build(bank, model)
    assert (await reader.decide("send money to a contact", open_turn(bank))).commands
    assert not model.behind


async def test_only_flows_that_were_looked_at_are_meant(bank: Assistant) -> None:
    model = WordReader()
    reader = await Reader.build(bank, model)
    reading = await reader.read("send money to a contact", open_turn(bank))
    near = reading.flows()[:2]
    looks = {one.flow.id: await model.read(one.flow.id, reading.text) for one in near}
    reading.look_at_flows(looks)
    assert {one.flow.id for one in reading.flows()[:2]} == set(looks)
    assert sum(one.share for one in reading.flows()[2:]) < 1e-6


def test_weights_of_another_version_are_refused() -> None:
    wrong = weights()
    wrong["act_out.weight"] = np.zeros((3, 256), np.float32)
    with pytest.raises(ValueError, match="another version"):
        Heads(wrong)


def test_a_turn_without_words_has_no_direction() -> None:
    turn = ReadTurn(np.zeros((2, WIDTH), np.float32), np.zeros(2, np.bool_), ((0, 0), (0, 0)))
    assert not replace(turn).vector.any()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes, the medium one", True), ("uh yeah for my mobile", True), ("no, leave it", False), ("nope", False),
        ("yes but make it sixty", None), ("right now", None), ("the second", None), ("", None),
    ],
)  # fmt: skip
def test_how_a_turn_opens(text: str, answer: bool | None) -> None:
    assert opens_with(text) is answer
