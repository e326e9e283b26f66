"""Money, percentages and measures: a number with what it counts."""

from __future__ import annotations

import re
from typing import Final

from voice.pronunciation.numbers import cardinal, decimal
from voice.pronunciation.rules import Claim, Rule, plural, said, value

NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""As English writes it: thousands apart by commas, if at all."""
_EUROPEAN: Final = r"\d{1,3}(?:\.\d{3})+,\d{2}|\d+,\d{2}(?!\d)"
_SCALES: Final = {
    "k": "thousand", "thousand": "thousand", "m": "million", "mn": "million", "million": "million", "bn": "billion",
    "b": "billion", "billion": "billion", "trillion": "trillion",
}  # fmt: skip
_DOLLARS: Final = ("dollar", "dollars", "cent", "cents")
_EUROS: Final = ("euro", "euros", "cent", "cents")
_POUNDS: Final = ("pound", "pounds", "penny", "pence")
_CURRENCIES: Final = {
    "$": _DOLLARS, "USD": _DOLLARS, "US$": ("U S dollar", "U S dollars", "cent", "cents"),
    "CA$": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "A$": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents"),
    "€": _EUROS, "EUR": _EUROS, "£": _POUNDS, "GBP": _POUNDS,
    "¥": ("yen", "yen", "", ""), "JPY": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"), "INR": ("rupee", "rupees", "paisa", "paise"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
}  # fmt: skip
_CODE: Final = "|".join(sorted((re.escape(code) for code in _CURRENCIES), key=len, reverse=True))
_MEASURES: Final = {
    "km/h": ("kilometer per hour", "kilometers per hour"), "kph": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"), "km": ("kilometer", "kilometers"), "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"), "m": ("meter", "meters"), "mi": ("mile", "miles"), "ft": ("foot", "feet"),
    "yd": ("yard", "yards"), "m²": ("square meter", "square meters"), "sqm": ("square meter", "square meters"),
    "sq ft": ("square foot", "square feet"), "kg": ("kilogram", "kilograms"), "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"), "lbs": ("pound", "pounds"), "lb": ("pound", "pounds"), "oz": ("ounce", "ounces"),
    "ml": ("milliliter", "milliliters"), "l": ("liter", "liters"), "L": ("liter", "liters"),
    "kWh": ("kilowatt hour", "kilowatt hours"), "kW": ("kilowatt", "kilowatts"), "W": ("watt", "watts"),
    "V": ("volt", "volts"), "KB": ("kilobyte", "kilobytes"), "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"), "GB": ("gigabyte", "gigabytes"), "TB": ("terabyte", "terabytes"),
    "Mbps": ("megabit per second", "megabits per second"), "Gbps": ("gigabit per second", "gigabits per second"),
    "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"), "ms": ("millisecond", "milliseconds"), "sec": ("second", "seconds"),
    "secs": ("second", "seconds"), "s": ("second", "seconds"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "h": ("hour", "hours"),
    "wk": ("week", "weeks"), "wks": ("week", "weeks"), "mo": ("month", "months"), "mos": ("month", "months"),
    "yr": ("year", "years"), "yrs": ("year", "years"), "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "degrees"), "x": ("time", "times"),
}  # fmt: skip
_MEASURE: Final = "|".join(sorted(map(re.escape, _MEASURES), key=len, reverse=True))
_PER: Final = {
    "month": "month", "mo": "month", "year": "year", "yr": "year", "hour": "hour", "hr": "hour", "h": "hour",
    "day": "day", "week": "week", "wk": "week", "night": "night", "person": "person", "user": "user", "min": "minute",
    "minute": "minute", "kWh": "kilowatt hour", "GB": "gigabyte", "MB": "megabyte", "km": "kilometer", "mile": "mile",
    "kg": "kilogram", "item": "item", "unit": "unit", "call": "call", "seat": "seat",
}  # fmt: skip


def _money_before(found: re.Match[str]) -> Claim:
    said_amount = _money(found["amount"], found["code"], found["scale"])
    return value(found, (0, f"minus {said_amount}" if found["minus"] or found["inner"] else said_amount))


def _money_after(found: re.Match[str]) -> Claim:
    return value(found, ("amount", _money(found["amount"], found["code"], found["scale"])))


def _money_range(found: re.Match[str]) -> Claim:
    first, last = _plain(found["first"]), _money(found["last"], found["code"], found["scale"])
    return value(found, (0, decimal(*first)), ("dash", "to"), ("last", last))


def _plain(amount: str) -> tuple[str, str]:
    """Return whole part and fraction as figures, whichever way the marks are used."""
    amount = re.sub(r"[ '\u00a0\u202f]", "", amount)
    if re.fullmatch(_EUROPEAN, amount):
        amount = amount.replace(".", "").replace(",", ".")
    whole, _, fraction = amount.replace(",", "").partition(".")
    return whole, fraction


def _money(amount: str, code: str, scale: str | None) -> str:
    one, many, cent, cents = _CURRENCIES[code]
    whole, fraction = _plain(amount)
    if scale:
        return f"{decimal(whole, fraction)} {_SCALES.get(scale.casefold(), scale)} {many}"
    if len(fraction) > 2 or (fraction and not cent):
        return f"{decimal(whole, fraction)} {many}"
    n_cents = int(fraction.ljust(2, "0")) if fraction else 0
    has_whole = bool(whole.strip("0")) or not n_cents
    parts = [f"{decimal(whole)} {one if whole.lstrip('0') == '1' else many}"] if has_whole else []
    parts += [f"{cardinal(n_cents)} {cent if n_cents == 1 else cents}"] if n_cents else []
    return " and ".join(parts)


def _percentage(found: re.Match[str]) -> Claim:
    low = found["low"]
    first = [("low", decimal(*_plain(low))), ("dash", "to")] if low else []
    sign = "minus " if found["minus"] else ""
    return value(found, *first, ("amount", f"{sign}{decimal(*_plain(found['amount']))}"), ("sign", "percent"))


def _measure(found: re.Match[str]) -> Claim:
    one, many = _MEASURES[found["unit"]]
    low = found["low"]
    first = [("low", decimal(*_plain(low))), ("dash", "to")] if low else []
    sign = "minus " if found["minus"] else ""
    name = plural(found["amount"], one, many) if not low else many
    return value(found, *first, ("amount", f"{sign}{decimal(*_plain(found['amount']))}"), ("unit", name))


def _height(found: re.Match[str]) -> Claim:
    return value(found, ("feet", f"{cardinal(int(found['feet']))} foot"), ("inches", cardinal(int(found["inches"]))))


def _per(found: re.Match[str]) -> Claim:
    return said(found, f"per {_PER[found[1]]}")


_SCALED: Final = r"(?:\s?(?i:(?P<scale>k|mn|m|bn|b|thousand|million|billion|trillion))(?!\w))?"
_GROUPED: Final = (
    r"\d{1,3}(?:[ '\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?|\.\d{1,2}(?!\d)"
)
"""Thousands apart by a space or an apostrophe, lakhs, and cents alone."""
_AMOUNT: Final = rf"(?P<amount>{_GROUPED}|{_EUROPEAN}|{NUMBER})(?![\d])"
_MINUS: Final = r"(?P<minus>(?<![\w\x00\x01])[-−]\s?)?"
_LOW: Final = rf"(?:(?<![\w.,])(?P<low>{NUMBER})\s?(?P<dash>[-–—])\s?)?"
RULES: Final = (
    Rule(re.compile(r"(?<![\w.])(?P<feet>\d)'(?P<inches>\d{1,2})(?:\"|''|(?!\w))"), _height),
    Rule(re.compile(r"(?<=\d)\s?[x×]\s?(?=\d)"), lambda found: said(found, "by")),
    Rule(
        re.compile(
            rf"(?<![\w.])(?P<code>{_CODE})\s?(?P<first>{NUMBER})\s?(?P<dash>[-–—])\s?(?:(?P=code)\s?)?(?P<last>{NUMBER})(?![\d]){_SCALED}"
        ),
        _money_range,
    ),
    Rule(re.compile(rf"(?<![\w.]){_MINUS}(?P<code>{_CODE})\s?(?P<inner>[-−])?{_AMOUNT}{_SCALED}"), _money_before),
    Rule(
        re.compile(
            rf"(?<![\w.,])(?P<first>{NUMBER})\s?(?P<dash>[-–—])\s?(?P<last>{NUMBER}){_SCALED}\s?(?P<code>{_CODE})(?!\w)"
        ),
        _money_range,
    ),
    Rule(re.compile(rf"(?<![\w.,]){_AMOUNT}{_SCALED}\s?(?P<code>{_CODE})(?!\w)"), _money_after),
    Rule(re.compile(rf"{_LOW}{_MINUS}(?<![\w.,])(?P<amount>{NUMBER})\s?(?P<sign>%|percent\b)"), _percentage),
    Rule(re.compile(rf"{_LOW}{_MINUS}(?<![\w.,])(?P<amount>{NUMBER})\s?(?P<unit>{_MEASURE})(?![\w²/])"), _measure),
    Rule(re.compile(rf"(?<=[\w\x00\x01])\s?/\s?({'|'.join(sorted(_PER, key=len, reverse=True))})(?!\w)"), _per),
)
