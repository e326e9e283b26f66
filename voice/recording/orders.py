"""What the pure part of a recorder orders of the writer. Frames count 20 ms since the call began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from voice.ports import Pcm
from voice.recording.masking import Vault
from voice.recording.tracks import Side

LinesFile: TypeAlias = Literal["events", "inputs"]


@dataclass(frozen=True, slots=True)
class WriteAudio:
    """Write [n, 2] int16 from this frame on; a hole before it is silence."""

    from_frame: int
    samples: Pcm


@dataclass(frozen=True, slots=True)
class SilenceAudio:
    """Make a span that was written silent."""

    sides: tuple[Side, ...]
    from_frame: int
    to_frame: int


@dataclass(frozen=True, slots=True)
class WriteLines:
    """Append JSON lines."""

    file: LinesFile
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaskAgain:
    """A value has become known that may stand in what was written: mask the lines once more."""

    vault: Vault


@dataclass(frozen=True, slots=True)
class Discard:
    """Delete everything of the call: the caller has refused."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The call is over: write its description and put the folder where it is found."""

    about: Mapping[str, Any] = field(default_factory=dict)


Order: TypeAlias = WriteAudio | SilenceAudio | WriteLines | MaskAgain | Discard | Finish
