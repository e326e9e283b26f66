"""Keys of the telephone: digits become one turn of the caller.

Theory of operation. The question that waits says how keys answer it (`flows.effects.Dtmf`): a number of digits, or a
key that finishes. Keys are collected until then, or until none has come for the time-out between digits; what they
make is one turn: `/SetSlots(slot=1234)` where a slot is asked (no model has to understand it), the bare digits
elsewhere. The first key stops the reply at once, and speech that was waiting to be a turn is dropped: who presses
keys means them.

    idle ──key──→ entering ──length reached, finish key, or time-out──→ Answer(text)
                     └ `*` (where it does not finish): begin again

`0` asks for a person wherever it is not a digit of the answer: at a question that digits do not answer, and where it
stays the only key of an entry that is no number and wants more. A finish key that comes just after an entry was
complete is habit: it neither answers the next question nor stops the reply.

Pure: `at_ms` is audio time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, assert_never

from flows.effects import Dtmf, Expectation

KEYS: Final = frozenset("0123456789*#ABCD")
"""All keys there are (ITU-T Q.23)."""
MAX_KEYS: Final = 64
"""More keys in one entry are not kept: no number that people enter is so long, and a stuck key must not grow memory."""
ESCAPE: Final = "0"
AGAIN: Final = "*"
FINISH: Final = "#"


@dataclass(frozen=True, slots=True)
class KeypadPolicy:
    """How keys are collected. In voice.yml under `keypad:`."""

    between_ms: int = 3_000
    """An entry is over when no key has come for so long: the interdigit time-out of VoiceXML platforms, 3 to 5 s."""
    habit_ms: int = 2_000
    """A finish key so soon after an entry that needed none is ignored; our own choice."""


# --- inputs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key; `is_replying`: over a reply, which may be `is_interruptible`."""

    key: str
    at_ms: int
    is_replying: bool = False
    is_interruptible: bool = True


@dataclass(frozen=True, slots=True)
class QuestionChanged:
    """The flow waits for something else now; `awaits` is False while it works on a turn."""

    expectation: Expectation
    awaits: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    """20 ms passed."""

    at_ms: int


KeypadInput: TypeAlias = KeyPressed | QuestionChanged | Tick


# --- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StopReply:
    """Stop what is being said, at once: a key is never a backchannel."""


@dataclass(frozen=True, slots=True)
class DropSpeech:
    """Abandon the turn that was being spoken or recognised; keys win over it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The caller's turn is this text, as if they had said it. `keys` is what was pressed, for the log."""

    text: str
    keys: str


@dataclass(frozen=True, slots=True)
class AskForPerson:
    """The caller pressed 0 for a person: give the conversation `HumanHandoff`."""


@dataclass(frozen=True, slots=True)
class KeyIgnored:
    """The key means nothing here; for the log."""

    key: str
    reason: str


KeypadEffect: TypeAlias = StopReply | DropSpeech | Answer | AskForPerson | KeyIgnored


@dataclass(frozen=True, slots=True)
class KeypadState:
    """`keys` is the entry so far. Times are ms of audio."""

    keys: str = ""
    last_ms: int = 0
    expectation: Expectation = field(default_factory=Expectation)
    awaits: bool = False
    answered_ms: int | None = None
    """When an entry was complete without a finish key."""

    @property
    def is_entering(self) -> bool:
        """Whether an entry has begun: what is said meanwhile is not a turn."""
        return bool(self.keys)


Step: TypeAlias = tuple[KeypadState, tuple[KeypadEffect, ...]]


def key_of(message: Mapping[str, Any]) -> str | None:
    """Return the key that a client's message presses (`{"type": "key", "key": "5"}`); None if it is no key."""
    key = message.get("key")
    if not isinstance(key, str) or len(key) != 1 or not key.isascii():
        return None
    return key.upper() if key.upper() in KEYS else None


def hears_speech(expectation: Expectation) -> bool:
    """Whether the question may be answered by voice (`dtmf: {allow_audio_input: false}` says that it may not).

    Escape words are heard all the same.
    """
    return expectation.dtmf is None or expectation.dtmf.allow_audio_input


