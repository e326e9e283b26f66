"""Trains a LoRA adapter for a small language model on commands: `python -m models.training.train_adapter --help`.

Needs the extra `train` (torch, transformers, peft). Turns of one assistant share the prompt's static prefix, and the
prefix is computed once for all of them: see `models.finetuning.shared_prefix`.

Resumable: the adapter and the optimiser are written every few minutes; the draw of step n depends on seed and n.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from dialogue.understanding.naming import short_names
from dialogue.understanding.prompt import caller_part, state_part, static_prefix
from dialogue.understanding.wording import write_commands
from models.finetuning.shared_prefix import Packed, SharedPrefix, common_length
from models.training.assistants import assistant_of, commands_of, situation_of
from models.training.domain_files import DomainData, read_domains
from models.training.phrases import read_phrases
from models.training.train_reader import HELD_OUT
from models.training.turn_maker import TurnMaker, merged

TURNS_A_STEP = 24
DRAWN_A_STEP = 34
"""Turns drawn for a step, of which those of like length are taken together: padding costs as much as words."""
MAX_TURN_TOKENS = 96

SHARED = SharedPrefix()


def pack(domains: Sequence[DomainData], tokenizer: Any, seed: str) -> Packed:
    """Draw the turns of one step."""
    rng = random.Random(seed)
    maker = TurnMaker(read_phrases_once(), rng)
    domain = rng.choice(domains)
    domain = merged(domain, rng.choice(domains), rng) if rng.random() < 0.35 else domain
    variant = maker.variant(maker.informed(domain) if rng.random() < 0.4 else domain)
    assistant = assistant_of(variant)
    naming = short_names(assistant)
    prefix = static_prefix(assistant, naming)
    rows: list[tuple[list[int], int]] = []
    while len(rows) < DRAWN_A_STEP:
        turn = maker.turn(variant)
        commands = commands_of(turn, variant) if turn.text.strip() else None
        if commands is None:
            continue
        state = state_part(situation_of(turn, variant, assistant), naming)
        prompt = tokenizer(prefix + state + caller_part(turn.text), add_special_tokens=False)["input_ids"]
        target = tokenizer(write_commands(commands, naming), add_special_tokens=False)["input_ids"]
        rows.append(([*prompt, *target], len(target)))
    shared = common_length([row for row, _ in rows])
    fitting = sorted((row for row in rows if len(row[0]) - shared <= MAX_TURN_TOKENS), key=lambda row: len(row[0]))
    first = rng.randint(0, max(0, len(fitting) - TURNS_A_STEP))
    kept = fitting[first : first + TURNS_A_STEP]
    return Packed(kept[0][0][:shared], [row[shared:] for row, _ in kept], [count for _, count in kept])


_PHRASES: list[Any] = []


def read_phrases_once() -> Any:
    if not _PHRASES:
        _PHRASES.append(read_phrases())
    return _PHRASES[0]


def loss_of(model: Any, packed: Packed) -> tuple[torch.Tensor, float, float]:
    """Mean loss of the target tokens, the share of them that is right, and of targets right as a whole."""
    loss = SHARED.loss(model, packed)
    return loss.mean, loss.right, loss.whole


def main() -> None:
    """Train until the steps are done or the minutes are over."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--base", type=Path, required=True, help="folder of the language model (transformers)")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--steps", type=int, default=900)
    options.add_argument("--minutes", type=float, default=90)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rate", type=float, default=4e-4)
    options.add_argument("--rank", type=int, default=16)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    taught = [domain for domain in read_domains() if domain.domain not in HELD_OUT]
    held = [domain for domain in read_domains() if domain.domain in HELD_OUT]
    tokenizer = AutoTokenizer.from_pretrained(given.base)
    base = AutoModelForCausalLM.from_pretrained(given.base, dtype=torch.bfloat16)
    SHARED.into(base)
    kept = given.out / "adapter"
    if (kept / "adapter_config.json").exists():
        model = PeftModel.from_pretrained(base, kept, is_trainable=True)
    else:
        lora = LoraConfig(r=given.rank, lora_alpha=2 * given.rank, target_modules="all-linear", task_type="CAUSAL_LM")
        model = get_peft_model(base, lora)
    for value in model.parameters():
        if value.requires_grad:
            value.data = value.data.float()
    taken = [value for value in model.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(taken, lr=given.rate, weight_decay=0.0, betas=(0.9, 0.98))
    progress = given.out / "progress.pt"
    step = done_tokens = prompt_tokens = turns = 0
    if progress.exists():
        state = torch.load(progress, weights_only=False)
        optimiser.load_state_dict(state["optimiser"])
        step, done_tokens, prompt_tokens, turns = (state[name] for name in ("step", "done", "prompts", "turns"))
    given.out.mkdir(parents=True, exist_ok=True)
    began = saved = time.monotonic()
    seen: list[tuple[float, float, float]] = []
    while step < given.steps and time.monotonic() - began < given.minutes * 60:
        for group in optimiser.param_groups:
            group["lr"] = (
                given.rate
                * min(1.0, (step + 1) / 25)
                * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / given.steps)))
            )
        packed = pack(taught, tokenizer, f"{given.seed}-{step}")
        with torch.autocast("cpu", torch.bfloat16):
            loss, right, whole = loss_of(model, packed)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(taken, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        step += 1
        turns += len(packed.tails)
        done_tokens += len(packed.prefix) + sum(map(len, packed.tails))
        prompt_tokens += packed.prompt_tokens
        seen.append((float(loss.detach()), right, whole))
        if step % 10 == 0:
            loss_mean, right, whole = (round(sum(column) / len(seen), 4) for column in zip(*seen, strict=True))
            told = {"step": step, "s": round(time.monotonic() - began), "loss": loss_mean, "right": right}
            told |= {"whole": whole, "turns": turns, "tokens": done_tokens, "prompt_tokens": prompt_tokens}
            print(json.dumps(told), flush=True)
            seen = []
        if step % 100 == 0:
            print(json.dumps({"step": step, "held_out": evaluate(model, held, tokenizer, 10)}), flush=True)
        if time.monotonic() - saved > 300 or step == given.steps:
            _save(model, kept, progress, optimiser, step, done_tokens, prompt_tokens, turns)
            saved = time.monotonic()
    _save(model, kept, progress, optimiser, step, done_tokens, prompt_tokens, turns)
    print(json.dumps({"step": step, "held_out": evaluate(model, held, tokenizer, 40)}), flush=True)


def evaluate(model: Any, domains: Sequence[DomainData], tokenizer: Any, packs: int) -> dict[str, float]:
    """Loss and share of whole answers right, with the right beginning given, on domains that were not taught."""
    rows = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for number in range(packs):
            loss, right, whole = loss_of(model, pack(domains, tokenizer, f"held-{number}"))
            rows.append((float(loss), right, whole))
    loss_mean, right, whole = (round(sum(column) / len(rows), 4) for column in zip(*rows, strict=True))
    return {"loss": loss_mean, "right": right, "whole": whole}


def _save(
    model: Any, kept: Path, progress: Path, optimiser: Any, step: int, done: int, prompts: int, turns: int
) -> None:
    model.save_pretrained(kept)
    part = progress.with_suffix(".part")
    torch.save(
        {"optimiser": optimiser.state_dict(), "step": step, "done": done, "prompts": prompts, "turns": turns}, part
    )
    part.replace(progress)


if __name__ == "__main__":
    main()
