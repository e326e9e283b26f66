"""Codes in longer turns: figures and letters that belong together, as written or as spelled out.

    "post them to l s six two a b"            l s six two a b     -> "LS62AB"
    "HM 913, and I want my money back"        HM 913              -> "HM 913"
    "zed zed triple oh one"                   zed zed triple oh one  -> "ZZ0001"
    "call me on 0113 496 0122"                0113 496 0122       -> "01134960122"

text -> tokens (letter | figures | mark | word) -> runs of adjoining letters and figures -> CodeRun
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.spans import MOST_TURNS
from dialogue.understanding.spelling import LETTER_NAMES, NAMED_LETTERS, read_spelled
from dialogue.understanding.words import Word, split_words

LEAST: Final = 3
"""Letters and figures of a code that has both."""
_SURELY_CODE: Final = 4
"""Figures said one by one before which an "a" is a letter: "a six nine six four"."""
LEAST_LETTERS: Final = 3
"""Letters of a code without figures; two ("t v", "u s") are words."""
LONGEST: Final = 500
"""Characters of a turn in which codes are looked for."""
Part: TypeAlias = Literal["letter", "letters", "figures", "mixed", "mark", "fill", ""]

_NOT_LETTERS: Final = frozenset(
    words_of(
        "am pm st nd rd th mr mrs ms dr vs km kg cm mm ml hr hrs lb lbs ft pin sim id ok tv usb dvd cd pc app gb mb tb "
        "no of in on at to my it is we so he me us by an as or if do go up the and for you are not can but all any i'd"
        " usd eur gbp chf"
    )
)
"""Short words that are no part of a code, however they are written."""
_SOUNDS: Final = frozenset(words_of("hi oh uh um er hm"))
_NAMES_A_THING: Final = frozenset(words_of("same that this the other another last first new old next right wrong"))
_FIGURE_WORDS: Final = frozenset(
    words_of(
        "zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred"
    )
)
_REPEATS: Final = frozenset(words_of("double triple treble"))
_MARK_WORDS: Final = frozenset(words_of("dash hyphen slash"))
_HESITATIONS: Final = frozenset(words_of("uh um er erm capital letter digit digits"))
_GAP: Final = re.compile(r"\s*[-–/]\s*|\s+|,\s*|\.\s*")
_LIKE: Final = (("as", "in"), ("like",), ("for",))
_CLOCK: Final = re.compile(r"^\D*\d{1,2}[ap]m$")
_UNIT_LETTERS: Final = "kmgxsh"
_WRITTEN: Final = re.compile(r"^(?=.*\d)(?=.*[a-z])[a-z\d]+$", re.IGNORECASE)
_QUANTITY: Final = re.compile(r"^\d+(?:st|nd|rd|th|am|pm|k|m|km|kg|g|h|hrs?|mins?|min|s|x|gb|mb|tb|p|d|y|yrs?)$", re.I)


@dataclass(frozen=True, slots=True)
class CodeRun:
    """A stretch that is a code, and the code. `has_letters`: it is no mere string of figures."""

    start: int
    end: int
    value: str
    has_letters: bool
    has_figures: bool


@lru_cache(maxsize=MOST_TURNS)
def find_code_runs(text: str) -> tuple[CodeRun, ...]:
    """Find codes that have letters in them, in order; strings of figures alone are `find_numbers`' matter."""
    if len(text) > LONGEST:
        return ()
    words = split_words(text)
    runs: list[CodeRun] = []
    index = 0
    while index < len(words):
        end = _run_end(text, words, index)
        run = _as_code(text, words[index:end]) if end > index else None
        if run is not None:
            runs.append(run)
        index = max(end, index + 1)
    return tuple(runs)


def _run_end(text: str, words: Sequence[Word], index: int) -> int:
    """Where the letters and figures end that begin at `index`; `index` itself where none do."""
    end = index
    after = _after_part(words, end)
    while after > end:
        end = after
        if end == len(words) or not _is_gap(text, words, index, end):
            break
        after = _after_part(words, end)
    while end > index and _part(words, end - 1) in ("fill", "mark"):
        end -= 1
    return end


