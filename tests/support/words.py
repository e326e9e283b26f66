"""Text as words that can be compared: what a recogniser writes and what a template says differ in form, not in words.

Numbers become digits ("fifty dollars", "$50" and "50.00 dollars" all become "50 dollars"), currency signs become words
behind their number, punctuation and case go. Nothing else is forgiven: a wrong, missing or additional word counts.
"""

from __future__ import annotations

import re

UNITS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
SCALES = {"hundred": 100, "thousand": 1_000}
CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds"}


def normalise(text: str) -> str:
    """Return the words of a text, one space between them."""
    text = text.lower().replace("’", "'")
    text = re.sub(r"([$€£])\s*(\d[\d,]*(?:\.\d+)?)", lambda found: f"{found[2]} {CURRENCIES[found[1]]}", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(\d+)\.00\b", r"\1", text)
    text = re.sub(r"(?<=\d)\.(?=\d)", " point ", text)
    words = re.sub(r"[^a-z0-9']+", " ", text).split()
    return " ".join(join_numbers(words))


def join_numbers(words: list[str]) -> list[str]:
    """Replace runs of number words by their value in digits ("one thousand two hundred and fifty": "1250")."""
    result: list[str] = []
    total = current = 0
    is_open = False
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in UNITS or word in TENS:
            current += UNITS.get(word, 0) + TENS.get(word, 0)
            is_open = True
        elif is_open and word in SCALES:
            total, current = (total + current * 1_000, 0) if word == "thousand" else (total, current * 100)
        elif is_open and word == "and" and (following in UNITS or following in TENS) and (current % 100 == 0):
            continue
        else:
            if is_open:
                result.append(str(total + current))
                total = current = 0
                is_open = False
            result.append(word)
    return [*result, str(total + current)] if is_open else result
