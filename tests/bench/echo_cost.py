"""What the echo gate costs the event loop a frame, in ms: median and P99 of a call's frames.

python -m tests.bench.echo_cost
"""

from __future__ import annotations

import time

import numpy as np

from voice.audio import FRAME_SAMPLES
from voice.turns.echo_gate import EchoGate

RATE_HZ = 48_000
FRAMES = 1_000
WARM_FRAMES = 100


def costs_ms(*, has_echo: bool, is_asked: bool) -> list[float]:
    """Play and hear noise, with the played one in what is heard or another, and time each frame."""
    chance = np.random.default_rng(1)
    played = chance.normal(scale=3_000, size=(FRAMES, FRAME_SAMPLES)).astype(np.int16)
    heard = np.roll(played, 6, axis=0) // 4 if has_echo else chance.permutation(played)
    gate, found = EchoGate(), []
    for out, back in zip(played, heard, strict=True):
        began_s = time.perf_counter()
        gate.play(np.repeat(out, RATE_HZ // 16_000), RATE_HZ)
        gate.hear(back)
        if is_asked:
            gate.is_echo()
        found.append((time.perf_counter() - began_s) * 1_000)
    return found[WARM_FRAMES:]


def main() -> None:
    for name, has_echo, is_asked in (
        ("the caller is silent", False, False),
        ("both speak", False, True),
        ("a known echo", True, True),
    ):
        median_ms, worst_ms = np.percentile(costs_ms(has_echo=has_echo, is_asked=is_asked), [50, 99])
        print(f"{name:<22} {median_ms:.3f} {worst_ms:.3f}")


if __name__ == "__main__":
    main()
