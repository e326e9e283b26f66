"""E-mail addresses as they are dictated: "j o e twenty two at g mail dot co dot uk"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import find_numbers

LONGEST: Final = 320
"""Characters of a stretch that is looked at: an address has 320 at most (RFC 3696 section 3, erratum 1690)."""
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MARKS: Final = {
    "dot": ".", "point": ".", "period": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+",
}  # fmt: skip
SILENT: Final = frozenset(words_of("uh um er erm all lowercase small letters letter capital"))
_SPLIT_HOSTS: Final = {"g mail": "gmail", "hot mail": "hotmail", "out look": "outlook", "i cloud": "icloud"}
_COMPLETED: Final = {host: f"{host}.com" for host in ("gmail", "hotmail", "outlook", "yahoo", "icloud", "googlemail")}
_MOST_WORDS: Final = 5
"""Words that one label of a host may be said in: "t minus online"."""
_BRACKETED: Final = re.compile(r"\s*[(\[](at|dot)[)\]]\s*", re.IGNORECASE)
"""How people write addresses that machines should not find: "ann (at) example.net"."""
_ASIDE: Final = re.compile(r"\s+(?:all )?(?:in )?(?:lower ?case|small letters|one word|no capitals)$", re.IGNORECASE)
_EXPLAINED: Final = re.compile(r"\b([a-z])\s+(?:as in|like|for)\s+\1[a-z]+\b", re.IGNORECASE)


def read_email(said: str) -> str | None:
    """Read a stretch that is one address, written or dictated; None where it is none.

    Several plain words before "at" are run together, as in "joe smith at gmail dot com".
    """
    text = said.strip(" .,!?;:")
    if len(text) > LONGEST:
        return None
    text = _BRACKETED.sub(r" \1 ", text)
    written = re.sub(r"\s*@\s*", "@", text)
    if _ADDRESS.fullmatch(written):
        return written
    if "@" in text or re.search(r"[,;!?]", text):
        return None
    words = _ASIDE.sub("", _EXPLAINED.sub(r"\1", text)).split()
    lower = [word.lower() for word in words]
    if lower.count("at") != 1:
        return None
    place = lower.index("at")
    local = "".join(_joined(lower[:place])).rstrip(".")
    host = _host(lower[place + 1 :])
    address = f"{local}@{host}"
    # What begins with a dot lacks its first word.
    return address if not local.startswith(".") and _ADDRESS.fullmatch(address) else None


def is_written_email(text: str) -> bool:
    """Say whether a text is an address as addresses are written."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def is_surely_one(said: str) -> bool:
    """Say whether the part before "at" can be run together in one way only."""
    before = re.split(r"\s+at\s+|@", said.strip().lower())[0]
    words = [word for word in _EXPLAINED.sub(r"\1", before).split() if word not in SILENT]
    plain = [
        place
        for place, word in enumerate(words)
        if len(word) > 1 and word not in _MARKS and not find_numbers(word) and word not in ("oh", "double", "triple")
    ]
    return all(later - earlier > 1 and words[later - 1] in _MARKS for earlier, later in pairwise(plain))


def _joined(words: Sequence[str]) -> list[str]:
    """Run words, marks and number words together."""
    parts: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        end = index
        while end < len(words) and (words[end] in ("oh", "double", "triple") or find_numbers(words[end])):
            end += 1
        run = " ".join(words[index:end])
        found = find_numbers(run)
        if found and "".join(one.digits for one in found).isdigit():
            parts.append("".join(one.digits if one.reading == "digits" else str(one.value) for one in found))
            index = end
            continue
        if word not in SILENT:
            parts.append(_MARKS.get(word, word))
        index += 1
    return parts


def _host(words: Sequence[str]) -> str:
    """Read what follows "at": labels with dots between, of which the last is one word; empty where it is no host."""
    text = " ".join(words)
    for split, whole in _SPLIT_HOSTS.items():
        text = re.sub(rf"^{split}\b", whole, text)
    labels = [label.split() for label in re.split(r"\s*(?:\b(?:dot|point|period)\b|\.)\s*", text)]
    if len(labels) == 1:
        return _COMPLETED.get(text, "")
    if len(labels[-1]) > 1 and all(len(word) == 1 for word in labels[-1]):
        labels[-1] = ["".join(labels[-1])]  # "dot s e"
    if (
        len(labels[-1]) != 1
        or not labels[-1][0].isalpha()
        or any(not 0 < _length(label) <= _MOST_WORDS for label in labels)
    ):
        return ""
    # The last label is a word as it is: spelled "d a s h" it is the domain .dash and no mark.
    return ".".join([*("".join(_joined(label)) for label in labels[:-1]), labels[-1][0]])


def _length(words: Sequence[str]) -> int:
    """Count words, those spelled letter by letter as one each."""
    return sum(1 for index, word in enumerate(words) if len(word) > 1 or index == 0 or len(words[index - 1]) > 1)
