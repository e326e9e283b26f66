"""The error tree of `voice`.

VoiceError
├── OfferUnusable       client: the SDP cannot be read or does not lead to a call
├── OfferWithoutAudio   client: the SDP offers no audio that the caller sends
├── CallsFull           provider: as many calls as this server takes are running
└── CallFailed          internal: a call ended because of a fault of ours
"""

from __future__ import annotations


class VoiceError(Exception):
    """Root of what this package raises. `http_status` is what an HTTP surface answers with."""

    code = "voice-error"
    fault = "internal"
    http_status = 500


class OfferUnusable(VoiceError):
    code = "offer-unusable"
    fault = "client"
    http_status = 400


class OfferWithoutAudio(VoiceError):
    code = "offer-without-audio"
    fault = "client"
    http_status = 422


class CallsFull(VoiceError):
    code = "calls-full"
    fault = "provider"
    http_status = 503


class CallFailed(VoiceError):
    code = "call-failed"
    fault = "internal"
    http_status = 500
