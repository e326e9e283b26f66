"""What a collect step says under `voice:`: the answer it expects and how patiently it listens.

- collect: card_number
  voice:
    expects: digits          # what the flow would otherwise tell by itself
    length: 16               # or [13, 19]: digits, characters of a code, words of a name
    wait_ms: 1500            # so much silence ends the turn, whatever was said
    max_turn_ms: 40000       # a turn is ended here even if the caller goes on
    interruptible: false     # the question is heard to its end
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from rapidfuzz import process

from flows.commands import Json
from flows.errors import Finding
from flows.model import Assistant, CollectTask, Step
from voice.errors import VoiceError

Expects: TypeAlias = Literal[
    "yes_no", "category", "digits", "count", "amount", "date", "time", "name", "email", "code", "text", "open"
]
KEYS: Final = ("expects", "length", "wait_ms", "max_turn_ms", "interruptible")
LONGEST: Final = 64
"""Digits, characters or words that a step may ask for: an IBAN has 34 (ISO 13616), a licence key about 40."""
_WITH_LENGTH: Final = ("digits", "code", "name")
_SHORTEST_TURN_MS: Final = 1_000
_LONGEST_TURN_MS: Final = 600_000
"""Our own choice: ten minutes in one breath is no turn, and a second is none either."""
_LONGEST_WAIT_MS: Final = 30_000
_LEAST_LIKENESS: Final = 60.0
"""Of 100: how alike a key must be to one of ours to be suggested."""


class StepVoiceInvalid(VoiceError):
    """A step's `voice:` has a key or a value that means nothing."""

    code = "step-voice-invalid"
    fault = "configuration"


@dataclass(frozen=True, slots=True)
class StepVoice:
    """A step's own words about its voice; None where it leaves them to the flow and to voice.yml.

    `lengths`: how many digits, characters or words are an answer, in ascending order; empty where not given.
    """

    expects: Expects | None = None
    lengths: tuple[int, ...] = ()
    wait_ms: int | None = None
    max_turn_ms: int | None = None
    is_interruptible: bool | None = None


def read_step_voice(given: Mapping[str, Json]) -> StepVoice:
    """Read a step's `voice:`. Raises StepVoiceInvalid, which names the key, what is wrong and what may stand there."""
    for key in given:
        if key not in KEYS:
            near = process.extractOne(str(key), KEYS, score_cutoff=_LEAST_LIKENESS)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise StepVoiceInvalid(f"voice: {str(key)[:60]!r} is not a key; there is {', '.join(KEYS)}{hint}")
    expects = _expects(given.get("expects"))
    lengths = _lengths(given.get("length"))
    if lengths and expects is not None and expects not in _WITH_LENGTH:
        raise StepVoiceInvalid(f"voice: length goes with expects: {', '.join(_WITH_LENGTH)}, not with {expects}")
    interruptible = given.get("interruptible")
    if interruptible is not None and not isinstance(interruptible, bool):
        raise StepVoiceInvalid(f"voice: interruptible is true or false, not {_shown(interruptible)}")
    return StepVoice(
        expects=expects,
        lengths=lengths,
        wait_ms=_milliseconds(given, "wait_ms", 0, _LONGEST_WAIT_MS),
        max_turn_ms=_milliseconds(given, "max_turn_ms", _SHORTEST_TURN_MS, _LONGEST_TURN_MS),
        is_interruptible=interruptible,
    )


def check_step_voices(assistant: Assistant) -> tuple[Finding, ...]:
    """Find every `voice:` of a step that cannot be read or has no effect, in the order of the files."""
    steps = (step for flow in assistant.flows.values() for step in flow.steps if step.voice)
    return tuple(sorted(finding for step in steps if (finding := _checked(step)) is not None))


def _checked(step: Step) -> Finding | None:
    place = step.place
    file, line, column = (place.file, place.line, place.column) if place else (f"flow {step.flow_id}", 1, 1)
    where = f"step {step.id!r} of flow {step.flow_id!r}"
    try:
        read_step_voice(step.voice)
    except StepVoiceInvalid as error:
        return Finding(file, line, column, error.code, f"{where}: {error}")
    if isinstance(step.task, CollectTask):
        return None
    message = f"{where}: voice: is for steps that collect; here it has no effect"
    return Finding(file, line, column, StepVoiceInvalid.code, message, severity="warning")


def _expects(given: Json) -> Expects | None:
    if given is None:
        return None
    for one in get_args(Expects):
        if given == one:
            expects: Expects = one
            return expects
    raise StepVoiceInvalid(f"voice: expects is one of {', '.join(get_args(Expects))}, not {_shown(given)}")


def _lengths(given: Json) -> tuple[int, ...]:
    if given is None:
        return ()
    bounds = given if isinstance(given, list | tuple) else [given, given]
    if len(bounds) != 2 or not all(_is_length(one) for one in bounds) or bounds[0] > bounds[1]:
        message = f"voice: length is a number from 1 to {LONGEST}, or two of them as [least, most], not {_shown(given)}"
        raise StepVoiceInvalid(message)
    return tuple(range(bounds[0], bounds[1] + 1))


def _is_length(given: Json) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 < given <= LONGEST


def _milliseconds(given: Mapping[str, Json], key: str, least: int, most: int) -> int | None:
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise StepVoiceInvalid(
            f"voice: {key} is a whole number of milliseconds from {least} to {most}, not {_shown(value)}"
        )
    return value


def _shown(given: Json) -> str:
    """Show a value in a message, cut where it is long."""
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."
