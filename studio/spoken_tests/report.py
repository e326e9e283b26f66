"""The outcome of spoken tests for people: lines for the terminal, a JUnit report, and what is kept of each call."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from dialogue.testing.case import Case
from studio.errors import RecordingRefused
from studio.junit import junit
from studio.spoken_tests.spoken import SpokenCase, SpokenResult, SpokenTurn
from studio.test_report import case_lines
from voice.caller.report import fit
from voice.caller.wav import write_wav
from voice.synthetic_callers.measured import MeasuredCall, sent_audio
from voice.synthetic_callers.script import HeldCall

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_NAME = 80


def spoken_lines(case: SpokenCase, *, shows_heard: bool) -> list[str]:
    """Return what is told of one case: as of a typed one, and a line for each turn of the caller.

    Turns are shown where the case failed, where `shows_heard`, and where a word was misheard.
    """
    lines = case_lines(case.result)
    if case.attempts > 1:
        lines.insert(1, f"        the first call was lost by the transport; this is attempt {case.attempts}")
    shown = [turn for turn in case.turns if shows_heard or not case.result.passed or _is_misheard(turn)]
    lines += [f"        {_turn_line(turn)}" for turn in shown]
    if case.kept is not None:
        lines.append(f"        kept      {case.kept}")
    return lines


def heard_summary(result: SpokenResult) -> str:
    """Return how well callers were heard, in a line."""
    heard = result.heard
    if heard["word_error_rate"] is None:
        return "Nothing was spoken."
    rate = f"{heard['word_error_rate']:.1%}"
    return f"Heard: word error rate {rate} ({heard['errors']} of {heard['words']} words), seed {result.seed}."


def spoken_junit(result: SpokenResult) -> str:
    """Return the JUnit report of typed tests, with the turns of each case, their gaps and parts, as its output."""
    root = ElementTree.fromstring(junit(result.suite).split("\n", 1)[1])
    cases: dict[tuple[str, str], SpokenCase] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for case in result.cases:
        file, name = case.result.file, case.result.name
        seen[file, name] += 1
        number = seen[file, name]
        cases[_clean(file), _clean(name if number == 1 else f"{name} #{number}")] = case
    for element in root.iter("testcase"):
        known = cases.get((element.get("classname", ""), element.get("name", "")))
        if known is None or not known.turns:
            continue
        output = element.find("system-out")
        output = ElementTree.SubElement(element, "system-out") if output is None else output
        told = [output.text] if output.text else []
        output.text = _clean("\n".join([*told, *(_turn_line(turn) for turn in known.turns)]))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def write_spoken_junit(file: Path, result: SpokenResult) -> None:
    """Write the report. Raises RecordingRefused where the file cannot be written."""
    try:
        file.write_text(spoken_junit(result), encoding="utf-8")
    except OSError as error:
        raise RecordingRefused(f"{file} cannot be written: {error.strerror}. Choose another --junit.") from error


def keep_call(folder: Path, case: Case, call: HeldCall, measured: MeasuredCall, spoken: SpokenCase) -> str:
    """Write a call down: both voices as WAV (the caller left), what the server told, and what came of each turn.

    Raises:
        RecordingRefused: the folder cannot be written.
    """
    place = folder / _file_name(case.file) / _file_name(case.keys[0].rpartition("::")[2])
    lines = [json.dumps({"heard_at_ms": round(event.at_ms, 1), **event.message}) for event in call.log.events]
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_wav(place / "call.wav", (sent_audio(call), fit(measured.received, call.log.end_ms)))
        (place / "events.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        told = json.dumps(spoken.to_json(), indent=2, ensure_ascii=False)
        (place / "turns.json").write_text(told + "\n", encoding="utf-8")
    except OSError as error:
        raise RecordingRefused(f"{place} cannot be written: {error.strerror}. Choose another --keep.") from error
    return str(place)


def _turn_line(turn: SpokenTurn) -> str:
    measured = turn.measured
    parts = {**measured.parts, **({"unaccounted": measured.unaccounted_ms} if measured.unaccounted_ms else {})}
    of_it = f" ({', '.join(f'{name} {value}' for name, value in parts.items())})" if measured.parts else ""
    gap = f"gap {measured.gap_ms} ms{of_it}" if measured.gap_ms is not None else "no audible answer"
    told = [f"step {turn.number}: {turn.said!r}"]
    if turn.kind == "speech":
        is_same = turn.compared is not None and turn.compared.is_same
        told.append("heard right" if is_same else f"heard {turn.heard!r}")
    if turn.is_over_reply:
        stopped = measured.stopped_after_ms
        told.append("barged in" if stopped is None else f"barged in, the reply stopped after {stopped} ms")
    return ", ".join([*told, gap])


def _is_misheard(turn: SpokenTurn) -> bool:
    return turn.compared is not None and not turn.compared.is_same


def _file_name(text: str) -> str:
    return _NOT_IN_NAMES.sub("_", text).strip("._")[:_LONGEST_NAME] or "case"


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)
