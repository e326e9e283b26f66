"""Reads dates, times, codes, phone numbers and e-mail addresses out of what a guest said. Pure."""

from __future__ import annotations

import re

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
NUMBERS = {word: value for value, word in enumerate(ONES)}
NUMBERS |= {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "oh": 0, "nought": 0, "a": 1}
ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth",
)  # fmt: skip
DAYS = {word: value for value, word in enumerate(ORDINALS)} | {"thirtieth": 30}
NOON = 12


def _words(said: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", said.lower())


def _number(words: list[str]) -> int | None:
    """Return a number of one or two words, such as `thirty five` or `21`."""
    total = 0
    for word in words:
        value = int(word) if word.isdigit() else NUMBERS.get(word, DAYS.get(word))
        if value is None:
            return None
        total += value
    return total if words else None


def date_of(said: str) -> str | None:
    """Return `14 June` for a day and a month in any usual form, None where one of them is missing."""
    iso = re.search(r"\d{4}-(\d{2})-(\d{2})", said)
    if iso:
        return _day(int(iso[2]), int(iso[1]))
    short = re.search(r"\b(\d{1,2})[./](\d{1,2})\b", said)
    if short:
        return _day(int(short[1]), int(short[2]))
    words = [re.sub(r"^(st|nd|rd|th|of|the)$", "", word) for word in _words(said)]
    words = [word for word in words if word]
    month = next((n for n, name in enumerate(MONTHS, 1) for w in words if w in (name.lower(), name[:3].lower())), None)
    values = [word for word in words if word.isdigit() or word in DAYS or (word in NUMBERS and word != "a")]
    day = _number([word for word in values if not (word.isdigit() and len(word) > 2)][:2])
    return _day(day, month) if day and month else None


def _day(day: int, month: int) -> str | None:
    return f"{day} {MONTHS[month - 1]}" if 1 <= day <= 31 and 1 <= month <= NOON else None


def time_of(said: str, *, evening: bool = False) -> str | None:
    """Return `19:30` for a time of day. `evening` takes an hour below twelve for one after noon."""
    text = said.lower().replace(".", "")
    words = _words(text)
    if "noon" in words or "midday" in words:
        return "12:00"
    is_late = bool({"pm", "evening", "afternoon", "night", "tonight"} & set(words))
    is_early = bool({"am", "morning"} & set(words))
    hour, minute = _clock(words)
    if hour is None or hour > 24 or minute > 59:
        return None
    if hour < NOON and not is_early and (is_late or evening):
        hour += NOON
    return f"{hour % 24:02}:{minute:02}"


def _clock(words: list[str]) -> tuple[int | None, int]:
    spoken = [word for word in words if word in NUMBERS or word.isdigit() or word in ("half", "quarter", "past", "to")]
    spoken = [word for word in spoken if word != "a"]
    for link in ("past", "to"):
        if link not in spoken:
            continue
        at = spoken.index(link)
        before, after = spoken[:at], _number(spoken[at + 1 : at + 2])
        minutes = 30 if "half" in before else 15 if "quarter" in before else _number(before)
        if after is not None and minutes is not None:
            return (after, minutes) if link == "past" else (after - 1, 60 - minutes)
    if "half" in spoken:
        return _number(spoken[spoken.index("half") + 1 :][:1]), 30
    spoken = [word for word in spoken if word in NUMBERS or word.isdigit()]
    if spoken and spoken[0].isdigit() and len(spoken[0]) in (3, 4):
        return int(spoken[0][:-2]), int(spoken[0][-2:])
    return (_number(spoken[:1]), _number(spoken[1:3]) or 0) if spoken else (None, 0)


def code_of(said: str) -> str:
    """Return the letters and digits of a code that was spelled, without `as in` examples and fillers."""
    text = re.sub(r"\b(as in|like in|like|for)\s+[a-z]+", " ", said.lower())
    found = ""
    for word in re.findall(r"[a-z]+|\d+", text):
        if word == "double":
            continue
        if word in NUMBERS and word != "a":
            found += str(NUMBERS[word])
        elif word not in ("and", "then", "dash", "um", "uh", "er", "the", "is", "its", "it", "my"):
            found += word.upper()
    return found


def digits_of(said: str) -> str:
    """Return the digits of a number that was typed or spoken, `double four` included."""
    found, times = "", 1
    for word in _words(said):
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
            continue
        value = word if word.isdigit() else str(NUMBERS[word]) if word in NUMBERS and word != "a" else ""
        found += value * times
        times = 1
    return found


def email_of(said: str) -> str | None:
    """Return an e-mail address that was typed or spoken, None where it is none."""
    text = f" {said.lower().strip().rstrip('.')} "
    for word, sign in (("at", "@"), ("dot", "."), ("underscore", "_"), ("dash", "-"), ("hyphen", "-")):
        text = re.sub(rf"\s+{word}\s+", sign, text)
    found = re.search(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text.replace(" ", ""))
    return found[0] if found else None
