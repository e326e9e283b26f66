"""What a link counts, for dashboards and the call's summary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkStatistics:
    """Counts since the call began; what the caller sends first, what we send last."""

    received_packets: int = 0
    lost_packets: int = 0
    """Never came."""
    late_packets: int = 0
    """Came after their time had been filled."""
    duplicate_packets: int = 0
    refused_packets: int = 0
    """Of no plausible place in the stream, or faster than time."""
    unreadable_packets: int = 0
    """Their payload could not be decoded."""
    restarts: int = 0
    """How often the sender's counters began anew."""
    recovered_ms: int = 0
    """Lost audio that the next packet carried again."""
    concealed_ms: int = 0
    """Lost audio that was made up."""
    inserted_ms: int = 0
    removed_ms: int = 0
    """Audio put in and taken out to follow the clocks' drift and changes of the route."""
    jitter_target_ms: float = 0.0
    drift_ppm: float = 0.0
    """How much faster than ours the caller's clock runs."""
    sent_frames: int = 0
    late_frames: int = 0
    """Left more than 20 ms after their time."""
    very_late_frames: int = 0
    """Left more than 60 ms after their time."""
    worst_late_ms: float = 0.0
    skipped_frames: int = 0
    """Not sent at all, since the process had been stalled."""
