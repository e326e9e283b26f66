"""Addresses of e-mail and of the web: "joe at example dot com"."""

from __future__ import annotations

import re
from typing import Final

from voice.pronunciation.numbers import digits
from voice.pronunciation.rules import Claim, Part, Rule, letters, said

_MARKS: Final = {
    ".": "dot", "_": "underscore", "-": "dash", "+": "plus", "/": "slash", "~": "tilde", "?": "question mark",
    "=": "equals", "&": "and", "%": "percent", "#": "hash", ":": "colon", "@": "at",
}  # fmt: skip
_PIECES: Final = re.compile(r"[A-Za-z]+|\d+|[._+\-/~?=&%#:@]")
_SPOKEN_ENDINGS: Final = frozenset(
    {"com", "net", "org", "info", "gov", "edu", "shop", "store", "online", "bank", "app"}
)
"""Ends of host names that are words or are said as one; other ends of two or three letters are spelled."""
_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,6}[A-Za-z]{2,12}"
_EMAIL: Final = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}@{_HOST}(?![\w-])", re.ASCII)
_WEB: Final = re.compile(
    rf"(?<![\w.@-])(?:https?://)({_HOST}(?::\d+)?(?:/[\w./~?=&%#+-]*[\w/])?)|(?<![\w.@-])(www\.{_HOST}(?:/[\w./~?=&%#+-]*[\w/])?)"
    r"|(?<![\w.@/-])((?:[A-Za-z0-9-]{1,63}\.){1,4}(?:com|net|org|io|co\.uk|info|gov|edu|eu|de|app|ai)\b(?:/[\w./~?=&%#+-]*[\w/])?)",
    re.ASCII,
)


def _spoken(address: str) -> str:
    said_pieces = []
    pieces = _PIECES.findall(address)
    for place, piece in enumerate(pieces):
        if piece in _MARKS:
            said_pieces.append(_MARKS[piece])
        elif piece.isdigit():
            said_pieces.append(digits(piece))
        elif piece.lower() == "www" or len(piece) == 1 or _is_spelled_ending(pieces, place):
            said_pieces.append(letters(piece))
        else:
            said_pieces.append(piece)
    return " ".join(said_pieces)


def _is_spelled_ending(pieces: list[str], place: int) -> bool:
    piece = pieces[place].lower()
    is_ending = place > 0 and pieces[place - 1] == "." and (place + 1 == len(pieces) or pieces[place + 1] in "/:?#")
    return is_ending and len(piece) <= 3 and piece not in _SPOKEN_ENDINGS


def _email(found: re.Match[str]) -> Claim:
    return said(found, _spoken(found[0]))


def _web(found: re.Match[str]) -> Claim:
    address = next(group for group in found.groups() if group is not None)
    return Claim(found.start(), found.end(), (Part(found.start(), _spoken(address.rstrip("/"))),))


RULES: Final = (Rule(_EMAIL, _email), Rule(_WEB, _web))
