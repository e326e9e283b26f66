"""Abbreviations, initials that a voice would read as words, and symbols."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from voice.pronunciation.rules import Claim, Rule, letters, said

_ABBREVIATIONS: Final[Mapping[str, str]] = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Prof": "Professor", "Jr": "Junior", "Sr": "Senior",
    "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Hwy": "Highway", "Apt": "Apartment", "Ste": "Suite",
    "Inc": "Incorporated", "Ltd": "Limited", "Corp": "Corporation", "Dept": "Department", "dept": "department",
    "approx": "approximately", "Approx": "Approximately", "incl": "including", "excl": "excluding", "est": "estimated",
    "max": "maximum", "min": "minimum", "misc": "miscellaneous", "temp": "temperature", "qty": "quantity",
    "Qty": "Quantity", "acct": "account", "Acct": "Account", "appt": "appointment", "Appt": "Appointment",
    "ext": "extension", "Ext": "Extension", "tel": "telephone", "Tel": "Telephone", "etc": "et cetera",
    "vs": "versus", "resp": "respectively", "govt": "government", "assn": "association", "attn": "attention",
    "Jan": "January", "Feb": "February", "Aug": "August", "Sept": "September", "Oct": "October", "Nov": "November",
    "Dec": "December",
}  # fmt: skip
"""With their dot. Those of `_WITHOUT_DOT` also without one."""
_WITHOUT_DOT: Final = frozenset(
    {"Mr", "Mrs", "Ms", "Jr", "Sr", "Ave", "Blvd", "Ltd", "approx", "vs", "etc", "qty", "acct"}
)
_PHRASES: Final[Mapping[str, str]] = {
    "e.g.": "for example", "eg.": "for example", "i.e.": "that is", "a.k.a.": "also known as", "aka": "also known as",
    "w/o": "without", "w/": "with", "c/o": "care of", "n/a": "not applicable", "N/A": "not applicable",
    "and/or": "and or", "P.S.": "P S", "asap": "as soon as possible", "ASAP": "as soon as possible",
}  # fmt: skip
_INITIALS: Final = frozenset({
    "FAQ", "VIP", "ETA", "EU", "USA", "UK", "ATM", "CEO", "CFO", "CTO", "HR", "SMS", "GPS", "PDF", "URL", "API",
    "ID", "OTP", "PO", "RSVP", "TBA", "TBC", "DOB", "SSN", "VAT", "IVR", "ISP", "AC", "TV", "DVD", "CD", "PC",
    "USB", "QR", "IP", "UTC", "GMT", "EST", "PST", "CET", "NYC", "LA", "DC",
})  # fmt: skip
"""Read letter by letter. Others in capitals are left to the voice, which knows most."""
_SYMBOLS: Final[Mapping[str, str]] = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent", "°": "degrees", "~": "about", "≈": "about",
    "×": "times", "÷": "divided by", "±": "plus or minus", "≤": "at most", "≥": "at least", "<": "less than",
    ">": "greater than", "#": "number", "→": "to", "•": "", "·": "", "*": "", "_": " ", "`": "", "|": ", ", "\\": " ",
    "^": "", "[": "", "]": "", "{": "", "}": "", "™": "", "®": "", "©": "copyright", "€": "euros", "£": "pounds",
    "$": "dollars", "¥": "yen", "₹": "rupees", "№": "number", "²": "squared", "³": "cubed", "§": "section", "¶": "",
}  # fmt: skip


def _abbreviation(found: re.Match[str]) -> Claim:
    return said(found, _ABBREVIATIONS[found[1]] + _kept_dot(found))


def _kept_dot(found: re.Match[str]) -> str:
    """Keep the dot of an abbreviation where it also ends the text."""
    return "." if found[0].endswith(".") and not found.string[found.end() :].strip("\"')] ") else ""


def _doctor(found: re.Match[str]) -> Claim:
    """Tell a doctor from a drive, a saint from a street: titles stand before names, roads after them."""
    is_before_name = re.match(r"\s+[A-Z]", found.string[found.end() :]) is not None
    is_after_name = re.search(r"\w\s+$", found.string[: found.start()]) is not None
    after_number = re.search(r"\d\s+(?:[A-Z]\w+\s+){1,3}$|\x00\s+(?:[A-Z]\w+\s+){1,3}$", found.string[: found.start()])
    is_road = after_number is not None or (is_after_name and not is_before_name)
    words = {"Dr": ("Doctor", "Drive"), "St": ("Saint", "Street")}[found[1]]
    return said(found, words[is_road] + _kept_dot(found))


def _number_sign(found: re.Match[str]) -> Claim:
    return said(found, "number")


def _initials(found: re.Match[str]) -> Claim | None:
    if found[1] not in _INITIALS:
        return None
    return said(found, letters(found[1]) + ("'s" if found[2] else ""))


def _symbol(found: re.Match[str]) -> Claim:
    return said(found, _SYMBOLS.get(found[0], ""))


_DOTTED: Final = "|".join(sorted(_ABBREVIATIONS, key=len, reverse=True))
_BARE: Final = "|".join(sorted(_WITHOUT_DOT, key=len, reverse=True))
_SAYINGS: Final = "|".join(sorted(map(re.escape, _PHRASES), key=len, reverse=True))
FIRST_RULES: Final = (
    Rule(re.compile(rf"(?<![\w/])(?:{_SAYINGS})(?!\w)"), lambda found: said(found, _PHRASES[found[0]])),
    Rule(re.compile(r"\b(?:No|no|Nr|nr|Nos)\.\s?(?=[#\d])"), lambda found: said(found, "number ")),
)
"""Before numbers are read."""
LAST_RULES: Final = (
    Rule(
        re.compile(rf"(?<![\w.])({_DOTTED})\.(?!\w)|(?<![\w.])(?:{_BARE})(?![\w.])"),
        lambda found: _abbreviation(found) if found[1] else said(found, _ABBREVIATIONS[found[0]]),
    ),
    Rule(re.compile(r"(?<![\w.])(Dr|St)\b\.?(?!\w)"), _doctor),
    Rule(re.compile(r"(?<![\w.'-])([A-Z]{2,5})('?s)?(?![\w-])"), _initials),
    Rule(
        re.compile(r"(?<!^)(?<![.!?]\s)(?<=\s)A(?=\s+as in\b|\s*$|[.,;:!?])|^A(?=\s+as in\b|\s*$|[.,;:])"),
        lambda found: said(found, "eigh"),
    ),
    Rule(re.compile(r"(?<=\x01)\s?[-–—]\s?(?=\x01)"), lambda found: said(found, "to")),
    Rule(re.compile(r"(?<=[\d\x00\x01]\s)\*(?=\s[\d\x00\x01])"), lambda found: said(found, "times")),
    Rule(re.compile(r"(?<=\s)[*#](?=[\s.,;:!?]|$)"), lambda found: said(found, "star" if found[0] == "*" else "pound")),
    Rule(re.compile(r"#(?=\s?[\d\x00\x01])"), _number_sign),
    Rule(re.compile(r"(?<=\w)/(?=\w)"), lambda found: said(found, "or")),
    Rule(re.compile(r"/"), lambda found: said(found, "slash")),
    Rule(re.compile(r"^\s*[-–—*•]\s+"), lambda found: said(found, "")),
    Rule(re.compile(r"[&+=@%°~≈×÷±≤≥<>#→•·*_`|\\^\[\]{}™®©€£$¥₹№²³§¶]"), _symbol),
    Rule(
        re.compile(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u200B-\u200D\u2060\uFEFF\U000E0000-\U000E007F]+"),
        lambda found: said(found, ""),
    ),
)
"""After numbers are read."""
UNSPOKEN_RULES: Final = (
    LAST_RULES[-1],
    Rule(re.compile(r"[*_`|\\^\[\]{}•·]"), lambda found: said(found, " " if found[0] in "_|\\" else "")),
)
"""Marks and pictures that nobody says in any language."""
