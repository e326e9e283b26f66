"""Digits, codes and e-mail addresses out of what a caller said. Pure."""

from __future__ import annotations

import re

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
DIGITS = dict(zip(ONES, "0123456789", strict=True)) | {
    "oh": "0",
    "o": "0",
    "nought": "0",
}
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
TIMES = {"double": 2, "triple": 3}
SIGNS = {"at": "@", "dot": ".", "point": ".", "dash": "-", "hyphen": "-", "minus": "-", "underscore": "_"}
WORD = re.compile(r"[a-z]+|\d+")


def characters(text: str) -> str:
    """Return letters and digits of a code in capitals: `double four seven` is `447`, `forty one` is `41`."""
    found: list[str] = []
    times, tens = 1, ""
    for word in WORD.findall(text.lower()):
        if word in TIMES:
            times = TIMES[word]
            continue
        digit = DIGITS.get(word)
        if tens and digit is not None and digit != "0":
            found.append(tens + digit)
            tens = ""
            continue
        if tens:
            found.append(tens + "0")
            tens = ""
        if word in TENS:
            tens = str(TENS.index(word) + 2)
            continue
        if word in TEENS:
            found.append(str(TEENS.index(word) + 10))
        else:
            found.append((digit or word) * times)
        times = 1
    return ("".join(found) + (tens + "0" if tens else "")).upper()


def digits(text: str) -> str:
    """Return only the digits of what was said."""
    return re.sub(r"\D", "", characters(text))


def email(text: str) -> str | None:
    """Return an address written as one, None where there is none."""
    words = [SIGNS.get(word, word) for word in text.lower().strip(" .,!?").replace(",", " ").split()]
    address = "".join(DIGITS.get(word, word) if len(word) > 1 else word for word in words)
    return address if re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", address) else None
