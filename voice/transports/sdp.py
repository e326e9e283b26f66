"""Looks at an SDP offer before aiortc does, so that a bad one is refused with words a person understands."""

from __future__ import annotations

from aiortc.sdp import SessionDescription

from voice.errors import OfferUnusable, OfferWithoutAudio

MAX_SDP_CHARACTERS = 65_536
_SENDING = {"sendrecv", "sendonly", None}


def check_offer(sdp: str) -> None:
    """Raise OfferUnusable or OfferWithoutAudio unless a call can come of this offer."""
    if len(sdp) > MAX_SDP_CHARACTERS:
        raise OfferUnusable(f"The SDP offer is longer than {MAX_SDP_CHARACTERS} characters.")
    if not sdp.lstrip().startswith("v=0"):
        raise OfferUnusable("The body is no SDP offer: it must begin with v=0 (Content-Type: application/sdp).")
    try:
        parsed = SessionDescription.parse(sdp)
    except Exception as error:  # its parser raises whatever it stumbles over
        raise OfferUnusable(f"The SDP offer cannot be read ({type(error).__name__}: {error}).") from error
    audio = [media for media in parsed.media if media.kind == "audio" and media.port != 0]
    if not audio:
        raise OfferWithoutAudio("The SDP offer has no audio section; offer one audio track.")
    if not any(media.direction in _SENDING for media in audio):
        raise OfferWithoutAudio("The SDP offer only receives audio; offer an audio track that the caller sends.")
