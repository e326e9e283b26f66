"""Networks in ONNX on the processor: how a session is set up for a process that holds calls, and how texts go in.

A text network runs in a thread of its caller's process and not in a worker: it takes some milliseconds, and onnxruntime
lets go of the interpreter lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from models.errors import ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Tokens: TypeAlias = npt.NDArray[np.int64]
Vectors: TypeAlias = npt.NDArray[np.float32]


def open_session(path: Path, *, threads: int = 1) -> Any:
    """Return a session of onnxruntime. Raises what onnxruntime raises: classes of its own that share no root."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would take the processor from recognition and synthesis between turns.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class TextNetwork:
    """A transformer encoder with its vocabulary, which neither cuts nor pads unless it is told to."""

    def __init__(self, name: str, model: Path, tokenizer: Path, *, threads: int = 1) -> None:
        """Load `model` (ONNX) and `tokenizer` (JSON). Raises ModelUnavailable, which calls the model `name`."""
        from tokenizers import Tokenizer

        self._name = name
        try:
            self._session = open_session(model, threads=threads)
            self.tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as problem:  # both libraries raise classes of their own that share no root
            raise ModelUnavailable(name, str(problem)) from problem
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._inputs = {given.name for given in self._session.get_inputs()}

    def run(self, ids: Tokens, mask: Tokens) -> Vectors:
        """Return the last hidden state, [n_rows, n_tokens, width] float32. Raises ModelUnavailable."""
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        try:
            hidden: Vectors = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        except Exception as problem:  # as above
            raise ModelUnavailable(self._name, str(problem)) from problem
        return hidden.astype(np.float32, copy=False)

    def mean(self, rows: Sequence[Sequence[int]]) -> Vectors:
        """Return the mean of the token vectors of each row, [n_rows, width]. Raises ModelUnavailable."""
        ids, mask = padded(rows)
        weights = mask[:, :, None].astype(np.float32)
        return np.asarray((self.run(ids, mask) * weights).sum(axis=1) / weights.sum(axis=1), np.float32)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tokens, Tokens]:
    """Return token rows of one width, and which tokens are real."""
    width = max(map(len, rows))
    ids = np.array([[*row, *([0] * (width - len(row)))] for row in rows], np.int64)
    return ids, (np.arange(width) < np.array([[len(row)] for row in rows])).astype(np.int64)
