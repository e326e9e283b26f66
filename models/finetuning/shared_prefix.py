"""Prompts that begin alike, learnt from together: the common prefix is computed once, and each turn sees only itself.

    prefix (P tokens) | turn 1 | turn 2 | ... | turn n        each turn padded to T tokens, loss on its commands

Turns of one assistant share its flows and slots, which are nine tenths of a prompt. In attention each turn sees the
prefix and itself and no other turn, at the positions that it would have alone. So a step costs about a sixth of what
its prompts would cost one by one, and its loss and gradient are the same. Needs the extra `train`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

NAME = "shared_prefix"
"""What transformers calls this attention."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Prompts of one assistant that share their first tokens. `tails` are what follows, `targets` how many of the
    last tokens of each are what the model is to write."""

    prefix: list[int]
    tails: list[list[int]]
    targets: list[int]

    @property
    def prompt_tokens(self) -> int:
        """Tokens of the prompts and answers, each counted on its own."""
        return sum(len(self.prefix) + len(tail) for tail in self.tails)

    @property
    def computed_tokens(self) -> int:
        """Tokens of the prefix and the tails, padding not counted."""
        return len(self.prefix) + sum(map(len, self.tails))


@dataclass(frozen=True, slots=True)
class Loss:
    """Of one pack: mean loss of the target tokens, the share of them that is right, and of whole answers right."""

    mean: torch.Tensor
    right: float
    whole: float


def pack_rows(rows: Sequence[tuple[Sequence[int], int]]) -> Packed:
    """Put rows together. A row is the tokens of prompt and answer, and how many of the last ones are the answer."""
    tokens = [list(row) for row, _ in rows]
    # The token before the first of an answer must be the turn's own: there the model says what comes next.
    most = min(len(row) - count for row, count in rows) - 1
    shared = max(0, min(common_length(tokens), most))
    return Packed(tokens[0][:shared], [row[shared:] for row in tokens], [count for _, count in rows])


def common_length(rows: Sequence[list[int]]) -> int:
    """How many first tokens all rows share."""
    least, most = min(rows), max(rows)
    count = 0
    while count < min(len(least), len(most)) and least[count] == most[count]:
        count += 1
    return count


class SharedPrefix:
    """Attention in which turns see the prefix and themselves. One for each model: `into` puts it there."""

    def __init__(self) -> None:
        self._prefix = 0
        self._turns = 0

    def into(self, model: Any) -> None:
        """Have a transformers model use this attention from now on."""
        ALL_ATTENTION_FUNCTIONS[NAME] = self
        model.config._attn_implementation = NAME

    def loss(self, model: Any, packed: Packed) -> Loss:
        """Run a causal model of transformers, with a PEFT adapter or without, and tell its loss on the targets."""
        length = max(len(tail) for tail in packed.tails)
        at = len(packed.prefix)
        ids, places = list(packed.prefix), list(range(at))
        for tail in packed.tails:
            ids += tail + [0] * (length - len(tail))
            places += list(range(at, at + length))
        self._prefix, self._turns = at, len(packed.tails)
        inner = getattr(model.base_model, "model", model) if hasattr(model, "peft_config") else model
        device = inner.lm_head.weight.device
        hidden = inner.model(
            input_ids=torch.tensor([ids], device=device),
            position_ids=torch.tensor([places], device=device),
            use_cache=False,
        ).last_hidden_state[0]
        rows, wanted, owners = _places_of_targets(packed, length)
        logits = inner.lm_head(hidden[rows]).float()
        target = torch.tensor(wanted, device=device)
        right = (logits.argmax(-1) == target).float()
        whole = torch.ones(len(packed.tails), device=device)
        whole = whole.scatter_reduce(0, torch.tensor(owners, device=device), right, "amin")
        return Loss(functional.cross_entropy(logits, target), float(right.mean()), float(whole.mean()))

    def __call__(
        self, _module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, _mask: Any, **options: Any
    ) -> tuple[torch.Tensor, None]:
        """Attention as transformers calls it: [1, heads, tokens, width] in, [1, tokens, heads, width] out."""
        scale = options.get("scaling")
        groups = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
        at, n = self._prefix, self._turns
        heads, width = query.shape[1], query.shape[3]
        length = (query.shape[2] - at) // n

        def apart(x: torch.Tensor) -> torch.Tensor:
            return x[0, :, at:].reshape(heads, n, length, width).transpose(0, 1)

        def with_prefix(x: torch.Tensor) -> torch.Tensor:
            return torch.cat([x[:, :, :at].expand(n, heads, at, width), apart(x)], dim=2)

        seen = torch.ones(length, length, dtype=torch.bool, device=query.device).tril()
        seen = torch.cat([torch.ones(length, at, dtype=torch.bool, device=query.device), seen], dim=1)
        rest = functional.scaled_dot_product_attention(
            apart(query), with_prefix(key), with_prefix(value), attn_mask=seen, scale=scale
        )
        joined = rest.transpose(0, 1).reshape(1, heads, n * length, width)
        if at:
            first = functional.scaled_dot_product_attention(
                query[:, :, :at], key[:, :, :at], value[:, :, :at], is_causal=True, scale=scale
            )
            joined = torch.cat([first, joined], dim=2)
        return joined.transpose(1, 2).contiguous(), None


def _places_of_targets(packed: Packed, length: int) -> tuple[list[int], list[int], list[int]]:
    """Where the model says each target token, that token, and the number of the turn it belongs to."""
    rows, wanted, owners = [], [], []
    for number, (tail, count) in enumerate(zip(packed.tails, packed.targets, strict=True)):
        for place in range(len(tail) - count, len(tail)):
            rows.append(len(packed.prefix) + number * length + place - 1)
            wanted.append(tail[place])
            owners.append(number)
    return rows, wanted, owners
