"""What leaves the buffer: in order, nothing twice, and as much of it as time has gone by."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voice.transports.streams import Network, Sent, number_of, run, stream, with_clock_of
from voice.transports.jitter_buffer import MAX_AHEAD_MS, REMEMBERED, JitterBuffer, Slot
from voice.transports.rtp_audio import TICKS_PER_MS, AudioPacket

MEDIA = [(0, 0), (65_500, 2**32 - 960 * 37), (30_000, 12_345)]
"""First sequence number and timestamp: plain, wrapping after some packets, in the middle."""


def outcome(
    arrived: Sent, until_ms: float, buffer: JitterBuffer | None = None
) -> tuple[JitterBuffer, list[tuple[float, Slot]]]:
    made = buffer or JitterBuffer(0.0)

    def put(packet: AudioPacket, now_ms: float) -> list[Slot]:
        made.put(packet, now_ms)
        return made.take(now_ms)

    return made, run(arrived, put, made.take, made.due_ms, until_ms)


def numbers(slots: list[tuple[float, Slot]]) -> list[int]:
    return [number_of(slot.payload) for _, slot in slots if slot.kind == "received"]


def kinds(slots: list[tuple[float, Slot]]) -> str:
    """One letter for each 20 ms, as the module's picture has them."""
    return "".join(slot.kind[0] if slot.kind != "recovered" else "R" for _, slot in slots)


def played_ms(slots: list[tuple[float, Slot]]) -> float:
    return sum(slot.ticks for _, slot in slots) / TICKS_PER_MS


@pytest.mark.parametrize(("sequence", "timestamp"), MEDIA)
@pytest.mark.parametrize("frame_ms", [10, 20, 60])
def test_on_a_clean_link_every_packet_leaves_as_it_arrives(sequence: int, timestamp: int, frame_ms: int) -> None:
    arrived = Network().deliver(stream(100, frame_ms=frame_ms, sequence=sequence, timestamp=timestamp))
    buffer, slots = outcome(arrived, arrived[-1][0])
    received = [(at, slot) for at, slot in slots if slot.kind == "received"]
    assert [at for at, _ in received] == [at for at, _ in arrived]
    assert numbers(slots) == list(range(100))
    assert buffer.counts.concealed_ticks == buffer.counts.lost == 0
    assert buffer.target_ms == pytest.approx(20.0, abs=20.0)


@pytest.mark.parametrize(
    ("arrives", "leaves"),
    [
        ("0 1 2 3", "0 1 2 3"),
        ("0 1 3 2 4", "0 1 2 3 4"),  # reordered by half a frame: waited for
        ("0 0 1 1 2 0 2", "0 1 2"),  # duplicates, near and far
        ("0 1 2 5 6 7", "0 1 2 5 6 7"),
    ],
)
def test_order(arrives: str, leaves: str) -> None:
    packets = dict(enumerate(packet for _, packet in stream(10)))
    now_ms, arrived = 0.0, []
    for number in arrives.split():
        now_ms = max(now_ms + 0.5, (int(number) + 1) * 20 + 5.0)
        arrived.append((now_ms, packets[int(number)]))
    _, slots = outcome(arrived, now_ms + 1)
    assert numbers(slots) == [int(each) for each in leaves.split()]


def test_a_lost_packet_costs_no_more_wait_than_the_next_one() -> None:
    sent = stream(200)
    arrived = [(at + 5, packet) for number, (at, packet) in enumerate(sent) if number != 150]
    buffer, slots = outcome(arrived, arrived[-1][0])
    assert kinds(slots)[-50:-48] == "cr"
    at_of = {number_of(slot.payload): at for at, slot in slots if slot.kind == "received"}
    assert at_of[151] == sent[151][0] + 5
    assert (buffer.counts.lost, buffer.counts.concealed_ticks) == (1, 960)


def test_a_packet_that_carries_the_lost_one_again_is_used_for_it() -> None:
    second_copy = bytes([0x78, 0x40, 1, 2])  # hybrid, 20 ms, mono, one frame; its LBRR flag is set
    sent = stream(100, payload=lambda _: second_copy)
    arrived = [(at + 5, packet) for number, (at, packet) in enumerate(sent) if number not in (50, 60, 61)]
    buffer, slots = outcome(arrived, arrived[-1][0])
    assert "".join(kinds(slots)).count("R") == 2
    assert buffer.counts.recovered_ticks == 2 * 960
    assert buffer.counts.concealed_ticks == 960
    assert buffer.counts.lost == 3


