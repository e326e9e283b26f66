"""Test results as a JUnit report, which build servers read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

from dialogue.testing.results import CaseResult, Failure, SuiteResult
from studio.errors import RecordingRefused

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(file: Path, result: SuiteResult) -> None:
    """Write the report. Raises RecordingRefused where the file cannot be written."""
    try:
        file.write_text(junit(result), encoding="utf-8")
    except OSError as error:
        raise RecordingRefused(f"{file} cannot be written: {error.strerror}. Choose another --junit.") from error


def junit(result: SuiteResult) -> str:
    """Return the report as XML text: a suite for each file, within one element for all of them."""
    root = _element("testsuites", {"name": "vivavoce", **_counts(result.cases, result.seconds)})
    by_file: dict[str, list[CaseResult]] = {}
    for case in result.cases:
        by_file.setdefault(case.file, []).append(case)
    for file, cases in by_file.items():
        seconds = sum(case.seconds for case in cases)
        suite = ElementTree.SubElement(root, "testsuite", _clean({"name": file, **_counts(cases, seconds)}))
        seen: Counter[str] = Counter()
        for case in cases:
            seen[case.name] += 1
            suite.append(_case(case, seen[case.name]))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(cases: Iterable[CaseResult], seconds: float) -> dict[str, str]:
    listed = list(cases)
    failures = sum(not case.passed for case in listed)
    counts = {"tests": len(listed), "failures": failures, "errors": 0, "skipped": 0}
    return {**{name: str(count) for name, count in counts.items()}, "time": f"{seconds:.3f}"}


def _case(case: CaseResult, number: int) -> ElementTree.Element:
    """Return the element of one case; a name that its file uses again has a number, so that none hides another."""
    name = case.name if number == 1 else f"{case.name} #{number}"
    place = {"file": case.file, "line": str(case.line)} if case.line else {"file": case.file}
    element = _element("testcase", {"classname": case.file, "name": name, **place, "time": f"{case.seconds:.3f}"})
    if case.failure is not None:
        message = f"{case.file}:{case.failure.line}: expected {case.failure.expected}"
        told = ElementTree.SubElement(element, "failure", _clean({"message": message, "type": "AssertionError"}))
        told.text = _clean_text("\n".join(_story(case.failure)))
    if case.skipped:
        ElementTree.SubElement(element, "system-out").text = _clean_text(
            "\n".join(f"skipped: {skipped}" for skipped in case.skipped)
        )
    return element


def _story(failure: Failure) -> Iterable[str]:
    yield f"user: {failure.user or ''}"
    yield from failure.actual
    if failure.diff:
        yield from ("", "difference:", *failure.diff)
    if failure.commands.stage:
        commands = failure.commands
        yield f"commands ({commands.stage}): {'; '.join(commands.proposed) or 'none'}"
        yield f"cleaned up: {'; '.join(commands.cleaned) or 'none'}"
    if failure.conversation:
        yield from ("", "conversation:", *failure.conversation)


def _element(tag: str, attributes: Mapping[str, str]) -> ElementTree.Element:
    return ElementTree.Element(tag, _clean(attributes))


def _clean(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: _clean_text(value) for name, value in attributes.items()}


def _clean_text(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)
