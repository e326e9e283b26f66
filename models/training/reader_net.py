"""The reader's network: a sentence encoder with heads for acts, flows, spans and values.

    turn    [CLS] what is asked [SEP] words [SEP]  ──▶ encoder ──▶ token vectors h, their mean over the words u
    flows, slots, values: texts ──▶ the same encoder ──▶ means f, s, v       (once per assistant)

    acts    MLP(h_cls, u, s_asked, nearness of flows, type of what is asked)    13 independent yes or no
    flows   softmax of scale * (nearest mix of cos(u, f) and max over words of cos(h, f) + shared words) and "none"
    spans   softmax over words and [CLS] = "not said" of <start(h), query(s, role)>, and the same for the end
    values  softmax of scale * (cos(u, v) + max over words of cos(h, v)) / 2 and a learned "none"

The heads are small and run in numpy where calls are served (`dialogue/understanding/reader`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from transformers import BertModel

from dialogue.understanding.reader.heads import ASKED_TYPES, HIDDEN, ROLES, SCALARS, WIDTH
from models.training.turn_kinds import ACTS


@dataclass(frozen=True, slots=True)
class TurnBatch:
    """Turns of one assistant as tensors. `words` marks the tokens of the turn itself."""

    ids: torch.Tensor
    mask: torch.Tensor
    words: torch.Tensor
    asked: torch.Tensor
    """Row of the asked slot per turn, -1 where none is."""
    active: torch.Tensor


class ReaderNet(nn.Module):
    """Encoder and heads. Shapes: n turns, t tokens, m texts, q queries."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.flow_scale = nn.Parameter(torch.tensor(18.0))
        self.flow_none = nn.Parameter(torch.tensor(8.0))
        self.flow_mix = nn.Parameter(torch.tensor(0.2))
        self.flow_word = _same(WIDTH)
        self.value_scale = nn.Parameter(torch.tensor(12.0))
        self.value_none = nn.Parameter(torch.tensor(5.0))
        self.act_in = nn.Linear(3 * WIDTH + SCALARS + len(ASKED_TYPES), HIDDEN)
        self.act_out = nn.Linear(HIDDEN, len(ACTS))
        self.role = nn.Embedding(len(ROLES), WIDTH)
        self.query = nn.Linear(WIDTH, WIDTH)
        self.start = nn.Linear(WIDTH, WIDTH)
        self.end = nn.Linear(WIDTH, WIDTH)
        self.value_word = _same(WIDTH)
        nn.init.normal_(self.role.weight, std=0.02)

    def take(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Begin with the weights of an earlier reader.

        Inputs of the acts that it did not have count for nothing, other parts that it did not have stay as they are.
        """
        acts = weights["act_in.weight"]
        missing = self.act_in.weight.shape[1] - acts.shape[1]
        known = {name: value for name, value in weights.items() if name in self.state_dict()}
        self.load_state_dict({**self.state_dict(), **known, "act_in.weight": functional.pad(acts, (0, missing))})

    def embed(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Encode texts to unit vectors [m, 384]."""
        hidden = self.encoder(ids, attention_mask=mask).last_hidden_state.float()
        return functional.normalize(_mean(hidden, mask), dim=-1)

    def read(self, ids: torch.Tensor, mask: torch.Tensor, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Encode turns to token vectors [n, t, 384] and unit means over their words [n, 384]."""
        hidden = self.encoder(ids, attention_mask=mask).last_hidden_state.float()
        return hidden, functional.normalize(_mean(hidden, words), dim=-1)

    def nearness(
        self,
        hidden: torch.Tensor,
        words: torch.Tensor,
        turn: torch.Tensor,
        flows: tuple[torch.Tensor, torch.Tensor],
        shared: torch.Tensor,
    ) -> torch.Tensor:
        """How near the nearest sentence of each flow is [n, flows], as a whole and by its best word; plus `shared`.

        `flows` are the sentences' vectors and whose each is.
        """
        rows, owners = flows
        by_word = self._best_word(self.flow_word(hidden), words, rows)
        cosines = ((1 - self.flow_mix) * (turn @ rows.T) + self.flow_mix * by_word).float()
        near = torch.full_like(shared, -1.0)
        return near.scatter_reduce(1, owners.expand(len(turn), -1), cosines, "amax") + shared

    @staticmethod
    def _best_word(projected: torch.Tensor, words: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """The best cosine of any word of a turn with each of `rows` [n, m]."""
        cosines = functional.normalize(projected, dim=-1) @ rows.T
        return cosines.masked_fill(words[:, :, None] == 0, -1.0).amax(dim=1)

    def flow_logits(self, near: torch.Tensor) -> torch.Tensor:
        """[n, m + 1]; the last column is "none"."""
        return torch.cat([self.flow_scale * near, self.flow_none.expand(len(near), 1)], dim=1)

    def act_logits(
        self,
        hidden: torch.Tensor,
        turn: torch.Tensor,
        near: torch.Tensor,
        asked: torch.Tensor,
        active: torch.Tensor,
        types: torch.Tensor,
    ) -> torch.Tensor:
        """[n, acts]. `near` [n, m] is each flow's nearness, `asked` [n, 384], `active` [n] the running flow's.

        `types` [n, types] says of what type the asked slot is.
        """
        top = near.topk(2, dim=1).values
        scalars = torch.stack(
            [top[:, 0], top[:, 1], active, (turn * asked).sum(-1), (asked.abs().sum(-1) > 0).float()], dim=1
        )
        features = torch.cat([hidden[:, 0], turn, asked, scalars * 4, types * 4], dim=1)
        return self.act_out(functional.gelu(self.act_in(features)))  # type: ignore[no-any-return]

    def span_logits(
        self, hidden: torch.Tensor, words: torch.Tensor, queries: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Start and end [n, q, t] for `queries` [n, q, 384]; position 0 means "not said"."""
        allowed = words.bool()
        allowed[:, 0] = True
        blocked = torch.zeros_like(words, dtype=torch.float32).masked_fill(~allowed, -1e4)[:, None, :]
        starts = torch.einsum("nqd,ntd->nqt", queries, self.start(hidden)) / WIDTH**0.5 + blocked
        ends = torch.einsum("nqd,ntd->nqt", queries, self.end(hidden)) / WIDTH**0.5 + blocked
        return starts, ends

    def slot_queries(self, slots: torch.Tensor, roles: torch.Tensor) -> torch.Tensor:
        """Query vectors for slots of unit vectors [..., 384] in their roles."""
        return self.query(slots * 4) + self.role(roles) * 4  # type: ignore[no-any-return]

    def value_logits(
        self, hidden: torch.Tensor, words: torch.Tensor, turn: torch.Tensor, values: torch.Tensor
    ) -> torch.Tensor:
        """[n, m + 1]; the last column is "none of them"."""
        by_word = self._best_word(self.value_word(hidden), words, values)
        near = self.value_scale * (turn @ values.T + by_word) / 2
        return torch.cat([near, self.value_none.expand(len(turn), 1)], dim=1)


def _mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask[:, :, None].float()
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def _same(width: int) -> nn.Linear:
    """A linear map that changes nothing before it is trained."""
    made = nn.Linear(width, width)
    nn.init.eye_(made.weight)
    nn.init.zeros_(made.bias)
    return made
