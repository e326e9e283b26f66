"""Test results as a JUnit report, which build servers read."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from dialogue.testing.results import CaseResult, SuiteResult
from studio.errors import RecordingRefused

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(file: Path, result: SuiteResult) -> None:
    """Write the report. Raises RecordingRefused where the file cannot be written."""
    try:
        file.write_text(junit(result), encoding="utf-8")
    except OSError as error:
        raise RecordingRefused(f"{file} cannot be written: {error.strerror}. Choose another --junit.") from error


def junit(result: SuiteResult) -> str:
    """Return the report as XML text."""
    suite = ElementTree.Element(
        "testsuite",
        name="vivavoce",
        tests=str(len(result.cases)),
        failures=str(result.failed),
        errors="0",
        time=f"{result.seconds:.3f}",
    )
    for case in result.cases:
        suite.append(_case(case))
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _case(case: CaseResult) -> ElementTree.Element:
    element = ElementTree.Element("testcase", classname=_clean(case.file), name=_clean(case.name))
    if case.failure is not None:
        failure = case.failure
        message = _clean(f"{case.file}:{failure.line}: expected {failure.expected}")
        told = ElementTree.SubElement(element, "failure", message=message)
        told.text = _clean("\n".join([f"user: {failure.user or ''}", *failure.actual]))
    return element


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)
