"""Fitting what a model heard to the type of a slot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.model import Slot, SlotType
from flows.values import Misfit, fitted

COLOURS = ("Red", "dark Blue")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("bool", "True", True),
        ("bool", " no ", False),
        ("bool", True, True),
        ("float", "12", 12.0),
        ("float", 12, 12.0),
        ("float", "-1.5", -1.5),
        ("float", "1,200.50", 1200.5),
        ("float", "$50", 50.0),
        ("float", "€ 1,000,000", 1_000_000.0),
        ("float", "5%", 5.0),
        ("categorical", "DARK BLUE", "dark Blue"),
        ("strict_categorical", "red", "Red"),
        ("text", 12, "12"),
        ("text", "none", "none"),
        ("any", [1], [1]),
        ("text", "null", None),
        ("bool", "undefined", None),
        ("float", None, None),
    ],
)
def test_fits(kind: SlotType, value: object, expected: object) -> None:
    assert fitted(Slot("s", kind, values=COLOURS), value) == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("bool", "maybe"), ("bool", 2), ("float", "lots"), ("float", "nan"), ("float", "1e999"), ("float", True),
        ("float", "9" * 50), ("float", [1]), ("float", "1,2"), ("categorical", "green"), ("categorical", True),
    ],
)  # fmt: skip
def test_does_not_fit(kind: SlotType, value: object) -> None:
    with pytest.raises(Misfit):
        fitted(Slot("s", kind, values=COLOURS), value)


@pytest.mark.parametrize(("value", "fits"), [(0, True), (10, True), (-0.1, False), (10.1, False)])
def test_range(value: float, fits: bool) -> None:
    slot = Slot("s", "float", min_value=0, max_value=10)
    if fits:
        assert fitted(slot, value) == value
    else:
        with pytest.raises(Misfit):
            fitted(slot, value)


@given(
    st.sampled_from(["bool", "float", "categorical", "text", "any", "list"]), st.text() | st.floats() | st.booleans()
)
def test_any_value_fits_or_does_not(kind: SlotType, value: object) -> None:
    slot = Slot("s", kind, values=COLOURS)
    try:
        once = fitted(slot, value)
    except Misfit:
        return
    if once == once:  # not for a NaN kept by a slot of any type
        assert fitted(slot, once) == once or once in ("None", "null", "undefined")
