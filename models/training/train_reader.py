"""Trains the reader on turns drawn from the training domains: `python -m models.training.train_reader --help`.

Needs the extra `train` (torch, transformers). Resumable: a checkpoint is written every few minutes and taken up
again; the draw of step n depends on the seed and n alone.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from transformers import AutoTokenizer, BertModel

from dialogue.understanding.reader.heads import ROLES
from models.training.domain_files import DomainData, read_domains
from models.training.phrases import read_phrases
from models.training.reader_batches import (
    DrawnFlows,
    Encoding,
    asked_types,
    draw_flows,
    slot_queries,
    value_texts,
    valued_slots,
)
from models.training.reader_net import ReaderNet
from models.training.turn_kinds import ACTS, Turn, Variant
from models.training.turn_maker import TurnMaker, merged

HELD_OUT = ("pharmacy", "theatre", "it_helpdesk", "moving_company", "gym")
"""Domains that no weight is trained on: thresholds are calibrated and progress is measured on them."""
TURNS_A_STEP = 96
CHUNKS = 4
RATES = (1e-4, 8e-4)
"""Learning rates of the encoder and of the heads."""


class Trainer:
    """One model, its optimiser, and the draw of turns."""

    def __init__(self, model: ReaderNet, tokenizer: Any, domains: Sequence[DomainData], seed: int) -> None:
        self.model = model
        self._encoding = Encoding(tokenizer)
        self._domains = list(domains)
        self._phrases = read_phrases()
        self._seed = seed

    def losses(self, step: int, domain: DomainData | None = None) -> tuple[torch.Tensor, dict[str, list[float]]]:
        """Draw the turns of one step, and how wrong the model is about each part of them."""
        rng = random.Random(f"{self._seed}-{step}")
        maker = TurnMaker(self._phrases, rng)
        if domain is None:
            domain = rng.choice(self._domains)
            domain = merged(domain, rng.choice(self._domains), rng) if rng.random() < 0.3 else domain
        variant = maker.variant(maker.informed(domain) if rng.random() < 0.4 else domain)
        turns = [maker.turn(variant) for _ in range(TURNS_A_STEP)]
        turns = sorted((turn for turn in turns if turn.text.strip()), key=lambda turn: len(turn.text))
        others = [domain for domain in self._domains if domain.domain != variant.domain.domain]
        drawn = draw_flows(variant, maker, others, rng)
        slot_names = list(variant.slot_texts)
        value_names, valued = value_texts(variant)
        ids, mask = self._encoding.texts([*drawn.texts, *variant.slot_texts.values(), *valued])
        made = self.model.embed(ids, mask)
        flows, rest = (made[: len(drawn.texts)], torch.tensor(drawn.owners)), made[len(drawn.texts) :]
        slots, values = rest[: len(slot_names)], rest[len(slot_names) :]
        total = torch.zeros(())
        seen: dict[str, list[float]] = {}
        size = math.ceil(len(turns) / CHUNKS)
        for first in range(0, len(turns), size):
            chunk = turns[first : first + size]
            parts = self._chunk(chunk, variant, drawn, flows, slot_names, slots, value_names, values, rng, seen)
            total = total + sum(parts, torch.zeros(())) * len(chunk) / len(turns)
        return total, seen

    def _chunk(
        self,
        turns: Sequence[Turn],
        variant: Variant,
        drawn: DrawnFlows,
        flows: tuple[torch.Tensor, torch.Tensor],
        slot_names: Sequence[str],
        slots: torch.Tensor,
        value_names: Sequence[tuple[str, str | bool]],
        values: torch.Tensor,
        rng: random.Random,
        seen: dict[str, list[float]],
    ) -> list[torch.Tensor]:
        model, tensors = self.model, self._encoding.turns(turns, variant)
        hidden, turn_vectors = model.read(tensors["ids"], tensors["mask"], tensors["words"])
        near = model.nearness(hidden, tensors["words"], turn_vectors, flows, drawn.shared(turns))
        asked = torch.stack(
            [slots[slot_names.index(turn.asked)] if turn.asked else torch.zeros(slots.shape[1]) for turn in turns]
        )
        active = torch.stack(
            [
                near[row, drawn.names.index(turn.active)] if turn.active else torch.zeros(())
                for row, turn in enumerate(turns)
            ]
        )
        acts = model.act_logits(hidden, turn_vectors, near, asked, active, asked_types(turns, variant))
        wanted = torch.tensor([[float(act in turn.acts) for act in ACTS] for turn in turns])
        losses = [functional.binary_cross_entropy_with_logits(acts, wanted) * 6]
        _count(seen, "acts", ((acts > 0) == (wanted > 0)).all(dim=1))

        logits = model.flow_logits(near)
        meant = torch.zeros_like(logits)
        for row, turn in enumerate(turns):
            if turn.flows:
                for flow in turn.flows:
                    meant[row, drawn.names.index(flow)] = 1 / len(turn.flows)
            else:
                meant[row, -1] = 1
        losses.append(functional.cross_entropy(logits, meant))
        is_start = torch.tensor([len(turn.flows) == 1 for turn in turns])
        if is_start.any():
            _count(seen, "flow", (logits[:, :-1].argmax(1) == meant[:, :-1].argmax(1))[is_start])
        losses += self._spans(turns, variant, tensors, hidden, slot_names, slots, rng, seen)
        losses += self._values(turns, variant, tensors, hidden, turn_vectors, value_names, values, seen)
        return losses

    def _spans(
        self,
        turns: Sequence[Turn],
        variant: Variant,
        tensors: Mapping[str, Any],
        hidden: torch.Tensor,
        slot_names: Sequence[str],
        slots: torch.Tensor,
        rng: random.Random,
        seen: dict[str, list[float]],
    ) -> list[torch.Tensor]:
        queries = [slot_queries(turn, variant, rng) for turn in turns]
        width = max(len(row) for row in queries)
        if width == 0:
            return []
        index = torch.zeros(len(turns), width, dtype=torch.long)
        roles = torch.zeros(len(turns), width, dtype=torch.long)
        real = torch.zeros(len(turns), width, dtype=torch.bool)
        wanted = torch.zeros(2, len(turns), width, dtype=torch.long)
        for row, listed in enumerate(queries):
            for column, (name, role) in enumerate(listed):
                index[row, column], roles[row, column] = slot_names.index(name), ROLES.index(role)
                real[row, column] = True
                place = tensors["places"][row].get(name, (0, 0))
                wanted[0, row, column], wanted[1, row, column] = place
        starts, ends = self.model.span_logits(hidden, tensors["words"], self.model.slot_queries(slots[index], roles))
        loss = functional.cross_entropy(starts[real], wanted[0][real]) + functional.cross_entropy(
            ends[real], wanted[1][real]
        )
        right = (starts.argmax(-1) == wanted[0]) & (ends.argmax(-1) == wanted[1])
        said = wanted[0] > 0
        _count(seen, "span_said", right[real & said])
        _count(seen, "span_none", right[real & ~said])
        _count(seen, "span_asked", right[real & said & (roles == 0)])
        return [loss * 1.5]

    def _values(
        self,
        turns: Sequence[Turn],
        variant: Variant,
        tensors: Mapping[str, Any],
        hidden: torch.Tensor,
        turn_vectors: torch.Tensor,
        value_names: Sequence[tuple[str, str | bool]],
        values: torch.Tensor,
        seen: dict[str, list[float]],
    ) -> list[torch.Tensor]:
        logits = self.model.value_logits(hidden, tensors["words"], turn_vectors, values) if value_names else None
        losses = []
        for row, turn in enumerate(turns):
            for name, unmeant in sorted(valued_slots(turn, variant).items()):
                own = [place for place, (slot, _) in enumerate(value_names) if slot == name]
                if not own or logits is None:
                    continue
                meant = turn.values.get(name)
                target = next((at for at, place in enumerate(own) if value_names[place][1] == meant), len(own))
                narrowed = torch.cat([logits[row, own], logits[row, -1:]])
                weight = unmeant if target == len(own) else 1.0
                losses.append(functional.cross_entropy(narrowed[None], torch.tensor([target])) * weight)
                kind = "answer" if variant.domain.slots[name].type == "bool" else "value"
                seen.setdefault(kind if target < len(own) else f"{kind}_none", []).append(
                    float(int(narrowed.argmax()) == target)
                )
        return [torch.stack(losses).sum() / len(turns)] if losses else []


def _count(seen: dict[str, list[float]], name: str, right: torch.Tensor) -> None:
    seen.setdefault(name, []).extend(right.float().tolist())


def evaluate(trainer: Trainer, domains: Sequence[DomainData], steps: int = 4) -> dict[str, float]:
    """Shares of right answers on domains, without learning."""
    trainer.model.eval()
    seen: dict[str, list[float]] = {}
    with torch.no_grad():
        for domain in domains:
            for step in range(steps):
                for name, values in trainer.losses(-1 - step, domain)[1].items():
                    seen.setdefault(name, []).extend(values)
    trainer.model.train()
    return {name: round(sum(values) / max(1, len(values)), 4) for name, values in sorted(seen.items())}


def main() -> None:
    """Train until the steps are done or the minutes are over."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--base", type=Path, required=True, help="folder of the sentence encoder (transformers)")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--steps", type=int, default=4000)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--init", type=Path, help="checkpoint whose weights to begin with")
    options.add_argument("--frozen-layers", type=int, default=0, help="first layers that stay as they are")
    options.add_argument("--everything", action="store_true", help="train on the held-out domains as well")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    every = read_domains()
    held = [domain for domain in every if domain.domain in HELD_OUT]
    taught = [domain for domain in every if given.everything or domain.domain not in HELD_OUT]
    tokenizer = AutoTokenizer.from_pretrained(given.base)
    model = ReaderNet(BertModel.from_pretrained(given.base, add_pooling_layer=False))
    model.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    if given.frozen_layers:
        model.encoder.embeddings.requires_grad_(False)
        model.encoder.encoder.layer[: given.frozen_layers].requires_grad_(False)
    if given.init is not None:
        model.take(torch.load(given.init, weights_only=False)["model"])
    trainer = Trainer(model, tokenizer, taught, given.seed)
    heads = [value for name, value in model.named_parameters() if not name.startswith("encoder.")]
    inner = [value for name, value in model.named_parameters() if name.startswith("encoder.") and value.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": inner, "lr": RATES[0]}, {"params": heads, "lr": RATES[1]}], weight_decay=0.01, betas=(0.9, 0.98)
    )

    def rate(step: int) -> float:
        return min(1.0, step / 150) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / given.steps))))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    given.out.mkdir(parents=True, exist_ok=True)
    checkpoint = given.out / "checkpoint.pt"
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        schedule.base_lrs = list(RATES)
        first = kept["step"]
    began, saved = time.monotonic(), time.monotonic()
    seen: dict[str, list[float]] = {}
    step = first
    while step < given.steps and time.monotonic() - began < given.minutes * 60:
        with torch.autocast("cpu", torch.bfloat16):
            loss, counts = trainer.losses(step)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        step += 1
        for name, values in {**counts, "loss": [float(loss.detach())]}.items():
            seen.setdefault(name, []).extend(values)
        if step % 50 == 0:
            told = {name: round(sum(values) / max(1, len(values)), 3) for name, values in sorted(seen.items())}
            print(json.dumps({"step": step, "s": round(time.monotonic() - began), **told}), flush=True)
            seen = {}
        if step % 500 == 0:
            print(json.dumps({"step": step, "held_out": evaluate(trainer, held)}), flush=True)
        if time.monotonic() - saved > 240:
            _save(checkpoint, model, optimiser, schedule, step)
            saved = time.monotonic()
    _save(checkpoint, model, optimiser, schedule, step)
    print(json.dumps({"step": step, "held_out": evaluate(trainer, held, 12)}), flush=True)


def _save(path: Path, model: ReaderNet, optimiser: Any, schedule: Any, step: int) -> None:
    part = path.with_suffix(".part")
    torch.save(
        {
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "step": step,
        },
        part,
    )
    part.replace(path)


if __name__ == "__main__":
    main()
