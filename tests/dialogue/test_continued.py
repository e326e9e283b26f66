"""A list that goes on where another one stood is what a copy of that one would be, whatever becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.continued import Continued

ITEMS = st.lists(st.integers(), max_size=6)


@given(before=ITEMS, since=ITEMS, later=ITEMS, index=st.integers(-20, 20), cut=st.slices(8))
def test_it_is_a_copy(before: list[int], since: list[int], later: list[int], index: int, cut: slice) -> None:
    grows, copy = list(before), list(before)
    continued = Continued(grows)
    grows += later
    for item in since:
        continued.append(item)
        copy.append(item)
    again = Continued(continued)
    again.append(7)
    for one, like in ((continued, copy), (again, [*copy, 7])):
        assert list(one) == like
        assert len(one) == len(like)
        assert list(reversed(one)) == like[::-1]
        assert one[cut] == like[cut]
        if -len(like) <= index < len(like):
            assert one[index] == like[index]
        else:
            with pytest.raises(IndexError):
                one[index]
    assert grows == [*before, *later]
