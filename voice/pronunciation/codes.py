"""Codes, telephone numbers and other figures that are read one by one, and whatever other numbers there are."""

from __future__ import annotations

import re
from typing import Final

from voice.pronunciation.numbers import cardinal, decimal, digits, grouped_digits, ordinal, year
from voice.pronunciation.rules import Claim, Part, Rule, letters, said, value

_NUMBERED: Final = (
    "number|numbers|code|codes|pin|reference|ref|extension|ext|digits|id|passcode|password|zip|postcode|iban|serial|"
    "telephone|phone"
)
"""Words whose value is always read figure by figure, also after "is"."""
_NAMED: Final = (
    "card|account|order|booking|confirmation|case|ticket|invoice|policy|customer|member|membership|contract|tracking|"
    "routing|licence|license|claim|transaction|loan|flight|call|dial|text|four"
)
"""Words that may stand before such a value: "flight 482", "the last four 2047"."""
_CONTEXT: Final = (
    rf"(?i:\b(?:{_NUMBERED})\.?(?:\s+(?:is|was|are|in|with|to|at))?\s*[:#]?\s*|\b(?:{_NAMED})\s*[:#]?\s*|"
    r"\b(?:ending|ends)\s+(?:in|with)\s+)"
)
_COUNTED: Final = (
    r"(?!\s+(?:dollars?|euros?|pounds?|cents|pence|percent|people|items|minutes|hours|days|weeks|months|years)\b)"
)
_FRACTIONS: Final = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters",
    "½": "one half", "⅓": "one third", "⅔": "two thirds", "¼": "one quarter", "¾": "three quarters",
    "24/7": "twenty four seven",
}  # fmt: skip
_RUNS: Final = re.compile(r"\d+|[A-Za-z]+")
_SPOKEN_LETTERS: Final = 4
"""So many capitals with a vowel among them are read as a word: COVID-19."""
_WORDLIKE: Final = re.compile(r"(?=.*[AEIOUY])[A-Z]+")
_SHORT_CODE: Final = 4
"""A code of so many characters is a name: MP3, Q4, M25. Its figures are one number."""
_HUNDREDS_END: Final = 2


def _telephone(found: re.Match[str]) -> Claim | None:
    figures = re.sub(r"\D", "", found[0])
    if not 7 <= len(figures) <= 19:
        return None
    return _groups(found.start(), found[0])


def _groups(start: int, text: str) -> Claim:
    """Read groups of figures as they are written, with a short pause after each."""
    groups = list(re.finditer(r"\+?\d+", text))
    parts = []
    for place, group in enumerate(groups):
        plus = "plus " if group[0].startswith("+") else ""
        comma = "" if place + 1 == len(groups) else ","
        parts.append(Part(start + group.start(), plus + grouped_digits(group[0].lstrip("+")) + comma))
    return Claim(start, start + len(text), tuple(parts))


def _read_out(found: re.Match[str]) -> Claim:
    return _groups(found.start("figures"), found["figures"])


def _spelled(found: re.Match[str]) -> Claim:
    return said(found, letters(found[0].replace("-", ""), ", "))


def _initials(found: re.Match[str]) -> Claim:
    return said(found, letters(found[0].replace(".", "")))


def _code(found: re.Match[str]) -> Claim | None:
    """Read a code: letters one by one, figures one by one in groups; words among the letters stay words."""
    written = found[0]
    pieces = re.split(r"[-/]", written)
    if any(re.search(r"[a-z]", piece) for piece in pieces) or not re.search(r"\d", written):
        return None
    first = pieces[0]
    if (
        first.isalpha()
        and _is_word(first)
        and len(pieces) == 2
        and len(pieces[1]) <= _HUNDREDS_END
        and pieces[1].isdigit()
    ):
        return said(found, f"{first} {cardinal(int(pieces[1]))}")
    bare = re.sub(r"[-/]", "", written)
    is_name = (
        len(bare) <= _SHORT_CODE and "-" not in written and "/" not in written and not re.search(r"(?<!\d)0\d", bare)
    )
    runs = _RUNS.findall(written)
    if is_name:
        return said(found, " ".join(cardinal(int(run)) if run.isdigit() else letters(run) for run in runs))
    return said(found, ", ".join(_run(run) for run in runs))


def _run(run: str) -> str:
    if run.isdigit():
        return grouped_digits(run)
    return run if _is_word(run) else letters(run, ", ")


def _is_word(run: str) -> bool:
    return len(run) >= _SPOKEN_LETTERS and _WORDLIKE.fullmatch(run) is not None


def _dashed_figures(found: re.Match[str]) -> Claim:
    """Tell a range ("10-15") from a code ("8-831")."""
    first, dash, last = found[1], found[2], found[3]
    is_year = all(len(side) == 4 and side[:2] in ("19", "20") for side in (first, last))
    is_range = not (first.startswith("0") or last.startswith("0")) and len(last) - len(first) in (0, 1)
    is_range = is_range and int(first) < int(last) and (len(last) <= 2 or is_year or _are_round(first, last))
    if is_range or dash != "-":
        say = year if is_year else cardinal
        return value(found, (1, say(int(first))), (2, "to"), (3, say(int(last))))
    return _groups(found.start(), found[0])


def _are_round(first: str, last: str) -> bool:
    return all(len(side) < 3 or side.endswith(("0", "5")) for side in (first, last))


