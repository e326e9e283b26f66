"""The close reader's network: a larger encoder reads a turn together with the flows, slots and choices it may mean.

    <s> what is asked </s> words </s> wish NAME: DESCRIPTION … field NAME: ABOUT … choice VALUE …
     │                      │         │                        │                │
     acts                   words     flow score               query, yes/no    choice score

Each thing that the turn may mean is written behind the turn and begins with a word for its kind; the vectors of its
tokens, which have seen the turn, answer for it. Nothing is encoded ahead, so this costs a pass of some hundred tokens
for each turn; it is asked where the reader, which compares vectors that have not seen each other, is unsure.

Only low-rank differences from the base are trained (LoRA, arXiv:2106.09685), and the heads.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional
from transformers import MPNetModel

from models.training.turn_kinds import ACTS

WIDTH = 768
HIDDEN = 256
RANK = 24
SCALE = 2.0
ANSWERS = ("none", "yes", "no")


class LowRank(nn.Module):
    """A linear map that stays as it is, and a learnt difference of low rank."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / rank)
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """Map [..., in] to [..., out]."""
        low = functional.linear(given, self.down.to(given.dtype))
        return self.base(given) + functional.linear(low, self.up.to(given.dtype)) * SCALE  # type: ignore[no-any-return]

    def difference(self) -> torch.Tensor:
        """What is added to the base's weights [out, in]."""
        return self.up @ self.down * SCALE


class CloseNet(nn.Module):
    """Encoder and heads. Shapes: n turns, t tokens, i items."""

    def __init__(self, encoder: MPNetModel, *, rank: int = RANK, frozen_layers: int = 0) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        for layer in encoder.encoder.layer[frozen_layers:]:
            attention = layer.attention.attn
            for name in ("q", "k", "v", "o"):
                setattr(attention, name, LowRank(getattr(attention, name), rank))
            layer.intermediate.dense = LowRank(layer.intermediate.dense, rank)
            layer.output.dense = LowRank(layer.output.dense, rank)
        self.act_in = nn.Linear(2 * WIDTH, HIDDEN)
        self.act_out = nn.Linear(HIDDEN, len(ACTS))
        self.flow = _silent(nn.Linear(WIDTH, 1))
        self.no_flow = _silent(nn.Linear(WIDTH, 1))
        self.flow_scale = nn.Parameter(torch.tensor(10.0))
        self.query = _same(WIDTH)
        self.start = _same(WIDTH)
        self.end = _same(WIDTH)
        self.answer = nn.Linear(WIDTH, len(ANSWERS))
        self.choice = _silent(nn.Linear(WIDTH, 1))
        self.no_choice = _silent(nn.Linear(WIDTH, 1))
        self.choice_scale = nn.Parameter(torch.tensor(10.0))

    def differences(self) -> Iterator[tuple[str, LowRank]]:
        """The trained parts of the encoder, by the name of the linear map that each changes."""
        for name, module in self.encoder.named_modules():
            if isinstance(module, LowRank):
                yield name, module

    def heads(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The parameters that are no part of the encoder."""
        for name, value in self.named_parameters():
            if not name.startswith("encoder."):
                yield name, value

    def trained(self) -> dict[str, torch.Tensor]:
        """All that training changes."""
        return {name: value.detach() for name, value in self.named_parameters() if value.requires_grad}

    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Encode to token vectors [n, t, 768]."""
        return self.encoder(ids, attention_mask=mask).last_hidden_state.float()  # type: ignore[no-any-return]

    def acts(self, first: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """[n, acts] from the first tokens [n, 768] and the means of the words."""
        return self.act_out(functional.gelu(self.act_in(torch.cat([first, words], dim=1))))  # type: ignore[no-any-return]

    def flows(self, items: torch.Tensor, words: torch.Tensor, first: torch.Tensor) -> torch.Tensor:
        """[m + 1] for flows [m, 768] of one page; the last is "none of them"."""
        near = functional.normalize(items, dim=-1) @ functional.normalize(words, dim=-1)
        return torch.cat([self.flow(items)[:, 0] + self.flow_scale * near, self.no_flow(first)])

    def choices(self, items: torch.Tensor, words: torch.Tensor, slot: torch.Tensor) -> torch.Tensor:
        """[m + 1] for the choices [m, 768] of one slot; the last is "none of them"."""
        near = functional.normalize(items, dim=-1) @ functional.normalize(words, dim=-1)
        return torch.cat([self.choice(items)[:, 0] + self.choice_scale * near, self.no_choice(slot)])

    def spans(self, hidden: torch.Tensor, words: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """Starts and ends [2, n, i, t] for slots whose vectors are `items` [n, i, 768]; position 0 is "not said"."""
        allowed = words.clone()
        allowed[:, 0] = True
        blocked = torch.zeros(words.shape).masked_fill(~allowed, -1e4)[:, None, :]
        queries = self.query(items)
        sides = [torch.einsum("nid,ntd->nit", queries, side(hidden)) / WIDTH**0.5 for side in (self.start, self.end)]
        return torch.stack(sides) + blocked


def _same(width: int) -> nn.Linear:
    """A linear map that makes little of what it is given before it is trained: likeness alone."""
    made = nn.Linear(width, width)
    nn.init.eye_(made.weight)
    nn.init.zeros_(made.bias)
    return made


def _silent(made: nn.Linear) -> nn.Linear:
    """A linear map to nothing before it is trained."""
    nn.init.zeros_(made.weight)
    nn.init.zeros_(made.bias)
    return made
