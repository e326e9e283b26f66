"""Typed stretches of a turn: dates, times, codes, e-mail addresses, names, categories.

Every finder returns stretches of the cleaned text with their places. A value is always something the caller said,
cut out and not invented; only categories are given in the spelling of the domain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from dialogue.understanding.emails import read_email
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.words import STOP_WORDS, Word, label, plain, split_words, stem
from dialogue.understanding.years import SHORT_YEAR, SPOKEN_YEAR

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
_DAY_OF_MONTH = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_YEAR = rf"(?:,? (?:\d{{4}}(?!\d)|{SPOKEN_YEAR}|{SHORT_YEAR}))"
_FEAST = "(?:christmas (?:eve|day)|boxing day|new year['’]?s (?:eve|day)|good friday|easter (?:sunday|monday))"
_UNIT = "(?:days?|weeks?|months?|years?|hours?|weekends?|nights?|quarters?)"
_ONE_DATE = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d{{2}})"
    rf"|(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|1[0-2])-(?:19|20)\d{{2}}|(?:\d{{1,2}}-{_MONTH}-\d{{2,4}})"
    rf"|(?:mid|early|late)[- ](?:(?:this|next|last) (?:month|week|year)|(?!may\b|march\b){_MONTH})"
    rf"|(?:the )?(?:first|last|(?:first|second) half)(?: weekend| week| {_DAY})? (?:of|in) {_MONTH}"
    rf"|{_DAY} (?:of )?(?:(?:this|next) week|the week after(?: next)?)|the week after next|{_DAY} in {_COUNT} weeks"
    rf"|the day (?:after tomorrow|before yesterday)|(?:today|tomorrow|yesterday|tonight)(?: {_PART})?"
    rf"|(?:this|next|last|past|coming|this coming|the last|the past|the next)(?: {_COUNT})? (?:{_UNIT}|{_PART}"
    rf"|{_DAY}|{_MONTH})(?: {_PART})?|the weekend|(?:a|one) week (?:from|on) {_DAY}"
    rf"|(?:the )?(?:end|beginning|start|middle) of (?:(?:the|this|next|last) (?:month|week|year)|{_MONTH})"
    rf"|the {_ORDINAL} of (?:this|next|last) month"
    rf"|(?:{_DAY},? )?(?:the )?{_ORDINAL}(?: of)? {_MONTH}{_YEAR}?"
    rf"|(?:{_DAY},? )?{_MONTH} (?:the )?{_ORDINAL}{_YEAR}?(?! ?(?:dollars|euros|pounds))"
    rf"|(?:{_DAY_OF_MONTH} {_MONTH}|{_MONTH} {_DAY_OF_MONTH}),? (?:\d{{4}}(?!\d)|{SPOKEN_YEAR})"
    rf"|{_DAY},? the {_ORDINAL}|(?:this |next |last )?{_DAY}(?: {_PART})?"
    rf"|{_MONTH},? (?:\d{{4}}|{SPOKEN_YEAR})|in {_COUNT} {_UNIT}|{_COUNT} {_UNIT} ago|{_FEAST}"
    rf"|the {_ORDINAL}(?! (?:one|card|option|time|of(?! {_MONTH})))|(?<!\w)(?!may\b|march\b|mar\b){_MONTH})"
)
_DATE = re.compile(
    rf"\b(?:between {_ONE_DATE} and {_ONE_DATE}|{_ONE_DATE}(?: (?:to|until|till|through) {_ONE_DATE})?)\b",
    re.IGNORECASE,
)
_MONTH_IN = re.compile(rf"\b{_MONTH}\b", re.IGNORECASE)
_HOUR_WORD = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_MINUTES = "(?:fifteen|twenty(?:[- ]five)?|thirty(?:[- ]five)?|forty(?:[- ]five)?|oh five|fifty(?:[- ]five)?)"
_HALF_DAY = r"(?:[ap]\.?\s?m\b\.?|o['’]?\s?clock)"
_PAST = rf"(?:half|quarter|five|ten|0?5|[12]0|25|{_MINUTES}|(?:\d{{1,2}}|{_COUNT})(?= minutes? ))"
_HOUR = rf"(?:\d{{1,2}}|{_HOUR_WORD})"
_WHICH_HALF = (
    rf"(?:(?: ?{_HALF_DAY})?(?: (?:in the (?:morning|afternoon|evening)|at night|this (?:morning|afternoon|evening)"
    r"|tonight)\b)?)"
)
"""What may follow an hour and tells morning from evening."""
_AT = r"(?:(?<=\bat )|(?<=\bat about )|(?<=\bat around )|(?<=\bat like )|(?<=\bat exactly ))"
_NEAR = (
    r"(?:(?<=\bfrom )|(?<=\baround )|(?<=\babout )|(?<=\bby )|(?<=\bafter )|(?<=\bbefore )|(?<=\btill )|(?<=\buntil ))"
)
_NO_HOUR = (
    r"(?:(?:dollars|euros|pounds|people|percent|hundred|thousand)\b|[a-z]+ (?:street|road|avenue|lane|drive|close)\b)"
)
_TIME = re.compile(
    rf"\b(?:{_PAST}(?: minutes?)? (?:past|to|after|before) {_HOUR}{_WHICH_HALF}(?!\w)"
    rf"|(?<!\ba )(?<!\bone )(?<!\band )half {_HOUR}{_WHICH_HALF}(?![\w%])"
    rf"|\d{{1,2}}:\d{{2}}{_WHICH_HALF}|\d{{1,2}}\.\d{{2}} ?{_HALF_DAY}"
    rf"|{_HOUR}(?: {_MINUTES})? ?{_HALF_DAY}{_WHICH_HALF}"
    rf"|(?:noon|midday|midnight)|{_HOUR}(?: {_MINUTES})? (?:in the {_PART}|at night\b)"
    rf"|{_AT}{_HOUR}(?: {_MINUTES})?{_WHICH_HALF}\b(?!-|[:/.]\d| {_NO_HOUR})"
    rf"|{_NEAR}{_HOUR} {_MINUTES}\b(?!-|[:/.]\d| {_NO_HOUR})"
    r"|(?<=\bin the )(?:morning|afternoon|evening))",
    re.IGNORECASE,
)
_TIME_UNIT = re.compile(r"(?:day|week|month|year|hour|minute|time)s?$")
_EMAIL = re.compile(
    r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"
    r"|(?<![\w'’])(?:\w+ (?:dot|underscore|dash|hyphen|point) |(?:\w (?=\w ))){0,20}"
    r"(?!(?:me|us|him|her|them|it|mail|email|address)\b at)"
    r"[\w.]{1,64} at"
    r" (?:g mail|hot mail|out look|i cloud|(?:\w (?=\w )){0,8}[\w-]+)(?: (?:dot|dash) [a-z]{2,20})*?"
    r" (?:dot|point) (?:[a-z]{2,6}|[a-z](?: [a-z]){1,2})\b(?: dot (?:[a-z]{2}|[a-z] [a-z])\b)?",
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


_BRITISH = re.compile(r"our(?=(?:s|ed|ing)?$)|tre(?=s?$)|is(?=(?:e[sdr]?|ing|ation)$)|grey|tyre")
_AMERICAN = {"our": "or", "tre": "ter", "is": "iz", "grey": "gray", "tyre": "tire"}
SHORTEST_BRITISH = 3
"""Letters from which a word is written one way or the other; "our" and "his" are."""
MOST_TURNS = 128
"""Turns whose values are kept: every stage looks at the same words, for one flow after the other."""
LIKENESS = 0.75
"""Part of the longer of two words that they must share from the start on to count as one."""
SHORTEST_LIKENESS = 6
SHORTEST_RUN = 4
"""Letters of a value that may be spaced in another way."""
LONG_WORD = 8
"""Letters of a value that is known although two of them are wrong, where recognition split it: "universe city"."""
MOST_PIECES = 4
MOST_BETWEEN = 3
"""Words between a verb and its particle."""
_PARTICLES = frozenset(words_of("up out off back in on over down away"))
TURNING = frozenset(
    words_of("wrong old new back like good bad same other not no never without up out off away again more less any")
)
"""Words without which the rest of a value's words name something else."""
EVERYDAY = frozenset(
    stem(word)
    for word in words_of(
        "back like new old good bad big great long short high low right wrong same other next last full whole"
        " half own real sure true free easy hard fine nice best better most least more less very just only even still"
        " also too well now then today tomorrow time day week month year way thing things place people person man woman"
        " name number part side end kind type sort lot bit point case fact work house shop store town city street road"
        " area come comes came arrive arrived arriving go going gone get got send sent bring brought take"
        " took give gave"
        " put keep kept make made buy bought sell sold find found look looking call called calling tell told say said"
        " know think thought want wanted need needed use used try tried ask asked leave left stay start open close"
        " change changed check help show order book booking instead again already always never maybe really"
        " please thank"
        " thanks sorry okay little first around along through between without within before after while until because"
        " something anything nothing everything someone anyone everyone course moment minute second hour"
        " both each every"
        " another different same possible able else ever yet away down over under off on charge paying pay paid"
    )
)
"""Stems of words that everybody uses of everything: alone they name no value that has more words."""
_ABBREVIATED = {"s": "small", "m": "medium", "l": "large"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text and the value it stands for."""

    start: int
    end: int
    value: str


@lru_cache(maxsize=MOST_TURNS)
def find_dates(text: str) -> tuple[Span, ...]:
    """Find dates, days and periods, relative ones included."""
    return tuple(Span(found.start(), found.end(), found[0]) for found in _DATE.finditer(text))


@lru_cache(maxsize=MOST_TURNS)
def find_times(text: str) -> tuple[Span, ...]:
    """Find times of day."""
    return tuple(Span(found.start(), found.end(), found[0].rstrip(".")) for found in _TIME.finditer(text))


@lru_cache(maxsize=MOST_TURNS)
def find_emails(text: str) -> tuple[Span, ...]:
    """Find e-mail addresses, dictated ones ("joe at example dot com") as they would be written."""
    return tuple(Span(found.start(), found.end(), read_email(found[0]) or found[0]) for found in _EMAIL.finditer(text))


def find_codes(text: str) -> tuple[Span, ...]:
    """Find codes that mix letters and figures, such as "BA 117" or "X7Q2", and codes spelled out: "X 7 Q 2"."""
    spelled = [Span(*one.span(), re.sub(r"[^A-Za-z\d]", "", one[0]).upper()) for one in _SPELLED.finditer(text)]
    return tuple(spelled) or tuple(Span(found.start(), found.end(), found[0]) for found in _CODE.finditer(text))


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


def find_categories(text: str, values: Sequence[str], *, about: frozenset[str] = frozenset()) -> tuple[Span, ...]:
    """Find values of a category in `text`, by their words; a value that lies inside a longer one is not reported.

    A value is named by all its words, however they are spaced ("wind screen", "email"), or by a word that none of the
    other values has ("the salad" for "caesar salad") and that is no everyday one. Plurals count, and one wrong letter
    in a long word does.

    Args:
        text: the turn.
        values: of the category.
        about: stems of what the category is called, which tell none of its values from another.
    """
    category = _category(tuple(values), about)
    words = split_words(text)
    stems = [_as_known(stem(_spelling(word.lower)), category.known) for word in words]
    found: list[Span] = []
    partly: list[Span] = []
    for one in category.values:
        whole = _runs(stems, one.stems) or _apart(stems, one.stems) or _run_together(words, one)
        places = whole or [(place, place + 1) for place, said in enumerate(stems) if said in one.telling]
        spans = (Span(words[first].start, words[last - 1].end, one.value) for first, last in places)
        (found if whole else partly).extend(span for span in spans if not _is_article(text, span))
    found += [span for span in partly if not any(_touch(span, whole, text) for whole in found)]
    longest = [span for span in found if not any(_covers(other, span) for other in found)]
    return tuple(sorted(longest, key=lambda span: span.start))


def _touch(part: Span, whole: Span, text: str) -> bool:
    """Say whether a word stands right beside a whole value: "storm damage" is no `accidental damage`."""
    return part.value != whole.value and not text[min(part.end, whole.end) : max(part.start, whole.start)].strip()


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a category: its words, its letters without spaces, the stems that tell it from the others."""

    value: str
    stems: tuple[str, ...]
    letters: str
    telling: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Category:
    """The values of a category, and the stems of all their words."""

    values: tuple[_Value, ...]
    known: frozenset[str]


@lru_cache(maxsize=1024)
def _category(values: tuple[str, ...], about: frozenset[str]) -> _Category:
    telling = _telling_stems(values, about)
    read = tuple(
        _Value(value, tuple(_value_stems(value)), "".join(label(value).split()), telling[value]) for value in values
    )
    return _Category(read, frozenset(part for one in read for part in one.stems))


def _is_article(text: str, span: Span) -> bool:
    """Say whether a value of one letter is rather a word: "find me a ...", "I ..."."""
    said = text[span.start : span.end]
    if said not in ("a", "A", "i", "I"):
        return False
    return said != "A" or (not text[: span.start].strip() and bool(text[span.end :].strip(" .!,")))


def _value_stems(value: str) -> list[str]:
    return [stem(_spelling(word)) for word in label(value).split()]


def _spelling(word: str) -> str:
    """Write a British spelling the American way, so that both are one word."""
    return _BRITISH.sub(lambda found: _AMERICAN[found[0]], word) if len(word) > SHORTEST_BRITISH else word


def _as_known(said: str, known: frozenset[str]) -> str:
    """Read a word as one of `known` that begins alike, "dermatologist" as "dermatology", or has one letter wrong."""
    if said in known or (len(said) < SHORTEST_LIKENESS - 1 and said not in _ABBREVIATED):
        return said
    said = _ABBREVIATED.get(said, said)
    alike = [one for one in known if _shared_start(said, one) > LIKENESS * max(len(said), len(one))]
    alike = alike or [one for one in known if said not in EVERYDAY and _one_letter_off(said, one)]
    return alike[0] if len(alike) == 1 else said


def _one_letter_off(said: str, known: str) -> bool:
    """Say whether a long word misses a letter, has one too many, or another one at its end."""
    if min(len(said), len(known)) < SHORTEST_LIKENESS or said == known:
        return False
    if len(said) == len(known):
        return said[:-1] == known[:-1]
    longer, shorter = (said, known) if len(said) > len(known) else (known, said)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def _shared_start(left: str, right: str) -> int:
    length = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    shared = min(len(left), len(right)) if length is None else length
    return shared if shared >= SHORTEST_LIKENESS else 0


def _telling_stems(values: Sequence[str], about: frozenset[str]) -> dict[str, frozenset[str]]:
    """For each value the stems that no other value has and that are no everyday words.

    A value with a word that turns the others ("wrong book", "not in the car", "old town") is named by the whole only.
    """
    by_value = {value: {stem(_spelling(word)) for word in label(value).split()} for value in values}
    telling: dict[str, frozenset[str]] = {}
    for value in values:
        parts = label(value).split()
        if len(parts) > 1 and (set(parts) & TURNING or any(len(part) == 1 for part in parts)):
            telling[value] = frozenset()
            continue
        own = {
            stem(_spelling(word))
            for word in parts
            if word not in STOP_WORDS and len(word) > 2 and not _TIME_UNIT.match(word)
        }
        telling[value] = frozenset(
            one for one in own - about - EVERYDAY if sum(one in others for others in by_value.values()) == 1
        )
    return telling


def _apart(stems: Sequence[str], wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Places of a verb and its particle with what they are about between them: "pick it up"."""
    if len(wanted) != 2 or wanted[1] not in _PARTICLES:
        return []
    return [
        (first, last + 1)
        for first, said in enumerate(stems)
        if said == wanted[0]
        for last in range(first + 2, min(first + 2 + MOST_BETWEEN, len(stems)))
        if stems[last] == wanted[1]
    ][:1]


def _run_together(words: Sequence[Word], value: _Value) -> list[tuple[int, int]]:
    """Places where the letters of a value are spaced in another way: "wind screen", "email", "universe city"."""
    wanted, count = value.letters, len(value.stems)
    if len(wanted) < SHORTEST_RUN:
        return []
    for first in range(len(words)):
        for last in range(first + 1, min(first + MOST_PIECES, len(words)) + 1):
            said = "".join(word.lower for word in words[first:last])
            if len(said) > len(wanted) + 2 or said[0] != wanted[0]:
                break
            if last - first != count and (said == wanted or said == f"{wanted}s"):
                return [(first, last)]
            if last - first > count and len(wanted) >= LONG_WORD and Levenshtein.distance(said, wanted) <= 2:
                return [(first, last)]
    return []


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


def has_month(text: str) -> bool:
    """Say whether a month is named as part of a date; "may" and "march" alone are words."""
    return any(_MONTH_IN.search(span.value) for span in find_dates(text))
