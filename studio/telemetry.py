"""The figures that an operator watches, fed by the events of calls and conversations and by the loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogue.events import ActionFailed, DialogueEvent, UserSaid
from studio.exposition import Counted, Counter, Gauge, Histogram, Labels, Metric, ReadHistogram, render
from studio.parts import PartBoard
from voice.transports.pacing import BOUNDS_MS, Pacing

# Gaps: fine around the pause in which a person would answer (0.2 to 0.9 s), coarse beyond.
_GAP_BOUNDS_S = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0)
_UNDERSTANDING_BOUNDS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
# A frame is due every 20 ms, so that bound says how often audio was late because of us.
_LAG_BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class Telemetry:
    """All metrics of one server."""

    def __init__(self) -> None:
        self._metrics: list[Metric] = []
        self._calls_started = self._counter("calls_started_total", "Calls that were answered.")
        self._calls_ended = self._counter("calls_ended_total", "Calls that ended, by reason.")
        self._turns = self._counter("turns_total", "Committed turns, by the stage of understanding that decided.")
        self._turns_dropped = self._counter("turns_dropped_total", "Revisions that were noise or empty, by reason.")
        self._barge_ins = self._counter("barge_ins_total", "Times a caller's speech stopped the assistant.")
        self._faults = self._counter("faults_total", "Failures that a conversation or call survived, by code.")
        self._actions_failed = self._counter("actions_failed_total", "Custom actions that failed, by name.")
        self._models_failed = self._counter(
            "language_model_fallbacks_total", "Language models that were asked in vain in a committed turn, by reason."
        )
        self._reloads = self._counter("reloads_total", "Times the assistant's files were looked at anew, by outcome.")
        self._gap = self._histogram(
            "gap_seconds",
            "Last sample of the caller's speech to the reply's first audible one.",
            _GAP_BOUNDS_S,
        )
        self._gap_part = self._histogram(
            "gap_part_seconds", "Where gaps went: parts on the critical path, which add up.", _GAP_BOUNDS_S
        )
        self._understanding = self._histogram(
            "understanding_seconds", "Time to propose commands for a committed turn.", _UNDERSTANDING_BOUNDS_S
        )
        self._loop_lag = self._histogram(
            "event_loop_lag_seconds", "How late the event loop woke a sampling task.", _LAG_BOUNDS_S
        )

    def add_gauge(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Show one number that is read at each scrape."""
        self._metrics.append(Gauge(f"vivavoce_{name}", description, lambda: {(): read()}))

    def watch_version(self, read: Callable[[], str]) -> None:
        """Show which version of the assistant runs, as a label: a hash of its content; nothing before it runs."""

        def now() -> dict[Labels, float]:
            name = read()
            return {(("version", name),): 1.0} if name else {}

        self._metrics.append(Gauge("vivavoce_assistant_version", "The version of the assistant that runs.", now))

    def watch_parts(self, board: PartBoard) -> None:
        """Show for each part of the server whether it is ready (1) or not (0)."""

        def read() -> dict[Labels, float]:
            return {(("part", part.name),): float(part.is_ready) for part in board.parts}

        self._metrics.append(Gauge("vivavoce_part_ready", "Whether a part of the server is ready.", read))

    def watch_frames(self, read: Callable[[], Pacing]) -> None:
        """Show how late the frames of all calls left: a busy server, where a caller hears it and is not to blame."""

        def lateness() -> Counted:
            pacing = read()
            return Counted([bound / 1000 for bound in BOUNDS_MS], pacing.counts, pacing.sum_ms / 1000)

        self._metrics.append(
            ReadHistogram("vivavoce_frame_lateness_seconds", "How long after its time a frame left.", lateness)
        )
        self.add_gauge("frames_skipped", "Frames whose time had passed long ago, not sent.", lambda: read().skipped)

    def observe(self, event: DialogueEvent) -> None:
        """Count what an event of a conversation's log tells; most tell only a story."""
        match event:
            case UserSaid(stage=stage, took_ms=took_ms, fallbacks=fallbacks):
                self._turns.add(stage=stage)
                self._understanding.observe(took_ms / 1000, stage=stage)
                for fallback in fallbacks:
                    model, _, reason = fallback.rpartition(": ")
                    self._models_failed.add(model=model, reason=reason)
            case ActionFailed(name=name):
                self._actions_failed.add(action=name)
            case _:
                pass  # the log has every event; only what an operator watches is counted

    def observe_call(self, message: Mapping[str, Any]) -> None:
        """Count what a call told its client: messages as `voice.protocols.events_json` writes them."""
        match message:
            case {"type": "call_started"}:
                self._calls_started.add()
            case {"type": "call_ended", "reason": str(reason)}:
                self._calls_ended.add(reason=reason)
            case {"type": "latency_measured", "gap_ms": gap_ms, "parts": parts}:
                self._gap.observe(gap_ms / 1000)
                for part, part_ms in parts.items():
                    self._gap_part.observe(part_ms / 1000, part=part)
            case {"type": "turn_dropped", "reason": str(reason)}:
                self._turns_dropped.add(reason=reason)
            case {"type": "barge_in"}:
                self._barge_ins.add()
            case {"type": "fault", "code": str(code)}:
                self._faults.add(code=code)
            case _:
                pass  # as above

    def observe_fault(self, code: str) -> None:
        """Count a failure that a conversation survived."""
        self._faults.add(code=code)

    def observe_reload(self, outcome: str) -> None:
        """Count that changed files were taken (`switched`), were the same (`unchanged`), or could not run."""
        self._reloads.add(outcome=outcome)

    def observe_loop_lag(self, lag_s: float) -> None:
        """Note how late the event loop was once."""
        self._loop_lag.observe(lag_s)

    def render(self) -> str:
        """Write every metric in the Prometheus text format."""
        return render(self._metrics)

    def _counter(self, name: str, description: str) -> Counter:
        counter = Counter(f"vivavoce_{name}", description)
        self._metrics.append(counter)
        return counter

    def _histogram(self, name: str, description: str, bounds: tuple[float, ...]) -> Histogram:
        histogram = Histogram(f"vivavoce_{name}", description, bounds)
        self._metrics.append(histogram)
        return histogram
