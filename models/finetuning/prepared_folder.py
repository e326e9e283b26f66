"""Writes the folder of `finetune prepare`; see `preparation` for what is in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dialogue.testing.case_file import cases_text
from dialogue.testing.yaml_text import block
from dialogue.understanding.parsing import format_command
from flows.commands import Command, Json
from models.finetuning.errors import DataUnusable
from models.finetuning.examples import SPLITS, Format, write_examples
from models.finetuning.recording import RecordedCase
from models.finetuning.splitting import Row, Split

if TYPE_CHECKING:
    from models.finetuning.preparation import Rephrased

ANNOTATIONS, REPHRASINGS, DATA = "1_command_annotations", "2_rephrasings", "3_llm_finetune_data"
SPLIT = SPLITS.parts[0]
PARAMS = "params.yaml"


def check_folder(out: Path) -> None:
    """Raise `DataUnusable` for a folder that has something else in it, or cannot be one."""
    if out.exists() and not out.is_dir():
        raise DataUnusable(f"{out} is a file; choose another --out")
    if out.is_dir() and any(out.iterdir()) and not (out / PARAMS).is_file():
        raise DataUnusable(f"{out} has other files in it; choose another --out, or an empty folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise DataUnusable(f"{out}: cannot be made ({problem.strerror}); choose another --out") from problem


def write_folder(
    out: Path,
    cases: Sequence[RecordedCase],
    rephrased: Mapping[str, Rephrased],
    rows: Sequence[Row],
    parts: Split,
    kind: Format,
) -> None:
    """Write the four folders anew."""
    for name in (ANNOTATIONS, REPHRASINGS, DATA, SPLIT):
        shutil.rmtree(out / name, ignore_errors=True)
    _write_by_file(out / ANNOTATIONS, cases, lambda case: _annotated(case, rows))
    taught = [case for case in cases if case.id in rephrased]
    _write_by_file(out / REPHRASINGS, taught, lambda case: _rephrasings(case, rephrased[case.id]))
    (out / DATA).mkdir()
    lines = "".join(json.dumps(_described(row), ensure_ascii=False) + "\n" for row in rows)
    (out / DATA / "llm_ft_data.jsonl").write_text(lines, encoding="utf-8")
    (out / SPLIT / "e2e_tests").mkdir(parents=True)
    (out / SPLITS).mkdir(parents=True)
    for name, side, learnt in (("train", parts.train_cases, parts.train), ("test", parts.test_cases, parts.test)):
        text = cases_text(case.case for case in side) if side else "test_cases: []\n"
        (out / SPLIT / "e2e_tests" / f"{name}.yml").write_text(text, encoding="utf-8")
        write_examples(out / SPLITS / f"{name}.jsonl", (row.example for row in learnt), kind)


def _write_by_file(folder: Path, cases: Sequence[RecordedCase], told: Callable[[RecordedCase], Json]) -> None:
    """Write a YAML file for each test file. Its name is the test file's, folders and all, in one word."""
    by_file: dict[str, list[Json]] = {}
    for case in cases:
        by_file.setdefault(case.case.file, []).append(told(case))
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in by_file.items():
        name = "__".join(part for part in Path(file).with_suffix("").parts if part not in ("/", "..", "."))
        (folder / f"{name}.yaml").write_text(block({"test_cases": content}), encoding="utf-8")


def _annotated(case: RecordedCase, rows: Sequence[Row]) -> Json:
    prompts = {row.step: row.example for row in rows if row.case == case.id and row.conversation == 0}
    steps: list[Json] = []
    for turn in case.turns:
        step: dict[str, Json] = {"user": turn.text, "stage": turn.stage, "llm_commands": _lines(turn.commands)}
        if turn.skipped is not None:
            step["skipped"] = turn.skipped
        if turn.number in prompts:
            step |= {"llm_prompt": prompts[turn.number].prompt, "completion": prompts[turn.number].completion}
        steps.append(step)
    told: dict[str, Json] = {"test_case": case.case.name, "passed": case.result.passed, "steps": steps}
    if case.result.failure is not None:
        told["expected"] = case.result.failure.expected
    return told


def _rephrasings(case: RecordedCase, made: Rephrased) -> Json:
    steps: list[Json] = []
    for turn in case.taught:
        passed: list[Json] = [
            {"user": one.text, "source": one.source, "llm_commands": _lines(one.commands)}
            for one in made.found.get(turn.number, ())
        ]
        refused: list[Json] = list(made.refused.get(turn.number, ()))
        steps.append({"user": turn.text, "passed_rephrasings": passed, "failed_rephrasings": refused})
    return {"test_case": case.case.name, "steps": steps}


def _described(row: Row) -> dict[str, Json]:
    return {
        "prompt": row.example.prompt,
        "completion": row.example.completion,
        "original_test_name": row.case,
        "conversation": row.conversation,
        "step": row.step,
        "original_user_utterance": row.original,
        "rephrased_user_utterance": row.text,
    }


def _lines(commands: Sequence[Command]) -> list[Json]:
    return [format_command(command) for command in commands]
