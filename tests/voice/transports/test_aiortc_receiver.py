"""The two private names of aiortc that are replaced. Where one of these fails, aiortc has changed."""

from __future__ import annotations

import inspect

import aiortc
import pytest
from aiortc import RTCRtpReceiver
from aiortc.rtcrtpreceiver import decoder_worker

from voice.transports.aiortc_receiver import DECODER_QUEUE, JITTER_BUFFER, take_packets

CHANGED = f"aiortc {aiortc.__version__} is not the one that voice/transports/aiortc_receiver.py was written for: "


def test_the_replaced_names_are_used_as_we_know_them() -> None:
    for name in (JITTER_BUFFER, DECODER_QUEUE):
        assert name in RTCRtpReceiver.__init__.__code__.co_names, f"{CHANGED}{name} is gone"
    handle = inspect.getsource(RTCRtpReceiver._handle_rtp_packet)
    assert "self.__jitter_buffer.add(packet)" in handle, f"{CHANGED}packets do not go to the jitter buffer"
    assert "if encoded_frame is not None" in handle, f"{CHANGED}a buffer that gives nothing is not understood"
    stop = inspect.getsource(RTCRtpReceiver._RTCRtpReceiver__stop_decoder)
    assert "self.__decoder_queue.put(None)" in stop, f"{CHANGED}the end of a stream is not told to the queue"
    worker = inspect.getsource(decoder_worker)
    assert "input_q.get()" in worker, f"{CHANGED}the decoder thread does not take from the queue"
    assert "if task is None" in worker, f"{CHANGED}the decoder thread cannot be ended"


def test_an_encoded_packet_is_sent_as_it_is() -> None:
    source = inspect.getsource(aiortc.RTCRtpSender._next_encoded_frame)
    assert ".pack(data)" in source, f"{CHANGED}tracks can no longer give encoded packets"
    assert source.index("isinstance(data, Frame)") < source.index("run_in_executor"), f"{CHANGED}packets go to a thread"


def test_another_aiortc_is_refused_in_words() -> None:
    class Other:
        pass

    with pytest.raises(RuntimeError, match=r"aiortc .* has no _RTCRtpReceiver__jitter_buffer: pin the version"):
        take_packets(Other(), lambda packet: None, lambda: None)  # type: ignore[arg-type]
