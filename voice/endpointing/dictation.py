"""What has been dictated so far: digits, letters and digits, an e-mail address, read with understanding's own parsers.

A dictated string grows from its end, but not always by appending: "four forty" is 440, and "one" behind it makes 441.
So whether a string of the wanted length is finished is asked of the parser itself: words are added to the turn, and
where one changes what was read without making it too long, more may come.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.codes import find_code_runs
from dialogue.understanding.emails import read_email
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import SpokenNumber, find_numbers
from dialogue.understanding.spelling import read_spelled
from dialogue.understanding.spoken import last_said, smooth
from dialogue.understanding.words import FILLERS, QUESTION_STARTS, STOP_WORDS, label, plain

LONGEST: Final = 300
"""Characters of a turn that may be a dictation."""
REMEMBERED: Final = 256
"""Turns whose reading is kept: endpointing asks every 20 ms."""
_MORE: Final = ("one", "eleven", "hundred", "thousand", "twenty")
"""Words that change a number they follow, where any does."""
_NO_DIGITS: Final = re.compile(r"[a-z]{3,}s$")
_BESIDE_FIGURES: Final = re.compile(
    r"(?<=\d)(?P<words>(?:[\s,.-]+(?:oh|o|one)\b(?! (?:moment|second|minute|sec)\b))+)"
    r"|\b(?:oh|o)(?P<gap>[\s,.-]+)(?=\d)",
    re.IGNORECASE,
)
"""Words that are digits beside figures, and words of their own elsewhere."""
_TO_COME: Final = re.compile(
    r"\b(?:double|triple|treble|plus|dash|hyphen|slash|underscore|as in|as|like|capital|letter)$"
)
"""Words behind which a letter or a digit has to come."""
_AT: Final = re.compile(r"\s(?:at|@)\s|@", re.IGNORECASE)
_HOST_DOT: Final = re.compile(r"\bdot\b|\bpoint\b|\bperiod\b|\.")
_LAST_LABEL: Final = frozenset(
    words_of("com org net edu gov info biz io de fr nl uk us ca au at ch it es se no dk eu ie be pl")
)
"""Last labels of hosts behind which hardly ever another comes; "co" is none of them."""
_NO_MAILBOX: Final = STOP_WORDS | FILLERS | QUESTION_STARTS | {
    *words_of(
        "know email mail address sorry yeah yep sure none nope nothing agent operator person human stop cancel repeat"
    )
}  # fmt: skip
_MOST_BEGUN: Final = 6
"""Words of a turn that may be the beginning of a dictation although nothing of it was said yet."""
_ANNOUNCED: Final = frozenset(
    words_of(
        "number code reference ticket pin id account card phone mobile email address postcode zip digits pnr plate"
    )
)
_DENIES: Final = frozenset(
    words_of(
        "no not don't haven't lost forgot forgotten can't without which what where another other new different wrong"
    )
)
_PADDING: Final = " zulu zulu zulu"
_SPELLS: Final = re.compile(r"\b(?:dot|underscore|dash|hyphen|at|@)(?:\b|\s)|@|\b[a-z]\b \b[a-z]\b", re.IGNORECASE)
_DOT_AND_GAP: Final = re.compile(r"(?<=[\w])\.\s+(?=(?:com|org|net|edu|gov|info|co|io|de|fr|nl|uk)\b)", re.IGNORECASE)
"""A pause before the last label, which a recogniser writes as the end of a sentence."""
_MARKS_FOR_GAPS: Final = re.compile(r"[,;!?]+|\.(?=\s|$)")


@lru_cache(maxsize=REMEMBERED)
def digits_of(text: str) -> str:
    """Return all digits that a turn says, in order; not what it counts ("two numbers") nor places ("the first")."""
    said = _BESIDE_FIGURES.sub(_as_figure, smooth(text[:LONGEST]))
    return "".join(re.sub(r"\D", "", one.digits) for one in find_numbers(said) if _is_string(one))


def _as_figure(found: re.Match[str]) -> str:
    if found["gap"]:
        return f"0{found['gap']}"
    return re.sub(r"[A-Za-z]+", lambda word: "1" if word[0].lower() == "one" else "0", found["words"])


def _is_string(number: SpokenNumber) -> bool:
    if number.reading == "ordinal" or not number.digits.strip("-+.").replace(".", "").isdigit():
        return False
    counts = (
        _NO_DIGITS.match(number.unit) and number.unit not in STOP_WORDS | FILLERS and not number.unit.endswith("ss")
    )
    return not (counts and number.reading == "cardinal")


@lru_cache(maxsize=REMEMBERED)
def characters_of(text: str) -> str:
    """Return the letters and digits of a code that a turn says so far, in capitals; "" where it says none."""
    bare = bare_answer(smooth(text[:LONGEST]))
    spelled = read_spelled(_TO_COME.sub("", bare.lower()).strip() + _PADDING)
    if spelled is not None:
        return re.sub(r"[^A-Z\d]", "", spelled.removesuffix("ZZZ"))
    runs = find_code_runs(bare)
    if runs:
        return "".join(re.sub(r"[^A-Za-z\d]", "", run.value) for run in runs).upper()
    written = re.sub(r"[\s.,-]+", "", bare)
    is_written = bare.isupper() and len(written) <= 4 and written.isalnum()
    return written if is_written else digits_of(text)


def announces(text: str, slot: str) -> bool:
    """Say whether a turn only names what is about to be dictated: "order number", "my email address"."""
    words = plain(text).split()
    own = label(slot).split()
    if not words or len(words) > _MOST_BEGUN or set(words) & _DENIES or words[0] in QUESTION_STARTS:
        return False
    return words[-1] in _ANNOUNCED or words[-1] in own or words[-len(own) :] == own


def ends_in_digits(text: str) -> bool:
    """Say whether the last word is of the digits: not so in "four one five and", "four one five, then"."""
    return digits_of(" ".join(text.split()[:-1])) != digits_of(text)


def wants_more(text: str) -> bool:
    """Say whether the last word needs another: "double", "b as in"."""
    return _TO_COME.search(plain(text)) is not None


def grows_within(text: str, most: int, read: Callable[[str], str]) -> bool:
    """Say whether a further word could change what was read without making it longer than `most`."""
    said = read(text)
    grown = (read(f"{text.rstrip(' .,')} {word}") for word in _MORE)
    return any(len(said) <= len(one) <= most and not one.startswith(said) for one in grown)


def last_dictated(text: str, read: Callable[[str], str]) -> str:
    """Cut what the caller took back: "four one no wait four two" leaves "four two"."""
    return last_said(text, lambda part: len(read(part)) > 1)


@lru_cache(maxsize=REMEMBERED)
def email_state(text: str) -> str:
    """Say how far an e-mail address is: `complete`, `may_go_on`, `incomplete`, or `none` where none is dictated."""
    said = _DOT_AND_GAP.sub(".", bare_answer(smooth(text[:LONGEST])))
    said = _MARKS_FOR_GAPS.sub(" ", said).strip()
    words = said.lower().split()
    if not words:
        return "none"
    parts = _AT.split(f" {said.lower()} ", maxsplit=1)
    if len(parts) == 1:
        is_begun = _SPELLS.search(said) or (len(words) <= _MOST_BEGUN and (digits_of(said) or read_spelled(said)))
        return "incomplete" if is_begun or _is_name_like(words) else "none"
    address = read_email(said)
    host = parts[1].strip()
    if address is None or not _HOST_DOT.search(host):
        return "incomplete" if _is_host_like(host) else "none"
    last = address.rsplit(".", 1)[1].lower()
    if len(last) < 2:
        return "incomplete"
    return "complete" if last in _LAST_LABEL or len(last) > 3 else "may_go_on"


def _is_name_like(words: list[str]) -> bool:
    """Say whether a few words can be the part before "at": no sentence begins with them."""
    return len(words) <= 3 and not set(words) & (
        STOP_WORDS | FILLERS | {"don't", "know", "email", "sorry", "no", "yes"}
    )


def _is_host_like(host: str) -> bool:
    words = host.split()
    return len(words) <= 8 and not set(words) & (
        STOP_WORDS - {"at", "a", "i", "it", "me", "us", "no", "so", "is", "in"}
    )
