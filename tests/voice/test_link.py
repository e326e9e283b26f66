"""The inbox of a call: in order, bounded, and fair to whoever else is on the loop."""

from __future__ import annotations

import asyncio

import numpy as np

from tests.support.virtual_clock import run_virtually
from voice.link import MAX_WAITING_FRAMES, MAX_WAITING_MESSAGES, FrameArrived, Inbox, LinkClosed, MessageArrived


def frame(number: int) -> FrameArrived:
    return FrameArrived(np.zeros(320, np.int16), number)


def test_others_have_a_turn_between_frames_that_gathered() -> None:
    async def main() -> None:
        inbox, order = Inbox(), list[str]()
        for number in range(5):
            inbox.put(frame(number))
        inbox.put(LinkClosed("over"))

        async def others() -> None:
            for _ in range(5):
                order.append("other")
                await asyncio.sleep(0)

        other = asyncio.create_task(others())
        for _ in range(6):
            given = await inbox.get()
            order.append("frame" if isinstance(given, FrameArrived) else "closed")
        await other
        assert order == ["frame", "other"] * 5 + ["closed"]

    run_virtually(main)


def test_a_frame_that_comes_alone_waits_for_nobody() -> None:
    async def main() -> None:
        inbox = Inbox()
        for number in range(3):
            inbox.put(frame(number))
            assert isinstance(await inbox.get(), FrameArrived)

    run_virtually(main)


def test_the_oldest_frames_are_dropped_and_nothing_else() -> None:
    async def main() -> None:
        inbox = Inbox()
        inbox.put(LinkClosed("first"))
        for number in range(MAX_WAITING_FRAMES + 2):
            inbox.put(frame(number))
        for number in range(MAX_WAITING_MESSAGES + 3):
            inbox.put(MessageArrived({"number": number}))
        assert (inbox.dropped_frames, inbox.refused_messages) == (2, 3)
        given = [await inbox.get() for _ in range(1 + MAX_WAITING_FRAMES + MAX_WAITING_MESSAGES)]
        assert given[0] == LinkClosed("first")
        assert isinstance(given[1], FrameArrived)
        assert given[1].received_ms == 2

    run_virtually(main)
