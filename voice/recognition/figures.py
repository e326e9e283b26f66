"""Letters that sound like figures, where nothing but figures was asked for: "A311-0592" was "eight three one one, …".

A recogniser writes what is more common in writing. Before figures, without a space, it wrote an "eight" as "A" in every
take of one account number, which then was a digit short: waited for, and refused. Pure.
"""

from __future__ import annotations

import re
from typing import Final

_SOUNDS: Final = {"A": "8", "O": "0"}
_ALONE: Final = 3
"""So many figures behind a letter are a number by themselves; with fewer it may be a name ("O2", "A4"), unless more
figures stand beside them."""
_LETTER: Final = re.compile(
    r"(?:(?P<behind_figures>[0-9][\s,.-]+)|(?<![^\W_]))(?P<letter>[AO])"
    r"(?=(?P<figures>(?:-?[0-9])+)(?![^\W_]|[.-][^\W_])(?P<before_figures>[\s,.-]+[0-9])?)"
)


def as_figures(text: str) -> str:
    """Write the letters that stand directly before figures as the figures that they sound like, in English."""
    return _LETTER.sub(_as_figure, text)


def _as_figure(found: re.Match[str]) -> str:
    is_beside_figures = found["behind_figures"] or found["before_figures"]
    if not is_beside_figures and len(found["figures"].replace("-", "")) < _ALONE:
        return found[0]
    return f"{found['behind_figures'] or ''}{_SOUNDS[found['letter']]}"
