"""Silence while the assistant waits: when to ask whether the caller is there, and when to give up.

Theory of operation. The time-out counts from the last thing that was said: the end of a reply *as heard*, or words or
keys of the caller. Sounds without words (a cough, a door) do not start it again, they only put a question off until
it is quiet. A caller who asks for time ("hold on") gets a longer time-out and one soft reassurance. While something
plays that has no words (`onset_gate`: music on hold) nobody is asked anything; the assistant says once that it
waits.

    Asked ─→ waiting ──time-out──→ PromptCaller (1..N) ──time-out after the Nth──→ SayGoodbye
               │ ↑ words, keys
               │ └──────────── counts from the start again
               ├ HoldAsked: 15 s → Reassure, 30 s → PromptCaller
               └ background on: time-out → SayHolding, once until there are words

Pure: `at_ms` is the call's audio time in ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, assert_never

from flows.effects import Expectation
from flows.model import Assistant

SLOT: Final = "silence_timeout"
"""The slot of the format that holds the time-out in seconds; flows and actions may set it."""
_OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "webrtc": ("browser_audio",),
    "websocket": ("browser_audio",),
    "twilio": ("twilio_media_streams",),
    "jambonz": ("jambonz_stream",),
    "audiocodes": ("audiocodes_stream",),
}
"""What the format calls our transports, in a step's map and in credentials.yml."""


@dataclass(frozen=True, slots=True)
class IdlePolicy:
    """How long silence is borne. In voice.yml under `silence:`."""

    prompts: int = 3
    """After so many questions in a row without a word from the caller, the call is ended; our own choice."""
    hold_on_ms: int = 30_000
    """So long a caller who asked for time ("hold on") is not asked anything; our own choice."""
    reassure_ms: int = 15_000
    """So long after that, "take your time" is said, once; our own choice."""
    quiet_ms: int = 1_000
    """A question to a silent caller waits until it has been so long quiet; our own choice."""


# --- inputs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """20 ms passed. `is_sounding`: the caller makes a sound, or what they said is still being recognised."""

    at_ms: int
    is_sounding: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The assistant waits for the caller, who may be silent for so long."""

    at_ms: int
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Working:
    """A turn is being answered: nothing is awaited."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class ReplyChanged:
    """The caller hears the assistant, or has heard the last of it. The end is when it was heard, not sent."""

    at_ms: int
    is_heard: bool


@dataclass(frozen=True, slots=True)
class CallerActive:
    """The caller said words (a turn ended, whatever came of it) or pressed a key."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class HoldAsked:
    """The caller asked for time: "hold on", "let me see"."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class BackgroundChanged:
    """Something without words is playing where the caller is, or has ended."""

    at_ms: int
    is_on: bool


IdleInput: TypeAlias = Tick | Asked | Working | ReplyChanged | CallerActive | HoldAsked | BackgroundChanged


# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PromptCaller:
    """The caller has been silent for the time-out: give the conversation `UserSilence`. `number` counts from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Reassure:
    """Say `take_your_time`, and let it leave no trace in the conversation."""


@dataclass(frozen=True, slots=True)
class SayHolding:
    """Say `holding`: something is playing, and the assistant waits."""


@dataclass(frozen=True, slots=True)
class SayGoodbye:
    """Say `goodbye_silent`, then hang up for this reason."""

    reason: str = "caller-silent"


IdleEffect: TypeAlias = PromptCaller | Reassure | SayHolding | SayGoodbye


@dataclass(frozen=True, slots=True)
class IdleState:
    """Times are ms of audio."""

    awaits: bool = False
    timeout_ms: int = 12_000
    is_replying: bool = False
    has_background: bool = False
    still_since_ms: int = 0
    """Since when nobody has said anything."""
    quiet_since_ms: int = 0
    """Since when there has been no sound of the caller at all."""
    prompts: int = 0
    hold_since_ms: int | None = None
    has_reassured: bool = False
    has_said_holding: bool = False
    is_over: bool = False


Step: TypeAlias = tuple[IdleState, tuple[IdleEffect, ...]]


def step(state: IdleState, given: IdleInput, policy: IdlePolicy) -> Step:
    """Take one input; return the new state and what is to be done."""
    match given:
        case Tick():
            return _tick(state, given, policy)
        case Asked(at_ms, timeout_ms):
            asked = replace(state, awaits=True, timeout_ms=timeout_ms, still_since_ms=at_ms)
            # Sounds are not followed while nothing is awaited, so that quiet is counted from here as well.
            return replace(asked, quiet_since_ms=state.quiet_since_ms if state.awaits else at_ms), ()
        case Working(at_ms):
            return replace(state, awaits=False, still_since_ms=at_ms), ()
        case ReplyChanged(at_ms, is_heard):
            return replace(state, is_replying=is_heard, still_since_ms=at_ms, quiet_since_ms=at_ms), ()
        case CallerActive(at_ms):
            return _awake(state, at_ms), ()
        case HoldAsked(at_ms):
            return replace(_awake(state, at_ms), hold_since_ms=at_ms), ()
        case BackgroundChanged(at_ms, is_on):
            return replace(state, has_background=is_on, still_since_ms=at_ms, quiet_since_ms=at_ms), ()
        case _:
            assert_never(given)


def _awake(state: IdleState, at_ms: int) -> IdleState:
    return replace(
        state,
        still_since_ms=at_ms,
        quiet_since_ms=at_ms,
        prompts=0,
        hold_since_ms=None,
        has_reassured=False,
        has_said_holding=False,
    )


def _tick(state: IdleState, tick: Tick, policy: IdlePolicy) -> Step:
    at_ms = tick.at_ms
    if state.is_over:
        return state, ()
    if state.is_replying or not state.awaits:
        return state, ()  # both end with an input that starts the count again
    if state.has_background:
        return _hold(state, at_ms)
    if tick.is_sounding:
        return replace(state, quiet_since_ms=at_ms), ()
    if at_ms - state.quiet_since_ms < min(policy.quiet_ms, state.timeout_ms):
        return state, ()
    if state.hold_since_ms is not None:
        return _give_time(state, state.hold_since_ms, at_ms, policy)
    return _prompt(state, policy) if at_ms - state.still_since_ms >= state.timeout_ms else (state, ())


def _hold(state: IdleState, at_ms: int) -> Step:
    if state.has_said_holding or at_ms - state.still_since_ms < state.timeout_ms:
        return state, ()
    return replace(state, has_said_holding=True), (SayHolding(),)


def _give_time(state: IdleState, since_ms: int, at_ms: int, policy: IdlePolicy) -> Step:
    waited_ms = at_ms - since_ms
    if waited_ms >= max(policy.hold_on_ms, state.timeout_ms):
        return _prompt(replace(state, hold_since_ms=None), policy)
    if waited_ms >= policy.reassure_ms and not state.has_reassured:
        return replace(state, has_reassured=True), (Reassure(),)
    return state, ()


def _prompt(state: IdleState, policy: IdlePolicy) -> Step:
    if state.prompts >= policy.prompts:
        return replace(state, is_over=True), (SayGoodbye(),)
    number = state.prompts + 1
    # What comes of it is a reply of its own, after which the flow waits again (`Asked`).
    return replace(state, prompts=number, awaits=False), (PromptCaller(number),)


# --- the time-out --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SilenceTimeouts:
    """What an assistant's files say of silence, in seconds; None where they say nothing."""

    channel_s: float | None = None
    assistant_s: float | None = None


def read_timeouts(assistant: Assistant, transport: str) -> SilenceTimeouts:
    """Read credentials.yml (channel); voice.yml, endpoints.yml and the slot's own initial value (assistant, in order).

    A value that is no number of seconds above 0 counts as not given, and so does the slot of the default patterns.
    """
    channels = (_seconds(_map(assistant.credentials.get(name)).get(SLOT)) for name in names_of(transport))
    turns_ms = _seconds(_map(assistant.voice.get("turns")).get("silence_timeout_ms"))
    handling = _map(assistant.endpoints.get("interaction_handling"))
    slot = assistant.slots.get(SLOT)
    whole = (
        None if turns_ms is None else turns_ms / 1000,
        _seconds(handling.get("global_silence_timeout")),
        None if slot is None or slot.is_default else _seconds(slot.initial_value),
    )
    return SilenceTimeouts(
        next((value for value in channels if value is not None), None),
        next((value for value in whole if value is not None), None),
    )


def timeout_ms(
    expectation: Expectation,
    transport: str,
    timeouts: SilenceTimeouts,
    default_ms: int,
    *,
    slot_s: object = None,
) -> int:
    """Return how long the caller may be silent at this question: step, else slot, channel, assistant, else default.

    `slot_s` is what a flow or action has put into the slot `silence_timeout`; None while it has its initial value.
    """
    of_step = expectation.silence_timeout_s
    named = (of_step[name] for name in (*names_of(transport), "*") if name in of_step)
    candidates = (next(named, None), _seconds(slot_s), timeouts.channel_s, timeouts.assistant_s)
    seconds = next((value for value in candidates if value is not None), None)
    return default_ms if seconds is None else max(1, round(seconds * 1000))


def names_of(transport: str) -> tuple[str, ...]:
    """Return the names under which an assistant's files may speak of this transport."""
    return (transport, *_OTHER_NAMES.get(transport, ()))


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e7 else None


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
