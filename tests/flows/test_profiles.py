"""Which version of the format an assistant was written for."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.loader import find_problems, load_assistant
from tests.flows.test_loader import write


@pytest.mark.parametrize(
    ("written", "given", "profile"),
    [
        ("", None, "3.16"),
        ("profile: 3.13", None, "3.13"),
        ("profile: 3.15.2", None, "3.14"),
        ("profile: '3.16'", None, "3.16"),
        ("profile: 3.13", "3.14", "3.14"),
        ("", "3.12", "3.13"),
    ],
)
def test_an_assistant_says_which_version_of_the_format_it_was_written_for(
    folder: Path, written: str, given: str | None, profile: str
) -> None:
    write(folder, "      - collect: a\n")
    (folder / "voice.yml").write_text(written)
    assistant = load_assistant(folder, profile=given)
    assert assistant.profile == profile
    asks = "pattern_completed" in assistant.flows and assistant.flows["pattern_completed"].collected
    assert bool(asks) == (profile == "3.16")


def test_an_unknown_version_is_told(folder: Path) -> None:
    write(folder, "      - collect: a\n")
    (folder / "voice.yml").write_text("profile: newest")
    (finding,) = [one for one in find_problems(folder) if one.severity == "error"]
    assert (finding.file, finding.code) == ("voice.yml", "profile")
