"""What is wrong with the keys of spoken tests in an assistant's own test files, for `vivavoce validate`."""

from __future__ import annotations

from pathlib import Path

from dialogue.errors import TestsInvalid
from dialogue.testing.suite import DEFAULT_FOLDERS, load_suite
from flows.errors import Finding

CODE = "voice"
"""Of findings on keys that only spoken runs read (`dialogue.testing.voice_keys`)."""


def spoken_findings(folder: Path) -> tuple[Finding, ...]:
    """Return them; none where there are no tests. What else is wrong with tests is told by `vivavoce test`."""
    if not any((folder / name).is_dir() for name in DEFAULT_FOLDERS):
        return ()
    try:
        return tuple(finding for finding in load_suite([], folder).warnings if finding.code == CODE)
    except TestsInvalid as error:
        return tuple(finding for finding in error.findings if finding.code == CODE)
