"""The JUnit report."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from dialogue.testing.results import CaseResult, Failure, SuiteResult
from studio.errors import RecordingRefused
from studio.junit import junit, write_junit

RESULT = SuiteResult(
    (
        CaseResult("e2e_tests/a.yml", "works", 2, None),
        CaseResult("e2e_tests/a.yml", 'says <b> & "c"\x00', 1, Failure(1, "hi", 7, "utter_x", ("bot: y",))),
    ),
    "recorded",
    1.25,
)


def test_counts_cases_and_failures() -> None:
    suite = ElementTree.fromstring(junit(RESULT))
    assert suite.attrib == {"name": "vivavoce", "tests": "2", "failures": "1", "errors": "0", "time": "1.250"}
    works, fails = suite.findall("testcase")
    assert works.find("failure") is None
    failure = fails.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "e2e_tests/a.yml:7: expected utter_x"
    assert failure.text == "user: hi\nbot: y"


def test_names_may_have_any_character() -> None:
    names = [case.attrib["name"] for case in ElementTree.fromstring(junit(RESULT)).findall("testcase")]
    assert names[1] == 'says <b> & "c"�'


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(RecordingRefused, match="cannot be written"):
        write_junit(tmp_path / "none" / "report.xml", RESULT)
