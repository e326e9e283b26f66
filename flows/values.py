"""Fitting values that a model heard to the type of their slot. Values from actions are never changed."""

from __future__ import annotations

import math
import re
from typing import Final

from flows.commands import Json
from flows.model import Slot

_NULLS: Final = {"None", "null", "undefined", "[missing]", "[missing information]"}
_TRUE: Final = {"true", "yes", "y", "1"}
_FALSE: Final = {"false", "no", "n", "0"}
_NUMBER = re.compile(r"[^\d.+-]?\s*([-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)\s*%?")
_MAX_NUMBER_CHARACTERS: Final = 40


class Misfit(Exception):
    """The value cannot be one of this slot's type."""


def fitted(slot: Slot, value: Json) -> Json:
    """Return the value as the slot's type: a bool, a float, the domain's spelling of a category.

    Raises:
        Misfit: it cannot be one.
    """
    if value is None or (isinstance(value, str) and value in _NULLS):
        return None
    match slot.type:
        case "bool":
            return _bool(value)
        case "float":
            return _float(slot, value)
        case "categorical" | "strict_categorical":
            return _category(slot, value)
        case "text":
            return value if isinstance(value, str) else str(value)
        case _:
            return value


def _bool(value: Json) -> bool:
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Misfit


def _float(slot: Slot, value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Misfit
    if isinstance(value, str):
        match = _NUMBER.fullmatch(value.strip()) if len(value) <= _MAX_NUMBER_CHARACTERS else None
        if match is None:
            raise Misfit
        value = match.group(1).replace(",", "")
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        raise Misfit from error
    is_too_small = slot.min_value is not None and number < slot.min_value
    is_too_large = slot.max_value is not None and number > slot.max_value
    if not math.isfinite(number) or is_too_small or is_too_large:
        raise Misfit
    return number


def _category(slot: Slot, value: Json) -> str:
    wanted = str(value).strip().lower()
    for category in slot.values:
        if category.lower() == wanted:
            return category
    raise Misfit