def step(state: KeypadState, given: KeypadInput, policy: KeypadPolicy) -> Step:
    """Take one input; return the new state and what is to be done, in order."""
    match given:
        case KeyPressed():
            return _press(state, given, policy)
        case QuestionChanged(expectation, awaits):
            changed = replace(state, expectation=expectation, awaits=awaits)
            is_same = expectation.slot == state.expectation.slot and expectation.dtmf == state.expectation.dtmf
            # An entry belongs to the question that it was begun at.
            return changed if is_same else replace(changed, keys=""), ()
        case Tick(at_ms):
            if not state.keys or at_ms - state.last_ms < policy.between_ms:
                return state, ()
            return _time_out(state, at_ms)
        case _:
            assert_never(given)


def _press(state: KeypadState, press: KeyPressed, policy: KeypadPolicy) -> Step:
    key, at_ms = press.key.upper(), press.at_ms
    if key not in KEYS:
        return state, (KeyIgnored(press.key[:8], "there is no such key"),)
    dtmf = state.expectation.dtmf
    is_habit = state.answered_ms is not None and at_ms - state.answered_ms < policy.habit_ms
    if not state.keys and (key == _finish_key(dtmf) or (key == FINISH and is_habit)):
        return state, (KeyIgnored(key, "the entry was complete" if is_habit else "nothing was entered"),)
    if key == ESCAPE and dtmf is None and not state.keys and not _takes_digits(state.expectation):
        return replace(state, answered_ms=None), (*_barge_in(press, is_escape=True), AskForPerson())
    if not state.awaits:
        return state, (KeyIgnored(key, "the assistant is still answering"),)
    return _enter(replace(state, last_ms=at_ms, answered_ms=None), key, press)


def _enter(state: KeypadState, key: str, press: KeyPressed) -> Step:
    dtmf = state.expectation.dtmf
    before = _barge_in(press) if not state.keys else (DropSpeech(),)
    if key == _finish_key(dtmf):
        return _answer(state, press.at_ms, before, was_finished=True)
    if key == AGAIN:
        return replace(state, keys=""), before
    if len(state.keys) >= MAX_KEYS:
        return state, (*before, KeyIgnored(key, f"an entry has {MAX_KEYS} keys at most"))
    entered = replace(state, keys=state.keys + key)
    length = _length(state.expectation)
    if length is not None and len(entered.keys) >= length:
        return _answer(entered, press.at_ms, before, was_finished=False)
    return entered, before


def _time_out(state: KeypadState, at_ms: int) -> Step:
    may_be_zero = state.expectation.kind == "number" or _length(state.expectation) == 1
    if state.keys == ESCAPE and not may_be_zero:
        return replace(state, keys=""), (AskForPerson(),)
    return _answer(state, at_ms, (), was_finished=True)


def _answer(state: KeypadState, at_ms: int, before: tuple[KeypadEffect, ...], *, was_finished: bool) -> Step:
    text = _text(state.keys, state.expectation)
    done = replace(state, keys="", answered_ms=None if was_finished else at_ms, awaits=False)
    return done, (*before, Answer(text, state.keys))


def _text(keys: str, expectation: Expectation) -> str:
    slot = expectation.slot
    is_plain = slot is None or any(mark in slot for mark in "=,()") or not slot.strip()
    if is_plain or not (expectation.dtmf is not None or _takes_digits(expectation)):
        return keys
    return f"/SetSlots({slot}={keys})"


def _takes_digits(expectation: Expectation) -> bool:
    """Whether digits answer the question even though its step says nothing of keys."""
    return expectation.slot is not None and expectation.kind in {"number", "text"}


def _length(expectation: Expectation) -> int | None:
    """Return how many keys make an answer; a closed question that says nothing of keys takes one."""
    if expectation.dtmf is not None:
        return expectation.dtmf.length
    return 1 if expectation.kind in {"yes_no", "category"} else None


def _finish_key(dtmf: Dtmf | None) -> str:
    return FINISH if dtmf is None or dtmf.finish_on_key is None else dtmf.finish_on_key


def _barge_in(press: KeyPressed, *, is_escape: bool = False) -> tuple[KeypadEffect, ...]:
    may_stop = press.is_replying and (press.is_interruptible or is_escape)
    return (StopReply(), DropSpeech()) if may_stop else (DropSpeech(),)
