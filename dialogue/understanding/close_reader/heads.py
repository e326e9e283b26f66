"""The close reader's heads in numpy: what each token of a page answers for.

    acts      MLP(first token, mean of the words)       what a turn does, 13 independent shares
    flows     softmax(score of each, none)              which of the flows on the page it means
    spans     start and end over words and "not said"   where the value of a slot on the page stands
    answers   softmax(none, yes, no)                    for a question of yes or no
    choices   softmax(score of each, none)              which choice of a slot it means

The same as `models.training.close_net`, which the weights come from; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dialogue.understanding.close_reader.page import Written
from dialogue.understanding.reader.heads import ACTS, Act, Vectors, gelu, sigmoid, softmax, unit

WIDTH = 768
SIDES = ("start", "end")
HIDDEN = 256
SHAPES: Mapping[str, tuple[int, ...]] = {
    "act_in": (HIDDEN, 2 * WIDTH),
    "act_out": (len(ACTS), HIDDEN),
    "flow": (1, WIDTH),
    "no_flow": (1, WIDTH),
    "query": (WIDTH, WIDTH),
    "start": (WIDTH, WIDTH),
    "end": (WIDTH, WIDTH),
    "answer": (3, WIDTH),
    "choice": (1, WIDTH),
    "no_choice": (1, WIDTH),
}


@dataclass(frozen=True)
class ReadPage:
    """A page as the encoder gives it back: the vectors of its tokens, [t, 768]."""

    written: Written
    hidden: Vectors

    @cached_property
    def words(self) -> Vectors:
        """The mean of the caller's words [768]."""
        first = self.written.first
        said = self.hidden[first : first + len(self.written.places)]
        made: Vectors = said.mean(axis=0) if len(said) else self.hidden[0]
        return made

    def item(self, place: int) -> Vectors:
        """What answers for an item [768]: its first token and the mean of all of them."""
        first, end = self.written.stretches[place]
        made: Vectors = (self.hidden[first] + self.hidden[first:end].mean(axis=0)) / 2
        return made


class CloseHeads:
    """The trained maps. Raises `KeyError` or `ValueError` for weights that are not those of a close reader."""

    def __init__(self, weights: Mapping[str, Vectors]) -> None:
        self._at = {name: np.asarray(value, np.float32) for name, value in weights.items()}
        if any(self._at[f"{name}.weight"].shape != shape for name, shape in SHAPES.items()):
            raise ValueError("the weights are of another version of the close reader")

    def acts(self, page: ReadPage) -> Mapping[Act, float]:
        """Shares of the acts."""
        given = np.concatenate([page.hidden[0], page.words])
        listed = sigmoid(self._linear("act_out", gelu(self._linear("act_in", given))))
        return dict(zip(ACTS, map(float, listed), strict=True))

    def flows(self, page: ReadPage, places: Sequence[int]) -> Vectors:
        """Shares of the items at `places`, which are flows [m + 1]; the last is "none of them"."""
        return self._among("flow", page, places, self._linear("no_flow", page.hidden[0]))

    def choices(self, page: ReadPage, slot: int, places: Sequence[int]) -> Vectors:
        """Shares of the items at `places`, choices of the one at `slot` [m + 1]; the last is "none of them"."""
        return self._among("choice", page, places, self._linear("no_choice", page.item(slot)))

    def answers(self, page: ReadPage, slot: int) -> Vectors:
        """Shares of no answer, of yes and of no to the item at `slot`."""
        return softmax(self._linear("answer", page.item(slot)))

    def spans(self, page: ReadPage, slot: int) -> tuple[Vectors, Vectors]:
        """Shares of starts and ends [1 + words] for the item at `slot`; the first is "not said"."""
        first = page.written.first
        hidden = page.hidden[[0, *range(first, first + len(page.written.places))]]
        query = self._linear("query", page.item(slot))
        starts, ends = (softmax(self._linear(side, hidden) @ query / np.float32(WIDTH**0.5)) for side in SIDES)
        return starts, ends

    def _among(self, name: str, page: ReadPage, places: Sequence[int], none: Vectors) -> Vectors:
        items = np.stack([page.item(place) for place in places])
        near = unit(items) @ unit(page.words)
        scores = self._linear(name, items)[:, 0] + self._at[f"{name}_scale"] * near
        return softmax(np.append(scores, none).astype(np.float32))

    def _linear(self, name: str, given: Vectors) -> Vectors:
        made: Vectors = given @ self._at[f"{name}.weight"].T + self._at[f"{name}.bias"]
        return made