def _dotted(found: re.Match[str]) -> Claim:
    """Say versions and the like: "one point two point three"."""
    return said(found, " point ".join(decimal(piece) for piece in found[0].split(".")))


def _ordinal(found: re.Match[str]) -> Claim:
    return value(found, (0, ordinal(int(found[1]))))


def _scored(found: re.Match[str]) -> Claim:
    is_share = int(found[1]) <= int(found[3])
    return value(found, (1, decimal(found[1])), (2, "out of" if is_share else "slash"), (3, decimal(found[3])))


def _number(found: re.Match[str]) -> Claim:
    """Read a number without a hint: as a quantity, a year, or figure by figure where it is long or begins with 0."""
    minus = "minus " if found["minus"] else ""
    whole, fraction = found["whole"].replace(",", ""), found["fraction"] or ""
    if "," in found["whole"] or fraction or len(whole) <= 3:
        words = decimal(whole, fraction) if fraction or not (len(whole) > 1 and whole[0] == "0") else digits(whole)
    elif len(whole) == 4 and whole[0] != "0":
        words = year(int(whole)) if whole[:2] in ("19", "20") else cardinal(int(whole))
    elif len(whole) <= 6 and whole[0] != "0" and whole.endswith("00"):
        words = cardinal(int(whole))
    else:
        words = grouped_digits(whole)
    return value(found, (0, minus + words))


def _fraction(found: re.Match[str]) -> Claim:
    return said(found, _FRACTIONS[found[0]])


def _mixed_fraction(found: re.Match[str]) -> Claim:
    group = 2 if found[2] else 3
    return value(found, (1, f"{cardinal(int(found[1]))} and"), (group, _FRACTIONS[found[group]].replace("one ", "a ")))


def _leftover(found: re.Match[str]) -> Claim:
    figures = "".join(str(int(figure)) for figure in found[0])
    return said(found, cardinal(int(figures)) if len(figures) <= 3 else grouped_digits(figures))


RULES: Final = (
    Rule(  # IBAN
        re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"),
        lambda found: said(found, ", ".join(map(_run, _RUNS.findall(found[0])))),
    ),
    Rule(
        re.compile(rf"{_CONTEXT}(?P<figures>\d{{3,}}(?:[ -]\d{{2,}}){{0,6}})(?![\w%])(?![.,:]\d){_COUNTED}"), _read_out
    ),
    Rule(re.compile(r"(?<=#)(?P<figures>\d{3,})(?![\w%])"), _read_out),
    Rule(re.compile(r"(?<![\w.,\x00\x01])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){1,6}(?!\w)"), _telephone),
    Rule(re.compile(r"(?<![\w.,\x00\x01-])(?:\(\d{2,5}\)[ .-]?|\d{3}[ .-])(?:\d{3}[ .-])?\d{4}(?![\w-])"), _telephone),
    Rule(re.compile(r"(?<![\w.,\x00\x01-])0\d{1,5}(?:[ .-]\d{2,5}){1,5}(?![\w-])"), _telephone),
    Rule(re.compile(r"(?<![\w.,\x00\x01-])\d{2,5}(?:([ -])\d{2,5})(?:\1\d{2,5}){1,5}(?![\w-])"), _telephone),
    Rule(re.compile(r"\b[Aa]-[Zz]\b"), lambda found: said(found, "eigh to Z")),
    Rule(re.compile(r"(?<![\w-])[A-Za-z](?:-[A-Za-z])+(?![\w-])"), _spelled),
    Rule(re.compile(r"(?<![\w.])[A-Z](?:\.[A-Z])+(?!\w)(?:\.(?=\s*\w))?"), _initials),
    Rule(re.compile(r"(?<![\w.,-])(\d{1,4})\s?([-–—])\s?(\d{1,4})(?![\w]|-\d)"), _dashed_figures),
    Rule(re.compile(r"(?<![\w/-])(?=[\w/-]*[A-Z])(?=[\w/-]*\d)[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+)*(?![\w/])"), _code),
    Rule(re.compile(r"(?<![\w/-])\d+(?:-\d+)+(?![\w/])"), lambda found: _groups(found.start(), found[0])),
    Rule(re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}(?!\w)"), _dotted),
    Rule(re.compile(r"(?<![\w.,])(\d{1,15})(?:st|nd|rd|th)\b"), _ordinal),
    Rule(re.compile(r"(?<![\w.,/])(\d{1,3})(?:\s?([½⅓⅔¼¾])|\s(1/2|1/3|2/3|1/4|3/4)(?![\w/]))"), _mixed_fraction),
    Rule(re.compile(r"(?<![\w.,/])(?:1/2|1/3|2/3|1/4|3/4|24/7)(?![\w/])|[½⅓⅔¼¾]"), _fraction),
    Rule(re.compile(r"(?<![\w.,/])(\d{1,4})(/)(\d{1,4})(?![\w/])"), _scored),
    Rule(
        re.compile(
            r"(?P<minus>(?<![\w\x00\x01,.:)])[-−](?=\d))?(?P<whole>(?:(?<![\d,.])\d{1,3}(?:,\d{3})+)(?![\d])|\d+)(?:\.(?P<fraction>\d+))?",
            re.ASCII,
        ),
        _number,
    ),
    Rule(re.compile(r"\d+"), _leftover),
)
