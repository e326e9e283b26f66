"""When two commands are the same one, strictly and leniently. Pure.

Strictly: the same command, the same names, the same value as written. Leniently, as end-to-end tests compare values
and as a caller would: `"100"`, 100 and 100.0 are one value, and so are `Baker Street 12.` and `baker street 12`; the
order of a clarification's options and the reason of a cannot-handle do not count. A number with leading zeros is a
code and not a number, so `007` is not 7. A value as it was said and the value that it stands for in its slot are one,
as `four four seven` and `447` for an order number: every stage writes the latter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from dialogue.understanding.normalising import normalised
from dialogue.understanding.parsing import format_command, format_value
from flows.commands import CannotHandle, Clarify, Command, CorrectSlots, Json, Noop, SetSlot
from flows.model import Assistant
from flows.values import Misfit, fitted

Likeness: TypeAlias = Literal["strict", "lenient"]
MAX_NUMBER_CHARACTERS = 40
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d*)?(?:\.\d+)?")
_SILENT = re.compile(r"(?!(?<=\d)\.(?=\d))[\W_]+")
"""What does not count in a text: all but letters and digits, except the point of a decimal number."""


def items(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Return the commands that count: a correction as its slots, and no commands as nothing understood."""
    found: list[Command] = []
    for command in commands:
        if isinstance(command, CorrectSlots):
            found += [SetSlot(name, value) for name, value in command.corrections]
        elif not isinstance(command, Noop):
            found.append(command)
    return tuple(found) or (CannotHandle(),)


def kind(command: Command) -> str:
    """Return the name under which a command is counted: `start flow`, `set slot`, `cannot handle`, …"""
    words = format_command(command).split(" ")
    return (
        words[0] if words[0] in ("restart", "failed", "noop") else " ".join(words[: 3 if words[0] == "search" else 2])
    )


def key(command: Command, likeness: Likeness, assistant: Assistant) -> str:
    """Return a text that like commands have in common."""
    if likeness == "lenient":
        match command:
            case SetSlot(name=name, value=value):
                return f"set slot {name} {lenient_value(value, name, assistant)}"
            case Clarify(options=options):
                return " ".join(("disambiguate flows", *sorted(set(options))))
            case CannotHandle():
                return "cannot handle"
            case _:
                pass
    return format_command(command)


def keyed(commands: Sequence[Command], likeness: Likeness, assistant: Assistant) -> list[tuple[str, Command]]:
    """Return the commands of a turn that count, each behind its key."""
    return [(key(command, likeness, assistant), command) for command in items(commands)]


def lenient_value(value: Json, name: str, assistant: Assistant) -> str:
    """Return what is left of a slot's value when what does not count is taken away."""
    slot = assistant.slots.get(name)
    if slot is not None:
        value = normalised(slot, value)
        with suppress(Misfit):
            value = fitted(slot, value)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        return _number(text) or _SILENT.sub("", text.casefold()) or text
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(str(value)) or str(value)
    return format_value(value).casefold()


def _number(text: str) -> str:
    """Return a number in its shortest form, or nothing for what is none."""
    if not text or len(text) > MAX_NUMBER_CHARACTERS:
        return ""
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    is_number = bool(_NUMBER.fullmatch(plain)) or "e" in plain.lower()
    try:
        number = Decimal(plain) if is_number else None
    except InvalidOperation:
        return ""
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_NUMBER_CHARACTERS:
        return ""
    return format(number.normalize() + 0, "f")
