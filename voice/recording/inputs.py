"""The inputs of turn-taking as compact JSON lines and back: a call can be judged again by other thresholds. Pure.

    {"version": 1, "policy": {…}}                 first line: the thresholds of the call
    ["f", 20, [12, 9, 9800, …]]                   frames in a row: where the first ended (ms), probabilities in 1/10000
    ["transcript_ready", 1240, {"revision": 1, …}]  anything else: its name, audio time, its fields

Probabilities are rounded down, so that each stays on its side of any threshold that has four decimals or less. Types
come from `TurnInput` and their fields from the classes themselves: a new input needs no line here.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from functools import cache
from math import floor
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from voice.audio import FRAME_MS
from voice.recording.errors import RecordingUnreadable
from voice.turns.inputs import FrameHeard, TurnInput
from voice.turns.policy import TurnPolicy

VERSION = 1
FRAMES_A_LINE = 250
"""5 s: a crash loses at most so much that was not yet written. Our own choice."""
FRAMES = "f"
_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class TimedInput:
    """An input and the audio time at which it came: that of the last frame before it, or its own if it is one."""

    at_ms: int
    given: TurnInput


def header_line(policy: TurnPolicy) -> str:
    """Return the first line of the file."""
    return _dump({"version": VERSION, "policy": asdict(policy)})


def frames_line(first_ms: int, probabilities: Sequence[float]) -> str:
    """Return a line of frames that follow one another."""
    return _dump([FRAMES, first_ms, [_steps(probability) for probability in probabilities]])


def input_body(timed: TimedInput) -> list[Any]:
    """Return anything but a frame as JSON-ready data."""
    given = timed.given
    return [_name(type(given)), timed.at_ms, {f.name: _plain(getattr(given, f.name)) for f in fields(given)}]


def body_line(body: Sequence[Any]) -> str:
    """Return a line of what `input_body` gave."""
    return _dump(body)


def read_header(line: str) -> Mapping[str, Any]:
    """Return the thresholds of the call, by name. Raises RecordingUnreadable."""
    data = _load(line, 1)
    if not isinstance(data, Mapping) or not isinstance(data.get("policy"), Mapping):
        raise RecordingUnreadable("inputs.jsonl.gz line 1 is no header of a recording")
    if data.get("version") != VERSION:
        raise RecordingUnreadable(
            f"inputs.jsonl.gz is of version {data.get('version')!r}, and this program reads version {VERSION}: "
            "read it with the program that recorded it"
        )
    policy: Mapping[str, Any] = data["policy"]
    return policy


def read_inputs(lines: Iterable[str]) -> Iterator[TimedInput]:
    """Return the inputs of the lines behind the header. Raises RecordingUnreadable, which names the line."""
    for number, line in enumerate(lines, start=2):
        data = _load(line, number)
        match data:
            case ["f", int() as first_ms, list() as steps] if all(_is_step(step) for step in steps):
                for index, step in enumerate(steps):
                    at_ms = first_ms + index * FRAME_MS
                    yield TimedInput(at_ms, FrameHeard(at_ms, step / _STEPS))
            case [str() as name, int() as at_ms, dict() as content]:
                yield TimedInput(at_ms, _input(name, content, number))
            case _:
                raise RecordingUnreadable(f"inputs.jsonl.gz line {number} is no input of turn-taking")


def _input(name: str, content: Mapping[str, Any], number: int) -> TurnInput:
    kind = _kinds().get(name)
    if kind is None:
        raise RecordingUnreadable(f"inputs.jsonl.gz line {number} has an input {name!r}, which this program lacks")
    try:
        given: TurnInput = _read(kind, content)
    except (TypeError, ValueError, KeyError) as problem:
        raise RecordingUnreadable(f"inputs.jsonl.gz line {number} cannot be read: {problem}") from problem
    return given


def _is_step(step: object) -> bool:
    return isinstance(step, int) and not isinstance(step, bool) and 0 <= step <= _STEPS


def _steps(probability: float) -> int:
    steps = floor(probability * _STEPS)
    if (steps + 1) / _STEPS <= probability:  # the product was rounded below a step that the number has reached
        steps += 1
    return min(max(steps, 0), _STEPS)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [_plain(item) for item in value]
    return value


def _read(kind: Any, value: Any) -> Any:
    """Return JSON as what an annotation says."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _read(next(one for one in get_args(kind) if one is not type(None)), value)
    if origin in (tuple, frozenset, set) and isinstance(value, list):
        inner = get_args(kind)[0] if get_args(kind) else Any
        return origin(_read(inner, item) for item in value)
    if isinstance(kind, type) and is_dataclass(kind):
        if not isinstance(value, Mapping):
            raise ValueError(f"expected an object for {kind.__name__}")
        return kind(**_arguments(kind, value))
    if origin is Literal and value not in get_args(kind):
        raise ValueError(f"{value!r} is none of {', '.join(map(str, get_args(kind)))}")
    expected = {int: int, float: int | float, str: str, bool: bool}.get(kind)
    if expected is not None and (not isinstance(value, expected) or (isinstance(value, bool) and kind is not bool)):
        raise ValueError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value


def _arguments(kind: type, value: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    arguments = {}
    for field in fields(kind):
        if field.name in value:
            arguments[field.name] = _read(hints[field.name], value[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{_name(kind)} lacks its field {field.name!r}")
    return arguments


@cache
def _kinds() -> Mapping[str, type]:
    return {_name(kind): kind for kind in get_args(TurnInput)}


def _name(kind: type) -> str:
    letters = (f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)
    return "".join(letters).lstrip("_")


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _load(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise RecordingUnreadable(f"inputs.jsonl.gz line {number} is no JSON: {problem}") from problem
