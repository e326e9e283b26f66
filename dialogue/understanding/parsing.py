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

from dialogue.understanding.bounded_json import read_json
from dialogue.understanding.line_layout import QUOTES, LineLayout
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

_NAME = r"[\w-]+"
_QUOTED_NAME = rf"[{QUOTES}]?({_NAME})[{QUOTES}]?"

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
_CALL_NAMES = "|".join((*_CALLS, "startflow", "setslot", "clarify"))
_KEYWORDS = (*_WORDS, "start flow", "set slot", "disambiguate flows", "cannot handle", "failed")
_START_OF_COMMAND = "|".join(word.replace(" ", r"\s+") for word in _KEYWORDS)
_LEAD = re.compile(r"^[\s\W\d]*")
_NEXT_ON_LINE = re.compile(rf",\s*(?=(?:{_START_OF_COMMAND})\b|(?:{_CALL_NAMES})\s*\()", re.IGNORECASE)
_CALL = re.compile(rf"\b({_CALL_NAMES})\s*\(", re.IGNORECASE)
_START = re.compile(rf"start\s+flow\s+{_QUOTED_NAME}", re.IGNORECASE)
_SET = re.compile(rf"set\s+slot\s+{_QUOTED_NAME}(?:\s+(.*))?$", re.IGNORECASE | re.DOTALL)
_CLARIFY = re.compile(r"disambiguate\s+flows\b(.*)$", re.IGNORECASE)
_CANNOT = re.compile(rf"cannot\s+handle(?:\s+{_QUOTED_NAME})?\W*$", re.IGNORECASE)
_FAILED = re.compile(rf"failed\s+{_QUOTED_NAME}(?:\s+(\{{.*\}}))?$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_NOT_BARE = re.compile(rf"[,\n\r\v\f\x1c-\x1e\x85]|(?<!\w)[{QUOTES}]|[{QUOTES}]$|{_CALL.pattern}", re.IGNORECASE)
_ESCAPES = {**{quote: quote for quote in QUOTES}, "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def parse_commands(text: str) -> tuple[Command, ...]:
    """Read every command in `text`, in order; lines that hold none are passed over."""
    return tuple(command for line in _lines(text) for command in _parse_line(line))


def format_command(command: Command) -> str:
    """Write one command as a line that `parse_commands` reads back."""
    match command:
        case StartFlow(flow=flow):
            return f"start flow {flow}"
        case SetSlot(name=name, value=value):
            return f"set slot {name} {format_value(value)}"
        case Clarify(options=options):
            return " ".join(("disambiguate flows", *options))
        case CorrectSlots(corrections=corrections):
            return ", ".join(f"set slot {name} {format_value(value)}" for name, value in corrections)
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
        if "," in line:
            yield from LineLayout(line, _CALL).pieces(_NEXT_ON_LINE)
        else:
            yield line


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
        return SetSlot(found[1], read_value(found[2] or ""))
    if found := _CLARIFY.match(line):
        return Clarify(tuple(re.findall(_NAME, found[1])))
    if found := _CANNOT.match(line):
        return CannotHandle(found[1] or "default")
    if found := _FAILED.match(line):
        return Failed(found[1], _read_info(found[2]))
    bare = " ".join(_WORD.findall(line.lower()))
    make = _WORDS.get(bare)
    return make() if make else None


def _parse_calls(line: str) -> Iterator[Command]:
    layout = LineLayout(line, _CALL)
    position = 0
    for start, name in layout.calls.items():
        if start < position:
            continue  # within the brackets of the call before
        end = layout.closing_bracket(start)
        position = end + 1
        command = _call(name, line[start:end])
        if command is not None:
            yield command


def _call(name: str, arguments: str) -> Command | None:
    if name == "startflow":
        names = re.findall(_NAME, arguments)
        return StartFlow(names[0]) if names else None
    if name == "setslot":
        slot, separator, value = arguments.partition(",")
        names = re.findall(_NAME, slot)
        return SetSlot(names[0], read_value(value)) if names and separator else None
    if name == "clarify":
        return Clarify(tuple(re.findall(_NAME, arguments)))
    make = _CALLS.get(name)
    return make() if make else None


def read_value(written: str) -> str:
    value = written.strip().rstrip(",").rstrip()
    quoted = value.rstrip(".;") if value[:1] in QUOTES else value
    if len(quoted) >= 2 and quoted[0] == quoted[-1] and quoted[0] in QUOTES:
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), quoted[1:-1], flags=re.DOTALL)
    return value


def _read_info(written: str | None) -> dict[str, Json]:
    """Read what came with a failure; what is no JSON object says nothing."""
    try:
        info = read_json(written) if written else {}
    except ValueError:
        return {}
    return info if isinstance(info, dict) else {}


def format_value(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    text = str(value)
    if text and read_value(text) == text and not _NOT_BARE.search(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
