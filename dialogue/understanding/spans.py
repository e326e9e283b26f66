"""Typed stretches of a turn: dates, times, codes, e-mail addresses, names, categories.

Every finder returns stretches of the cleaned text with their places. A value is always something the caller said,
cut out and not invented; only categories are given in the spelling of the domain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.understanding.emails import read_email
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.words import STOP_WORDS, Word, label, plain, split_words, stem

_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_MONTH = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul"
    "|aug|sept?|oct|nov|dec)"
)
_COUNT = (
    r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety"
    r"|(?:a )?couple(?: of)?|(?:a )?few|several)"
)
_PART = "(?:morning|afternoon|evening|night)"
_ORDINAL = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?|(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth"
    r"|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_UNIT = "(?:days?|weeks?|months?|years?|hours?|weekends?|nights?|quarters?)"
_ONE_DATE = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?"
    rf"|the day (?:after tomorrow|before yesterday)|(?:today|tomorrow|yesterday|tonight)(?: {_PART})?"
    rf"|(?:this|next|last|past|coming|the last|the past|the next)(?: {_COUNT})? (?:{_UNIT}|{_PART}"
    rf"|{_DAY}|{_MONTH})(?: {_PART})?"
    rf"|(?:{_DAY},? )?(?:the )?{_ORDINAL}(?: of)? {_MONTH}(?:,? \d{{4}})?"
    rf"|(?:{_DAY},? )?{_MONTH} (?:the )?{_ORDINAL}(?:,? \d{{4}})?(?! ?(?:dollars|euros|pounds))"
    rf"|(?:this |next |last )?{_DAY}(?: {_PART})?|{_MONTH} \d{{4}}|in {_COUNT} {_UNIT}|{_COUNT} {_UNIT} ago"
    rf"|the {_ORDINAL}(?! (?:one|card|option|time|of(?! {_MONTH})))|(?<!\w)(?!may\b|march\b|mar\b){_MONTH})"
)
_DATE = re.compile(
    rf"\b(?:between {_ONE_DATE} and {_ONE_DATE}|{_ONE_DATE}(?: (?:to|until|till|through) {_ONE_DATE})?)\b",
    re.IGNORECASE,
)
_HOUR_WORD = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_MINUTES = "(?:fifteen|twenty|thirty|forty|forty[- ]five|oh five|fifty)"
_HALF_DAY = r"(?:[ap]\.?m\b\.?|o'?clock)"
_TIME = re.compile(
    rf"\b(?:(?:half|quarter|{_COUNT}|{_MINUTES})(?: minutes)? (?:past|to|after|before) (?:\d{{1,2}}"
    rf"|{_HOUR_WORD})(?: ?{_HALF_DAY})?"
    rf"|\d{{1,2}}:\d{{2}}(?: ?{_HALF_DAY})?|(?:\d{{1,2}}|{_HOUR_WORD})(?: {_MINUTES})? ?{_HALF_DAY}"
    rf"|noon|midday|midnight|(?<=\bat )(?:\d{{1,2}}|{_HOUR_WORD})(?: {_MINUTES})?\b(?!-| (?:dollars|euros|people))"
    rf"|(?:\d{{1,2}}|{_HOUR_WORD})(?: {_MINUTES})? in the {_PART}|(?<=\bin the )(?:morning|afternoon|evening))",
    re.IGNORECASE,
)
_TIME_UNIT = re.compile(r"(?:day|week|month|year|hour|minute|time)s?$")
_EMAIL = re.compile(
    r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b|\b(?:\w+ (?:dot|underscore|dash|hyphen) )*[\w.]+ at [\w-]+(?: (?:dot"
    r"|dash) [a-z]{2,20})*? dot [a-z]{2,6}\b(?: dot [a-z]{2}\b)?",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?=[A-Za-z\d-]*\d)[A-Za-z\d]+(?:[- ]?[A-Z]*\d+[A-Z]*)*\b")
_SPELLED = re.compile(r"\b[A-Za-z\d](?:[\s,.-]+[A-Za-z\d]){2,}\b")
_NOT_NAMES = frozenset(
    words_of(
        "i i'm i'd i'll i've ok okay yes no hi hello hey please thanks mr mrs ms dr english whatsapp sim pin "
        "paypal usd eur american wifi wi internet tv app god sms id iban"
    )
)


LIKENESS = 0.75
"""Part of the longer of two words that they must share from the start on to count as one."""
SHORTEST_LIKENESS = 6
_ABBREVIATED = {"s": "small", "m": "medium", "l": "large"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text and the value it stands for."""

    start: int
    end: int
    value: str


def find_dates(text: str) -> tuple[Span, ...]:
    """Find dates, days and periods, relative ones included."""
    return tuple(Span(found.start(), found.end(), found[0]) for found in _DATE.finditer(text))


