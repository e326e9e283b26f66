"""Command lines as text: the three syntaxes of the format read, and one of them written.

A language model and the files of recorded commands both speak in lines. Three spellings are in use and all
are read, mixed if need be, whatever bullets, numbers or quotes stand around them:

    v1   StartFlow(transfer_money), SetSlot(amount, "50")
    v2   start flow transfer_money            disambiguate flows a b         provide info
    v3   - set slot amount 50                 search and reply

`format_command` writes v2/v3, and adds spellings of our own for the commands that the format keeps internal
(`cannot handle reason`, `restart`, ...), so that every turn can be recorded. Values are read as text: giving
them the slot's type is clean-up's job, because only clean-up knows the slot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import assert_never

from flows.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlots,
    Failed,
    HandleCodeChange,
    HumanHandoff,
    Json,
    KnowledgeAnswer,
    Noop,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SessionStart,
    SetSlot,
    SkipQuestion,
    StartFlow,
    UserSilence,
)

_QUOTES = "\"'`"
_NAME = r"[\w-]+"
_QUOTED_NAME = rf"[{_QUOTES}]?({_NAME})[{_QUOTES}]?"

# Written command -> the commands without arguments; the first spelling of a command is the one we write.
_WORDS: dict[str, Callable[[], Command]] = {
    "cancel flow": CancelFlow,
    "skip question": SkipQuestion,
    "search and reply": KnowledgeAnswer,
    "provide info": KnowledgeAnswer,
    "offtopic reply": ChitChat,
    "repeat message": RepeatLastBotMessages,
    "hand over": HumanHandoff,
    "session start": SessionStart,
    "session end": SessionEnd,
    "restart": Restart,
    "user silence": UserSilence,
    "handle code change": HandleCodeChange,
    "noop": Noop,
}
_CALLS: dict[str, Callable[[], Command]] = {
    "cancelflow": CancelFlow,
    "skipquestion": SkipQuestion,
    "searchandreply": KnowledgeAnswer,
    "knowledgeanswer": KnowledgeAnswer,
    "chitchat": ChitChat,
    "repeatlastbotmessages": RepeatLastBotMessages,
    "humanhandoff": HumanHandoff,
    "cannothandle": CannotHandle,
    "sessionstart": SessionStart,
    "sessionend": SessionEnd,
    "restart": Restart,
    "usersilence": UserSilence,
    "noop": Noop,
}
_KEYWORDS = (*_WORDS, "start flow", "set slot", "disambiguate flows", "cannot handle", "failed")
_START_OF_COMMAND = "|".join(word.replace(" ", r"\s+") for word in _KEYWORDS)
_LEAD = re.compile(r"^[\s\W\d]*")
_NEXT_ON_LINE = re.compile(rf",\s*(?=(?:{_START_OF_COMMAND})\b)", re.IGNORECASE)
_CALL = re.compile(r"\b([A-Za-z]+)\s*\(")
_START = re.compile(rf"start\s+flow\s+{_QUOTED_NAME}", re.IGNORECASE)
_SET = re.compile(rf"set\s+slot\s+{_QUOTED_NAME}(?:\s+(.*))?$", re.IGNORECASE | re.DOTALL)
_CLARIFY = re.compile(r"disambiguate\s+flows\b(.*)$", re.IGNORECASE)
_CANNOT = re.compile(rf"cannot\s+handle(?:\s+{_QUOTED_NAME})?\W*$", re.IGNORECASE)
_FAILED = re.compile(rf"failed\s+{_QUOTED_NAME}(?:\s+(\{{.*\}}))?$", re.IGNORECASE)
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def parse_commands(text: str) -> tuple[Command, ...]:
    """Read every command in `text`, in order; lines that hold none are passed over."""
    return tuple(command for line in _lines(text) for command in _parse_line(line))


def format_command(command: Command) -> str:
    """Write one command as a line that `parse_commands` reads back."""
    match command:
        case StartFlow(flow=flow):
            return f"start flow {flow}"
        case SetSlot(name=name, value=value):
            return f"set slot {name} {_format_value(value)}"
        case Clarify(options=options):
            return " ".join(("disambiguate flows", *options))
        case CorrectSlots(corrections=corrections):
            return ", ".join(f"set slot {name} {_format_value(value)}" for name, value in corrections)
        case CannotHandle(reason=reason):
            return "cannot handle" if reason == "default" else f"cannot handle {reason}"
        case Failed(error_type=error_type, info=info):
            return f"failed {error_type}" + (f" {json.dumps(info)}" if info else "")
        case (
            CancelFlow()
            | SkipQuestion()
            | KnowledgeAnswer()
            | ChitChat()
            | RepeatLastBotMessages()
            | HumanHandoff()
            | SessionStart()
            | SessionEnd()
            | Restart()
            | UserSilence()
            | HandleCodeChange()
            | Noop()
        ):
            return next(words for words, make in _WORDS.items() if make is type(command))
        case _:
            assert_never(command)


def _lines(text: str) -> Iterator[str]:
    for line in re.split(r"[\n\r]+", text):
        yield from _NEXT_ON_LINE.split(line)


def _parse_line(line: str) -> Iterator[Command]:
    stripped = line[_LEAD.match(line).end() :].rstrip()  # type: ignore[union-attr]  # the pattern may be empty
    written = _parse_words(stripped)
    if written is not None:
        yield written
        return
    yield from _parse_calls(stripped)


def _parse_words(line: str) -> Command | None:
    if found := _START.match(line):
        return StartFlow(found[1])
    if found := _SET.match(line):
        return SetSlot(found[1], _read_value(found[2] or ""))
    if found := _CLARIFY.match(line):
        return Clarify(tuple(re.findall(_NAME, found[1])))
    if found := _CANNOT.match(line):
        return CannotHandle(found[1] or "default")
    if found := _FAILED.match(line):
        return Failed(found[1], json.loads(found[2]) if found[2] else {})
    bare = " ".join(re.sub(r"\W+$", "", line).lower().split())
    make = _WORDS.get(bare)
    return make() if make else None


def _parse_calls(line: str) -> Iterator[Command]:
    position = 0
    while found := _CALL.search(line, position):
        end = _closing(line, found.end())
        command = _call(found[1].lower(), line[found.end() : end])
        position = found.end() if command is None else end + 1
        if command is not None:
            yield command


def _closing(line: str, start: int) -> int:
    """Find the bracket that closes the one before `start`; the end of the line where it was left out."""
    depth, quote, position = 1, "", start
    while position < len(line):
        char = line[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in '"`' or (char == "'" and not line[position - 1].isalnum()):
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    last = line.rfind(")")
    return last if last >= start else len(line)


def _call(name: str, arguments: str) -> Command | None:
    if name == "startflow":
        names = re.findall(_NAME, arguments)
        return StartFlow(names[0]) if names else None
    if name == "setslot":
        slot, separator, value = arguments.partition(",")
        names = re.findall(_NAME, slot)
        return SetSlot(names[0], _read_value(value)) if names and separator else None
    if name == "clarify":
        return Clarify(tuple(re.findall(_NAME, arguments)))
    make = _CALLS.get(name)
    return make() if make else None


def _read_value(written: str) -> str:
    value = written.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in _QUOTES:
        inner = value[1:-1]
        if value[0] == '"':
            return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), inner)
        return inner
    return value


def _format_value(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    text = str(value)
    bare = _read_value(text) == text and "," not in text and not re.search(r"[\n\r\v\f\x1c-\x1e\x85]", text)
    if bare and text and text[0] not in _QUOTES and text[-1] not in _QUOTES:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
