"""Letters and figures said one by one: "a b one two", "b as in bravo double five oh", "s m i t h".

text -> items (letter | figures | mark | what says nothing) -> the string, or None where anything else is said
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import find_numbers

LONGEST: Final = 200
"""Characters of a turn that is looked at: nobody spells out more."""
NAMED_LETTERS: Final = {
    word: word[0]
    for word in words_of(
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar "
        "papa "
        "quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"
    )
}
LETTER_NAMES: Final = {
    "bee": "b", "cee": "c", "dee": "d", "gee": "g", "aitch": "h", "jay": "j", "kay": "k", "ell": "l", "em": "m",
    "pee": "p", "queue": "q", "cue": "q", "ess": "s", "tee": "t", "vee": "v", "zee": "z", "zed": "z",
}  # fmt: skip
_MARKS: Final = {"dash": "-", "hyphen": "-", "slash": "/", "underscore": "_"}
_SILENT: Final = frozenset(words_of("capital letter letters digit digits uppercase and uh um er erm then"))
_REPEATS: Final = {"double": 2, "triple": 3}
_TOKEN: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_X_RAY: Final = re.compile(r"\bx[ -]ray\b", re.IGNORECASE)
_LEAST_ITEMS: Final = 3


def read_spelled(text: str) -> str | None:
    """Read a stretch that spells something out and does nothing else; letters come in capitals.

    Fewer than three letters and figures are no spelling ("a", "i b"), unless a letter is explained or a figure is
    among two.
    """
    if len(text) > LONGEST:
        return None
    words = [found[0].lower() for found in _TOKEN.finditer(_X_RAY.sub("xray", text))]
    parts: list[str] = []
    explained = 0
    index = 0
    while index < len(words):
        letter, after, is_explained = _letter(words, index)
        if letter:
            parts.append(letter)
            explained += is_explained
        elif words[index] in _MARKS and parts:
            parts.append(_MARKS[words[index]])
            after = index + 1
        elif words[index] in _SILENT:
            after = index + 1
        else:
            figures, after = _figures(words, index)
            if not figures:
                return None
            parts.append(figures)
        index = after
    spelled = "".join(parts).strip("-/_").upper()
    letters = sum(part.isalpha() for part in parts)
    is_mixed = letters > 0 and any(char.isdigit() for char in spelled)
    enough = len(re.sub(r"\W|_", "", spelled)) >= _LEAST_ITEMS or explained or (is_mixed and len(spelled) > 1)
    is_said_after = letters == 1 and spelled[-1] in "AI" and not explained  # "157758, I ..."
    return spelled if letters and enough and not is_said_after else None


def _letter(words: Sequence[str], index: int) -> tuple[str, int, bool]:
    """Read a letter, said twice or explained ("b as in bravo"); returns it, where it ends, whether it was explained."""
    times = _REPEATS.get(words[index], 1)
    place = index + 1 if times > 1 else index
    if place >= len(words):
        return "", index, False
    word = words[place]
    if len(word) == 1 and word.isalpha():
        letter = word
        rest = words[place + 1 : place + 4]
        for cue in (["as", "in"], ["like"], ["for"], ["as"]):
            if rest[: len(cue)] == cue and len(rest) > len(cue) and rest[len(cue)][0] == letter:
                return letter * times, place + 2 + len(cue), True
        return letter * times, place + 1, False
    if word in NAMED_LETTERS:
        return NAMED_LETTERS[word] * times, place + 1, True
    return (LETTER_NAMES[word] * times, place + 1, False) if word in LETTER_NAMES else ("", index, False)


def _figures(words: Sequence[str], index: int) -> tuple[str, int]:
    """Read the longest run of number words and figures from `index` on."""
    end = index
    while end < len(words) and _counts(words, end):
        end += 1
    run = " ".join(words[index:end])
    found = find_numbers(run)
    if run and all(word in ("oh", "o") for word in words[index:end]):
        return "0" * (end - index), end
    covers = "".join(run[one.start : one.end] for one in found).replace(" ", "") == run.replace(" ", "")
    if not found or not covers or any(not one.digits.isdigit() for one in found):
        return "", index
    return "".join(_as_figures(one.reading, one.digits, one.value) for one in found), end


def _counts(words: Sequence[str], place: int) -> bool:
    """Say whether a word belongs to figures; an "o" does among them, unless it is explained ("o as in oscar")."""
    word = words[place]
    if word == "o":
        return words[place + 1 : place + 2] not in (["as"], ["like"], ["for"])
    if word in _REPEATS:  # "double five", but not "double b"
        return place + 1 < len(words) and _counts(words, place + 1)
    return word in ("oh", "hundred") or _is_number(word)


def _as_figures(reading: str, digits: str, value: float) -> str:
    return digits if reading == "digits" else str(int(value)) if value >= 0 and digits == str(int(value)) else digits


def _is_number(word: str) -> bool:
    return bool(re.fullmatch(r"\d+(?:-\d+)*", word)) or (
        bool(find_numbers(word)) and not word.endswith(("st", "nd", "rd", "th"))
    )
