"""Masking: finding the values of sensitive slots in words and in JSON, and putting `[slot]` in their place. Pure.

Values are compared by their letters and digits alone, so that "4111-1111", "4111 1111" and "four one one one …" are one
thing, whoever writes it how. Too much masked is a loss of a few words; too little is a loss of a card number: where it
is not certain that every trace of a value is gone from a sentence that gave one, the sentence goes as a whole.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from dialogue.understanding.number_words import DIGITS, MONTHS, ORDINALS, REPEATS, SCALES, SMALL, TENS, ordinal_ending
from flows.commands import Json
from voice.recording.told_words import find_told, readings

ANYWHERE_CHARACTERS = 4
"""A value of so many letters and digits is found also within a longer word; a shorter one only as words of its own."""
SHORTEST_CHARACTERS = 3
"""Shorter values ("5", "no") say nothing by themselves and stand in every text: they are masked only where it is known
that they are the slot's. Our own choice, as is the one above."""

LONGEST_TOLD = 64
"""Longer values are texts, which nobody tells in number words."""

_WORD = re.compile(r"[^\W_]+")
_PLACEHOLDER = re.compile(r"\[[^\[\]]*\]")
_TELLING = {*SMALL, *DIGITS, *TENS, *SCALES, *ORDINALS, *REPEATS, *MONTHS}
"""Words that a number, date or code may be told with, however the rest of it was written."""


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    plain: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Vault:
    """The sensitive slots of an assistant and the values that they are known to have had, longest first."""

    slots: frozenset[str] = frozenset()
    values: tuple[tuple[str, str], ...] = ()
    """(letters and digits, slot)."""
    numbers: Mapping[float, str] = field(default_factory=dict)

    def with_value(self, slot: str, value: Json) -> Vault:
        """Return the vault that knows this value as well; the same vault if there is nothing new in it."""
        if slot not in self.slots:
            return self
        known = dict(self.values)
        numbers = dict(self.numbers)
        for leaf in _leaves(value):
            if isinstance(leaf, int | float):
                numbers.setdefault(float(leaf), slot)
            for written in _written(leaf):
                for key in {"".join(t.plain for t in _tokens(written)), "".join(t.spoken for t in _tokens(written))}:
                    if len(key) >= SHORTEST_CHARACTERS:
                        known.setdefault(key, slot)
        if len(known) == len(self.values) and len(numbers) == len(self.numbers):
            return self
        longest_first = tuple(sorted(known.items(), key=lambda item: (-len(item[0]), item)))
        return replace(self, values=longest_first, numbers=numbers)


def masked_text(text: str, vault: Vault) -> str:
    """Return the text with every value that is known in it replaced by `[slot]`."""
    if not vault.values or not text:
        return text
    spans = _spans(_tokens(text), vault)
    for start, end, slot in reversed(spans):
        text = f"{text[:start]}[{slot}]{text[end:]}"
    return text


def holds_value(text: str, vault: Vault) -> bool:
    """Say whether any known value stands in the text."""
    return bool(slots_in(text, vault))


def places_of_values(text: str, vault: Vault) -> tuple[tuple[int, int], ...]:
    """Return where in the text known values stand, as [begin, end) of characters."""
    return tuple((begin, end) for begin, end, _ in _spans(_tokens(text), vault)) if vault.values else ()


def slots_in(text: str, vault: Vault) -> frozenset[str]:
    """Return the slots of which a value stands in the text."""
    return frozenset(slot for _, _, slot in _spans(_tokens(text), vault)) if vault.values else frozenset()


def masked_turn(text: str, slots: Iterable[str], vault: Vault) -> str:
    """Return a text in which values of these slots were said. It goes as a whole where a trace might be left."""
    named = " ".join(f"[{slot}]" for slot in sorted(slots))
    if not named or not text.strip():
        return text
    masked = masked_text(text, vault)
    rest = [token.plain for token in _tokens(_PLACEHOLDER.sub(" ", masked))]
    is_clean = masked != text and not any(word in _TELLING or any(c.isdigit() for c in word) for word in rest)
    return masked if is_clean else named