def find_times(text: str) -> tuple[Span, ...]:
    """Find times of day."""
    return tuple(Span(found.start(), found.end(), found[0].rstrip(".")) for found in _TIME.finditer(text))


def find_emails(text: str) -> tuple[Span, ...]:
    """Find e-mail addresses, dictated ones ("joe at example dot com") as they would be written."""
    return tuple(Span(found.start(), found.end(), read_email(found[0]) or found[0]) for found in _EMAIL.finditer(text))


def find_codes(text: str) -> tuple[Span, ...]:
    """Find codes that mix letters and figures, such as "BA 117" or "X7Q2", and codes spelled out: "X 7 Q 2"."""
    spelled = [
        Span(found.start(), found.end(), re.sub(r"[^A-Za-z\d]", "", found[0]).upper())
        for found in _SPELLED.finditer(text)
    ]
    if spelled:
        return tuple(spelled)
    return tuple(Span(found.start(), found.end(), found[0]) for found in _CODE.finditer(text))


def find_names(text: str, *, is_continued: bool = False) -> tuple[Span, ...]:
    """Find runs of capitalised words that no sentence start, month or weekday explains.

    Args:
        is_continued: `text` is the rest of a longer turn, so that its first word begins no sentence.
    """
    words = split_words(text)
    dated = [*find_dates(text), *find_times(text)]
    spans: list[Span] = []
    index = 0
    while index < len(words):
        end = index
        while (
            end < len(words)
            and _is_name(text, words[end], is_continued)
            and (end == index or text[words[end - 1].end : words[end].start] in (" ", "-", ". "))
        ):
            end += 1
        if end > index:
            start, stop = words[index].start, words[end - 1].end
            if not any(start < span.end and span.start < stop for span in dated):
                spans.append(Span(start, stop, text[start:stop].removesuffix("'s").removesuffix("’s")))
        index = max(end, index + 1)
    return tuple(spans)


def _is_name(text: str, word: Word, is_continued: bool) -> bool:
    before = text[: word.start].rstrip()[-1:]
    starts_sentence = before in (".", "?", "!", "…") or (before == "" and not is_continued)
    return word.text[0].isupper() and not starts_sentence and word.lower not in _NOT_NAMES


def find_categories(text: str, values: Sequence[str]) -> tuple[Span, ...]:
    """Find values of a category in `text`, by their words; a value that lies inside a longer one is not reported.

    A value is named by all its words, or by a word that none of the other values has ("the salad" for "caesar
    salad"). Plurals count.
    """
    words = split_words(text)
    known = {stem(part) for value in values for part in label(value).split()}
    stems = [_as_known(stem(word.lower), known) for word in words]
    telling = _telling_stems(values)
    found: list[Span] = []
    for value in values:
        whole = [stem(word) for word in label(value).split()]
        places = _runs(stems, whole)
        if not places:
            places = [(place, place + 1) for place, said in enumerate(stems) if said in telling.get(value, ())]
        found.extend(Span(words[first].start, words[last - 1].end, value) for first, last in places)
    longest = [span for span in found if not any(_covers(other, span) for other in found)]
    return tuple(sorted(longest, key=lambda span: span.start))


def _as_known(said: str, known: set[str]) -> str:
    """Read a word as one of `known` that begins alike: "dermatologist" as "dermatology"."""
    if said in known:
        return said
    said = _ABBREVIATED.get(said, said)
    alike = [one for one in known if _shared_start(said, one) > LIKENESS * max(len(said), len(one))]
    return alike[0] if len(alike) == 1 else said


def _shared_start(left: str, right: str) -> int:
    length = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    shared = min(len(left), len(right)) if length is None else length
    return shared if shared >= SHORTEST_LIKENESS else 0


def _telling_stems(values: Sequence[str]) -> dict[str, frozenset[str]]:
    """For each value the stems that no other value has and that are no everyday words."""
    by_value = {
        value: {
            stem(word)
            for word in label(value).split()
            if word not in STOP_WORDS and len(word) > 2 and not _TIME_UNIT.match(word)
        }
        for value in values
    }
    return {
        value: frozenset(own for own in stems if sum(own in others for others in by_value.values()) == 1)
        for value, stems in by_value.items()
    }


def _runs(stems: Sequence[str], wanted: Sequence[str]) -> list[tuple[int, int]]:
    size = len(wanted)
    return [
        (first, first + size)
        for first in range(len(stems) - size + 1)
        if size and list(stems[first : first + size]) == list(wanted)
    ]


def _covers(other: Span, span: Span) -> bool:
    larger = other.end - other.start > span.end - span.start
    return larger and other.start <= span.start and span.end <= other.end


def same_text(left: str, right: str) -> bool:
    """Compare two texts by their words alone."""
    return plain(left) == plain(right)