def _after_part(words: Sequence[Word], index: int) -> int:
    """Where the part ends that begins at `index`, an explanation ("b as in bravo") included."""
    part = _part(words, index)
    if not part:
        return index
    if part == "letter":
        for cue in _LIKE:
            rest = [word.lower for word in words[index + 1 : index + 2 + len(cue)]]
            if tuple(rest[:-1]) == cue and rest[-1][0] == words[index].lower[0] and len(rest[-1]) > 1:
                return index + 2 + len(cue)
    return index + 1


def _is_gap(text: str, words: Sequence[Word], first: int, place: int) -> bool:
    """Say whether the words before and at `place` can belong to one code: a comma only among single characters."""
    between = text[words[place - 1].end : words[place].start]
    if not _GAP.fullmatch(between):
        return False
    if "," in between or "." in between:
        return all(len(word.text) == 1 for word in words[first : place + 1])
    return True


def _part(words: Sequence[Word], index: int) -> Part:
    word = words[index]
    lower = word.lower
    following = words[index + 1].lower if index + 1 < len(words) else ""
    if lower == "o" and following == "clock":
        return ""
    if lower in ("as", "in", "for", "like") or lower == "":
        return ""
    if lower.isdigit():
        return "figures"
    if _WRITTEN.match(lower):
        return "" if _QUANTITY.match(lower) else "mixed"
    if lower in _REPEATS:
        return "figures" if following in _FIGURE_WORDS or (len(following) == 1) or following in NAMED_LETTERS else ""
    if lower in _FIGURE_WORDS or _is_hyphenated_number(lower):
        return "figures"
    if lower in _MARK_WORDS:
        return "mark"
    if lower in _HESITATIONS and not (word.text.isupper() and _is_letters(word, words, index)):
        return "fill"
    if len(lower) == 1 and lower.isalpha() and lower.isascii():
        return "letter"
    if lower in NAMED_LETTERS or lower in LETTER_NAMES:
        return "letter"
    return "letters" if _is_letters(word, words, index) else ""


def _is_hyphenated_number(lower: str) -> bool:
    return "-" in lower and all(part in _FIGURE_WORDS for part in lower.split("-"))


def _is_letters(word: Word, words: Sequence[Word], index: int) -> bool:
    """Say whether a short word is letters written together: all capitals, or without a vowel, beside figures."""
    if not 2 <= len(word.text) <= 4 or not word.text.isascii() or not word.text.isalpha():
        return False
    if word.lower in _NOT_LETTERS or (word.lower in _SOUNDS and not word.text.isupper()):
        return False
    beside = [words[at] for at in (index - 1, index + 1) if 0 <= at < len(words)]
    if not any(any(char.isdigit() for char in one.text) or one.lower in _FIGURE_WORDS for one in beside):
        return False
    return word.text.isupper() or not re.search("[aeiouy]", word.lower)


def _as_code(text: str, words: Sequence[Word]) -> CodeRun | None:
    """Read a run as a code; None where it is a quantity, a time of day or a stray letter."""
    words = _trimmed(text, words)
    if not words:
        return None
    start, end = words[0].start, words[-1].end
    said = text[start:end]
    spoken = any(word.lower in _FIGURE_WORDS | _REPEATS | _MARK_WORDS | NAMED_LETTERS.keys() for word in words)
    is_spelled = spoken or all(len(word.text) == 1 for word in words) or re.search(r"\b(?:as in|like|for)\b", said)
    value = _spelled(said) if is_spelled else said
    if value is None:
        return None
    bare = re.sub(r"[^A-Za-z\d]", "", value)
    has_letters, has_figures = any(char.isalpha() for char in bare), any(char.isdigit() for char in bare)
    if not has_letters or len(bare) < (LEAST if has_figures else LEAST_LETTERS):
        return None
    if not has_figures and not is_spelled:
        return None
    if re.fullmatch(r"[A-Za-z] \d{1,2}", said):  # "the A 40"
        return None
    if _CLOCK.match(bare.lower()) and len(re.sub(r"\d", "", bare)) == 2:
        return None
    return CodeRun(start, end, value, has_letters, has_figures)


