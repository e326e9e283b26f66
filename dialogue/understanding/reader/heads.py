"""The reader's heads in numpy: small linear maps over the vectors of an encoder.

    acts    MLP(h_cls, u, s_asked, nearness of flows)   what a turn does, 13 independent shares
    flows   softmax(scale * nearness of f, none)        which flow it means: as a whole and by its best word
    spans   start and end over words and "not said"     where a slot's value stands
    values  softmax(scale * nearness to v, none)        which value of a category it means

The same as `models.training.reader_net`, which the weights come from; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Vectors: TypeAlias = npt.NDArray[np.float32]
Act: TypeAlias = Literal[
    "start", "fill", "clarify", "cancel", "chat", "search", "skip", "repeat", "person", "none", "yes", "no", "hold"
]
ACTS: tuple[Act, ...] = (
    "start", "fill", "clarify", "cancel", "chat", "search", "skip", "repeat", "person", "none", "yes", "no", "hold",
)  # fmt: skip
Role: TypeAlias = Literal["asked", "filled", "open", "candidate"]
ROLES: tuple[Role, ...] = ("asked", "filled", "open", "candidate")
"""Why a slot may be filled by a turn: it is asked for; known, to be corrected; of the running flow; of another."""
ASKED_TYPES = ("text", "categorical", "float", "bool")
"""Types of a slot that is asked for, as the acts see them; `any` counts as text."""
WIDTH = 384
HIDDEN = 256
"""Width of the layer between a turn and its acts."""
SCALARS = 5
"""What the acts are told beside vectors: the two nearest flows, the running one, the question, whether one is asked."""
NOT_SAID = 0
"""The token that stands for "this turn does not say it": the first one."""
_SCALARS = 4.0
_VECTORS = 4.0


@dataclass(frozen=True, slots=True)
class ReadTurn:
    """A turn as the encoder gives it back.

    `hidden` [t, 384] are the vectors of its tokens, the first of which stands for the whole; `words` tells which
    tokens are the caller's; `places` has where each token stands in the text, (0, 0) for what is no word of it.
    """

    hidden: Vectors
    words: npt.NDArray[np.bool_]
    places: tuple[tuple[int, int], ...]

    @property
    def vector(self) -> Vectors:
        """Unit mean of the caller's words [384]."""
        if not self.words.any():
            return np.zeros(WIDTH, np.float32)
        return unit(self.hidden[self.words].mean(axis=0))


class Heads:
    """The trained maps. Raises `KeyError` or `ValueError` for weights that are not those of a reader."""

    def __init__(self, weights: Mapping[str, Vectors]) -> None:
        self._at = {name: np.asarray(value, np.float32) for name, value in weights.items()}
        shapes = {
            "act_in.weight": (HIDDEN, 3 * WIDTH + SCALARS + len(ASKED_TYPES)),
            "act_out.weight": (len(ACTS), HIDDEN),
            "role.weight": (len(ROLES), WIDTH),
            "flow_word.weight": (WIDTH, WIDTH),
            "flow_mix": (),
        }
        if any(self._at[name].shape != shape for name, shape in shapes.items()):
            raise ValueError("the weights are of another version of the reader")

    def acts(
        self, turn: ReadTurn, near: Vectors, asked: Vectors | None, active: float, kind: str | None = None
    ) -> Vectors:
        """Shares of the acts [13].

        `near` is the nearness of each flow, `active` that of the running one, `kind` the type of the asked slot.
        """
        vector = turn.vector
        question = np.zeros(WIDTH, np.float32) if asked is None else asked
        top = np.sort(near)[::-1][:2] if len(near) else np.zeros(0, np.float32)
        first, second = (*top, 0.0, 0.0)[:2]
        scalars = np.array([first, second, active, float(vector @ question), float(asked is not None)], np.float32)
        types = np.array([float(one == kind) for one in ASKED_TYPES], np.float32)
        features = np.concatenate([turn.hidden[0], vector, question, scalars * _SCALARS, types * _SCALARS])
        return sigmoid(self._linear("act_out", gelu(self._linear("act_in", features))))

    def nearness(self, turn: ReadTurn, flows: Vectors) -> Vectors:
        """How near each row of `flows` [m, 384] is to a turn: as a whole and by its best word, in the learned mix."""
        mix = self._at["flow_mix"]
        made: Vectors = (1 - mix) * (flows @ turn.vector) + mix * self._best_word("flow_word", turn, flows)
        return made

    def _best_word(self, name: str, turn: ReadTurn, rows: Vectors) -> Vectors:
        words = turn.hidden[turn.words]
        if not len(words):
            return np.zeros(len(rows), np.float32)
        made: Vectors = (unit(self._linear(name, words)) @ rows.T).max(axis=0)
        return made

    def flows(self, near: Vectors) -> Vectors:
        """Shares of flows [m + 1] by their nearness; the last is "none of them"."""
        logits = self._at["flow_scale"] * near
        return softmax(np.append(logits, self._at["flow_none"]).astype(np.float32))

    def spans(self, turn: ReadTurn, slots: Vectors, roles: npt.NDArray[np.int64]) -> tuple[Vectors, Vectors]:
        """Shares of starts and ends [q, t] for slots [q, 384] in their roles."""
        queries = self._linear("query", slots * _VECTORS) + self._at["role.weight"][roles] * _VECTORS
        blocked = np.where(turn.words, np.float32(0), np.float32(-1e4))
        blocked[NOT_SAID] = 0
        shares = [
            softmax(queries @ self._linear(side, turn.hidden).T / np.float32(WIDTH**0.5) + blocked)
            for side in ("start", "end")
        ]
        return shares[0], shares[1]

    def values(self, turn: ReadTurn, values: Vectors) -> Vectors:
        """Shares of a category's values [m + 1] given as [m, 384]; the last is "none of them"."""
        near = (turn.vector @ values.T + self._best_word("value_word", turn, values)) / 2
        return softmax(np.append(self._at["value_scale"] * near, self._at["value_none"]).astype(np.float32))

    def _linear(self, name: str, given: Vectors) -> Vectors:
        made: Vectors = given @ self._at[f"{name}.weight"].T + self._at[f"{name}.bias"]
        return made


def unit(vectors: Vectors) -> Vectors:
    """Make vectors unit length along the last axis."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    made: Vectors = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return made


def softmax(logits: Vectors) -> Vectors:
    """Shares that add up to one along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    made: Vectors = (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float32)
    return made


def sigmoid(logits: Vectors) -> Vectors:
    """Independent shares."""
    made: Vectors = (1 / (1 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)
    return made


def gelu(given: Vectors) -> Vectors:
    """The exact form, by the error function of Abramowitz and Stegun 7.1.26 (error below 1.5e-7)."""
    x = given / np.float32(2**0.5)
    t = 1 / (1 + 0.3275911 * np.abs(x))
    tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    erf = np.sign(x) * (1 - tail * np.exp(-x * x))
    made: Vectors = (0.5 * given * (1 + erf)).astype(np.float32)
    return made
