"""Long sequences are told apart as short ones are: the opcodes make the other of the one."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.authoring import matching
from studio.authoring.matching import opcodes

items = st.lists(st.sampled_from("abcde"), max_size=12)


@pytest.mark.parametrize("careful", [0, 10_000])
@given(items, items)
def test_opcodes_make_the_other_of_the_one(careful: int, one: list[str], other: list[str]) -> None:
    made, at = list[str](), (0, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "_CAREFUL", careful)
        found = opcodes(one, other)
    for tag, a, b, c, d in found:
        assert (a, c) == at
        made += one[a:b] if tag == "equal" else other[c:d]
        at = (b, d)
        assert tag == {(0, 1): "insert", (1, 0): "delete"}.get((b > a, d > c), tag)
    assert made == other
    assert at == (len(one), len(other))


def test_short_ones_are_told_apart_by_difflib() -> None:
    one, other = list("abxcd"), list("abcyd")
    assert opcodes(one, other) == SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


def test_of_many_alike_and_of_many_changed_every_other_is_kept() -> None:
    one = [f"sentence {number}" for number in range(2_000)]
    other = [text if number % 2 else f"{text}!" for number, text in enumerate(one)]
    assert sum(b - a for tag, a, b, _, _ in opcodes(one, other) if tag == "equal") == 1_000
    assert [tag for tag, *_ in opcodes(["a"] * 2_000, ["b", *["a"] * 1_999])] == ["replace", "equal"]
