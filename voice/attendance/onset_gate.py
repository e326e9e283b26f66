"""The gate before turn-taking: it closes on long sound without words (music on hold, a machine, a barking dog).

Theory of operation. Turn-taking begins a turn at every sound that voice activity takes for speech, and has it
recognised. Music does that for an hour. So turns without words are counted here; after `drops` in a row with sound for
`sounding_share` of the time, or one unbroken stretch in which several partials had no word, the gate closes: the shell
then gives turn-taking a speech probability of 0, whatever voice activity says. While closed, frames are only looked at.

    open ──words never come──→ closed ──evidence of a person──→ open ──words──→ open, all forgotten
      ↑                          │ ↑                              │
      └── probe: 2.5 s every 10 s┘ └──── again no words: what ────┘
                                         looked like evidence is learned and no evidence any more

Evidence is what the wordless sound has not done so far: it is *louder* by some dB for 240 ms (a caller speaks over
it), it goes on *longer* (over short noises), or there is *quiet* for longer (it is over; the gate opens before the
next word, so that no syllable is lost). A miss widens what is known, so that misses stop after a few. What was let
through because it is louder is heard only while it is, or a turn over babble would not end; and when it had words the
sound below it is still known. What sounds like it in every way is heard at the next probe, and if that has words all is
forgotten, as it is after half a minute with hardly any sound.

Pure: `at_ms` is audio time; levels are dB below full scale.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, assert_never

import numpy as np

from voice.audio import FRAME_MS, SILENT_DB
from voice.events import BackgroundBegan, BackgroundEnded

KEPT_FRAMES: Final = 100
"""2 s of levels: what a sound is learned from."""
GAP_MS: Final = 240
"""Voice activity breaks off between words for so long without ending a run of sound; our own choice."""
LOUD_HOLD_MS: Final = 240
"""What is let through for being louder is heard so long after it last was: softer syllables belong to it."""
CALM_MS: Final = 5_000
"""And after so long without, the gate closes: nothing came of it."""
DUTY_MS: Final = 10_000
"""Time constant over which the share of sound is counted; our own choice."""
FORGOTTEN_SHARE: Final = 0.05
"""Below this share of sound (30 s after music, or 20 s after noises) nothing is held against a sound any more."""


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """When sound without words is no longer tried. In voice.yml under `background:`; all our own choices."""

    drops: int = 3
    """So many turns in a row without words close the gate."""
    sounding_share: float = 0.35
    """But only if there was sound for this share of the last 10 s: a few coughs never close it."""
    stretch_ms: int = 6_000
    """So much sound on end closes it as well, if every partial transcript of it had no word."""
    stretch_partials: int = 3
    """And if there were so many of these."""
    try_every_ms: int = 10_000
    """While it is closed, sound that never changes is tried once in so long."""
    try_ms: int = 2_500
    """And so much of it is let through."""
    louder_db: float = 3.0
    """Sound so much above the loudest of what had no words is let through."""
    louder_ms: int = 240
    """If it stays there for so long."""
    longer_ms: int = 800
    """Sound on end for so long, and half as long again as any before, is let through; not over endless sound."""
    quiet_ms: int = 600
    """Quiet for so long, and half as long again as any before, opens the gate."""
    quiet_db: float = 10.0
    """Quiet is so much below the softest of what had no words."""


@dataclass(frozen=True, slots=True)
class FrameLevel:
    """20 ms of the caller ended at `at_ms`. `is_voiced`: voice activity takes it for speech."""

    at_ms: int
    level_db: float
    is_voiced: bool


@dataclass(frozen=True, slots=True)
class PartialHeard:
    """A partial transcript of the turn that goes on."""

    has_words: bool


@dataclass(frozen=True, slots=True)
class TurnWithoutWords:
    """A turn was dropped as noise, or because nothing was recognised. A backchannel is not meant: it has words."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TurnWithWords:
    """A turn had words, whatever came of it."""

    at_ms: int


GateInput: TypeAlias = FrameLevel | PartialHeard | TurnWithoutWords | TurnWithWords


GateEffect: TypeAlias = BackgroundBegan | BackgroundEnded


@dataclass(frozen=True, slots=True)
class Known:
    """What the sound without words has done so far."""

    loudest_db: float
    softest_db: float
    longest_ms: int
    longest_quiet_ms: int