def masked_json(data: Json, vault: Vault) -> Json:
    """Return JSON with the values of sensitive slots replaced wherever they stand: under their slot's name, as a slot
    event, in a correction, or within any text."""
    match data:
        case str():
            return masked_text(data, vault)
        case bool() | None:
            return data
        case int() | float():
            slot = vault.numbers.get(float(data))
            return data if slot is None else f"[{slot}]"
        case Mapping():
            return {masked_text(str(key), vault): _masked_item(data, key, value, vault) for key, value in data.items()}
        case list() | tuple():
            if len(data) == 2 and isinstance(data[0], str) and data[0] in vault.slots:
                return [data[0], f"[{data[0]}]" if data[1] is not None else None]
            return [masked_json(item, vault) for item in data]
        case _:
            return data


def masked_event(body: Mapping[str, Json], vault: Vault) -> dict[str, Json]:
    """Return an event's JSON masked. In an event of a call the numbers are measurements, and nobody's value."""
    is_of_call = "at_ms" in body or body.get("type") in _OF_CALL
    masked: dict[str, Json] = masked_json(body, replace(vault, numbers={}) if is_of_call else vault)
    return masked


def masked_input(content: Mapping[str, Json], vault: Vault) -> dict[str, Json]:
    """Return the fields of an input of turn-taking masked: only their texts can hold a value."""
    masked: dict[str, Json] = masked_json(content, replace(vault, slots=frozenset(), numbers={}))
    return masked if vault.slots else dict(content)


_OF_CALL = frozenset({"latency_measured", "call_started"})
"""Events of a call that have no `at_ms`."""
_COUNTS = frozenset({"took_ms", "prompt_tokens", "completion_tokens", "n_frames", "n_steps", "frame_id"})
"""Numbers that are nobody's value."""
_IDS = frozenset({"flow_id", "step_id", "slot", "kind", "stage", "response", "extractor", "assistant_id", "version"})
_NAMES = _IDS | {"type", "event", "name", "flow", "reason", "error_type", "code"}
"""Words of the program in events and commands, without which these could not be read any more."""


def _masked_item(within: Mapping[str, Json], key: str, value: Json, vault: Vault) -> Json:
    has_schema = _has_schema(within)
    if key in _COUNTS or (isinstance(value, str) and key in (_NAMES if has_schema else _IDS)):
        return value
    owner = within.get("name") if key == "value" else key if not has_schema else None
    if isinstance(owner, str) and owner in vault.slots and value is not None:
        return f"[{owner}]"
    return masked_json(value, vault)


def _has_schema(data: Mapping[str, Json]) -> bool:
    """Say whether this is an event or a command, whose keys are ours, and no map of slots or of somebody else."""
    return isinstance(data.get("type", data.get("event")), str)


def values_in(data: Json, slots: frozenset[str]) -> Iterable[tuple[str, Json]]:
    """Return (slot, value) of each sensitive slot whose value stands in an event's JSON under its name."""
    match data:
        case Mapping():
            name = data.get("name")
            if isinstance(name, str) and name in slots and data.get("value") is not None:
                yield name, data["value"]
            has_schema = _has_schema(data)
            for key, value in data.items():
                if key in slots and value is not None and not has_schema:
                    yield key, value
                else:
                    yield from values_in(value, slots)
        case list() | tuple():
            if len(data) == 2 and isinstance(data[0], str) and data[0] in slots:
                yield data[0], data[1]
            else:
                for item in data:
                    yield from values_in(item, slots)
        case _:
            return


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _WORD.finditer(text):
        plain = unicodedata.normalize("NFKC", match[0]).casefold()
        found.append(_Token(match.start(), match.end(), plain, DIGITS.get(plain, plain)))
    return found


