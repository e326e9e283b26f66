"""The close reader's network, made on the machine that serves: the base's weights, and the differences learnt here.

```
base (float32, of the catalogue) ─┐
adapter.npz (low rank, ours)     ─┴▶ added, int8 by output channel ─▶ weights.bin beside graph.onnx, kept in the cache
```
So that this repository holds ten megabytes and not a hundred. Made once for each adapter, in a few seconds.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.cache import ModelCache, hash_file
from models.errors import ModelUnavailable

ADAPTER, HEADS, GRAPH, LAYOUT, WEIGHTS = "adapter.npz", "heads.npz", "graph.onnx", "layout.json", "weights.bin"
BASE = "all-mpnet-base-v2"
BASE_FILE = "model.safetensors"
NAME = "close-reader"
_KEPT = "made.sha256"
Weights = npt.NDArray[np.float32]


def network(cache: ModelCache, folder: Path) -> Path:
    """Return the path of the network's graph, whose weights lie beside it; both are made if they are not there.

    Raises:
        ModelMissing: the base is not in the cache.
        ModelUnavailable: a file is there and is not what it should be.
    """
    base = cache.path(BASE, BASE_FILE)
    sources = [folder / name for name in (ADAPTER, GRAPH, LAYOUT)]
    made_of = hashlib.sha256(
        "".join([cache.verified_sha256(BASE, BASE_FILE) or "", *map(hash_file, sources)]).encode()
    ).hexdigest()
    target = cache.folder(NAME)
    if _is_made(target, made_of):
        return target / GRAPH
    with cache.locked():
        if not _is_made(target, made_of):
            target.mkdir(parents=True, exist_ok=True)
            (target / _KEPT).unlink(missing_ok=True)
            shutil.copyfile(folder / GRAPH, target / GRAPH)
            fill(base, folder, target / WEIGHTS)
            (target / _KEPT).write_text(made_of)
    return target / GRAPH


def _is_made(target: Path, made_of: str) -> bool:
    try:
        return (target / _KEPT).read_text() == made_of and (target / WEIGHTS).is_file() and (target / GRAPH).is_file()
    except OSError:
        return False


def fill(base: Path, folder: Path, target: Path) -> None:
    """Write the weights of the graph in `folder` to `target`. Raises `ModelUnavailable`."""
    try:
        layout = json.loads((folder / LAYOUT).read_text())
        with np.load(folder / ADAPTER, allow_pickle=False) as adapter:
            differences = {name: adapter[name].astype(np.float32) for name in adapter.files}
        weights = read_safetensors(base)
        part = target.with_suffix(".part")
        with part.open("wb") as output:
            output.truncate(layout["bytes"])
            for tensor in layout["tensors"]:
                output.seek(tensor["at"])
                output.write(_tensor(tensor, weights, differences).tobytes())
        part.replace(target)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelUnavailable(NAME, str(problem)) from problem


def _tensor(tensor: Mapping[str, Any], weights: Mapping[str, Weights], differences: Mapping[str, Weights]) -> Any:
    """One tensor of the graph: a weight as it is, or a linear map's as int8 [in, out], or that one's scales."""
    name = tensor["from"]
    value = np.asarray(weights[name], np.float32)
    changed = name.removesuffix(".weight")
    if f"{changed}.up" in differences:
        value = value + differences[f"{changed}.up"] @ differences[f"{changed}.down"]
    if f"{changed}.even" in differences and tensor["kind"] != "float":
        value = value * differences[f"{changed}.even"]  # the graph divides what comes in by as much
    if tensor["kind"] == "float":
        return value
    scale = (np.abs(value).max(axis=1) / 127).astype(np.float32)
    scale[scale == 0] = 1
    if tensor["kind"] == "scale":
        return scale
    return np.clip(np.rint(value / scale[:, None]), -127, 127).astype(np.int8).T.copy()


def read_safetensors(path: Path) -> dict[str, Weights]:
    """Map the float32 tensors of a file in the safetensors format, by name. Raises `OSError` or `ValueError`."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > path.stat().st_size:
            raise ValueError(f"{path.name} is not in the safetensors format")
        header = json.loads(file.read(length))
    content = np.memmap(path, np.uint8, "r", offset=8 + length)
    return {
        name: content[slice(*told["data_offsets"])].view(np.float32).reshape(told["shape"])
        for name, told in header.items()
        if name != "__metadata__" and told["dtype"] == "F32"
    }
