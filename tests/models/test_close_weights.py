"""The close reader's weights are made of a base and differences: what is written is what the graph multiplies with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.cache import ModelCache
from models.close_weights import ADAPTER, BASE, BASE_FILE, GRAPH, LAYOUT, NAME, WEIGHTS, fill, network, read_safetensors
from models.errors import ModelMissing, ModelUnavailable

RANDOM = np.random.default_rng(1)
LINEAR = RANDOM.standard_normal((3, 4)).astype(np.float32)
NORM = np.ones(4, np.float32)
UP, DOWN = RANDOM.standard_normal((3, 2)).astype(np.float16), RANDOM.standard_normal((2, 4)).astype(np.float16)
EVEN = np.array([1, 2, 4, 0.5], np.float32)
TENSORS = [
    {"at": 0, "shape": [4], "from": "norm.weight", "kind": "float"},
    {"at": 4096, "shape": [4, 3], "from": "dense.weight", "kind": "int8"},
    {"at": 8192, "shape": [3], "from": "dense.weight", "kind": "scale"},
]


def write_safetensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, value in tensors.items():
        told = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + value.nbytes]}
        header[name] = told  # type: ignore[assignment]
        at += value.nbytes
    written = json.dumps(header).encode()
    content = b"".join(value.tobytes() for value in tensors.values())
    path.write_bytes(len(written).to_bytes(8, "little") + written + content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "weights"
    made.mkdir()
    np.savez(made / ADAPTER, **{"dense.up": UP, "dense.down": DOWN, "dense.even": EVEN})
    (made / LAYOUT).write_text(json.dumps({"bytes": 12288, "tensors": TENSORS}))
    (made / GRAPH).write_bytes(b"a graph")
    return made


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / BASE_FILE
    write_safetensors(path, {"dense.weight": LINEAR, "norm.weight": NORM})
    return path


def test_a_linear_map_is_the_base_and_the_difference_in_int8_by_output(base: Path, folder: Path) -> None:
    target = folder / WEIGHTS
    fill(base, folder, target)

    content = target.read_bytes()
    assert len(content) == 12288
    assert np.frombuffer(content, np.float32, 4).tolist() == NORM.tolist()
    small = np.frombuffer(content, np.int8, 12, 4096).reshape(4, 3).astype(np.float32)
    scale = np.frombuffer(content, np.float32, 3, 8192)
    whole = (LINEAR + UP.astype(np.float32) @ DOWN.astype(np.float32)) * EVEN
    assert np.abs(small * scale - whole.T).max() <= scale.max() / 2 + 1e-6
    assert np.abs(small).max() == 127


def test_it_is_made_once_and_again_when_what_was_learnt_changes(base: Path, folder: Path, tmp_path: Path) -> None:
    cache = ModelCache(tmp_path / "models")
    with pytest.raises(ModelMissing, match=f"vivavoce models fetch {BASE}"):
        network(cache, folder)
    cache.folder(BASE).mkdir(parents=True)
    base.rename(cache.folder(BASE) / BASE_FILE)
    cache.record(BASE, BASE_FILE, "0" * 64)

    graph = network(cache, folder)
    made = graph.with_name(WEIGHTS)
    assert graph == cache.folder(NAME) / GRAPH
    assert graph.read_bytes() == b"a graph"
    before = made.stat().st_mtime_ns, made.read_bytes()
    network(cache, folder)
    assert made.stat().st_mtime_ns == before[0]

    np.savez(folder / ADAPTER, **{"dense.up": UP * 2, "dense.down": DOWN, "dense.even": EVEN})
    network(cache, folder)
    assert made.read_bytes() != before[1]


@pytest.mark.parametrize("content", [b"", b"\xff" * 64, (20).to_bytes(8, "little") + b"{not json at all....}"])
def test_a_damaged_base_is_told(content: bytes, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable, match=NAME):
        fill(path, folder, folder / WEIGHTS)
    assert not (folder / WEIGHTS).exists()


def test_tensors_are_read_by_name(base: Path) -> None:
    read = read_safetensors(base)
    assert set(read) == {"dense.weight", "norm.weight"}
    assert np.array_equal(read["dense.weight"], LINEAR)
