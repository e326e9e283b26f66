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
    """Silence that ends a turn which completely answers a closed question, of a whole answer that ends politely, and of
    a whole name that sounds finished. With 240 ms the bench caller was cut off in "No, that was everything" (3 of 39
    closed turns), with 260 in "Twenty five dollars, please" (4 of 5), with 340 never (42)."""
    finished_wait_ms: int = 380
    """Silence that ends a turn which the turn model calls finished; of open speech only what the fast path knows, such
    as "say that again"."""
    unsure_wait_ms: int = 800
    """Silence that ends a turn about which the turn model is undecided; of open speech a whole request, said without a
    pause, that is understood but does not sound finished, or would be asked back about."""
    unfinished_wait_ms: int = 1400
    """Silence that ends a turn which sounds or reads unfinished."""
    request_wait_ms: int = 580
    """Silence that ends an open request which is whole by its words, understood for certain, and sounds finished."""
    unsure_request_wait_ms: int = 1000
    """Silence that ends open speech of which one of these is in doubt, or which tells and does not ask."""
    story_wait_ms: int = 1400
    """Silence that ends an answer to "what happened?", which goes on after any sentence: hesitations of 1.2 s were
    seen to end after 1.32 s (228 pauses), and neither words nor voice tell the last sentence from the others."""
    bare_no_wait_ms: int = 480
    """Silence that ends a bare "no", which more often than not goes on: "No, thank you", "No, that was everything".
    With 340 ms after the last audible sample the bench's caller was cut off in it (2 of 18 closed turns)."""
    complete_wait_ms: int = 200
    """Silence after the last of as many digits as the flow expects, or the end of an e-mail address: that was all."""
    may_go_on_wait_ms: int = 800
    """Silence after an answer that is whole and may go on: "two hundred" (fifty), "John" (Smith), "seven" (thirty)."""
    incomplete_wait_ms: int = 2000
    """Silence within an answer of which the rest has to come: "joe at example", "the third of", a code begun."""
    incomplete_number_wait_ms: int = 2500
    """Silence within a number with digits still to come; callers who dictate pause up to 1.5 s between groups."""
    open_number_wait_ms: int = 1600
    """Silence after digits of a number whose length is not known, until the pauses between its groups tell better, and
    after a number of known length that is one digit short: most likely one was misheard."""
    hesitation_wait_ms: int = 2000
    """Silence after "um" or "no, wait": who says it wants to go on, and pauses longer than within a sentence."""
    hold_on_wait_ms: int = 4000
    """Silence after "hold on" or "let me see": the caller looks for something; our own choice."""
    finished_probability: float = 0.5
    """Turn-model estimate from which a turn counts as finished; the model's own threshold."""
    unfinished_probability: float = 0.15
    """Turn-model estimate up to which a turn counts as unfinished."""
    noise_log_probability: float = -1.15
    """Transcripts less likely than this are noise: speech measured -1.07 at worst, non-speech -1.19 at best."""
    barge_in_ms: int = 1_400
    """So much caller speech over a reply, short gaps left out, stops it if its words do not come; till then it is
    paused, so that waiting costs nothing. With 900 a laugh stopped it on a busy machine, whose partials took 1 s."""
    noise_margin_db: float = 6.0
    """Speech is louder by so much than what is heard while nobody speaks; voice activity alone takes a murmur behind
    the caller for speech, and no turn would end (6 voices 20 dB below the caller: 99 % of frames)."""
    mumbled_log_probability: float = -0.75
    """A short sound over a statement whose words are less likely than this is a nod: "mhm" was written "MhN." (-1.05),
    "NM mom." (-0.92), "In my mom." (-0.83); words are at -0.4 to -0.5
    ("okay", "uh-huh", "I see")."""
    overlap_partial_ms: int = 200
    """After so much caller speech over a reply its words are asked for."""
    overlap_decide_ms: int = 320
    """So long after the end of a short sound over a reply, the reply that was paused for it goes on if its words have
    not come; 400 are promised, and on its way it is for 20 to 40 (measured). Final transcripts come after 280 to 300 on
    two quiet cores: with 280 it was chance whether "stop" was known before the reply went on."""
    overlap_short_ms: int = 500
    """Caller sounds over a reply that are longer than this in all are no nod: the reply waits for their words."""
    overlap_answer_ms: int = 900
    """And so long where the sound may answer the question that is being asked."""
    retract_ms: int = 700
    """Speech that begins so soon after the reply became audible continues the turn, which is then taken back."""
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
