"""What was to be said against what was heard, word by word. Pure.

Numbers become digits and punctuation goes, since a recogniser writes "$50" for "fifty dollars" and nobody misheard.
Runs of single digits are joined for the same reason: "4 8 2 1" is 4821. Everything else counts: a wrong, missing or
additional word is an error, as in the word error rate of the literature (substitutions + deletions + insertions over
the words said).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dialogue.understanding.number_words import ORDINALS, SMALL, TENS

SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds"}
CONTRACTED = {"i'm": "i am", "it's": "it is", "that's": "that is", "what's": "what is", "i'd": "i would"}
MOST_WORDS = 500
"""Of either side: alignment takes the product of both in time, and no turn has as many."""
_MONEY = re.compile(r"([$€£])\s*(\d[\d,]*)(?:\.(\d\d))?")
_SUFFIXED = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One text against another. `difference` shows it in one line: `send [50 → 15] dollars`, `[- please]`."""

    words: int
    errors: int
    difference: str

    @property
    def is_same(self) -> bool:
        return self.errors == 0


def compare(said: str, heard: str) -> Comparison:
    """Align what was heard with what was said, with as few errors as possible."""
    wanted, got = words_of(said)[:MOST_WORDS], words_of(heard)[:MOST_WORDS]
    steps = _aligned(wanted, got)
    errors = sum(max(len(left), len(right)) for left, right in steps if left != right)
    return Comparison(len(wanted), errors, " ".join(_shown(left, right) for left, right in steps))


def error_rate(comparisons: Iterable[Comparison]) -> float | None:
    """Return the word error rate over all of them; None where nothing was said."""
    listed = list(comparisons)
    words = sum(one.words for one in listed)
    return sum(one.errors for one in listed) / words if words else None


def words_of(text: str) -> list[str]:
    """Return the words of a text in one spelling."""
    text = text.lower().replace("’", "'")
    text = _MONEY.sub(_spelled_money, text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = _SUFFIXED.sub(r"\1", text)
    text = re.sub(r"(?<=\d)\.(?=\d)", " point ", text)
    for short, long in CONTRACTED.items():
        text = re.sub(rf"\b{short}\b", long, text)
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)?", text)
    return _joined_digits(_counted(words))


def _spelled_money(found: re.Match[str]) -> str:
    """Write money as a voice says it: $12.34 is 12 dollars and 34 cents."""
    whole, cents = found[2].replace(",", ""), found[3]
    spoken = f"{whole} {CURRENCIES[found[1]]}"
    return f"{spoken} and {cents} cents" if cents and cents != "00" else spoken


def _counted(words: Sequence[str]) -> list[str]:
    """Replace number words by digits: "one thousand two hundred and fifty" is 1250, "four eight" stay two."""
    result: list[str] = []
    total, current, is_open, last = 0, 0, False, ""

    def close() -> None:
        nonlocal total, current, is_open
        if is_open:
            result.append(str(total + current))
        total, current, is_open = 0, 0, False

    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        value = SMALL.get(word, TENS.get(word, ORDINALS.get(word)))
        if value is not None:
            if is_open and not _goes_on(last, value):
                close()
            current, is_open = current + value, True
        elif is_open and word in SCALES:
            if word == "hundred":
                current = max(current, 1) * 100
            else:
                total, current = total + max(current, 1) * SCALES[word], 0
        elif is_open and word == "and" and last in SCALES and (following in SMALL or following in TENS):
            pass
        else:
            close()
            result.append(word)
        last = word
    close()
    return result


def _goes_on(last: str, value: int) -> bool:
    """Say whether a number word belongs to the number before it: "twenty five" does, "four eight" does not."""
    return last in SCALES or last == "and" or (last in TENS and 0 < value < 10)


def _joined_digits(words: Sequence[str]) -> list[str]:
    """Join digits that were said one by one."""
    result: list[str] = []
    was_single = False
    for word in words:
        is_single = len(word) == 1 and word.isdecimal()
        if is_single and was_single:
            result[-1] += word
        else:
            result.append(word)
        was_single = is_single
    return result


Pair = tuple[tuple[str, ...], tuple[str, ...]]


def _aligned(wanted: Sequence[str], got: Sequence[str]) -> list[Pair]:
    """Return pairs of equal words, or of what stands for what: a shortest way through the table of distances."""
    costs = [list(range(len(got) + 1))]
    for row, word in enumerate(wanted, 1):
        before, now = costs[-1], [row]
        for column, other in enumerate(got, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (word != other)))
        costs.append(now)
    pairs: list[Pair] = []
    row, column = len(wanted), len(got)
    while row or column:
        is_kept = (
            row and column and costs[row][column] == costs[row - 1][column - 1] + (wanted[row - 1] != got[column - 1])
        )
        if is_kept:
            pairs.append(((wanted[row - 1],), (got[column - 1],)))
            row, column = row - 1, column - 1
        elif row and costs[row][column] == costs[row - 1][column] + 1:
            pairs.append(((wanted[row - 1],), ()))
            row -= 1
        else:
            pairs.append(((), (got[column - 1],)))
            column -= 1
    return list(reversed(pairs))


def _shown(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    if left == right:
        return left[0]
    if not right:
        return f"[- {left[0]}]"
    return f"[+ {right[0]}]" if not left else f"[{left[0]} → {right[0]}]"
