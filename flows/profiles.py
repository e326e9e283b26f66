"""Compatibility profiles: which versions of the format behave alike, and which of them an assistant was written for."""

from __future__ import annotations

import re
from typing import Final

NEWEST: Final = "3.16"
PROFILES: Final = ("3.13", "3.14", NEWEST)
_SINCE: Final = (((3, 16), NEWEST), ((3, 14), "3.14"), ((0, 0), "3.13"))  # newest first
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})*")


def profile_of(version: str) -> str | None:
    """Return the profile that behaves like a version of the format (3.15.2: 3.14); None for what is no version."""
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return None
    given = (int(found[1]), int(found[2]))
    return next(profile for first, profile in _SINCE if given >= first)
