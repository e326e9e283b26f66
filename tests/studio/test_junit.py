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
    root = ElementTree.fromstring(junit(RESULT))
    counts = {"tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    assert root.tag == "testsuites"
    assert root.attrib == {"name": "vivavoce", **counts, "time": "1.250"}
    (suite,) = root.findall("testsuite")
    assert suite.attrib == {"name": "e2e_tests/a.yml", **counts, "time": "0.000"}
    works, fails = suite.findall("testcase")
    assert works.find("failure") is None
    failure = fails.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "e2e_tests/a.yml:7: expected utter_x"
    assert failure.attrib["type"] == "AssertionError"
    assert failure.text == "user: hi\nbot: y"


def test_names_may_have_any_character() -> None:
    names = [case.attrib["name"] for case in ElementTree.fromstring(junit(RESULT)).iter("testcase")]
    assert names[1] == 'says <b> & "c"�'


def test_every_case_has_a_name_of_its_own_a_place_and_a_time() -> None:
    cases = (
        CaseResult("b.yml", "twice", 1, None, seconds=0.5, line=3),
        CaseResult("b.yml", "twice", 1, None, seconds=0.25, line=9, skipped=("b.yml:11: generative_x",)),
        CaseResult("c.yml", "twice", 1, None),
    )
    root = ElementTree.fromstring(junit(SuiteResult(cases, "recorded", 0.75)))
    found = [(case.attrib["classname"], case.attrib["name"], case.attrib["time"]) for case in root.iter("testcase")]
    assert found == [("b.yml", "twice", "0.500"), ("b.yml", "twice #2", "0.250"), ("c.yml", "twice", "0.000")]
    assert [suite.attrib["time"] for suite in root.findall("testsuite")] == ["0.750", "0.000"]
    assert next(root.iter("testcase")).attrib["line"] == "3"
    assert [out.text for out in root.iter("system-out")] == ["skipped: b.yml:11: generative_x"]


def test_control_characters_and_half_pairs_are_replaced_everywhere() -> None:
    failure = Failure(1, "hi\x07", 2, "bot_uttered: '\x1b'", ("bot: \ud800",), ("- \x00",), ("user: \x08",))
    case = CaseResult("a\x01.yml", "b\ufffe", 1, failure)
    text = junit(SuiteResult((case,), "recorded", 0.1))
    assert ElementTree.fromstring(text.encode("utf-8")).find(".//failure") is not None
    assert not set(text) & set("\x00\x01\x07\x08\x1b\ud800\ufffe")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(RecordingRefused, match="cannot be written"):
        write_junit(tmp_path / "none" / "report.xml", RESULT)
