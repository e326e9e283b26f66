"""What a typed run leaves out of tests that were written to be spoken. Pure."""

from __future__ import annotations

from dialogue.testing.case import Suite
from dialogue.testing.voice_keys import PLAIN
from flows.errors import Finding


def voice_notes(suite: Suite) -> tuple[Finding, ...]:
    """Return a warning for each file with steps that only `--voice` takes notice of."""
    told: dict[str, list[int]] = {}
    for case in suite.cases:
        lines = [step.line for step in case.steps if step.voice != PLAIN or step.limits]
        if lines:
            told.setdefault(case.file, []).extend(lines)
    return tuple(
        Finding(
            file,
            lines[0],
            1,
            "voice-only",
            f"{len(lines)} {'step has' if len(lines) == 1 else 'steps have'} keys that only --voice reads; "
            "silences are left out",
            severity="warning",
        )
        for file, lines in told.items()
    )
