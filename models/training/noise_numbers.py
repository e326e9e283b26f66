"""Ways in which recognition writes numbers, money, dates, times, codes and e-mail addresses: in words or in figures.

Each form is a pattern with a maker; the maker gives what a telephone recogniser writes (words, no marks) and what a
Whisper-like one writes (figures, sometimes grouped wrongly). What a form means never changes: 831 stays 831.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.number_words import ordinal_ending
from models.training.noise_tables import ALPHABET

Forms: TypeAlias = tuple[list[str], list[str]]
"""Said in words, written in figures: either may be empty."""
Maker: TypeAlias = Callable[["re.Match[str]", random.Random], Forms]

_SMALL = words_of(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = ["", "", *words_of("twenty thirty forty fifty sixty seventy eighty ninety")]
_ORDINALS = words_of(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_MONTHS = words_of("January February March April May June July August September October November December")
_VALUES = (
    {word: value for value, word in enumerate(_SMALL)}
    | {word: 10 * value for value, word in enumerate(_TENS) if word}
    | {"oh": 0, "fourty": 40}
)
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6}
_TIMES = {"double": 2, "triple": 3}
_MISHEARD_DIGITS = {"two": "to", "four": "for", "eight": "ate", "one": "won", "zero": "oh", "six": "sicks"}
_CURRENCY = {"$": ("dollars", "bucks"), "£": ("pounds", "quid"), "€": ("euros", "euro")}
_SIGNS = {
    unit: sign
    for sign, units in (("$", "dollar dollars bucks"), ("£", "pound pounds quid"), ("€", "euro euros"))
    for unit in words_of(units)
}
_MOST_DIGITS = 12

_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_ORDINAL_WORD = r"(?:(?:twenty|thirty)[ -])?(?:" + "|".join(_ORDINALS[1:]) + "|thirtieth)"
_DAY = rf"(?P<day>{_ORDINAL_WORD}|[0-3]?[0-9](?:st|nd|rd|th)?)"
_HALF = r"(?P<half>[ap]\.?m\.?)"
_HOUR = r"(?P<hour>" + "|".join(reversed(_SMALL[1:13])) + r"|1[0-2]|[1-9])"
_NUMBER_WORD = "(?:" + "|".join(sorted({*_VALUES, *_LARGE, *_TIMES}, key=lambda word: (-len(word), word))) + ")"
_WORDS = rf"(?P<words>{_NUMBER_WORD}(?:(?:(?<=hundred)|(?<=thousand)) and {_NUMBER_WORD}|[ -]{_NUMBER_WORD})*)"
_AMOUNT = r"(?P<whole>[0-9][0-9,]*)(?:\.(?P<cents>[0-9]{2}))?"
_AFTER_MONTH = tuple(f"{month.lower()} {the}" for month in _MONTHS for the in ("", "the "))
_UNIT = "(?P<unit>" + "|".join(sorted(_SIGNS, key=lambda word: (-len(word), word))) + ")"


def cardinal(number: int, rng: random.Random) -> str:
    """Say a number up to a billion: "eight hundred (and) thirty one"."""
    for value, word in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= value:
            head, rest = divmod(number, value)
            if value == 100 and rest == 0 and head == 1 and rng.random() < 0.3:
                return "a hundred"
            joint = " and " if rest and rest < 100 and rng.random() < 0.4 else " "
            return f"{cardinal(head, rng)} {word}" + (joint + cardinal(rest, rng) if rest else "")
    if number < 20:
        return _SMALL[number]
    return _TENS[number // 10] + (f" {_SMALL[number % 10]}" if number % 10 else "")


def ordinal(number: int) -> str:
    """Say a day of the month: "twenty first"."""
    if number <= 20:
        return _ORDINALS[number]
    return "thirtieth" if number == 30 else f"{_TENS[number // 10]} {_ORDINALS[number % 10]}"


def digits_said(digits: str, rng: random.Random, chance: float = 0.12) -> str:
    """Say figure by figure: "eight three one", with oh for zero, double five, and by `chance` a digit misheard."""
    zero, doubles, misheard = rng.choice(("zero", "oh")), rng.random() < 0.3, rng.random() < chance
    words, at = [], 0
    while at < len(digits):
        word = zero if digits[at] == "0" else _SMALL[int(digits[at])]
        if doubles and digits[at : at + 2] == digits[at] * 2:
            words.append(f"double {word}")
            at += 2
            continue
        words.append(_MISHEARD_DIGITS.get(word, word) if misheard and rng.random() < 0.4 else word)
        at += 1
    return " ".join(words)


def pairs_said(digits: str, rng: random.Random) -> str:
    """Say in groups of one to two figures: "eight thirty one", "twelve oh four"."""
    head = len(digits) % 2
    groups = [digits[:head], *(digits[at : at + 2] for at in range(head, len(digits), 2))]
    return " ".join(digits_said(one, rng) if one[0] == "0" else cardinal(int(one), rng) for one in groups if one)


def regrouped(digits: str, rng: random.Random) -> str:
    """Cut figures where nobody spoke a border: "8-31", "83 1", "8 3 1"."""
    if rng.random() < 0.25:
        return rng.choice(" -").join(digits)
    at = rng.randint(1, len(digits) - 1)
    more = rng.randint(at, len(digits) - 1) if len(digits) > 5 else at
    return rng.choice((" ", "-", " ")).join(part for part in (digits[:at], digits[at:more], digits[more:]) if part)


def _spelled(letters: str, rng: random.Random) -> str:
    if rng.random() < 0.2:
        return " ".join(f"{one} {rng.choice(('as in', 'for', 'like'))} {ALPHABET[one.lower()]}" for one in letters)
    return " ".join(letters if rng.random() < 0.5 else letters.lower())


def _run(digits: str, rng: random.Random) -> Forms:
    """Write a run of figures without marks in it; a round one is a quantity and is never cut."""
    is_round = digits.endswith("0" * max(1, len(digits) - 2))
    is_quantity = digits[0] != "0" and (len(digits) <= 2 or (is_round and len(digits) <= 7))
    if len(digits) > _MOST_DIGITS:
        return [digits_said(digits[:60], rng)] if len(digits) <= 60 else [], []
    if is_quantity:
        return [cardinal(int(digits), rng)], [f"{int(digits):,}" if len(digits) > 3 else digits]
    words = [digits_said(digits, rng)]
    words += [pairs_said(digits, rng)] if len(digits) > 2 else []
    words += [cardinal(int(digits), rng)] * 2 if digits[0] != "0" and len(digits) <= 4 else []
    return words, [regrouped(digits, rng), digits] if len(digits) > 2 else [digits]


def _figures(match: re.Match[str], rng: random.Random) -> Forms:
    parts = re.split("[ -]", match[0])
    joined = "".join(parts)
    if match.string[: match.start()].lower().endswith(_AFTER_MONTH):
        return [], []
    if len(parts) == 1:
        return _run(joined, rng)
    if len(joined) < 5:
        return [" ".join(_run(one, rng)[0][0] for one in parts)], [" ".join(parts), match[0]]
    written = [joined, "-".join(parts), " ".join(parts), regrouped(joined, rng)]
    if len(joined) > 60:
        return [], written
    grouped = " ".join(digits_said(one, rng) for one in parts)
    return [grouped, pairs_said(joined, rng), digits_said(joined, rng)], written


def _thousands(match: re.Match[str], rng: random.Random) -> Forms:
    plain = match[0].replace(",", "")
    if len(plain) > 9:
        return [], [plain]
    return [cardinal(int(plain), rng)], [plain, match[0].replace(",", " "), match[0]]


def _decimal(match: re.Match[str], rng: random.Random) -> Forms:
    whole, part = match[1], match[2]
    if len(whole) > 9 or len(part) > 4:
        return [], []
    said = [f"{cardinal(int(whole), rng)} point {digits_said(part, rng)}"]
    return said + ([f"{cardinal(int(whole), rng)} and a half"] if part == "5" and whole != "0" else []), [match[0]]


def _money(match: re.Match[str], rng: random.Random) -> Forms:
    sign = match["sign"] or _SIGNS[match["unit"].lower()]
    plain, cents = match["whole"].replace(",", ""), match["cents"]
    if len(plain) > 9:
        return [], []
    unit = rng.choice(_CURRENCY[sign]) if match["sign"] else match["unit"]
    said, amount = cardinal(int(plain), rng), f"{plain}.{cents}" if cents else plain
    if cents and cents != "00":
        tail = cardinal(int(cents), rng)
        words = [f"{said} {unit} and {tail} {'pence' if sign == '£' else 'cents'}", f"{said} {unit} {tail}"]
    else:
        words = [f"{said} {unit}"]
    return words, [f"{amount} {unit}", f"{sign}{amount}", f"{sign}{match['whole']}" if not cents else f"{sign}{amount}"]


def _email(match: re.Match[str], rng: random.Random) -> Forms:
    user, host = match[0].rsplit("@", 1)
    said = user
    for mark, name in ((".", "dot"), ("_", "underscore"), ("-", rng.choice(("dash", "hyphen"))), ("+", "plus")):
        said = said.replace(mark, f" {name} ")
    said = re.sub("[0-9]+", lambda found: f" {digits_said(found[0], rng, 0)} ", said)
    place = host.replace(".", " dot ").replace("-", " dash ")
    place = place.replace("gmail", "g mail") if rng.random() < 0.2 else place
    words = [f"{' '.join(said.split())} at {place}"]
    if len(user) <= 8 and user.isalpha() and rng.random() < 0.2:
        words = [f"{' '.join(user)} at {place}"]
    return words, [match[0], f"{user} at {host}", f"{user.title()}@{host}", f"{user}@{place.replace(' dot ', '.')}"]


def _spoken_email(match: re.Match[str], _rng: random.Random) -> Forms:
    joined = f"{match[1]}@{match[2]}".replace(" dot ", ".")
    return [match[0]], [joined, joined, f"{match[1]} at {match[2].replace(' dot ', '.')}"]


def _day_number(said: str) -> int:
    if said[0].isdigit():
        return int(re.sub("[^0-9]", "", said))
    return next((day for day in range(1, 32) if ordinal(day) == said.lower().replace("-", " ")), 0)


def suffixed(number: int) -> str:
    """Write an ordinal in figures: "21st"."""
    return f"{number}{ordinal_ending(number)}"


def _date(match: re.Match[str], _rng: random.Random) -> Forms:
    month, day = match["month"], _day_number(match["day"])
    if not 1 <= day <= 31:
        return [], []
    said, short = ordinal(day), suffixed(day)
    words = [f"{month} {said}", f"{month} the {said}", f"the {said} of {month}", f"{said} of {month}"]
    of = f"{short} of {month}"
    return words, [f"{month} {short}", f"{month} {day}", f"{day} {month}", of, f"the {of}"]


def _iso_date(match: re.Match[str], rng: random.Random) -> Forms:
    year, month, day = (int(part) for part in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return [], []
    name = _MONTHS[month - 1]
    said = pairs_said(f"{year:04}", rng)
    words = [f"the {ordinal(day)} of {name} {said}", f"{name} {ordinal(day)} {said}"]
    return words, [f"{name} {suffixed(day)} {year}", match[0].replace("-", " "), f"{day} {name} {year}"]


def _ordinal_figure(match: re.Match[str], _rng: random.Random) -> Forms:
    day = int(match[1])
    return ([ordinal(day)] if 1 <= day <= 31 else []), [match[0]]


def _ordinal_said(match: re.Match[str], _rng: random.Random) -> Forms:
    day = _day_number(match["day"])
    return [match[0]], [f"{match['the']} {suffixed(day)}"] if day else []


def _clock(match: re.Match[str], rng: random.Random) -> Forms:
    hour, minute, half = int(match[1]), match[2], (match["half"] or "").replace(".", "").lower()
    tail = f" {half}" if half else ""
    spaced = f" {' '.join(half)}" if half and rng.random() < 0.4 else tail
    name = cardinal(hour, rng)
    minutes = digits_said(minute, rng) if minute[0] == "0" else cardinal(int(minute), rng)
    words = [(name if minute == "00" else f"{name} {minutes}") + spaced]
    if not half and minute == "00" and 1 <= hour <= 12:
        words.append(f"{name} o'clock")
    if not half and 1 <= hour <= 12 and minute in ("15", "30", "45"):
        after = _SMALL[hour % 12 + 1]
        words += {"15": [f"quarter past {name}"], "30": [f"half past {name}"], "45": [f"quarter to {after}"]}[minute]
    return words, [f"{hour}{mark}{minute}{tail}" for mark in (":", " ", "", ".")]


def _hour_half(match: re.Match[str], _rng: random.Random) -> Forms:
    hour, half = match["hour"].lower(), match["half"].replace(".", "").lower()
    number = int(hour) if hour[0].isdigit() else _SMALL.index(hour)
    return [f"{_SMALL[number]} {half}", f"{_SMALL[number]} {' '.join(half)}"], [
        f"{number} {half}", f"{number}{half}", f"{number} {half[0]}.m.", f"{number}:00 {half}"
    ]  # fmt: skip


def _spoken_clock(match: re.Match[str], rng: random.Random) -> Forms:
    hour, part = match["hour"].lower(), " ".join(match["part"].lower().split())
    number = int(hour) if hour[0].isdigit() else _SMALL.index(hour)
    if part == "o'clock":
        return [f"{_SMALL[number]} o'clock", f"{_SMALL[number]} oclock", f"{_SMALL[number]} o clock"], [
            f"{number} o'clock", f"{number}:00"
        ]  # fmt: skip
    before = (number - 2) % 12 + 1
    minute, shown = {"half past": ("30", number), "quarter past": ("15", number)}.get(part, ("45", before))
    said = f"{_SMALL[shown]} {cardinal(int(minute), rng)}"
    return [f"{part} {_SMALL[number]}", said], [f"{shown}:{minute}", f"{part} {number}", f"{shown} {minute}"]


def _code(match: re.Match[str], rng: random.Random) -> Forms:
    letters, digits = match[1], match[2]
    words = [f"{_spelled(letters, rng)} {said}" for said in (digits_said(digits, rng), pairs_said(digits, rng))]
    cut = regrouped(digits, rng)
    return words, [f"{letters}{digits}", f"{letters} {digits}", f"{letters}-{digits}", f"{' '.join(letters)} {digits}",
                   f"{letters}{cut}"]  # fmt: skip


def _letters(match: re.Match[str], rng: random.Random) -> Forms:
    parts = match[0].split()
    said = [_SMALL[int(one)] if one.isdigit() else one.lower() for one in parts]
    return [" ".join(said), _spelled_mixed(parts, rng)], ["".join(parts), "-".join(parts), " ".join(parts)]


def _spelled_mixed(parts: list[str], rng: random.Random) -> str:
    return " ".join(_SMALL[int(one)] if one.isdigit() else _spelled(one, rng) for one in parts)


def groups_of(words: list[str]) -> list[str]:
    """Read number words as groups of figures: "eight thirty one" is 8 and 31, "one hundred and two" is 102."""
    groups: list[int | str] = []
    before, times = "", 1
    for word in words:
        if word in _TIMES:
            times = _TIMES[word]
        elif word in _LARGE:
            last = groups.pop() if groups and groups[-1] and isinstance(groups[-1], int) else 1
            assert isinstance(last, int)
            if word == "hundred" and last % 1000 >= 100:  # "five hundred eight hundred": two numbers
                groups.append(last - last % 100)
                last %= 100
            kept = last // 1000 * 1000 if word == "hundred" else 0
            groups.append(kept + max(1, last - kept) * _LARGE[word])
            before = "large"
        elif word != "and":
            value = _VALUES[word]
            joins = before == "large" or (before == "tens" and 1 <= value <= 9)
            if times > 1:
                groups.append(str(value) * times)
                times, before = 1, "digit"
                continue
            if joins and groups and isinstance(groups[-1], int):
                groups[-1] += value
            else:
                groups.append(value)
            before = "tens" if value >= 20 else "digit"
    return [str(one) for one in groups]


def _number_words(match: re.Match[str], rng: random.Random) -> Forms:
    words = re.split("[ -]", match["words"].lower())
    is_no_number = len(words) == 1 and (words[0] in ("one", "oh", "zero") or words[0] in _TIMES)
    is_sigh = words[0] == "oh" and len(words) < 4
    is_broken = any(word in _TIMES and _VALUES.get(after, 10) > 9 for word, after in pairwise([*words, ""]))
    if len(words) > 40 or is_no_number or is_sigh or is_broken:
        return [], []
    groups, unit = groups_of(words), match["unit"]
    said = [match[0].replace("-", " "), re.sub(" and (?=.)", " ", match[0].replace("-", " "))]
    if len(groups) == 1:
        figure = f"{int(groups[0]):,}" if len(groups[0]) > 3 and rng.random() < 0.5 else groups[0]
        return said, [f"{_SIGNS[unit.lower()]}{figure}", f"{figure} {unit}"] if unit else [figure]
    tail = f" {unit}" if unit else ""
    if unit:
        return said, [" ".join(groups) + tail]
    written = ["".join(groups), " ".join(groups), "-".join(groups)]
    if len(groups) == 2 and 1 <= int(groups[0]) <= 12 and len(groups[1]) == 2 and groups[1] < "60":
        written += [":".join(groups)] * 3
    if len(groups) > 2 and all(one in _VALUES for one in words):
        said.append(" ".join(_MISHEARD_DIGITS.get(one, one) if rng.random() < 0.3 else one for one in words))
    return said, written


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


FORMS: tuple[tuple[re.Pattern[str], Maker], ...] = (
    (re.compile(r"\b[A-Za-z0-9][A-Za-z0-9._+-]{0,60}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,20}){1,4}"), _email),
    (re.compile(r"\b([a-z0-9]+(?: dot [a-z0-9]+){0,3}) at ([a-z0-9]+(?: dot [a-z0-9]+){1,3})\b"), _spoken_email),
    (re.compile(rf"(?P<sign>[$£€])\s?{_AMOUNT}(?![0-9%]|[.,][0-9])(?P<unit>)"), _money),
    (_compiled(rf"(?<![\w.,:/-])(?P<sign>){_AMOUNT}\s{_UNIT}\b"), _money),
    (re.compile(r"(?<![\w-])([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![\w-])"), _iso_date),
    (_compiled(rf"\b{_MONTH} (?:the )?{_DAY}(?![\w:/-]|[.,][0-9])"), _date),
    (_compiled(rf"\b(?:the )?{_DAY} of {_MONTH}\b"), _date),
    (re.compile(rf"\b(?P<day>[0-3]?[0-9](?:st|nd|rd|th)?) {_MONTH}\b"), _date),
    (_compiled(rf"(?<![\w:.])([01]?[0-9]|2[0-3]):([0-5][0-9])(?:\s?{_HALF})?(?![\w:])"), _clock),
    (_compiled(rf"(?<![\w:.]){_HOUR}\s?{_HALF}(?!\w| I\b)"), _hour_half),
    (_compiled(rf"\b(?P<part>half past|quarter past|quarter to) {_HOUR}\b"), _spoken_clock),
    (_compiled(rf"\b{_HOUR} (?P<part>o'clock)\b"), _spoken_clock),
    (_compiled(r"\b([0-9]{1,2})(?:st|nd|rd|th)\b"), _ordinal_figure),
    (_compiled(rf"\b(?P<the>the) (?P<day>{_ORDINAL_WORD})\b"), _ordinal_said),
    (re.compile(r"\b(?!(?:I|A|ID|OK|PIN|PO|TV)[- ])([A-Z]{1,4})[- ]?([0-9]{2,10})\b"), _code),
    (re.compile(r"\b[A-Z0-9](?: [A-Z0-9]){2,20}\b"), _letters),
    (re.compile(r"(?<![\w.,/:$£€-])[0-9]{1,3}(?:,[0-9]{3})+(?![\w.,]*[0-9])"), _thousands),
    (re.compile(r"(?<![\w.,/:$£€-])([0-9]+)\.([0-9]+)(?![\w/:%]|[.,-][0-9])"), _decimal),
    (re.compile(r"(?<![\w.,/:$£€@#-])[0-9]+(?:[ -][0-9]+)*(?![\w/:%@]|[.,-][0-9])"), _figures),
    (_compiled(rf"\b(?:a (?=hundred|thousand|million))?{_WORDS}(?: {_UNIT})?\b"), _number_words),
)  # fmt: skip
"""In the order in which they are tried: what an earlier form wrote, a later one leaves alone."""

NUMBER_WORDS = frozenset(_VALUES) | frozenset(_LARGE) | frozenset(_TIMES)
