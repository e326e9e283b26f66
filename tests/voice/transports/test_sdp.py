"""Offers that cannot become a call are refused with a reason."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voice.errors import OfferUnusable, OfferWithoutAudio, VoiceError
from voice.transports.sdp import audio_codecs, check_offer, with_wishes

AUDIO = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=rtpmap:111 opus/48000/2",
        "a=sendrecv",
        "",
    ]
)


def test_an_offer_with_audio_is_accepted() -> None:
    check_offer(AUDIO)


@pytest.mark.parametrize("sdp", ["", "hello", "{}", "v=0", AUDIO.replace("m=audio 9", "m=audio nine"), "v=0" * 40_000])
def test_what_is_no_offer_is_unusable(sdp: str) -> None:
    with pytest.raises((OfferUnusable, OfferWithoutAudio)):
        check_offer(sdp)


@pytest.mark.parametrize(
    "sdp",
    [
        AUDIO.replace("a=sendrecv", "a=recvonly"),
        AUDIO.replace("a=sendrecv", "a=inactive"),
        AUDIO.replace("m=audio 9", "m=audio 0"),
        AUDIO.replace("m=audio", "m=video").replace("opus/48000/2", "VP8/90000"),
    ],
)
def test_an_offer_without_audio_says_so(sdp: str) -> None:
    with pytest.raises(OfferWithoutAudio, match="audio"):
        check_offer(sdp)


@given(st.text(max_size=400))
@example("v=0\r\nm=audio")
@example("v=0\r\na=fmtp:x")
def test_any_text_is_accepted_or_refused(text: str) -> None:
    with contextlib.suppress(VoiceError):
        check_offer("v=0\r\n" + text)


ANSWER = AUDIO.replace("111\r\n", "111 0 8\r\n").replace(
    "a=sendrecv", "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv"
)


def test_the_answer_says_what_we_want_of_opus() -> None:
    wished = with_wishes(ANSWER)
    (fmtp,) = [line for line in wished.splitlines() if line.startswith("a=fmtp:")]
    assert fmtp.startswith("a=fmtp:111 ")
    assert {"stereo=0", "useinbandfec=1", "usedtx=0"} <= set(fmtp.split(" ", 1)[1].split(";"))
    assert "a=ptime:20" in wished.splitlines()
    assert with_wishes(wished) == wished, "said once, however often it is asked for"
    check_offer(wished)


def test_an_answer_without_opus_stays_as_it_is() -> None:
    plain = ANSWER.replace("opus/48000/2", "G722/8000")
    assert with_wishes(plain).split() == plain.split()


def test_codecs_are_known_by_payload_type_and_the_first_is_ours() -> None:
    assert audio_codecs(ANSWER) == {111: "opus", 0: "pcmu", 8: "pcma"}
    assert next(iter(audio_codecs(ANSWER.replace("111 0 8", "8 111 0")).values())) == "pcma"
    assert audio_codecs(AUDIO.replace("opus/48000/2", "telephone-event/8000")) == {}