def _spans(tokens: Sequence[_Token], vault: Vault) -> list[tuple[int, int, str]]:
    """Return (start, end, slot) of what is to be replaced, in order and apart from one another."""
    taken: list[str | None] = [None] * len(tokens)
    for words in ([token.plain for token in tokens], [token.spoken for token in tokens]):
        stream = "".join(words)
        held = [(key, slot) for key, slot in vault.values if key in stream]
        starts = _starts(words) if held else ()
        for key, slot in held:
            for first, last in _found(stream, key, starts):
                for index in range(first, last + 1):
                    taken[index] = taken[index] or slot
    told = tuple(token.plain for token in tokens)
    meant = readings(told)
    for key, slot in vault.values:
        for first, last in find_told(key, told, meant) if len(key) <= LONGEST_TOLD else ():
            for index in range(first, last + 1):
                taken[index] = taken[index] or slot
    spans: list[tuple[int, int, str]] = []
    for index, owner in enumerate(taken):
        if owner is None:
            continue
        if spans and index and taken[index - 1] == owner:
            spans[-1] = (spans[-1][0], tokens[index].end, owner)
        else:
            spans.append((tokens[index].start, tokens[index].end, owner))
    return spans


def _starts(words: Sequence[str]) -> list[int]:
    """Return, for every character of the joined words, the number of its word; then one for the end."""
    return [index for index, word in enumerate(words) for _ in word] + [len(words)]


def _found(stream: str, key: str, owners: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Return (first word, last word) of every place at which the key stands in the stream."""
    at = stream.find(key)
    while at >= 0:
        end = at + len(key)
        is_whole = (at == 0 or owners[at - 1] != owners[at]) and owners[end] != owners[end - 1]
        if is_whole or len(key) >= ANYWHERE_CHARACTERS:
            yield owners[at], owners[end - 1]
        at = stream.find(key, at + 1)


def _leaves(value: Json) -> Iterable[str | int | float]:
    match value:
        case bool() | None:
            return
        case str() | int() | float():
            yield value
        case Mapping():
            for item in value.values():
                yield from _leaves(item)
        case list() | tuple():
            for item in value:
                yield from _leaves(item)
        case _:
            yield str(value)


def _written(leaf: str | int | float) -> Iterable[str]:
    yield str(leaf)
    if isinstance(leaf, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", leaf):
        yield from _dates(leaf)
    if isinstance(leaf, str) and re.fullmatch(r"\d\d:\d\d(:00)?", leaf):
        yield from _times(int(leaf[:2]), int(leaf[3:5]))
    if isinstance(leaf, float) and not leaf.is_integer():
        yield f"{leaf:.2f}"
    if isinstance(leaf, float) and leaf.is_integer() and abs(leaf) < 1e18:
        yield str(int(leaf))


def _dates(written: str) -> Iterable[str]:
    """Give the forms in which a day is usually said or written."""
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(written)
        for number in (str(day.day), f"{day.day:02}", f"{day.day}{ordinal_ending(day.day)}"):
            yield f"{day:%B} {number} {day.year}"
            yield f"{number} {day:%B} {day.year}"
            yield f"{number} of {day:%B} {day.year}"
        for first, second in ((day.month, day.day), (day.day, day.month)):
            yield f"{first}/{second}/{day.year}"
            yield f"{first:02}/{second:02}/{day.year}"


def _times(hour: int, minute: int) -> Iterable[str]:
    """Give the forms in which a time of day is usually said or written."""
    for spoken in {hour, hour % 12 or 12}:
        after = spoken % 12 + 1
        yield f"{spoken}:{minute:02}"
        match minute:
            case 0:
                yield from (f"{spoken} o'clock", f"{spoken} am", f"{spoken} pm", f"{spoken} hundred")
            case 15:
                yield f"quarter past {spoken}"
            case 30:
                yield f"half past {spoken}"
            case 45:
                yield f"quarter to {after}"
            case _:
                pass
