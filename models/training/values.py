"""Draws what callers say for a slot: names, dates, times, numbers, codes, and what each stands for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogue.understanding.number_words import ordinal_ending
from models.training.domain_files import SlotData
from models.training.phrases import Phrases

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty first", "twenty second", "twenty third", "twenty fourth", "twenty fifth", "twenty sixth",
    "twenty seventh", "twenty eighth", "twenty ninth", "thirtieth", "thirty first",
)  # fmt: skip
_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PARTS = ("morning", "afternoon", "evening")
_STREET_ENDS = ("Street", "Road", "Avenue", "Lane", "Drive", "Close")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Value:
    """What is said, and what it stands for: a category's value, a number, a yes or no, or the words themselves."""

    said: str
    means: str | float | bool


class ValueMaker:
    """Draws values by chance; the same seed draws the same values."""

    def __init__(self, phrases: Phrases, rng: random.Random) -> None:
        self._phrases = phrases
        self._rng = rng

    def draw(self, slot: SlotData) -> Value:
        """Draw a value of `slot` as a caller may say it."""
        rng = self._rng
        if slot.type == "bool":
            is_yes = rng.random() < 0.5
            own, general = (slot.yes, self._phrases.lists["yes"]) if is_yes else (slot.no, self._phrases.lists["no"])
            return Value(rng.choice(own if rng.random() < 0.5 else general), is_yes)
        if slot.type == "categorical":
            assert isinstance(slot.values, Mapping)
            value = rng.choice(tuple(slot.values))
            others = slot.values[value]
            return Value(rng.choice(others) if others and rng.random() < 0.55 else value, value)
        if slot.type == "float":
            return self._number(slot)
        said = self._text(slot)
        return Value(said, said)

    def _text(self, slot: SlotData) -> str:
        values = slot.values if not isinstance(slot.values, Mapping) else tuple(slot.values)
        match slot.kind:
            case "person":
                return self._person()
            case "date":
                return self.date()
            case "time":
                return self.time()
            case "phone":
                return self._phone()
            case "email":
                return self._email()
            case "code":
                return self._code()
            case "address":
                return self._address()
            case "city":
                return self._choice(self._phrases.lists["cities"])
            case _:
                return self._choice(values)

    def _choice(self, items: Sequence[str]) -> str:
        return self._rng.choice(items)

    def _person(self) -> str:
        first = self._choice(self._phrases.lists["first_names"])
        last = self._choice(self._phrases.lists["last_names"])
        return self._rng.choices((f"{first} {last}", first, f"{self._choice(('Mr', 'Mrs', 'Dr'))} {last}"), (6, 3, 1))[
            0
        ]

    def date(self) -> str:
        """Draw a day as it is said."""
        rng, day = self._rng, self._choice(_DAYS)
        number, month = rng.randint(1, 28), self._choice(_MONTHS)
        ordinal = self._choice((_ORDINALS[number - 1], f"{number}{ordinal_ending(number)}"))
        return self._choice(
            (
                day, f"next {day}", f"this {day}", "tomorrow", "today", "the day after tomorrow", "next week",
                f"{day} {self._choice(_PARTS)}", f"tomorrow {self._choice(_PARTS)}", f"the {ordinal}",
                f"the {ordinal} of {month}", f"{month} {ordinal}", f"{month} {number}", f"{day} the {ordinal}",
                f"{day} the {ordinal} of {month}", f"a week on {day}", f"in {self._choice(_HOURS[1:6])} days",
                f"{number}/{rng.randint(1, 12)}", f"{rng.randint(2025, 2027)}-{rng.randint(1, 12):02}-{number:02}",
                f"the end of {month}", "the weekend", f"{month} {ordinal} {rng.randint(2025, 2027)}",
            )
        )  # fmt: skip

    def time(self) -> str:
        """Draw a time of day as it is said."""
        rng, hour = self._rng, self._choice(_HOURS)
        figure, half = rng.randint(1, 12), self._choice(("am", "pm", "a.m.", "p.m."))
        return self._choice(
            (
                f"{figure} {half}", f"{figure}:{self._choice(('00', '15', '30', '45'))}", f"{figure}:30 {half}",
                f"{hour} o'clock", f"half past {hour}", f"quarter to {hour}", f"{hour} thirty", f"{hour} {half}",
                f"around {hour}", "noon", "midday", f"in the {self._choice(_PARTS)}", f"{hour} in the {_PARTS[1]}",
                f"after {hour}", f"{rng.randint(13, 21)}:{self._choice(('00', '15', '30'))}", f"quarter past {hour}",
                "first thing in the morning", f"before {hour}", f"early {self._choice(_PARTS)}", "lunchtime",
            )
        )  # fmt: skip

    def _phone(self) -> str:
        digits = "".join(str(self._rng.randint(0, 9)) for _ in range(self._rng.choice((7, 10, 11))))
        middle = len(digits) // 2
        return self._choice(
            (digits, f"{digits[:3]} {digits[3:6]} {digits[6:]}", f"{digits[:3]}-{digits[3:]}", " ".join(digits),
             f"0{digits[:middle]} {digits[middle:]}")
        )  # fmt: skip

    def _email(self) -> str:
        first = self._choice(self._phrases.lists["first_names"]).lower()
        last = self._choice(self._phrases.lists["last_names"]).lower()
        host = self._choice(self._phrases.lists["email_hosts"])
        return self._choice(
            (f"{first}.{last}@{host}", f"{first}@{host}", f"{first} at {host.replace('.', ' dot ')}",
             f"{first} dot {last} at {host.replace('.', ' dot ')}",
             f"{first[0]}{last}{self._rng.randint(1, 99)}@{host}")
        )  # fmt: skip

    def _code(self) -> str:
        rng = self._rng
        digits = "".join(str(rng.randint(0, 9)) for _ in range(rng.randint(4, 9)))
        letters = "".join(rng.choice(_LETTERS) for _ in range(rng.randint(1, 3)))
        mixed = f"{letters}{digits[:5]}"
        return self._choice(
            (digits, digits[:4], f"{digits[:2]} {digits[2:]}", " ".join(digits[:6]), mixed, f"{letters} {digits[:4]}",
             f"{letters}-{digits[:4]}", " ".join(mixed), f"{digits[:3]}-{digits[3:]}")
        )  # fmt: skip

    def _address(self) -> str:
        rng = self._rng
        street = self._choice(self._phrases.lists["streets"])
        named = street if " " in street else f"{street} {self._choice(_STREET_ENDS)}"
        place = f"{rng.randint(1, 240)} {named}"
        return f"{place}, {self._choice(self._phrases.lists['cities'])}" if rng.random() < 0.3 else place

    def _number(self, slot: SlotData) -> Value:
        assert slot.range is not None
        rng, (low, high) = self._rng, slot.range
        number = float(round(low + (high - low) * rng.random() ** 2))
        if high > 100 and rng.random() < 0.7:
            step = 10 ** (len(str(int(number))) - 1) // 2 or 1
            number = max(low, float(round(number / step) * step))
        elif high - low < 5 and rng.random() < 0.2:
            number = round(low + (high - low) * rng.random(), 1)
        text = f"{number:g}" if number < 10000 or rng.random() < 0.5 else f"{number:,.0f}"
        if number >= 1e6:
            text = f"{number:.0f}"
        unit = rng.choice(slot.units) if slot.units and rng.random() < 0.7 else ""
        if unit in ("dollars", "bucks") and rng.random() < 0.5:
            return Value(f"${text}", number)
        return Value(f"{text} {unit}".strip(), number)