def _trimmed(text: str, words: Sequence[Word]) -> Sequence[Word]:
    """Cut an article and an "I" from the ends of a run, and names of letters that stand alone."""
    while words and _is_hesitation(words[0]):
        words = words[1:]
    words = _without_month(words)
    letters = [word for word in words if _is_letter(word)]
    if not letters and not any(_WRITTEN.match(word.text) for word in words):
        said = [word for word in words if word.text.isalpha() and not _is_hesitation(word)]
        return words if any(word.lower not in _FIGURE_WORDS | _REPEATS for word in said) else ()
    if words and words[0].lower == "one" and _word_before(text, words[0].start) in _NAMES_A_THING:
        words = words[1:]
    while words and words[0].lower in ("a", "i") and (len(words) < 2 or not _is_letter(words[1])):
        is_capital = words[0].text.isupper() and words[0].lower == "a" and text[: words[0].start].strip()
        figures = sum(one.text.isdigit() or one.lower in _FIGURE_WORDS for one in words)
        if is_capital or figures >= _SURELY_CODE or text[words[0].end : words[0].end + 1] == "-":
            break
        words = words[1:]
    while words and words[-1].lower in ("a", "i") and (len(words) < 2 or not _is_letter(words[-2])):
        words = words[:-1]
    alone = [word for word in words if word.lower in NAMED_LETTERS or word.lower in LETTER_NAMES]
    plain = [word for word in words if len(word.text) == 1 and word.text.isalpha()]
    written = any(_WRITTEN.match(word.text) or (len(word.text) > 1 and word.text.isupper()) for word in words)
    is_unit = len(words) > 1 and words[-1].lower in _UNIT_LETTERS and len(plain) == 1
    return () if is_unit and not alone and not written else words  # "20 k", "4 x"


def _without_month(words: Sequence[Word]) -> Sequence[Word]:
    """A word of the spelling alphabet is one letter among others, or before several figures: not "november fifth"."""
    letters = [word for word in words if _is_letter(word) or (word.text.isalpha() and word.text.isupper())]
    if len(letters) != 1 or letters[0].lower not in NAMED_LETTERS:
        return words
    digits = "".join(
        one.digits for one in find_numbers(" ".join(word.lower for word in words if word is not letters[0]))
    )
    is_year = letters[0].lower == "november" and len(digits) == 4 and digits[:2] in ("18", "19", "20")
    return () if len(digits) < LEAST or is_year else words


def _is_hesitation(word: Word) -> bool:
    return word.lower in _HESITATIONS and not word.text.isupper()


def _word_before(text: str, place: int) -> str:
    found = split_words(text[:place])
    return found[-1].lower if found else ""


def _is_letter(word: Word) -> bool:
    return (len(word.text) == 1 and word.text.isalpha()) or word.lower in NAMED_LETTERS or word.lower in LETTER_NAMES


def _spelled(said: str) -> str | None:
    whole = read_spelled(said) or read_spelled(said.replace("-", " "))
    if whole is not None:
        return whole
    letters = re.sub(r"\b([A-Za-z]{2,4})\b", lambda found: _apart(found[1]), said)
    return read_spelled(letters)


def _apart(word: str) -> str:
    """Write letters that stand together apart, number words as they are."""
    lower = word.lower()
    known = _FIGURE_WORDS | _REPEATS | _MARK_WORDS | _HESITATIONS | {"as", "in", "like", "for"}
    is_word = lower in known or lower in NAMED_LETTERS or lower in LETTER_NAMES or bool(find_numbers(lower))
    return word if is_word else " ".join(word)
