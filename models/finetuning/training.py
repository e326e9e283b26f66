"""Trains a LoRA adapter on examples, on the processor or a GPU, in pieces that can be resumed. Needs the extra `train`.

    out/adapter/        the adapter with the least loss on what was kept for checking: what `export` takes
    out/progress.pt     where the training stands: adapter, optimiser, step; replaced whole, every few minutes
    out/base/           the language model as a transformers folder, where it came as a GGUF file

A killed training goes on from `progress.pt`: the packs of each epoch depend on the data and the seed alone.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.finetuning.errors import DataUnusable, FineTuningFailed
from models.finetuning.examples import Example
from models.finetuning.plan import Row, packs_of, rows_of
from models.finetuning.shared_prefix import SharedPrefix, pack_rows

Device: TypeAlias = Literal["cpu", "cuda"]

ADAPTER, PROGRESS = "adapter", "progress.pt"
WARM_UP_STEPS = 25
"""At most; of a short training a tenth."""
LEAST_RATE = 0.05
"""Of the rate, at the end of its cosine."""
MAX_CHECKED_PACKS = 12
PATIENCE = 4
"""Checks in a row without a smaller loss, after which the training stops."""
LEAST_GAIN = 1e-3


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train. It ends with the epochs, the minutes, or the loss that shrinks no more."""

    epochs: float = 3.0
    minutes: float = 240.0
    rank: int = 16
    rate: float = 4e-4
    threads: int = 1
    device: Device = "cpu"
    seed: int = 1
    save_s: float = 180.0
    steps_a_check: int = 25


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands. `loss` is that of the step, `checked` what was kept for checking, when it was run."""

    step: int
    steps: int
    loss: float
    right: float
    whole: float
    tokens: int
    seconds: float
    checked: float | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training. `ended` says why it stopped."""

    adapter: Path
    step: int
    steps: int
    loss: float | None
    ended: Literal["epochs", "minutes", "no-gain"]
    too_long: int
    resumed_at: int


@dataclass(slots=True)
class _Standing:
    """What a checkpoint has beside the numbers of adapter and optimiser."""

    step: int = 0
    tokens: int = 0
    best: float = math.inf
    without_gain: int = 0


