"""Trains the close reader: `python -m models.training.train_close_reader --help`.

Needs the extra `train` (torch, transformers). Resumable: a checkpoint of what is trained, some 40 MB, is written
every few minutes and taken up again; the draw of step n depends on the seed and n alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer as FastTokenizer
from torch.nn import functional
from transformers import MPNetModel

from dialogue.understanding.close_reader.page import FLOW_KINDS, SLOT_KINDS, page_of
from models.reader import ReaderModel
from models.training.close_batches import Lesson, lesson, tensors
from models.training.close_net import CloseNet
from models.training.domain_files import DomainData, read_domains
from models.training.phrases import read_phrases
from models.training.reader_batches import draw_flows
from models.training.train_reader import HELD_OUT
from models.training.turn_kinds import ACTS, Turn
from models.training.turn_maker import TurnMaker, merged

TURNS_A_STEP = 48
TOKENS_A_PASS = 2600
RATES = (4e-4, 1e-3)
"""Learning rates of the differences and of the heads."""
WARM_UP = 80


class Words:
    """The encoder's tokenizer, as pages need it."""

    def __init__(self, folder: Path) -> None:
        self._made = FastTokenizer.from_file(str(folder / "tokenizer.json"))
        self._made.no_padding()
        self._made.no_truncation()

    def tokens(self, text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        """Return ids and places."""
        made = self._made.encode(text, add_special_tokens=False)
        return made.ids, made.offsets


class CloseTrainer:
    """One model and the draw of what it learns from."""

    def __init__(self, model: CloseNet, words: Words, reader: ReaderModel, domains: Sequence[DomainData], seed: int):
        self.model = model
        self.words = words
        self._reader = reader
        self._domains = list(domains)
        self._phrases = read_phrases()
        self._seed = seed

    def lessons(self, step: int, domain: DomainData | None = None) -> list[Lesson]:
        """Draw an assistant, turns with it, and what each is read beside: what the reader finds near."""
        rng = random.Random(f"close-{self._seed}-{step}")
        maker = TurnMaker(self._phrases, rng)
        if domain is None:
            domain = rng.choice(self._domains)
            domain = merged(domain, rng.choice(self._domains), rng) if rng.random() < 0.3 else domain
        variant = maker.variant(maker.informed(domain) if rng.random() < 0.4 else domain)
        turns = [turn for turn in (maker.turn(variant) for _ in range(TURNS_A_STEP)) if turn.text.strip()]
        others = [other for other in self._domains if other.domain != variant.domain.domain]
        drawn = draw_flows(variant, maker, others, rng)
        names, texts = drawn.names, drawn.texts[: len(drawn.names)]
        near = drawn.shared(turns).numpy() + asyncio.run(self._nearness(turns, variant.slot_texts, texts))
        made = []
        for row, turn in zip(near, turns, strict=True):
            order = sorted(range(len(names)), key=lambda at: -row[at])
            made.append(lesson(turn, variant, [(names[at], texts[at]) for at in order], rng))
        return made

    async def _nearness(self, turns: Sequence[Turn], asked: Any, texts: Sequence[str]) -> Any:
        flows = await self._reader.encode(texts)
        read = [await self._reader.read(asked[turn.asked] if turn.asked else "", turn.text) for turn in turns]
        return np.stack([self._reader.heads.nearness(one, flows) for one in read])

    def passes(self, lessons: Sequence[Lesson]) -> Iterator[list[Lesson]]:
        """Lessons of like length together, as many as a pass of tokens takes."""
        sized = sorted(((len(page_of(one.page, self.words).ids), at) for at, one in enumerate(lessons)))
        chunk: list[Lesson] = []
        for size, at in sized:
            if chunk and size * (len(chunk) + 1) > TOKENS_A_PASS:
                yield chunk
                chunk = []
            chunk.append(lessons[at])
        if chunk:
            yield chunk

    def losses(self, lessons: Sequence[Lesson], seen: dict[str, list[float]]) -> torch.Tensor:
        """How wrong the model is about some lessons, summed; counts go to `seen`."""
        made = tensors(lessons, self.words)
        hidden = self.model.read(made["ids"], made["mask"])
        total = torch.zeros(())
        queries: list[tuple[int, torch.Tensor, str, tuple[int, int]]] = []
        said: list[torch.Tensor] = []
        for row, (one, page) in enumerate(zip(lessons, made["pages"], strict=True)):
            own = hidden[row]
            words = own[page.first : page.first + len(page.places)].mean(0)
            said.append(words)
            vectors = [(own[first] + own[first:end].mean(0)) / 2 for first, end in page.stretches]
            items = list(zip(page.items, vectors, strict=True))
            flows = [(item, vector) for item, vector in items if item.kind in FLOW_KINDS]
            if one.has_flows and flows:
                total = total + self._flows(one, own[0], words, flows, seen)
            for item, vector in items:
                if item.kind not in SLOT_KINDS:
                    continue
                if item.type == "bool":
                    total = total + self._answer(one, vector, item.name, seen)
                    continue
                queries.append((row, vector, item.kind, _tokens_of(one, item.name, page)))
                choices = [(other, its) for other, its in items if other.kind == "choice" and other.slot == item.name]
                if choices:
                    total = total + self._choice(one, words, vector, choices, item.name, seen)
        total = total + self._acts(lessons, hidden[:, 0], torch.stack(said), seen)
        return total + self._spans(hidden, made["words"], queries, seen) if queries else total

    def _acts(
        self, lessons: Sequence[Lesson], first: torch.Tensor, words: torch.Tensor, seen: dict[str, list[float]]
    ) -> torch.Tensor:
        wanted = torch.tensor([[float(act in one.acts) for act in ACTS] for one in lessons])
        logits = self.model.acts(first, words)
        weights = torch.tensor([1.0 if one.has_flows else 0.3 for one in lessons])
        right = ((logits > 0) == (wanted > 0)).all(dim=1)
        for one, is_right in zip(lessons, right.tolist(), strict=True):
            if one.has_flows:
                seen.setdefault("acts", []).append(float(is_right))
        raw = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").sum(dim=1)
        return (raw * weights).sum() * 0.6

    def _flows(
        self, one: Lesson, first: torch.Tensor, words: torch.Tensor, flows: Sequence[Any], seen: dict[str, list[float]]
    ) -> torch.Tensor:
        logits = self.model.flows(torch.stack([vector for _, vector in flows]), words, first)
        meant = torch.tensor([float(item.name in one.flows) for item, _ in flows] + [float(not one.flows)])
        if len(one.flows) == 1:
            right = int(logits[:-1].argmax()) == int(meant[:-1].argmax())
            seen.setdefault("flow", []).append(float(right))
        return functional.cross_entropy(logits[None], meant[None] / meant.sum())

    def _answer(self, one: Lesson, vector: torch.Tensor, name: str, seen: dict[str, list[float]]) -> torch.Tensor:
        meant = one.values.get(name)
        target = 0 if meant is None else 1 if meant else 2
        logits = self.model.answer(vector)
        weight = one.weights.get(name, 1.0) if target == 0 else 1.0
        seen.setdefault(f"answer{'' if target else '_none'}", []).append(float(int(logits.argmax()) == target))
        return functional.cross_entropy(logits[None], torch.tensor([target])) * weight

    def _choice(
        self,
        one: Lesson,
        words: torch.Tensor,
        slot: torch.Tensor,
        choices: Sequence[Any],
        name: str,
        seen: dict[str, list[float]],
    ) -> torch.Tensor:
        logits = self.model.choices(torch.stack([vector for _, vector in choices]), words, slot)
        meant = one.values.get(name)
        target = next((row for row, (item, _) in enumerate(choices) if item.name == meant), len(choices))
        if meant is not None and target == len(choices):
            return torch.zeros(())  # it found no room on the page
        weight = one.weights.get(name, 1.0) if meant is None else 1.0
        seen.setdefault(f"value{'' if meant is not None else '_none'}", []).append(
            float(int(logits.argmax()) == target)
        )
        return functional.cross_entropy(logits[None], torch.tensor([target])) * weight

    def _spans(
        self, hidden: torch.Tensor, words: torch.Tensor, queries: Sequence[Any], seen: dict[str, list[float]]
    ) -> torch.Tensor:
        rows = sorted({row for row, *_ in queries})
        width = max(sum(1 for query in queries if query[0] == row) for row in rows)
        items = torch.zeros(len(rows), width, hidden.shape[2])
        wanted = torch.zeros(2, len(rows), width, dtype=torch.long)
        real = torch.zeros(len(rows), width, dtype=torch.bool)
        kinds: list[list[str]] = [[] for _ in rows]
        for row, vector, kind, place in queries:
            line, column = rows.index(row), len(kinds[rows.index(row)])
            kinds[line].append(kind)
            items[line, column] = vector
            real[line, column] = True
            wanted[0, line, column], wanted[1, line, column] = place
        sides = self.model.spans(hidden[rows], words[rows], items)
        loss = torch.zeros(())
        for side in (0, 1):
            loss = loss + functional.cross_entropy(sides[side][real], wanted[side][real], reduction="sum")
        right = (sides[0].argmax(-1) == wanted[0]) & (sides[1].argmax(-1) == wanted[1])
        for line, listed in enumerate(kinds):
            for column, kind in enumerate(listed):
                said = int(wanted[0, line, column]) > 0
                name = f"span_{kind}" if said else "span_none"
                seen.setdefault(name, []).append(float(right[line, column]))
        return loss * 0.75


def _tokens_of(one: Lesson, name: str, page: Any) -> tuple[int, int]:
    span = one.spans.get(name)
    if span is None:
        return 0, 0
    inside = [at for at, (start, end) in enumerate(page.places) if start < span[1] and end > span[0]]
    return (inside[0] + page.first, inside[-1] + page.first) if inside else (0, 0)


def evaluate(trainer: CloseTrainer, domains: Sequence[DomainData], steps: int) -> dict[str, float]:
    """Shares of right answers on domains, without learning."""
    seen: dict[str, list[float]] = {}
    with torch.no_grad():
        for domain in domains:
            for step in range(steps):
                for chunk in trainer.passes(trainer.lessons(-1 - step, domain)):
                    trainer.losses(chunk, seen)
    return {name: round(sum(values) / max(1, len(values)), 4) for name, values in sorted(seen.items())}


def main() -> None:
    """Train until the steps are done or the minutes are over."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--base", type=Path, required=True, help="folder of all-mpnet-base-v2 (transformers)")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--steps", type=int, default=6000)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--frozen-layers", type=int, default=2, help="first layers that stay as they are")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    every = read_domains()
    held = [domain for domain in every if domain.domain in HELD_OUT]
    taught = [domain for domain in every if domain.domain not in HELD_OUT]
    encoder = MPNetModel.from_pretrained(given.base, add_pooling_layer=False, dtype=torch.bfloat16)
    model = CloseNet(encoder.eval(), frozen_layers=given.frozen_layers)
    trainer = CloseTrainer(model, Words(given.base), ReaderModel(), taught, given.seed)
    inner = [value for _, part in model.differences() for value in (part.down, part.up)]
    optimiser = torch.optim.AdamW(
        [{"params": inner, "lr": RATES[0]}, {"params": [value for _, value in model.heads()], "lr": RATES[1]}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )

    def rate(step: int) -> float:
        return min(1.0, step / WARM_UP) * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / given.steps))))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    given.out.mkdir(parents=True, exist_ok=True)
    checkpoint = given.out / "checkpoint.pt"
    step = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(kept["model"], strict=False)
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        step = kept["step"]
    began = saved = time.monotonic()
    seen: dict[str, list[float]] = {}
    while step < given.steps and time.monotonic() - began < given.minutes * 60:
        lessons = trainer.lessons(step)
        for chunk in trainer.passes(lessons):
            loss = trainer.losses(chunk, seen) / len(lessons)
            loss.backward()
            seen.setdefault("loss", []).append(float(loss.detach()) * len(lessons) / len(chunk))
        torch.nn.utils.clip_grad_norm_([*inner, *(value for _, value in model.heads())], 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        step += 1
        if step % 25 == 0:
            told = {name: round(sum(values) / max(1, len(values)), 3) for name, values in sorted(seen.items())}
            print(json.dumps({"step": step, "s": round(time.monotonic() - began), **told}), flush=True)
            seen = {}
        if step % 200 == 0:
            print(json.dumps({"step": step, "held_out": evaluate(trainer, held, 2)}), flush=True)
        if time.monotonic() - saved > 240:
            _save(checkpoint, model, optimiser, schedule, step)
            saved = time.monotonic()
    _save(checkpoint, model, optimiser, schedule, step)
    print(json.dumps({"step": step, "held_out": evaluate(trainer, held, 6)}), flush=True)


def _save(path: Path, model: CloseNet, optimiser: Any, schedule: Any, step: int) -> None:
    part = path.with_suffix(".part")
    torch.save(
        {
            "model": model.trained(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "step": step,
        },
        part,
    )
    part.replace(path)


if __name__ == "__main__":
    main()
