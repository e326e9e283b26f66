"""Writes what `vivavoce test --coverage` found out: tables for people, JSON for the studio, cases to run again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from dialogue.testing.case_file import cases_text
from dialogue.testing.coverage_report import CoverageReport, commands_csv, report_of, table_csv, to_json
from dialogue.testing.results import CaseResult
from flows.model import Assistant
from studio.errors import RecordingRefused


def write_coverage(folder: Path, cases: Sequence[CaseResult], assistant: Assistant) -> CoverageReport:
    """Write the report's files into `folder`, and return the report. Raises RecordingRefused."""
    report = report_of(cases, assistant)
    files = {
        "coverage.json": json.dumps(to_json(report), indent=2, ensure_ascii=False) + "\n",
        "coverage_report_for_passed_tests.csv": table_csv(report.passed),
        "coverage_report_for_failed_tests.csv": table_csv(report.failed),
        "commands_histogram_for_passed_tests.csv": commands_csv(report.passed),
        "commands_histogram_for_failed_tests.csv": commands_csv(report.failed),
        "passed.yml": cases_text(case.case for case in cases if case.passed and case.case is not None),
        "failed.yml": cases_text(case.case for case in cases if not case.passed and case.case is not None),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise RecordingRefused(f"{folder} cannot be written: {error.strerror}. Choose another --coverage.") from error
    return report
