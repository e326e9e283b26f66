"""How a call takes turns: every threshold with its unit and source, parsed from `voice.yml` under `turns:`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from voice.errors import VoiceError


class PolicyInvalid(VoiceError):
    """voice.yml has a turn setting that does not exist or is not a number."""

    code = "turn-policy-invalid"
    fault = "configuration"


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """Thresholds of turn-taking. Milliseconds are milliseconds of audio."""

    speech_on_probability: float = 0.5
    """VAD probability at which speech begins; silero's own default."""
    speech_off_probability: float = 0.35
    """Below this a frame counts as silence: hysteresis of 0.15, silero's own default."""
    onset_ms: int = 60
    """So much speech in a row begins an utterance: shorter bursts are clicks."""
    pre_roll_ms: int = 300
    """Audio kept from before the onset, because the VAD fires late on soft first consonants."""
    soft_end_ms: int = 60
    """Silence after which the turn is tried: recognised and understood, while it may still go on."""
    resume_ms: int = 60
    """So much speech in a row after a soft end continues the turn."""
    certain_wait_ms: int = 340
    """Silence that ends a turn which completely answers a closed question. With 240 ms the bench caller was cut off in
    "No, that was everything" (3 of 39 closed turns), with 340 ms never (42); recognition takes about as long anyway."""
    finished_wait_ms: int = 380
    """Silence that ends a turn which the turn model calls finished."""
    unsure_wait_ms: int = 800
    """Silence that ends a turn about which the turn model is undecided."""
    unfinished_wait_ms: int = 1400
    """Silence that ends a turn which sounds or reads unfinished."""
    finished_probability: float = 0.5
    """Turn-model estimate from which a turn counts as finished; the model's own threshold."""
    unfinished_probability: float = 0.15
    """Turn-model estimate up to which a turn counts as unfinished."""
    noise_log_probability: float = -1.15
    """Transcripts less likely than this are noise: speech measured -1.07 at worst, non-speech -1.19 at best."""
    barge_in_ms: int = 240
    """So much caller speech over a reply stops it."""
    partial_every_ms: int = 800
    """While the caller speaks, a partial transcript is asked for this often. A final transcript waits for a partial
    that is being decoded, so more of them make every turn slower on two cores."""
    max_turn_ms: int = 28_000
    """A turn is ended here even if the caller goes on: recognition hears at most 30 s at once."""
    min_gap_ms: int = 250
    """A reply never comes sooner after the caller's last sound; faster sounds wrong."""
    silence_timeout_ms: int = 12_000
    """So long after a reply without a word from the caller, the assistant asks whether they are still there."""

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> TurnPolicy:
        """Override defaults by name. Raises PolicyInvalid, naming the setting and what there is."""
        names = {field.name: field.type for field in fields(cls)}
        changes: dict[str, float | int] = {}
        for name, value in given.items():
            if name not in names:
                raise PolicyInvalid(f"voice.yml: turns: {name!r} is not a setting; there is {', '.join(names)}")
            if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
                raise PolicyInvalid(f"voice.yml: turns: {name} must be a number, not {value!r}")
            changes[name] = int(value) if names[name] == "int" else float(value)
        return replace(cls(), **changes)  # type: ignore[arg-type]  # names were checked above
