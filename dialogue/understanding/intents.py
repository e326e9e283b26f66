"""The classifier of intents: a softmax over sentence vectors, fitted to the examples of an assistant. Pure.

    examples ──encoder──▶ unit vectors ──fit──▶ weights          seconds for a thousand examples
                                └──5 folds──▶ accuracy, and the thresholds below which nothing is decided

Two thresholds guard it, both read off examples that a fold had not seen: the probability from which so many of the
decisions are right (`WANTED_PRECISION`), and the nearness to some example of the intent, since a softmax is sure of
one of its intents also where a sentence has nothing to do with any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

WANTED_PRECISION = 0.95
FOLDS = 5
STEPS = 150
RATE = 0.02
DECAY = 1e-3
SHARPNESS = 8.0
"""Unit vectors are made this much longer before the softmax; without it 150 steps do not separate like sentences."""
NEARNESS_SHARE = 0.05
"""Share of unseen examples that the bound on nearness may turn away."""
NEVER = 2.0
"""A threshold that no probability reaches."""
_ANNOTATION = re.compile(r"\[([^\]]*)\]\s*(?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True, slots=True)
class Fit:
    """How good a classifier is on examples that it was not fitted to.

    `precision` and `coverage` are at the threshold: of what it decides so much is right, and it decides so much.
    """

    examples: int
    accuracy: float
    precision: float
    coverage: float


@dataclass(frozen=True, slots=True)
class IntentClassifier:
    """`weights` is [385, n_intents], the last row a bias; `vectors` are the examples, `labels` whose they are."""

    intents: tuple[str, ...]
    weights: Vectors
    vectors: Vectors
    labels: Labels
    threshold: float
    least_nearness: float

    def classify(self, vector: Vectors) -> tuple[str, float] | None:
        """Return the intent of a turn and how sure that is; None where nothing is decided."""
        shares = probabilities(vector[None, :], self.weights)[0]
        best = int(shares.argmax())
        nearness = float((self.vectors[self.labels == best] @ vector).max(initial=-1.0))
        if shares[best] < self.threshold or nearness < self.least_nearness:
            return None
        return self.intents[best], float(shares[best])


def fit_intents(examples: Mapping[str, Vectors]) -> tuple[IntentClassifier, Fit] | None:
    """Fit a classifier to the vectors of each intent's examples; None where there are fewer than two intents."""
    known = {intent: vectors for intent, vectors in examples.items() if len(vectors)}
    if len(known) < 2:
        return None
    vectors = np.concatenate(list(known.values())).astype(np.float32)
    labels = np.repeat(np.arange(len(known)), [len(own) for own in known.values()])
    shares, nearness, is_judged = _unseen(vectors, labels, len(known))
    threshold, fit = _calibrated(shares[is_judged], labels[is_judged])
    near = np.sort(nearness[is_judged])
    least = float(near[int(NEARNESS_SHARE * len(near))]) if len(near) else 0.0
    weights = _weights(vectors, labels, len(known))
    return IntentClassifier(tuple(known), weights, vectors, labels, threshold, least), fit


def probabilities(vectors: Vectors, weights: Vectors) -> Vectors:
    """Return [n, n_intents], rows that add up to 1."""
    logits = SHARPNESS * vectors @ weights[:-1] + weights[-1]
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)


def _weights(vectors: Vectors, labels: Labels, n_intents: int) -> Vectors:
    """Descend with momentum from zero: the same examples always give the same weights."""
    wanted = np.eye(n_intents, dtype=np.float32)[labels]
    balance = (len(labels) / n_intents / np.bincount(labels, minlength=n_intents).clip(1))[labels][:, None]
    given = np.hstack([SHARPNESS * vectors, np.ones((len(vectors), 1), np.float32)])
    weights = np.zeros((given.shape[1], n_intents), np.float32)
    moving = np.zeros_like(weights)
    for _ in range(STEPS):
        wrong = (probabilities(vectors, weights) - wanted) * balance
        moving = 0.9 * moving - RATE * (given.T @ wrong / len(given) + DECAY * weights)
        weights = np.asarray(weights + moving, np.float32)
    return weights


def _unseen(vectors: Vectors, labels: Labels, n_intents: int) -> tuple[Vectors, Vectors, npt.NDArray[np.bool_]]:
    """Return probabilities and nearness of each example by classifiers that had not seen it.

    The last array says which examples can be judged: those of an intent's only example cannot.
    """
    counts = np.bincount(labels, minlength=n_intents)
    seen: Counter[int] = Counter()
    fold = np.zeros(len(labels), np.int64)
    for place, label in enumerate(labels.tolist()):
        fold[place] = seen[label] % FOLDS
        seen[label] += 1
    is_judged = counts[labels] > 1
    shares = np.zeros((len(labels), n_intents), np.float32)
    nearness = np.zeros(len(labels), np.float32)
    for number in range(FOLDS):
        held = is_judged & (fold == number)
        if not held.any():
            continue
        rest = ~held
        shares[held] = probabilities(vectors[held], _weights(vectors[rest], labels[rest], n_intents))
        likeness = vectors[held] @ vectors[rest].T
        likeness[labels[held][:, None] != labels[rest][None, :]] = -1.0
        nearness[held] = likeness.max(axis=1)
    return shares, nearness, is_judged


def _calibrated(shares: Vectors, labels: Labels) -> tuple[float, Fit]:
    """Return the least threshold at which enough of the decisions are right."""
    if not len(labels):
        return NEVER, Fit(0, 0.0, 0.0, 0.0)
    sure, is_right = shares.max(axis=1), shares.argmax(axis=1) == labels
    order = np.argsort(-sure, kind="stable")
    rights = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(rights >= WANTED_PRECISION)
    accuracy = float(is_right.mean())
    if not len(good):
        return NEVER, Fit(len(labels), accuracy, 0.0, 0.0)
    last = int(good[-1])
    return float(sure[order][last]), Fit(len(labels), accuracy, float(rights[last]), (last + 1) / len(labels))


def sentences_of(examples: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return each intent's sentences without the marks of entities, `[Joe](name)` as `Joe`, each once."""
    return {
        intent: tuple(dict.fromkeys(text for one in said if (text := _ANNOTATION.sub(r"\1", one).strip())))
        for intent, said in examples.items()
    }
