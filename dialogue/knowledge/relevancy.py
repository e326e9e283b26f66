"""Whether a passage answers a question: two measures of nearness put into one probability. Pure.

The weights were fitted by logistic regression on half of the questions of `tests/dialogue/knowledge/questions`; the
other half is what `docs/knowledge.md` reports. Fit them again with `python -m tests.bench.knowledge --fit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]

THRESHOLD: Final = 0.5
"""A passage whose probability is below this is not said."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = sigmoid(similarity * s + coverage * c + bm25 * b + constant)."""

    similarity: float
    coverage: float
    bm25: float
    constant: float

    def probability(self, similarity: Vector, coverage: Vector, bm25: Vector) -> Vector:
        """Return how certain it is that each passage answers, from 0 to 1."""
        total = self.similarity * similarity + self.coverage * coverage + self.bm25 * bm25 + self.constant
        return np.asarray(1 / (1 + np.exp(-total)), np.float32)


WITH_ENCODER: Final = Calibration(10.6, 3.0, 0.0, -4.8)
WITHOUT_ENCODER: Final = Calibration(0.0, 4.3, 6.2, -2.8)
