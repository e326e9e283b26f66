"""`finetune prepare`: from passing tests to examples, in a folder that shows each step.

1_command_annotations/    the tests, with prompt and commands of each turn
2_rephrasings/            other words for each turn, and those that were refused
3_llm_finetune_data/      llm_ft_data.jsonl: every example, and where it comes from
4_train_test_split/       e2e_tests/{train,test}.yml, ft_splits/{train,test}.jsonl
params.yaml, result_summary.yaml
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dialogue.testing.case import Suite
from dialogue.testing.commands_file import Turns
from dialogue.testing.runner import Bench
from dialogue.testing.yaml_text import block
from dialogue.understanding.naming import real_names, short_names
from flows.commands import Json
from models.finetuning.errors import DataUnusable
from models.finetuning.examples import Format
from models.finetuning.model_rephrasing import ModelRephraser
from models.finetuning.prepared_folder import PARAMS, check_folder, write_folder
from models.finetuning.recording import Prompts, RecordedCase, record_case
from models.finetuning.rephrasing import Rephrase, rephrases
from models.finetuning.splitting import Row, Split, kinds_of, recombined, split
from models.training.phrases import Phrases, read_phrases

MAX_REPHRASES = 49
"""As the format has it."""


@dataclass(frozen=True, slots=True)
class PrepareOptions:
    """How to prepare. `naming`: aliases, which our own adapter is trained for, or the names of the files."""

    rephrases: int = 10
    train_share: float = 0.8
    kind: Format = "instruction"
    naming: Literal["short", "real"] = "short"
    seed: int = 1

    def to_json(self) -> dict[str, Json]:
        return {
            "num_rephrases": self.rephrases,
            "train_frac": self.train_share,
            "output_format": self.kind,
            "naming": self.naming,
            "seed": self.seed,
        }


@dataclass(slots=True)
class Rephrased:
    """Rephrases of the turns of one case, by number of the turn; `refused` are texts that mean something else."""

    found: dict[int, list[Rephrase]] = field(default_factory=dict)
    refused: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of it."""

    folder: Path
    cases: int
    passed: int
    turns: int
    skipped: Mapping[str, int]
    rephrases: Mapping[str, int]
    train: int
    test: int
    repeated: int
    kinds: Mapping[str, int]

    def to_json(self) -> dict[str, Json]:
        """The result summary; the folder is not part of it, so that two runs are byte for byte the same."""
        return {
            "cases": self.cases,
            "passed": self.passed,
            "turns": self.turns,
            "skipped_turns": dict(self.skipped),
            "rephrases": dict(self.rephrases),
            "train": self.train,
            "test": self.test,
            "left_out_of_test": self.repeated,
            "commands": dict(self.kinds),
        }


async def prepare(
    suite: Suite,
    bench: Bench,
    out: Path,
    options: PrepareOptions,
    *,
    recorded: Mapping[str, Turns] | None = None,
    rephraser: ModelRephraser | None = None,
    on_case: Callable[[RecordedCase], None] = lambda _: None,
) -> Prepared:
    """Prepare data in the folder `out`.

    Args:
        bench: what the tests run with.
        recorded: commands that are the truth, instead of the understanding of `bench`.
        rephraser: a language model that rephrases, beside the phrases.

    Raises:
        DataUnusable: no test passed, no turn teaches anything, or `out` is a folder of something else.
    """
    check_folder(out)
    assistant = bench.assistant
    prompts = Prompts(assistant, short_names(assistant) if options.naming == "short" else real_names(assistant))
    cases: list[RecordedCase] = []
    for case in suite.cases:
        cases.append(await record_case(case, bench, prompts, recorded))
        on_case(cases[-1])
    taught = [case for case in cases if case.taught]
    if not taught:
        raise DataUnusable(_nothing_to_learn(cases))
    phrases = read_phrases()
    rephrased = {case.id: await _rephrased(case, options, phrases, rephraser) for case in taught}
    rows = [row for case in taught for row in recombined(case, rephrased[case.id].found, options.rephrases, prompts)]
    parts = split(taught, rows, options.train_share, options.seed)
    result = _counted(out, cases, rephrased, rows, parts)
    write_folder(out, cases, rephrased, rows, parts, options.kind)
    _write_yaml(out, options, result)
    return result


async def _rephrased(
    case: RecordedCase, options: PrepareOptions, phrases: Phrases, rephraser: ModelRephraser | None
) -> Rephrased:
    made = Rephrased()
    for turn in case.taught:
        rng = random.Random(f"{options.seed}-{case.id}-{turn.number}")
        found: list[Rephrase] = []
        if rephraser is not None and options.rephrases:
            checked = await rephraser.rephrases(turn, (options.rephrases + 1) // 2)
            found += checked.passed
            made.refused[turn.number] = checked.failed
        known = {one.text for one in found}
        drawn = rephrases(turn, options.rephrases, phrases, rng)
        found += [one for one in drawn if one.text not in known]
        made.found[turn.number] = found[: options.rephrases]
    return made


def _counted(
    out: Path, cases: Sequence[RecordedCase], rephrased: Mapping[str, Rephrased], rows: Sequence[Row], parts: Split
) -> Prepared:
    passed = [case for case in cases if case.result.passed]
    skipped = Counter(turn.skipped for case in passed for turn in case.turns if turn.skipped)
    made = [one.source for each in rephrased.values() for found in each.found.values() for one in found]
    refused = sum(len(texts) for each in rephrased.values() for texts in each.refused.values())
    return Prepared(
        out,
        cases=len(cases),
        passed=len(passed),
        turns=sum(len(case.taught) for case in cases),
        skipped=dict(sorted(skipped.items())),
        rephrases={**dict(sorted(Counter(made).items())), "refused": refused},
        train=len(parts.train),
        test=len(parts.test),
        repeated=parts.repeated,
        kinds=dict(sorted(Counter(kind for row in rows for kind in kinds_of(row.commands)).items())),
    )


def _write_yaml(out: Path, options: PrepareOptions, result: Prepared) -> None:
    (out / "result_summary.yaml").write_text(block(result.to_json()), encoding="utf-8")
    (out / PARAMS).write_text(block(options.to_json()), encoding="utf-8")


def _nothing_to_learn(cases: Sequence[RecordedCase]) -> str:
    if not cases:
        return "there is no test: write end-to-end tests first, or name their files"
    failed = [case for case in cases if not case.result.passed]
    if len(failed) == len(cases):
        named = failed[0].result
        why = "" if named.failure is None else f": expected {named.failure.expected}"
        return f"none of {len(cases)} tests passed, and only passing ones teach; first {named.file}::{named.name}{why}"
    return "no turn of the passing tests teaches a model anything: they are payloads, or yes and no"
