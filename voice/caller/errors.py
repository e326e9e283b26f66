"""The error tree of the caller.

VoiceError
└── CallerError
    ├── RecordingUnusable   client: a WAV file cannot be spoken; the message names the file
    ├── ServerUnreachable   client: nothing answers at the address
    ├── OfferRefused        provider: the server answered the offer with an error
    └── ConnectionNotMade   provider: the offer was answered, but no audio connection came about
"""

from __future__ import annotations

from voice.errors import VoiceError


class CallerError(VoiceError):
    """Root of what a call can fail with before it is connected."""

    code = "caller-error"
    fault = "client"


class RecordingUnusable(CallerError):
    code = "recording-unusable"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


class ServerUnreachable(CallerError):
    code = "server-unreachable"


class OfferRefused(CallerError):
    code = "offer-refused"
    fault = "provider"


class ConnectionNotMade(CallerError):
    code = "connection-not-made"
    fault = "provider"
