"""Looks at an SDP offer before aiortc does, so that a bad one is refused with words a person understands; and says in
the answer what kind of audio we want."""

from __future__ import annotations

import re

from aiortc.sdp import SessionDescription

from voice.audio import FRAME_MS
from voice.errors import OfferUnusable, OfferWithoutAudio
from voice.transports.rtp_audio import CLOCK_HZ

MAX_SDP_CHARACTERS = 65_536
_SENDING = {"sendrecv", "sendonly", None}
WANTED_BIT_RATE = 40_000
"""Where Opus mono speech is full-band (RFC 7587, section 3.1.1), second copies of frames included."""
OPUS_WANTED = f"minptime=10;useinbandfec=1;stereo=0;sprop-stereo=0;usedtx=0;maxaveragebitrate={WANTED_BIT_RATE}"
"""RFC 7587, section 6.1: mono, with each frame again in the next packet where packets get lost."""
_OPUS = re.compile(r"a=rtpmap:(\d+) opus/48000", re.IGNORECASE)


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


def audio_codecs(answer: str) -> dict[int, str]:
    """Return the codecs of our answer's first live audio section by payload type, the one we send first."""
    for media in SessionDescription.parse(answer).media:
        if media.kind == "audio" and media.port:
            names = {codec.payloadType: codec.name.lower() for codec in media.rtp.codecs}
            return {number: names[number] for number in map(int, media.fmt) if names.get(number) in CLOCK_HZ}
    return {}


def with_wishes(answer: str) -> str:
    """Return the answer with what we want of Opus: mono, 20 ms, a second copy of each frame, a bit rate for speech."""
    lines = answer.splitlines()
    wanted: list[str] = []
    opus = {found[1] for line in lines if (found := _OPUS.match(line))}
    for line in lines:
        if any(line.startswith((f"a=fmtp:{each} ", "a=ptime:")) for each in opus):
            continue
        wanted.append(line)
        if (found := _OPUS.match(line)) is not None:
            wanted += [f"a=fmtp:{found[1]} {OPUS_WANTED}", f"a=ptime:{FRAME_MS}"]
    return "\r\n".join(wanted) + "\r\n"