def test_a_stall_is_concealed_and_then_silent_at_the_pace_of_the_clock() -> None:
    arrived = Network().deliver(stream(50))
    buffer, slots = outcome(arrived, 3000.0)
    after = kinds([each for each in slots if each[0] > arrived[-1][0]])
    assert after.startswith("cccsss")
    assert set(after[3:]) == {"s"}
    assert 3000 - played_ms(slots) < 80
    assert buffer.counts.concealed_ticks == 3 * 960


def test_without_any_packet_time_goes_on_in_silence() -> None:
    _, slots = outcome([], 2000.0)
    assert set(kinds(slots)) == {"s"}
    assert 1920 <= played_ms(slots) <= 2000


def test_a_pause_of_the_sender_is_silence_and_no_loss() -> None:
    """Opus DTX: sequence numbers go on, timestamps jump (RFC 7587, section 3.1.3)."""
    before = stream(20, payload=lambda number: b"x" if number == 19 else b"speech%d" % number)
    after = stream(20, begin_ms=20 * 20 + 400, sequence=20, timestamp=(20 + 20) * 960)
    arrived = Network().deliver([*before, *after])
    buffer, slots = outcome(arrived, arrived[-1][0])
    assert buffer.counts.lost == buffer.counts.concealed_ticks == 0
    assert sum(slot.ticks for _, slot in slots if slot.kind == "silent") >= 400 * TICKS_PER_MS
    assert played_ms(slots) == pytest.approx(arrived[-1][0], abs=6)


@pytest.mark.parametrize("source", [1, 2])
def test_a_sender_that_starts_over_is_followed(source: int) -> None:
    first = stream(60, sequence=40_000, timestamp=900_000)
    second = stream(60, begin_ms=1200, sequence=7, timestamp=5, source=source)
    arrived = Network().deliver([*first, *second])
    buffer, slots = outcome(arrived, arrived[-1][0])
    assert numbers(slots) == [*range(60), *range(60)]
    assert buffer.counts.restarts == 1
    assert played_ms(slots) == pytest.approx(2400, abs=30)


def test_one_stray_packet_changes_nothing() -> None:
    sent = stream(100)
    stray = AudioPacket(9, "opus", 9999, 123_456_789, 960, b"stray")
    buffer, slots = outcome(sorted([*Network().deliver(sent), (777.0, stray)], key=lambda each: each[0]), 2000.0)
    assert numbers(slots) == list(range(100))
    assert (buffer.counts.refused, buffer.counts.restarts) == (1, 0)


def test_a_timestamp_that_was_set_anew_is_followed() -> None:
    later = stream(50, begin_ms=1000, sequence=50, timestamp=77_000_000)
    buffer, slots = outcome(Network().deliver([*stream(50), *later]), 2000.0)
    assert len(numbers(slots)) == 100
    assert buffer.counts.restarts == 1


@pytest.mark.parametrize("step_ms", [60.0, 150.0, 400.0])
def test_a_route_that_becomes_slower_is_followed(step_ms: float) -> None:
    arrived = [(at + (5 if at < 2000 else 5 + step_ms), packet) for at, packet in stream(500)]
    buffer, slots = outcome(arrived, arrived[-1][0])
    settled = [slot for at, slot in slots if at > 5000]
    assert {slot.kind for slot in settled} == {"received"}
    assert buffer.counts.late <= 20


@pytest.mark.parametrize("jitter_ms", [10, 30, 60, 100])
@pytest.mark.parametrize("keeps_order", [True, False])
def test_jitter_is_learned_and_then_costs_no_audio(jitter_ms: int, keeps_order: bool) -> None:
    network = Network(jitter_ms=jitter_ms, keeps_order=keeps_order, seed=jitter_ms)
    buffer, slots = outcome(network.deliver(stream(1500)), 30_000.0)
    settled = [slot for at, slot in slots if 4000 < at < 29_900]
    made_up = sum(slot.kind == "concealed" for slot in settled) / len(settled)
    assert made_up <= 0.02
    assert buffer.target_ms <= jitter_ms + 25
    if jitter_ms <= 30:
        assert buffer.target_ms <= 60


def test_the_target_grows_fast_and_shrinks_slowly() -> None:
    rough = Network(jitter_ms=60).deliver(stream(100))
    calm = Network().deliver(stream(2000, begin_ms=2000, sequence=100, timestamp=100 * 960))
    buffer, _ = outcome(rough, 2050.0)
    grown = buffer.target_ms
    assert 50 <= grown <= 70
    outcome(calm[:250], 7050.0, buffer)
    assert grown - 20 <= buffer.target_ms < grown
    outcome(calm[250:], 42_050.0, buffer)
    assert buffer.target_ms == 20.0


