"""`vivavoce test --voice` on the command line: what is refused before anything is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.studio.cli.conftest import Vivavoce

CASES = """\
test_cases:
  - test_case: paints
    steps:
      - user: paint it please
      - utter: utter_ask_colour
        within_ms: 900
"""
COMMANDS = "paints:\n  - [start flow paint]\n"


@pytest.fixture
def folder(assistant_folder: Path) -> Path:
    (assistant_folder / "e2e_tests").mkdir()
    (assistant_folder / "e2e_tests" / "all.yml").write_text(CASES)
    (assistant_folder / "commands.yml").write_text(COMMANDS)
    return assistant_folder


def test_without_a_voice_it_says_what_to_type(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder, "--voice")

    assert ran.code == 1
    assert "vivavoce models fetch piper-en-us-joe" in ran.err


def test_a_voice_file_that_is_not_there_is_told(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder, "--voice", "--voices", "gone.onnx")

    assert ran.code == 1
    assert ran.err.strip()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--voice", "--speed", "fast"), "0.85..1.2"),
        (("--voice", "--noise", "rain:3"), "babble:20"),
        (("--voice", "--codec", "gsm"), "opus, mulaw"),
        (("--voice", "--parallel", "0"), "type 1 to 32"),
        (("--voice", "--voices", "0"), "1 to 99"),
        (("--voice", "--commands", "C"), "--commands"),
        (("--speed", "1.1"), "add --voice"),
        (("--heard", "--keep", "x"), "--heard, --keep belong to spoken tests"),
    ],
)
def test_what_cannot_be_obeyed_says_what_to_type(
    vivavoce: Vivavoce, folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    filled = [str(folder / "commands.yml") if argument == "C" else argument for argument in arguments]
    ran = vivavoce("test", folder, *filled)

    assert ran.code == 2
    assert told in ran.err


def test_typed_runs_note_what_only_voice_reads(vivavoce: Vivavoce, folder: Path) -> None:
    ran = vivavoce("test", folder, "--commands", folder / "commands.yml")

    assert ran.code == 0
    assert "warning [voice-only] 1 step has keys that only --voice reads" in ran.out


def test_validate_knows_the_keys(vivavoce: Vivavoce, folder: Path) -> None:
    assert vivavoce("validate", folder).code == 0
    (folder / "e2e_tests" / "bad.yml").write_text(
        "test_cases:\n  - test_case: x\n    steps: [{user: hi, voice: {bargein_at: 3}}, {usr: hi}]\n"
    )
    ran = vivavoce("validate", folder)

    assert ran.code == 1
    assert "e2e_tests/bad.yml:3:" in ran.out
    assert "barge_in_at" in ran.out