@dataclass(slots=True)
class _Trainer:
    model: Any
    attention: SharedPrefix
    optimiser: torch.optim.Optimizer
    options: TrainOptions
    rows: Sequence[Row]
    kept: Sequence[Row]
    out: Path
    key: str
    stands: _Standing = field(default_factory=_Standing)
    packs: list[list[int]] = field(default_factory=list)
    epoch: int = -1

    def pack_of(self, step: int) -> list[int]:
        """The rows of a step; every epoch has as many packs."""
        epoch, place = divmod(step, self.steps_an_epoch)
        if epoch != self.epoch:
            self.packs, self.epoch = packs_of(self.rows, f"{self.options.seed}-{epoch}"), epoch
        return self.packs[place % len(self.packs)]

    @property
    def steps_an_epoch(self) -> int:
        if not self.packs:
            self.packs, self.epoch = packs_of(self.rows, f"{self.options.seed}-0"), 0
        return len(self.packs)

    @property
    def taught(self) -> list[torch.nn.Parameter]:
        return [value for value in self.model.parameters() if value.requires_grad]

    def step(self, steps: int) -> tuple[float, float, float]:
        """Learn from one pack; return its loss and shares of tokens and answers right."""
        options, at = self.options, self.stands.step
        share = 0.5 * (1 + math.cos(math.pi * min(1.0, at / steps)))
        warm = min(WARM_UP_STEPS, max(1, steps // 10))
        rate = options.rate * min(1.0, (at + 1) / warm) * (LEAST_RATE + (1 - LEAST_RATE) * share)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        pack = pack_rows([self.rows[place] for place in self.pack_of(at)])
        with torch.autocast(options.device, torch.bfloat16):
            loss = self.attention.loss(self.model, pack)
        value = float(loss.mean.detach())
        if not math.isfinite(value):
            raise FineTuningFailed(f"step {at}: the loss is no number any more; train again with a lower --rate")
        loss.mean.backward()
        torch.nn.utils.clip_grad_norm_(self.taught, 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.stands.step += 1
        self.stands.tokens += pack.computed_tokens
        return value, loss.right, loss.whole

    def check(self) -> float | None:
        """Mean loss of the targets of what was kept for checking; notes whether it is the least so far."""
        if not self.kept:
            return None
        total, count = 0.0, 0
        with torch.no_grad(), torch.autocast(self.options.device, torch.bfloat16):
            for places in packs_of(self.kept, "check")[:MAX_CHECKED_PACKS]:
                pack = pack_rows([self.kept[place] for place in places])
                total += float(self.attention.loss(self.model, pack).mean) * sum(pack.targets)
                count += sum(pack.targets)
        loss = total / count
        if loss < self.stands.best - LEAST_GAIN:
            self.stands.best, self.stands.without_gain = loss, 0
            self.model.save_pretrained(self.out / ADAPTER)
        else:
            self.stands.without_gain += 1
        return loss

    def save(self) -> None:
        """Replace the checkpoint; without anything kept for checking, the adapter too."""
        stands = self.stands
        content = {
            "key": self.key,
            "adapter": get_peft_model_state_dict(self.model),
            "optimiser": self.optimiser.state_dict(),
            "stands": [stands.step, stands.tokens, stands.best, stands.without_gain],
        }
        part = self.out / f"{PROGRESS}.part"
        torch.save(content, part)
        part.replace(self.out / PROGRESS)
        if not self.kept:
            self.model.save_pretrained(self.out / ADAPTER)

    def resume(self) -> None:
        """Go on where the checkpoint stands, if there is one. Raises `DataUnusable` for one of other data."""
        place = self.out / PROGRESS
        if not place.is_file():
            return
        try:
            content = torch.load(place, map_location=self.options.device, weights_only=True)
            key, stands = content["key"], content["stands"]
        except (OSError, RuntimeError, ValueError, KeyError, EOFError) as problem:
            raise DataUnusable(
                f"{place}: no checkpoint of a training ({problem}); remove it to begin anew"
            ) from problem
        if key != self.key:
            raise DataUnusable(f"{place} is of other data, another model or rank; choose another --out, or remove it")
        set_peft_model_state_dict(self.model, content["adapter"])
        self.optimiser.load_state_dict(content["optimiser"])
        self.stands = _Standing(*stands)


def train(
    examples: Sequence[Example],
    kept: Sequence[Example],
    base: Path,
    out: Path,
    options: TrainOptions,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Trained:
    """Train an adapter, or go on with the training that is in `out`.

    Args:
        examples: what to learn from; `kept` what to check with.
        base: transformers folder of the language model.
        on_progress: told of each step.

    Raises:
        DataUnusable: nothing to learn from, or a checkpoint in `out` that is of other data.
        FineTuningFailed: the loss is no number any more, or the device is not there.
    """
    if options.device == "cuda" and not torch.cuda.is_available():
        raise FineTuningFailed("there is no GPU that torch can use; train with --device cpu")
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    trainer, too_long = _trainer(examples, kept, base, out, options)
    trainer.resume()
    stands, began, resumed_at = trainer.stands, time.monotonic(), trainer.stands.step
    steps = max(1, round(trainer.steps_an_epoch * options.epochs))
    saved = began
    while not (ended := _ended(stands, steps, time.monotonic() - began, options)):
        loss, right, whole = trainer.step(steps)
        is_last = stands.step >= steps or time.monotonic() - began >= options.minutes * 60
        checked = trainer.check() if stands.step % options.steps_a_check == 0 or is_last else None
        on_progress(Progress(stands.step, steps, loss, right, whole, stands.tokens, time.monotonic() - began, checked))
        if time.monotonic() - saved > options.save_s:
            trainer.save()
            saved = time.monotonic()
    trainer.save()
    best = stands.best if math.isfinite(stands.best) else None
    return Trained(out / ADAPTER, stands.step, steps, best, ended, too_long, resumed_at)


def _ended(
    stands: _Standing, steps: int, seconds: float, options: TrainOptions
) -> Literal["epochs", "minutes", "no-gain"] | None:
    if stands.without_gain >= PATIENCE:
        return "no-gain"
    if stands.step >= steps:
        return "epochs"
    return "minutes" if seconds >= options.minutes * 60 else None


def _trainer(
    examples: Sequence[Example], kept: Sequence[Example], base: Path, out: Path, options: TrainOptions
) -> tuple[_Trainer, int]:
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
        model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    except (OSError, ValueError, KeyError) as problem:
        raise DataUnusable(f"{base}: transformers cannot load this model ({problem})") from problem

    def tokenise(text: str) -> Sequence[int]:
        return list(tokenizer(text, add_special_tokens=False)["input_ids"])

    learnt, checked = rows_of(examples, tokenise), rows_of(kept, tokenise)
    if not learnt.rows:
        raise DataUnusable("every example is longer than a model can be asked with")
    attention = SharedPrefix()
    attention.into(model)
    torch.manual_seed(options.seed)
    lora = LoraConfig(r=options.rank, lora_alpha=2 * options.rank, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(model, lora).to(options.device)
    for value in model.parameters():
        if value.requires_grad:
            value.data = value.data.float()
    taught = [value for value in model.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(taught, lr=options.rate, weight_decay=0.0, betas=(0.9, 0.98))
    out.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(repr((learnt.rows, base.name, options.rank, options.seed)).encode()).hexdigest()
    trainer = _Trainer(model, attention, optimiser, options, learnt.rows, checked.rows, out, key)
    return trainer, learnt.too_long + checked.too_long
