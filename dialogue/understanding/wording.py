"""Commands as a model writes them, in the words of a `Naming`: written for training, read as they stream.

    f1; s2 50; s1 Joe                      aliases: one line, commands parted by semicolons
    start flow transfer_money              real names: the format's own syntax, one command a line
    set slot amount 50

Reading is tolerant: spellings of either form, spare words and marks are taken, what is no command is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dialogue.understanding.naming import Naming
from dialogue.understanding.parsing import format_value, parse_commands, read_value
from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    HumanHandoff,
    KnowledgeAnswer,
    RepeatLastBotMessages,
    SetSlot,
    SkipQuestion,
    StartFlow,
)

MAX_READ_CHARACTERS = 4000
"""Of a completion. What a model writes beyond that is no answer to a caller."""

_MUST_QUOTE = re.compile(r"^[:=\"'`]|^\s|\s$|^$|[;\x00-\x1f\x7f-\x9f\u2028\u2029]")
_START = re.compile(r"(?:start(?:\s+flow)?\s+)?([\w-]+)[\s.]*$", re.IGNORECASE)
_SET = re.compile(r"(?:set(?:\s+slot)?\s+)?([\w-]+)(?:\s*[=:]\s*|\s+)(\S.*)$", re.IGNORECASE | re.DOTALL)
_CLARIFY = re.compile(r"(?:ask|clarify|disambiguate\s+flows)\b(.*)$", re.IGNORECASE | re.DOTALL)
_LEAD = re.compile(r"^[\s\-*•>.)(]*")
_NAME = re.compile(r"[\w-]+")
_OPEN_QUOTE = re.compile(r"[\s\-*•>.)(]*(?:set\s+(?:slot\s+)?)?[\w-]+\s*[=:]?\s*\"", re.IGNORECASE)
_QUOTED = re.compile(r"\\.|\"", re.DOTALL)


def write_commands(commands: Sequence[Command], naming: Naming) -> str:
    """Write commands as the model is to write them, the end included. What has no words here is left out."""
    written = [line for line in (write_command(command, naming) for command in commands) if line is not None]
    return naming.words.between.join(written or [naming.words.nothing]) + "\n"


def write_command(command: Command, naming: Naming) -> str | None:
    """Write one command; None for one that a model has no words for."""
    words = naming.words
    match command:
        case StartFlow(flow=flow):
            return f"{words.start}{naming.flows[flow]}" if flow in naming.flows else None
        case SetSlot(name=name, value=value):
            return f"{words.fill}{naming.slots[name]} {write_value(value, naming)}" if name in naming.slots else None
        case Clarify(options=options):
            named = [naming.flows[option] for option in options if option in naming.flows]
            return " ".join([words.clarify, *named]) if named else None
        case CancelFlow():
            return words.cancel
        case SkipQuestion():
            return words.skip
        case RepeatLastBotMessages():
            return words.repeat
        case HumanHandoff():
            return words.person
        case KnowledgeAnswer():
            return words.search
        case ChitChat():
            return words.chat
        case CannotHandle():
            return words.nothing
        case _:
            return None


def write_value(value: object, naming: Naming) -> str:
    """Write a slot's value: as it is, in quotes only where it could not be read back otherwise."""
    if not naming.is_short:
        return format_value(value)
    text = format_value(value) if isinstance(value, bool | list | dict | None) else str(value)
    if not _MUST_QUOTE.search(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def read_commands(text: str, naming: Naming) -> tuple[Command, ...]:
    """Read every command of a completion; never raises."""
    reader = CommandReader(naming)
    return (*reader.feed(text), *reader.finish())


class CommandReader:
    """Reads a completion while it is written: each command is given as soon as it is complete."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._names = {"flow": _lower(naming.flow_ids), "slot": _lower(naming.slot_names)}
        self._rest = ""
        self._room = MAX_READ_CHARACTERS

    def feed(self, text: str) -> tuple[Command, ...]:
        """Take what was written next; return the commands that it completes."""
        text = text[: self._room]
        self._room -= len(text)
        *whole, self._rest = _pieces(self._rest + text, self._naming.is_short)
        return tuple(command for piece in whole for command in self._read(piece))

    def finish(self) -> tuple[Command, ...]:
        """Return what the end of the completion completes."""
        rest, self._rest = self._rest, ""
        return self._read(rest)

    def _read(self, piece: str) -> tuple[Command, ...]:
        if not self._naming.is_short:
            return parse_commands(piece)
        line = piece[_LEAD.match(piece).end() :].rstrip()  # type: ignore[union-attr]  # the pattern may be empty
        if (found := _START.match(line)) and (flow := self._names["flow"].get(found[1].lower())):
            return (StartFlow(flow),)
        if (found := _CLARIFY.match(line)) and (options := self._flows_in(found[1])):
            return (Clarify(options),)
        if (found := _SET.match(line)) and (slot := self._names["slot"].get(found[1].lower())):
            return (SetSlot(slot, read_value(found[2])),)
        return self._read_word(line)

    def _flows_in(self, text: str) -> tuple[str, ...]:
        names = (self._names["flow"].get(name.lower()) for name in _NAME.findall(text))
        return tuple(name for name in names if name)

    def _read_word(self, line: str) -> tuple[Command, ...]:
        words = self._naming.words
        said = " ".join(_NAME.findall(line.lower()))
        meant: dict[str, Command] = {
            words.cancel: CancelFlow(),
            words.skip: SkipQuestion(),
            words.repeat: RepeatLastBotMessages(),
            words.person: HumanHandoff(),
            words.search: KnowledgeAnswer(),
            words.chat: ChitChat(),
            words.nothing: CannotHandle(),
        }
        return (meant[said],) if said in meant else parse_commands(line)


def _lower(names: Mapping[str, str]) -> dict[str, str]:
    return {written.lower(): real for written, real in names.items()}


def _pieces(text: str, is_short: bool) -> list[str]:
    """Cut at line ends, and with aliases at semicolons outside of a quoted value; the last piece may go on."""
    lines = text.split("\n")
    return [piece for line in lines for piece in _at_semicolons(line)] if is_short else lines


def _at_semicolons(line: str) -> Iterator[str]:
    start = 0
    while (at := line.find(";", _quoted_end(line, start))) >= 0:
        yield line[start:at]
        start = at + 1
    yield line[start:]


def _quoted_end(line: str, start: int) -> int:
    """The end of the quoted value of the command that begins at `start`; `start` itself where there is none."""
    opened = _OPEN_QUOTE.match(line, start)
    if opened is None:
        return start
    closed = next((found.end() for found in _QUOTED.finditer(line, opened.end()) if found[0] == '"'), None)
    return len(line) if closed is None else closed
