"""What a frame costs, ours beside aiortc's own way: `python -m tests.voice.transports.codec_cost`.

CPU time of the thread that does it, since other work on the machine must not count. The hop through the executor is
wall time, and of no meaning on a busy machine: look at the load that is printed with it.
"""

from __future__ import annotations

import asyncio
import fractions
import os
import time
from collections.abc import Callable

import av
import numpy as np
from aiortc.codecs.opus import OpusDecoder as AiortcDecoder
from aiortc.codecs.opus import OpusEncoder as AiortcEncoder
from aiortc.jitterbuffer import JitterFrame

from tests.voice.transports.streams import Sent
from tests.voice.transports.voices import opus_payloads, telephone_payloads, voice
from voice.resampling import Resampler
from voice.transports.encoders import make_encoder
from voice.transports.receive_path import ReceivePath, audio_packet

FRAMES = 1_000
ROUNDS = 5


def cost_us(work: Callable[[], object]) -> float:
    """Return the CPU time of the cheapest of some rounds, in microseconds a frame."""
    best = float("inf")
    for _ in range(ROUNDS):
        began_s = time.thread_time()
        work()
        best = min(best, time.thread_time() - began_s)
    return best / FRAMES * 1e6


def packets(payloads: list[bytes], codec: str) -> Sent:
    sent, ticks = [], 0
    for number, payload in enumerate(payloads):
        packet = audio_packet(1, codec, number % 65536, ticks if codec == "opus" else ticks // 6, payload)
        ticks += packet.ticks
        sent.append((ticks / 48, packet))
    return sent


def receive(sent: Sent) -> None:
    path = ReceivePath(0.0)
    for at_ms, packet in sent:
        path.put(packet, at_ms)


def receive_as_aiortc(payloads: list[bytes]) -> None:
    decoder, resampler = AiortcDecoder(), Resampler(16_000)
    for number, payload in enumerate(payloads):
        for frame in decoder.decode(JitterFrame(payload, number * 960)):
            resampler.convert_frame(frame)


def encode(frames: list[np.ndarray], codec: str) -> None:
    encoder = make_encoder(codec)
    for frame in frames:
        encoder.encode(frame)


def encode_as_aiortc(frames: list[np.ndarray]) -> None:
    encoder = AiortcEncoder()
    for number, samples in enumerate(frames):
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, fractions.Fraction(1, 48_000)
        encoder.encode(frame)


async def hop_us() -> float:
    """Return the wall time of one empty hop through the default executor."""
    loop = asyncio.get_running_loop()
    began_s = time.perf_counter()
    for _ in range(FRAMES):
        await loop.run_in_executor(None, int)
    return (time.perf_counter() - began_s) / FRAMES * 1e6


def main() -> None:
    speech = voice(FRAMES * 0.02 + 1)
    frames = [speech[number * 960 : (number + 1) * 960] for number in range(FRAMES)]
    silent = [np.zeros(960, np.int16)] * FRAMES
    voip = opus_payloads(speech, {"application": "voip", "fec": "1", "packet_loss": "10"})[:FRAMES]
    stereo = opus_payloads(speech, {"application": "voip"}, layout="stereo", bit_rate=96_000)[:FRAMES]
    pcmu = telephone_payloads(speech, "pcmu")[:FRAMES]
    print(f"load {os.getloadavg()[0]:.1f}, PyAV {av.__version__}, µs of CPU a frame of 20 ms")
    print(f"receive, browser's Opus:  aiortc's way {cost_us(lambda: receive_as_aiortc(voip)):6.1f}")
    for name, payloads in (("opus", voip), ("stereo", stereo), ("pcmu", pcmu)):
        sent = packets(payloads, "pcmu" if name == "pcmu" else "opus")
        print(f"receive, {name:7}: ours {cost_us(lambda sent=sent: receive(sent)):6.1f}")
    print(f"receive, stereo Opus: aiortc's way {cost_us(lambda: receive_as_aiortc(stereo)):6.1f}")
    print(f"encode, speech:  aiortc's way {cost_us(lambda: encode_as_aiortc(frames)):6.1f}")
    print(f"encode, silence: aiortc's way {cost_us(lambda: encode_as_aiortc(silent)):6.1f}")
    for codec in ("opus", "pcmu"):
        print(f"encode, speech, {codec}: ours {cost_us(lambda codec=codec: encode(frames, codec)):6.1f}")
        print(f"encode, silence, {codec}: ours {cost_us(lambda codec=codec: encode(silent, codec)):6.1f}")
    print(f"one hop through the executor, wall time: {asyncio.run(hop_us()):6.1f}")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
