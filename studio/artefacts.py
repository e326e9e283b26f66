"""The files of `vivavoce train`: one a content hash, in the user's cache folder, never in the assistant's.

    <cache>/vivavoce/trained/<hash>.npz     sentences with their vectors, classifier, report

A file that is damaged is put away with a word about it, and everything is then built as if it had never been there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs
import structlog

from dialogue.ports import SentenceEncoder, Understanding
from dialogue.understanding.intents import IntentClassifier
from dialogue.understanding.nlu_adapter import NluCommandAdapter, has_adapter
from dialogue.understanding.trained import KnowingEncoder, KnowingReader, Trained, Vectors, artefact_key
from flows.model import Assistant
from models.cache import ModelCache, hash_file, write_atomically
from models.encoder import DIMENSIONS, MODEL_ID
from studio.errors import RecordingRefused

if TYPE_CHECKING:
    from studio.conversations import Models

ROOT_VARIABLE = "VIVAVOCE_TRAINED"
"""The folder of artefacts, if not the user's cache folder."""
KEPT = 40
"""Artefacts that are kept; of more the least recently written go."""
_BROKEN = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)

log = structlog.get_logger(__name__)


class Artefacts:
    """The artefacts in one folder: `root`, or where VIVAVOCE_TRAINED says, or the user's cache folder."""

    def __init__(self, root: Path | None = None) -> None:
        told = os.environ.get(ROOT_VARIABLE)
        default = Path(told) if told else platformdirs.user_cache_path("vivavoce") / "trained"
        self.root = (root or default).expanduser().absolute()

    def path(self, key: str) -> Path:
        """Return where an artefact is, if it is there."""
        return self.root / f"{key}.npz"

    def read(self, key: str) -> Trained | None:
        """Return an artefact; None where there is none, or only a damaged one, which is told and put away."""
        path = self.path(key)
        if not path.is_file():
            return None
        try:
            return _read(path.read_bytes(), key)
        except _BROKEN as problem:
            log.warning("trained artefact is damaged: it is built anew", file=str(path), error=str(problem))
            path.unlink(missing_ok=True)
            return None

    def write(self, trained: Trained) -> Path:
        """Write an artefact. Raises RecordingRefused where the folder cannot be written."""
        path = self.path(trained.key)
        try:
            write_atomically(path, _written(trained))
            for old in sorted(self.root.glob("*.npz"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
                old.unlink(missing_ok=True)
        except OSError as error:
            told = f"{self.root} cannot be written: {error.strerror}. Set {ROOT_VARIABLE} to a folder that can."
            raise RecordingRefused(told) from error
        return path


def weights_of(*, has_encoder: bool, has_reader: bool, cache: ModelCache | None = None) -> tuple[str, ...]:
    """Return the hashes of the encoders' weights, empty where one is off or not here. Reads some 25 MB."""
    known = (cache or ModelCache()).verified_sha256(MODEL_ID, "model.onnx") if has_encoder else None
    return known or "", _hash_of_reader() if has_reader else ""


def with_known_sentences(
    assistant: Assistant, models: Models, artefacts: Artefacts | None = None
) -> tuple[Models, Trained | None]:
    """Return models that know what was trained, and the artefact, where there is one that fits. Reads files."""
    if models.encoder is None and models.reader is None:
        return models, None
    weights = weights_of(has_encoder=models.encoder is not None, has_reader=models.reader is not None)
    trained = (artefacts or Artefacts()).read(artefact_key(assistant, weights))
    if trained is None:
        return models, None
    encoder = models.encoder and KnowingEncoder(models.encoder, trained.encoder)
    reader = models.reader and KnowingReader(models.reader, trained.reader)
    return replace(models, encoder=encoder, reader=reader), trained


def _hash_of_reader() -> str:
    from models.reader import FILES, FOLDER

    paths = [FOLDER / name for name in FILES]
    if not all(path.is_file() for path in paths):
        return ""
    return hashlib.sha256("".join(hash_file(path) for path in paths).encode()).hexdigest()


def with_classifier(
    understanding: Understanding, assistant: Assistant, encoder: SentenceEncoder | None, trained: Trained | None
) -> Understanding:
    """Let the trained classifier be heard first, where the pipeline has an NLUCommandAdapter."""
    if trained is None or trained.classifier is None or encoder is None or not has_adapter(assistant):
        return understanding
    return NluCommandAdapter(understanding, assistant, trained.classifier, encoder)


def _written(trained: Trained) -> bytes:
    head: dict[str, Any] = {"key": trained.key, "report": dict(trained.report)}
    arrays: dict[str, Any] = {}
    for name, known in (("encoder", trained.encoder), ("reader", trained.reader)):
        head[name] = list(known)
        arrays[name] = np.stack(list(known.values())) if known else np.zeros((0, DIMENSIONS), np.float32)
    found = trained.classifier
    if found is not None:
        head["classifier"] = [list(found.intents), found.threshold, found.least_nearness]
        arrays |= {"weights": found.weights, "examples": found.vectors, "labels": found.labels}
    text = json.dumps(head, ensure_ascii=True).encode("ascii")
    into = io.BytesIO()
    np.savez(into, head=np.frombuffer(text, np.uint8), **arrays)
    return into.getvalue()


def _read(content: bytes, key: str) -> Trained:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        head = json.loads(bytes(file["head"]))
        if head["key"] != key:
            raise ValueError("it is the artefact of another assistant")
        encoder, reader = (_known(head[name], file[name]) for name in ("encoder", "reader"))
        classifier = None
        if head.get("classifier") is not None:
            intents, threshold, nearness = head["classifier"]
            weights, examples, labels = file["weights"], file["examples"], file["labels"]
            if weights.shape != (examples.shape[1] + 1, len(intents)) or len(labels) != len(examples):
                raise ValueError("its classifier does not fit its intents")
            classifier = IntentClassifier(tuple(intents), weights, examples, labels, float(threshold), float(nearness))
        return Trained(key, encoder, reader, classifier, head["report"])


def _known(sentences: list[str], vectors: Vectors) -> dict[str, Vectors]:
    is_whole = vectors.ndim == 2 and vectors.dtype == np.float32 and np.isfinite(vectors).all()
    if not is_whole or len(sentences) != len(vectors):
        raise ValueError("its vectors do not fit its sentences")
    return dict(zip(sentences, vectors, strict=True))