@dataclass(frozen=True, slots=True)
class Sound:
    """What is heard now. Made anew at every frame, so that it is small; times in ms."""

    levels: tuple[float, ...] = ()
    """Of the latest voiced frames."""
    duty: float = 0.0
    """Share of sound in the last 10 s."""
    run_ms: int = 0
    """How long the present sound has gone on."""
    gap_ms: int = 0
    """For how long there has been no sound since."""
    loud_ms: int = 0
    """For how long it has been louder than what is known, less its pauses."""
    calm_ms: int = 0
    """For how long it has not been."""
    quiet_ms: int = 0
    """For how long it has been quiet."""
    longest_ms: int = 0
    longest_quiet_ms: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is made of it. Times are ms of audio."""

    is_open: bool = True
    is_background: bool = False
    tried: Literal["", "louder", "longer", "probe"] = ""
    """Why the gate was opened to sound: one more turn without words closes it."""
    wordless: int = 0
    empty_partials: int = 0
    known: Known | None = None
    closes_at_ms: int | None = None
    """When the present probe is over."""
    next_try_ms: int = 0


@dataclass(frozen=True, slots=True)
class GateState:
    sound: Sound = field(default_factory=Sound)
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def is_open(self) -> bool:
        """Whether turn-taking is to hear this frame."""
        verdict = self.verdict
        return verdict.is_open and (verdict.tried != "louder" or self.sound.calm_ms <= LOUD_HOLD_MS)


Step: TypeAlias = tuple[GateState, tuple[GateEffect, ...]]


def step(state: GateState, given: GateInput, policy: GatePolicy) -> Step:
    """Take one input; `is_open` of the new state says whether turn-taking is to hear the frame."""
    match given:
        case FrameLevel():
            sound = _measure(state.sound, given, state.verdict.known, policy)
            return _hear(GateState(sound, state.verdict), given, policy)
        case PartialHeard(has_words):
            count = 0 if has_words else state.verdict.empty_partials + 1
            return GateState(state.sound, replace(state.verdict, empty_partials=count)), ()
        case TurnWithoutWords(at_ms):
            return _miss(state, at_ms, policy)
        case TurnWithWords(at_ms):
            if state.verdict.tried == "louder":
                return _shut(state), ()
            return _forget(state, at_ms, "words")
        case _:
            assert_never(given)


def _measure(sound: Sound, frame: FrameLevel, known: Known | None, policy: GatePolicy) -> Sound:
    """Add a frame to what is known of the present sound."""
    run_ms, gap_ms, levels, level = sound.run_ms, sound.gap_ms, sound.levels, frame.level_db
    if frame.is_voiced:
        run_ms, gap_ms = run_ms + FRAME_MS, 0
        levels = (*levels[-KEPT_FRAMES + 1 :], level)
    else:
        gap_ms += FRAME_MS
        run_ms = run_ms + FRAME_MS if run_ms and gap_ms <= GAP_MS else 0
    is_loud = known is not None and frame.is_voiced and level >= known.loudest_db + policy.louder_db
    is_quiet = known is not None and not frame.is_voiced and level <= known.softest_db - policy.quiet_db
    quiet_ms = sound.quiet_ms + FRAME_MS if is_quiet else 0
    return Sound(
        levels,
        sound.duty + ((1.0 if frame.is_voiced else 0.0) - sound.duty) * FRAME_MS / DUTY_MS,
        run_ms,
        gap_ms,
        # Between louder syllables the level falls, so that the count goes back more slowly than it went up.
        sound.loud_ms + FRAME_MS if is_loud else max(0, sound.loud_ms - FRAME_MS // 4),
        0 if is_loud else sound.calm_ms + FRAME_MS,
        quiet_ms,
        max(sound.longest_ms, run_ms),
        max(sound.longest_quiet_ms, quiet_ms),
    )


def _hear(state: GateState, frame: FrameLevel, policy: GatePolicy) -> Step:
    at_ms, sound, verdict = frame.at_ms, state.sound, state.verdict
    known = verdict.known
    if known is not None and sound.duty < FORGOTTEN_SHARE:
        return _forget(state, at_ms, "quiet")
    if verdict.is_open:
        if verdict.closes_at_ms is not None and at_ms >= verdict.closes_at_ms:
            return _close(state, at_ms, policy)
        if verdict.tried == "louder" and sound.calm_ms >= CALM_MS:
            return _shut(state), ()
        if not sound.run_ms and verdict.empty_partials:
            return GateState(sound, replace(verdict, empty_partials=0)), ()
        if sound.run_ms >= policy.stretch_ms and verdict.empty_partials >= policy.stretch_partials:
            worse = replace(verdict, wordless=max(verdict.wordless, policy.drops))
            return _close(GateState(sound, worse), at_ms, policy)
        return state, ()
    if known is not None and sound.quiet_ms >= max(policy.quiet_ms, known.longest_quiet_ms * 3 // 2):
        opened = replace(verdict, is_open=True, is_background=False)
        return GateState(sound, opened), (BackgroundEnded(at_ms, "quiet"),)
    return _try(state, frame, known, policy), ()


def _try(state: GateState, frame: FrameLevel, known: Known | None, policy: GatePolicy) -> GateState:
    """Open the gate to sound that is unlike what is known, or is due to be tried."""
    sound, at_ms = state.sound, frame.at_ms
    closes_at_ms: int | None = None
    tried: Literal["louder", "longer", "probe"]
    if sound.loud_ms >= policy.louder_ms:
        tried = "louder"
    elif known is not None and _is_longer(sound, known, policy):
        tried = "longer"
    elif frame.is_voiced and at_ms >= state.verdict.next_try_ms:
        tried, closes_at_ms = "probe", at_ms + policy.try_ms
    else:
        return state
    next_try_ms = at_ms + policy.try_every_ms
    opened = replace(state.verdict, is_open=True, tried=tried, closes_at_ms=closes_at_ms, next_try_ms=next_try_ms)
    return GateState(sound, opened)


def _is_longer(sound: Sound, known: Known, policy: GatePolicy) -> bool:
    """Whether this goes on for longer than short noises did; over endless sound that says nothing."""
    return known.longest_ms < policy.stretch_ms and sound.run_ms >= max(policy.longer_ms, known.longest_ms * 3 // 2)


def _shut(state: GateState) -> GateState:
    """Close the gate without learning: what was let through is over, what is known goes on."""
    return GateState(
        replace(state.sound, loud_ms=0), replace(state.verdict, is_open=False, tried="", closes_at_ms=None)
    )


def _forget(state: GateState, at_ms: int, reason: Literal["words", "quiet"]) -> Step:
    ended = (BackgroundEnded(at_ms, reason),) if state.verdict.is_background else ()
    return GateState(Sound(duty=state.sound.duty), Verdict(next_try_ms=state.verdict.next_try_ms)), ended


def _miss(state: GateState, at_ms: int, policy: GatePolicy) -> Step:
    """Count a turn without words, and learn from it when the gate closes."""
    verdict = replace(state.verdict, wordless=state.verdict.wordless + 1)
    state = GateState(state.sound, verdict)
    if not verdict.is_open:
        return state, ()  # the turn of a probe, or the one on which the gate closed
    if verdict.wordless < policy.drops or not (verdict.tried or state.sound.duty >= policy.sounding_share):
        return state, ()
    return _close(state, at_ms, policy)


def _close(state: GateState, at_ms: int, policy: GatePolicy) -> Step:
    verdict = state.verdict
    known = _learned(state.sound, verdict.known)
    if verdict.tried == "louder" and verdict.known is not None:
        # So that misses come to an end, whatever the levels of the last two seconds were.
        known = replace(known, loudest_db=max(known.loudest_db, verdict.known.loudest_db + policy.louder_db))
    closed = replace(
        verdict,
        is_open=False,
        is_background=True,
        tried="",
        known=known,
        empty_partials=0,
        closes_at_ms=None,
        # The turn that has just been tried in vain counts as a try.
        next_try_ms=max(verdict.next_try_ms, at_ms + policy.try_every_ms - policy.try_ms),
    )
    effects = () if verdict.is_background else (BackgroundBegan(at_ms, round(known.loudest_db, 1)),)
    return GateState(replace(state.sound, loud_ms=0, quiet_ms=0), closed), effects


def _learned(sound: Sound, before: Known | None) -> Known:
    levels = np.asarray(sound.levels or (SILENT_DB,), dtype=np.float64)
    loudest, softest = float(np.percentile(levels, 95)), float(np.percentile(levels, 10))
    if before is None:
        # Quiet is counted only once something is known, so that there is none yet.
        return Known(loudest, softest, sound.longest_ms, 0)
    return Known(
        max(before.loudest_db, loudest),
        min(before.softest_db, softest),
        max(before.longest_ms, sound.longest_ms),
        max(before.longest_quiet_ms, sound.longest_quiet_ms),
    )
