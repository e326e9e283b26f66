"""Answers from documents: how many questions are answered rightly, what is answered that should not be, and how fast.

    python -m tests.bench.knowledge [--fit] [--passages N] [--json]

The questions of `tests/dialogue/knowledge/questions` were written by hand, six sets of documents with some twenty-six
questions each, a third of which the documents do not answer. The calibration of `dialogue.knowledge.relevancy` was
fitted on the sets of `TUNING` alone; `--fit` does so again. The others are what is reported. With `--passages` made-up
documents of so many passages are indexed with random vectors, and the time of a query is taken without the encoder's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dialogue.knowledge.extracting import extracted
from dialogue.knowledge.index import Index, build_index
from dialogue.knowledge.lexicon import build_lexicon
from dialogue.knowledge.passages import Found, Passage
from dialogue.knowledge.relevancy import THRESHOLD
from dialogue.ports import SentenceEncoder
from flows.findings import Findings
from flows.source import read_yaml

QUESTIONS = Path(__file__).parents[1] / "dialogue" / "knowledge" / "questions"
TUNING = ("hotel", "power", "shop")
REPORTED = ("library", "museum", "gym")
DIMENSIONS = 384


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, what was found for it, and what its answer must contain; None where there is no answer."""

    question: str
    expected: str | None
    found: Found
    bm25: float

    @property
    def is_said(self) -> bool:
        return (self.found.score or 0.0) >= THRESHOLD

    @property
    def is_passage_right(self) -> bool:
        return self.expected is not None and self.expected in self.found.passage.content

    @property
    def is_answer_right(self) -> bool:
        return self.expected is not None and self.expected in extracted(self.found).text


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the questions of some sets."""

    answerable: int
    right_passage_first: int
    said_rightly: int
    said_wrongly: int
    left_unanswered: int
    unanswerable: int
    said_although: int


async def ask_all(sets: Sequence[str], encoder: SentenceEncoder | None) -> list[Asked]:
    """Ask the questions of some sets, with an encoder or by words alone."""
    asked: list[Asked] = []
    for name in sets:
        index = await build_index(QUESTIONS / name / "docs", encoder)
        for entry in questions_of(name):
            question = str(entry["ask"])
            vector = None if encoder is None else (await encoder.encode([question]))[0]
            found = index.rank(question, vector, 1)[0]
            bm25 = float(index.lexicon.look_up(question)[0][index.passages.index(found.passage)])
            asked.append(Asked(question, entry.get("expect"), found, bm25))
    return asked


def questions_of(name: str) -> list[dict[str, Any]]:
    """Read the questions of one set."""
    value = read_yaml((QUESTIONS / name / "questions.yml").read_text(encoding="utf-8"), name, Findings())
    assert value is not None
    listed: list[dict[str, Any]] = value.plain()
    return listed


def tallied(asked: Sequence[Asked]) -> Tally:
    """Count what became of questions."""
    answerable = [one for one in asked if one.expected is not None]
    others = [one for one in asked if one.expected is None]
    return Tally(
        answerable=len(answerable),
        right_passage_first=sum(one.is_passage_right for one in answerable),
        said_rightly=sum(one.is_said and one.is_answer_right for one in answerable),
        said_wrongly=sum(one.is_said and not one.is_answer_right for one in answerable),
        left_unanswered=sum(not one.is_said for one in answerable),
        unanswerable=len(others),
        said_although=sum(one.is_said for one in others),
    )


def fitted(asked: Sequence[Asked], *, has_encoder: bool) -> dict[str, float]:
    """Fit the weights of a calibration by logistic regression, lightly regularised."""
    names = ("similarity", "coverage") if has_encoder else ("coverage", "bm25")
    rows = [{"similarity": one.found.similarity, "coverage": one.found.coverage, "bm25": one.bm25} for one in asked]
    given = np.array([[row[name] for name in names] for row in rows])
    wanted = np.array([one.is_passage_right for one in asked], float)
    mean, spread = given.mean(axis=0), given.std(axis=0) + 1e-9
    scaled = (given - mean) / spread
    weights, constant = np.zeros(len(names)), 0.0
    for _ in range(20_000):
        off = 1 / (1 + np.exp(-(scaled @ weights + constant))) - wanted
        weights -= 0.5 * (scaled.T @ off / len(off) + 0.02 * weights)
        constant -= 0.5 * off.mean()
    weights = weights / spread
    return dict(zip(names, weights.tolist(), strict=True)) | {"constant": float(constant - weights @ mean)}


def made_up_index(n_passages: int, seed: int = 0) -> Index:
    """Return an index of made-up passages of four sentences, with random vectors."""
    random = np.random.default_rng(seed)
    words = np.array(
        [f"{a}{b}{c}" for a in ("ba", "co", "du", "fi", "ge", "ha") for b in "lmnrst" for c in "aeiou" for _ in "x"]
    )
    words = np.array([first + second for first in words for second in words[:60]])
    ranks = np.minimum(random.zipf(1.3, size=(n_passages, 4, 14)), len(words)) - 1
    passages = tuple(
        Passage(f"file{index // 20}.md", f"Part {index}", tuple(" ".join(words[row]) + "." for row in rows))
        for index, rows in enumerate(ranks)
    )
    vectors = unit(random.standard_normal((5 * n_passages, DIMENSIONS), np.float32))
    return Index("made up", passages, build_lexicon([one.text for one in passages]), vectors)


def unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Give vectors the length one."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def query_ms(index: Index, n_queries: int = 40) -> tuple[list[float], list[float]]:
    """Return how long queries of eight words took, by the clock and of the processor, in milliseconds, sorted."""
    random = np.random.default_rng(1)
    wall, cpu = [], []
    for number in range(n_queries):
        question = " ".join(index.passages[number * 7 % len(index.passages)].text.split()[:8])
        vector = unit(random.standard_normal(DIMENSIONS, np.float32))
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        index.rank(question, vector, 5)
        wall.append(1000 * (time.perf_counter() - began_s))
        cpu.append(1000 * (time.process_time() - began_cpu_s))
    return sorted(wall), sorted(cpu)


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure everything that was asked for."""
    from models.cache import ModelCache
    from models.encoder import MiniLmEncoder

    encoder = MiniLmEncoder.from_cache(ModelCache())
    result: dict[str, Any] = {}
    for kind, used in (("encoder", encoder), ("words", None)):
        tuning, reported = await ask_all(TUNING, used), await ask_all(REPORTED, used)
        result[kind] = {"tuning": asdict(tallied(tuning)), "reported": asdict(tallied(reported))}
        if arguments.fit:
            result[kind]["fitted"] = fitted(tuning, has_encoder=used is not None)
    if arguments.passages:
        wall, cpu = query_ms(made_up_index(arguments.passages))
        result["query_ms"] = {
            "passages": arguments.passages,
            "p50": wall[len(wall) // 2],
            "p95": wall[-(len(wall) // 20) - 1],
            "cpu_p50": cpu[len(cpu) // 2],
        }
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="fit the calibration again, on the tuning sets")
    parser.add_argument("--passages", type=int, default=0, help="time queries on so many made-up passages")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    result = asyncio.run(measure(arguments))
    if arguments.json:
        print(json.dumps(result, indent=2))
        return
    for kind, told in result.items():
        print(kind)
        for name, value in told.items():
            print(f"  {name}: {value}")


if __name__ == "__main__":
    main()
