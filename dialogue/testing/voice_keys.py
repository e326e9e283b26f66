"""What a step says of its spoken form: the keys under `voice:` that only `vivavoce test --voice` reads.

    - user: send fifty dollars to Joe
      voice: {barge_in_at: 1200, voice: joe-low, speed: 0.9, noise: "babble:15", within_ms: 900}
    - silence: 6000
    - utter: utter_ask_still_there

A file that other tools shall read without a key that they do not know has the same map as `voice` of a step's
`metadata`, which is free in the format. Everything is checked whenever the tests are read, spoken or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from flows.commands import Json
from flows.findings import Findings, did_you_mean
from flows.places import Place
from flows.source import Scalar, Table, Value

USER_KEYS = ("within_ms", "barge_in_at", "silence_ms", "say", "voice", "speed", "noise")
BOT_KEYS = ("within_ms",)
SLOWEST, FASTEST = 0.5, 2.0
"""Of speed: beyond these, speech that was made for speed 1 is no longer speech."""
LONGEST_MS = 600_000
"""Of a silence or a limit: a test that waits longer is a mistake."""

NoiseKind: TypeAlias = Literal["babble", "white", "none"]


@dataclass(frozen=True, slots=True)
class Noise:
    """What is heard beside the caller; `snr_db` is how far below the caller's speech."""

    kind: NoiseKind = "none"
    snr_db: float = 0.0

    def __str__(self) -> str:
        return self.kind if self.kind == "none" else f"{self.kind}:{self.snr_db:g}"


@dataclass(frozen=True, slots=True)
class AnswerLimit:
    """The answer must begin within so long of the caller's last sound; `line` says so in the case's file."""

    within_ms: int
    line: int


@dataclass(frozen=True, slots=True)
class VoiceStep:
    """How one step is spoken; None leaves it to the options of the run.

    `silence_ms`: the caller says nothing for so long first. `barge_in_at_ms`: the caller begins after so much of the
    assistant's reply. `say`: these words in place of the step's text, such as "four eight two one" for 4821.
    """

    silence_ms: int = 0
    barge_in_at_ms: int | None = None
    say: str | None = None
    voice: str | None = None
    speed: float | None = None
    noise: Noise | None = None


PLAIN = VoiceStep()
"""A step that says nothing of its voice."""


def parse_noise(text: str) -> Noise | None:
    """Read `babble:20`, `white:15` (decibels below the speech) or `none`; None for anything else."""
    kind, separator, level = text.strip().lower().partition(":")
    if kind == "none" and not separator:
        return Noise()
    if kind not in ("babble", "white"):
        return None
    try:
        snr_db = float(level)
    except ValueError:
        return None
    return Noise("babble" if kind == "babble" else "white", snr_db) if -10 <= snr_db <= 60 else None


class VoiceKeys:
    """Reads `voice:` of a step; what is wrong goes to `findings`."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def step(self, row: Table, metadata: Mapping[str, Json]) -> tuple[VoiceStep, tuple[AnswerLimit, ...]]:
        """Read a step of the caller: its own `voice`, over the one in its metadata."""
        spoken, limits = _of_metadata(metadata, row.place.line)
        own = self.table(row, USER_KEYS)
        if own is not None:
            spoken = self._own(own, spoken)
            limits = self.limits(own) or limits
        if spoken.barge_in_at_ms is not None and spoken.silence_ms:
            message = "a caller cannot barge in after a silence: leave out barge_in_at or silence_ms"
            self._findings.error(row.place_of("voice"), "voice", message)
        return spoken, limits

    def table(self, row: Table, known: tuple[str, ...]) -> Table | None:
        """Return a step's `voice`, if it has one that is a map of keys known here."""
        value = row.get("voice")
        if value is None or (isinstance(value, Scalar) and value.value is None):
            return None
        if not isinstance(value, Table):
            self._error(row.place_of("voice"), f"`voice` must be a map of {', '.join(known)}")
            return None
        for key, place in value.keys.items():
            if key not in known:
                message = f"voice has no '{key}' here: it takes {', '.join(known)}"
                self._findings.error(place, "voice", message, did_you_mean(key, known))
        return value

    def limits(self, table: Table) -> tuple[AnswerLimit, ...]:
        """Read `within_ms` of a map."""
        within_ms = self.milliseconds(table, "within_ms", least=1)
        return () if within_ms is None else (AnswerLimit(within_ms, table.keys["within_ms"].line),)

    def milliseconds(self, table: Table, key: str, *, least: int = 0) -> int | None:
        """Read whole milliseconds."""
        value = table.get(key)
        if value is None:
            return None
        told = _number(value)
        if told is None or not least <= told <= LONGEST_MS or told != int(told):
            message = f"{key} must be whole milliseconds from {least} to {LONGEST_MS}"
            self._error(table.place_of(key), message)
            return None
        return int(told)

    def _own(self, table: Table, spoken: VoiceStep) -> VoiceStep:
        silence_ms = self.milliseconds(table, "silence_ms")
        barge_in_at_ms = self.milliseconds(table, "barge_in_at")
        return VoiceStep(
            spoken.silence_ms if silence_ms is None else silence_ms,
            spoken.barge_in_at_ms if barge_in_at_ms is None else barge_in_at_ms,
            self._words(table, "say") or spoken.say,
            self._words(table, "voice") or spoken.voice,
            self._speed(table) or spoken.speed,
            self._noise(table) or spoken.noise,
        )

    def _words(self, table: Table, key: str) -> str | None:
        if key in table.entries and not (table.text(key) or "").strip():
            self._error(table.place_of(key), f"`{key}` must be a text")
        return (table.text(key) or "").strip() or None

    def _speed(self, table: Table) -> float | None:
        value = table.get("speed")
        if value is None:
            return None
        told = _number(value)
        if told is None or not SLOWEST <= told <= FASTEST:
            self._error(table.place_of("speed"), f"speed must be a number from {SLOWEST} to {FASTEST}")
            return None
        return told

    def _noise(self, table: Table) -> Noise | None:
        if "noise" not in table.entries:
            return None
        noise = parse_noise(table.text("noise") or "")
        if noise is None:
            self._error(table.place_of("noise"), "noise must be babble:dB, white:dB (from -10 to 60) or none")
        return noise

    def _error(self, place: Place, message: str) -> None:
        self._findings.error(place, "voice", message)


def _of_metadata(metadata: Mapping[str, Json], line: int) -> tuple[VoiceStep, tuple[AnswerLimit, ...]]:
    """Read `voice` of metadata. A map with other keys, or other values, is somebody else's and is left alone."""
    told = metadata.get("voice")
    if not isinstance(told, Mapping) or not told or not set(told) <= set(USER_KEYS):
        return PLAIN, ()
    within_ms, speed = _whole(told.get("within_ms")), told.get("speed")
    noise = parse_noise(str(told["noise"])) if "noise" in told else None
    step = VoiceStep(
        _whole(told.get("silence_ms")) or 0,
        _whole(told.get("barge_in_at")),
        _text(told.get("say")),
        _text(told.get("voice")),
        float(speed) if isinstance(speed, int | float) and SLOWEST <= speed <= FASTEST else None,
        noise,
    )
    return step, () if within_ms is None else (AnswerLimit(within_ms, line),)


def _number(value: Value) -> float | None:
    told = value.value if isinstance(value, Scalar) else None
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else None


def _whole(value: Json) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_MS
    return int(value) if is_whole else None


def _text(value: Json) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
