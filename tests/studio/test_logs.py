"""Logs: JSON for programs, with the call's id, from structlog and the standard library alike."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from studio.logs import configure_logs
from studio.settings import LogConfig


def test_json_lines_carry_what_was_bound(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogConfig("info", "json"))
    structlog.contextvars.bind_contextvars(call_id="call-1")
    structlog.get_logger("voice.calls.call").info("call-started", transport="webrtc")
    logging.getLogger("some.library").warning("careful %s", "now")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["call_id"], ours["transport"]) == ("call-started", "call-1", "webrtc")
    assert (theirs["event"], theirs["call_id"], theirs["level"]) == ("careful now", "call-1", "warning")


def test_what_is_below_the_level_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogConfig("warning", "json"))
    structlog.get_logger("a").info("no")
    logging.getLogger("b").info("no")
    assert capsys.readouterr().err == ""


def test_console_lines_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogConfig("info", "console"))
    structlog.get_logger("a").info("call-started", call_id="call-1")
    line = capsys.readouterr().err
    assert "call-started" in line
    assert "call_id=call-1" in line


def test_streams_to_pages_are_not_logged_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogConfig("debug", "json"))
    logging.getLogger("sse_starlette.sse").debug("chunk: %s", b"data: what somebody wrote")
    assert capsys.readouterr().err == ""