@pytest.mark.parametrize("ppm", [-200, -50, 50, 200])
def test_drift_is_measured_and_the_debt_is_what_it_adds_up_to(ppm: int) -> None:
    buffer, _ = outcome(Network(jitter_ms=3).deliver(stream(6000, ppm=ppm)), 120_000.0)
    assert buffer.drift_ppm == pytest.approx(ppm, abs=15)
    assert buffer.debt_ms == pytest.approx(-ppm * 120_000 / 1e6, abs=4)
    assert buffer.counts.concealed_ticks == 0
    buffer.adjusted(round(buffer.debt_ms * TICKS_PER_MS))
    assert buffer.debt_ms == pytest.approx(0.0, abs=0.1)


def test_g711_has_its_own_clock() -> None:
    arrived = Network(loss=0.05, seed=3).deliver(with_clock_of(stream(500), "pcmu", 6))
    _, slots = outcome(arrived, 10_000.0)
    assert played_ms(slots) == pytest.approx(10_000, abs=60)
    assert numbers(slots) == [number_of(packet.payload) for _, packet in arrived]


@given(
    network=st.builds(
        Network,
        loss=st.floats(0, 0.5),
        duplication=st.floats(0, 0.5),
        jitter_ms=st.floats(0, 100),
        keeps_order=st.booleans(),
        seed=st.integers(0, 10_000),
    ),
    frame_ms=st.sampled_from([10, 20, 40, 60]),
    media=st.sampled_from(MEDIA),
)
@settings(max_examples=40, deadline=None)
def test_any_network_gives_true_time_and_true_order(network: Network, frame_ms: int, media: tuple[int, int]) -> None:
    sent = stream(6000 // frame_ms, frame_ms=frame_ms, sequence=media[0], timestamp=media[1])
    buffer, slots = outcome(network.deliver(sent), 6000.0)
    order = numbers(slots)
    assert all(first < second for first, second in pairwise(order))
    clock_ms = 0.0
    for at_ms, slot in slots:
        clock_ms += slot.ticks / TICKS_PER_MS
        assert slot.ticks > 0
        if slot.kind != "received":
            assert clock_ms <= at_ms + 1, "made-up audio is never ahead of time"
        assert clock_ms <= at_ms + network.jitter_ms + frame_ms
    assert 6000 - clock_ms <= 120 + 10 + 2 * frame_ms + 60
    assert buffer.played_ms == pytest.approx(clock_ms)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 60),
            st.integers(0, 2),
            st.integers(0, 65535),
            st.integers(0, 2**32 - 1),
            st.sampled_from([120, 480, 960, 2880, 5760]),
        ),
        max_size=120,
    )
)
@settings(max_examples=40, deadline=None)
def test_rubbish_never_stops_the_clock_or_runs_away_with_it(packets: list[tuple[float, int, int, int, int]]) -> None:
    now_ms, arrived = 0.0, []
    for wait_ms, source, sequence, timestamp, ticks in packets:
        now_ms += wait_ms
        arrived.append((now_ms, AudioPacket(source, "opus", sequence, timestamp, ticks, b"0")))
    _, slots = outcome(arrived, now_ms + 1000)
    assert now_ms + 1000 - 200 <= played_ms(slots) <= now_ms + 1000 + MAX_AHEAD_MS + 120


def test_a_flood_is_taken_half_a_second_far() -> None:
    flood = [(100.0 + number * 0.1, packet) for number, (_, packet) in enumerate(stream(3000))]
    buffer, slots = outcome(flood, 400.0)
    assert played_ms(slots) <= 400 + MAX_AHEAD_MS + 20
    assert buffer.counts.refused > 1000


def test_leaps_in_sequence_are_counted_and_not_kept() -> None:
    buffer = JitterBuffer(0.0)
    for number in range(100):
        packet = AudioPacket(1, "opus", number * 3_000 % 65_536, number * 120, 1, b"x" * 20)
        buffer.put(packet, number * 2.5)
        buffer.take(number * 2.5)
    assert buffer.counts.lost >= 99 * 2_000, "every leap skips nearly 3,000 packets"
    assert len(buffer._lost) <= REMEMBERED, "and what is remembered of them is bounded"
