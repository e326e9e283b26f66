"""Makes of a written turn what speech recognition would have written, and says where the values in it went.

A turn is heard by one of three recognisers: a telephone one (lower case, no marks, numbers in words), a Whisper-like
one (capitals, marks, figures) or a mixture. On top come what callers do (fillers, restarts, repeats) and what the line
does (words lost, misheard or clipped).

    text ─▶ names by ear ─▶ numbers ─▶ misheard words ─▶ lost words ─▶ restarts, fillers ─▶ clipped ends ─▶ case, marks

Labels stay true: every change is an edit of a range, an edit that would cross the border of a value is left out, and a
value is never dropped, repeated or filled up in part. Only a clipped end may take a value, then all of it, and its span
is gone from the result. Words that turn the meaning round ("not", "cancel") are never lost or misheard.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Literal, TypeAlias

from models.training.noise_numbers import FORMS, NUMBER_WORDS
from models.training.noise_tables import (
    COMPOUNDS,
    DROPPABLE,
    FILLERS,
    KEPT,
    NOT_NAMES,
    OPENING_FILLERS,
    RESTARTS,
    SOUND_ALIKE,
    by_ear,
)

Span: TypeAlias = tuple[int, int]
Edit: TypeAlias = tuple[int, int, str]
Recogniser: TypeAlias = Literal["telephone", "whisper", "mixed"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NAME = re.compile(r"[^\W\d_][^\W\d_]+(?:['’-][^\W\d_]+)*")
_MARKS = re.compile(r"(?<!\S)[\"“(¿¡‘]+|(?<![ap]\.m)[.,!?;:…\"”)—–]+(?=\s|$)|(?<=\s)[—–-]+(?=\s)")
_LONGEST_LOST_VALUE = 3
"""Words of a value that a clipped end may take with it."""


def as_recognised(text: str, rng: random.Random, level: float) -> str:
    """Write `text` as recognition may have; `level` 0 leaves it as it is, 1 is a bad line and a restless caller."""
    return aligned(text, {}, rng, level)[0]


def aligned(text: str, spans: Mapping[str, Span], rng: random.Random, level: float) -> tuple[str, dict[str, Span]]:
    """Write `text` as recognition may have, and find its values again.

    Args:
        spans: where each value stands in `text`, from its first character to past its last one.
        level: how much goes wrong, 0 to 1.

    Returns:
        The text and where each value stands in it, as recognised. A value that was lost has no span; neither has one
        that was empty or outside the text to begin with.
    """
    whole = {name: (start, end) for name, (start, end) in spans.items() if 0 <= start < end <= len(text)}
    level = min(1.0, level)
    if not level > 0 or not text.strip():
        return text, whole
    draft = _Draft(text, dict(whole))
    recogniser: Recogniser = rng.choices(("telephone", "whisper", "mixed"), (45, 35, 20))[0]
    _spell_names_by_ear(draft, rng, level)
    _write_numbers(draft, rng, level, recogniser)
    _mishear(draft, rng, level)
    _lose_words(draft, rng, level)
    _restart_and_repeat(draft, rng, level)
    _fill(draft, rng, level)
    _clip(draft, rng, level)
    _set_case_and_marks(draft, rng, level, recogniser)
    draft.tidy()
    return (draft.text, draft.spans) if _WORD.search(draft.text) else (text, whole)


class _Draft:
    """A text under edit that keeps the places of its values, and of what no later step may touch."""

    def __init__(self, text: str, spans: dict[str, Span]) -> None:
        self.text = text
        self.spans = spans
        self._fixed: list[Span] = []

    def is_inside(self, start: int, end: int) -> bool:
        """Whether any part of the range belongs to a value."""
        return any(start < last and end > first for first, last in self.spans.values())

    def is_fixed(self, start: int, end: int) -> bool:
        at = bisect_right(self._fixed, (start, len(self.text) + 1))
        near = self._fixed[max(0, at - 1) : at + 1]
        return any(start < last and end > first for first, last in near)

    def words(self) -> list[re.Match[str]]:
        return list(_WORD.finditer(self.text))

    def apply(self, edits: list[Edit], *, fixes: bool = False, anywhere: bool = False) -> None:
        """Make all of `edits` that cross no border of a value and touch nothing fixed.

        Args:
            edits: ranges with what comes in their place, none overlapping.
            fixes: whether later steps leave alone what is written here.
            anywhere: whether what is fixed may change too (case and marks).
        """
        kept: list[Edit] = []
        for start, end, new in sorted(edits):
            is_free = not kept or start >= kept[-1][1]
            if is_free and self._may(start, end) and (anywhere or not self.is_fixed(start, end)):
                kept.append((start, end, new))
        if not kept:
            return
        parts, at, written = [], 0, list[Span]()
        length = 0
        for start, end, new in kept:
            parts += [self.text[at:start], new]
            length += start - at
            if fixes and new:
                written.append((length, length + len(new)))
            length += len(new)
            at = end
        moved = _Moves(kept)
        self._fixed = sorted([*(moved.span(one) for one in self._fixed), *written])
        self.spans = {name: moved.span(one) for name, one in self.spans.items()}
        self.spans = {name: (start, end) for name, (start, end) in self.spans.items() if start < end}
        self.text = "".join(parts) + self.text[at:]

    def _may(self, start: int, end: int) -> bool:
        spans = self.spans.values()
        return all(end <= first or start >= last or (first <= start and end <= last) for first, last in spans)

    def tidy(self) -> None:
        """Leave one space between words and none at the ends, and no space at the ends of a value."""
        gaps = [(found.start(), found.end(), " ") for found in re.finditer(r"\s{2,}", self.text)]
        self.apply(gaps, anywhere=True)
        front = len(self.text) - len(self.text.lstrip())
        trimmed: dict[str, Span] = {}
        for name, (start, end) in self.spans.items():
            value = self.text[start:end]
            first, last = start + len(value) - len(value.lstrip()), start + len(value.rstrip())
            if first < last:
                trimmed[name] = (first - front, last - front)
        self.spans = trimmed
        self.text = self.text.strip()


class _Moves:
    """Where a place in a text is after edits that cross no border."""

    def __init__(self, edits: list[Edit]) -> None:
        self._edits = edits
        self._ends = [end for _, end, _ in edits]
        self._shifts = [0]
        for start, end, new in edits:
            self._shifts.append(self._shifts[-1] + len(new) - (end - start))

    def span(self, span: Span) -> Span:
        start, end = span
        before = bisect_right(self._ends, start)
        until = bisect_right(self._ends, end)
        while until > before and self._edits[until - 1][:2] == (end, end):
            until -= 1  # What comes in at the end of a value is not part of it.
        return start + self._shifts[before], end + self._shifts[until]


def _spell_names_by_ear(draft: _Draft, rng: random.Random, level: float) -> None:
    edits = []
    for found in _NAME.finditer(draft.text):
        name = found[0]
        is_name = name[0].isupper() and not name.isupper() and name.lower() not in NOT_NAMES
        is_known = found.start() > 0 or draft.is_inside(*found.span())  # else the capital may be the sentence's
        if is_name and is_known and rng.random() < 0.3 * level:
            edits.append((*found.span(), by_ear(name, rng)))
    draft.apply(edits, fixes=True)


def _write_numbers(draft: _Draft, rng: random.Random, level: float, recogniser: Recogniser) -> None:
    for pattern, maker in FORMS:
        edits = []
        for found in pattern.finditer(draft.text):
            if draft.is_fixed(*found.span()) or rng.random() >= 0.5 + level / 2:
                continue
            words, figures = maker(found, rng)
            forms = {"telephone": words, "whisper": figures, "mixed": words + figures}[recogniser]
            if forms:
                edits.append((*found.span(), rng.choice(forms)))
        draft.apply(edits, fixes=True)


def _mishear(draft: _Draft, rng: random.Random, level: float) -> None:
    words = draft.words()
    if len(words) < 2:
        return
    edits = []
    for at, found in enumerate(words):
        word = found[0].lower()
        pair = f"{word} {words[at + 1][0].lower()}" if at + 1 < len(words) else ""
        if pair in COMPOUNDS and rng.random() < 0.4 * level:
            edits.append((found.start(), words[at + 1].end(), COMPOUNDS[pair]))
        elif word in COMPOUNDS and rng.random() < 0.25 * level:
            edits.append((*found.span(), COMPOUNDS[word]))
        elif word in SOUND_ALIKE and word not in KEPT:
            is_value = draft.is_inside(*found.span())
            if is_value and word in NUMBER_WORDS:
                continue
            chance = 0.05 if is_value else 0.1
            if rng.random() < chance * level:
                edits.append((*found.span(), rng.choice(SOUND_ALIKE[word])))
    draft.apply(edits, fixes=True)


def _lose_words(draft: _Draft, rng: random.Random, level: float) -> None:
    words = draft.words()
    if len(words) < 4:
        return
    edits: list[Edit] = []
    for found in words:
        is_free = found[0].lower() in DROPPABLE and not draft.is_inside(*found.span())
        if is_free and rng.random() < 0.12 * level and len(edits) < len(words) // 3:
            edits.append((*found.span(), ""))
    draft.apply(edits)


def _restart_and_repeat(draft: _Draft, rng: random.Random, level: float) -> None:
    words = draft.words()
    edits: list[Edit] = []
    for found in words:
        if not draft.is_inside(*found.span()) and found[0].lower() not in KEPT and rng.random() < 0.03 * level:
            cut = len(found[0]) > 4 and rng.random() < 0.4
            edits.append((found.start(), found.start(), (found[0][:3] if cut else found[0]) + " "))
    draft.apply(edits, fixes=True)
    words = draft.words()
    if len(words) > 3 and rng.random() < 0.2 * level:
        last = words[rng.randint(0, 2)]
        start = words[0].start()
        if draft.is_inside(start, last.end()) or any(one[0].lower() in KEPT for one in words[:3]):
            return
        again = draft.text[start : last.end()] if rng.random() < 0.5 else rng.choice(RESTARTS)
        draft.apply([(start, start, again + " ")], fixes=True)


def _fill(draft: _Draft, rng: random.Random, level: float) -> None:
    words = draft.words()
    edits: list[Edit] = []
    for found in words[1:]:
        at = found.start()
        is_gap = draft.text[at - 1].isspace() and not any(first < at < last for first, last in draft.spans.values())
        if is_gap and rng.random() < 0.07 * level:
            edits.append((at, at, rng.choice(FILLERS) + " "))
    if words and rng.random() < 0.3 * level:
        edits.append((words[0].start(), words[0].start(), rng.choice(OPENING_FILLERS) + " "))
    draft.apply(edits, fixes=True)


def _clip(draft: _Draft, rng: random.Random, level: float) -> None:
    """Lose the first or the last word, or a part of it; a value at the end goes whole."""
    words = draft.words()
    if len(words) < 4 or rng.random() >= 0.12 * level:
        return
    is_first = rng.random() < 0.5
    word = words[0] if is_first else words[-1]
    if word[0].lower() in KEPT:
        return
    held = [(first, last) for first, last in draft.spans.values() if first < word.end() and last > word.start()]
    if held:
        _lose_value(draft, held, is_first)
    elif len(word[0]) > 3 and rng.random() < 0.5:
        middle = word.start() + len(word[0]) // 2
        draft.apply([(word.start(), middle, "") if is_first else (middle, word.end(), "")], anywhere=True)
    else:
        draft.apply([(*word.span(), "")], anywhere=True)


def _lose_value(draft: _Draft, held: list[Span], is_first: bool) -> None:
    start, end = (0, max(last for _, last in held)) if is_first else (min(first for first, _ in held), len(draft.text))
    lost = {name for name, (first, last) in draft.spans.items() if first < end and last > start}
    others = [draft.spans[name] for name in lost if not (start <= draft.spans[name][0] and draft.spans[name][1] <= end)]
    rest = draft.text[end:] if is_first else draft.text[:start]
    is_short = len(_WORD.findall(draft.text[start:end])) <= _LONGEST_LOST_VALUE
    if others or not is_short or len(_WORD.findall(rest)) < 2 or any(
        word.lower() in KEPT for word in _WORD.findall(draft.text[start:end])
    ):  # fmt: skip
        return
    draft.spans = {name: span for name, span in draft.spans.items() if name not in lost}
    draft.apply([(start, end, "")], anywhere=True)


def _set_case_and_marks(draft: _Draft, rng: random.Random, level: float, recogniser: Recogniser) -> None:
    if rng.random() < 0.3 * (1 - level):
        return
    if recogniser == "telephone" or (recogniser == "mixed" and rng.random() < 0.5):
        draft.apply([(*found.span(), "") for found in _MARKS.finditer(draft.text)], anywhere=True)
        _change_case(draft, lower=True)
        if rng.random() < 0.2 * level:
            draft.apply([(found.start(), found.end(), "") for found in re.finditer("['’]", draft.text)], anywhere=True)
        return
    if recogniser == "mixed":
        draft.apply([(*found.span(), "") for found in _MARKS.finditer(draft.text) if rng.random() < 0.5], anywhere=True)
    _put_marks(draft, rng, level)
    _change_case(draft, lower=False)


def _change_case(draft: _Draft, *, lower: bool) -> None:
    """Write all in lower case, or the first letter of each sentence as a capital."""
    pattern = r"\S+" if lower else r"(?:^|(?<=[.?!]\s))\w"
    edits = []
    for found in re.finditer(pattern, draft.text):
        new = found[0].lower() if lower else found[0].upper()
        if new != found[0]:
            edits += [(found.start() + at, found.start() + at + 1, one.lower() if lower else one.upper())
                      for at, one in enumerate(found[0])]  # fmt: skip
    draft.apply(edits, anywhere=True)


def _put_marks(draft: _Draft, rng: random.Random, level: float) -> None:
    """Set a mark at the end, and some where a recogniser hears a pause that is none."""
    edits: list[Edit] = []
    for found in draft.words()[:-1]:
        at = found.end()
        is_gap = draft.text[at : at + 1] == " " and not any(first < at < last for first, last in draft.spans.values())
        if is_gap and rng.random() < 0.08 * level:
            edits.append((at, at, rng.choice((",", ",", ".", "..."))))
    end = len(draft.text.rstrip())
    if draft.text[end - 1].isalnum() and rng.random() < 0.8:
        edits.append((end, end, rng.choices((".", "?", "...", "!"), (80, 10, 6, 4))[0]))
    draft.apply(edits, anywhere=True)
