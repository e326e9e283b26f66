"""LoRA adapters as PEFT writes them: a folder with `adapter_config.json` and `adapter_model.safetensors`.

Read without torch: a safetensors file is eight bytes of length, that many bytes of JSON, then the numbers. So an
adapter can be exported where nothing could train one.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from models.finetuning.errors import AdapterUnusable

Numbers: TypeAlias = npt.NDArray[np.float32]

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
MAX_HEADER_BYTES = 16_000_000
_NAME = re.compile(r"^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.default)?\.weight$")


@dataclass(frozen=True, slots=True)
class Pair:
    """One layer's change: `b @ a * scale` is added to its weight. `a` is [rank, in], `b` is [out, rank]."""

    a: Numbers
    b: Numbers

    @property
    def rank(self) -> int:
        return int(self.a.shape[0])


@dataclass(frozen=True, slots=True)
class LoraAdapter:
    """An adapter: its layers by the name that transformers gives them, such as `model.layers.0.mlp.up_proj`."""

    pairs: Mapping[str, Pair]
    alpha: float
    rank: int


def read_adapter(folder: Path) -> LoraAdapter:
    """Read a PEFT folder. Raises `AdapterUnusable` naming what is wrong with it."""
    config = _read_config(folder)
    halves: dict[str, dict[str, Numbers]] = {}
    for name, numbers in read_safetensors(folder / WEIGHTS).items():
        found = _NAME.match(name)
        if found is None:
            raise AdapterUnusable(f"{folder / WEIGHTS}: {name} is no part of a LoRA, and nothing else can be exported")
        halves.setdefault(found[1], {})[found[2]] = numbers
    if not halves:
        raise AdapterUnusable(f"{folder / WEIGHTS}: no layer in it")
    pairs = {name: _pair(folder, name, both) for name, both in halves.items()}
    rank = int(config["r"])
    wrong = sorted(name for name, pair in pairs.items() if pair.rank != rank)
    if wrong:
        raise AdapterUnusable(f"{folder}: {wrong[0]} has rank {pairs[wrong[0]].rank}, but {CONFIG} says r: {rank}")
    alpha = float(config["lora_alpha"])
    return LoraAdapter(pairs, alpha * math.sqrt(rank) if config.get("use_rslora") else alpha, rank)


def base_model_of(folder: Path) -> str:
    """The language model that the adapter says it was trained on; "" where it says nothing."""
    return str(_read_config(folder).get("base_model_name_or_path") or "")


def read_safetensors(path: Path) -> dict[str, Numbers]:
    """Read all tensors of a file as float32. Raises `AdapterUnusable`."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise AdapterUnusable(f"{path}: cannot be read ({problem.strerror or problem})") from problem
    try:
        (length,) = struct.unpack_from("<Q", content)
        if length > min(MAX_HEADER_BYTES, len(content)):
            raise ValueError("its head is cut off")
        header = json.loads(content[8 : 8 + length])
        body = memoryview(content)[8 + length :]
        return {name: _numbers(told, body) for name, told in header.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError, struct.error, RecursionError) as problem:
        raise AdapterUnusable(f"{path}: not a whole safetensors file ({problem})") from problem


def _numbers(told: Mapping[str, Any], body: memoryview) -> Numbers:
    first, last = told["data_offsets"]
    if not 0 <= first <= last <= len(body):
        raise ValueError("numbers are missing at its end")
    part, shape, kind = body[first:last], told["shape"], told["dtype"]
    if kind == "BF16":
        return (np.frombuffer(part, dtype="<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if kind not in ("F32", "F16"):
        raise ValueError(f"numbers of kind {kind}")
    return np.frombuffer(part, dtype="<f4" if kind == "F32" else "<f2").astype(np.float32).reshape(shape)


def _read_config(folder: Path) -> Mapping[str, Any]:
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        kind, rank, alpha = config["peft_type"], int(config["r"]), float(config["lora_alpha"])
    except OSError as problem:
        raise AdapterUnusable(f"{folder}: no PEFT adapter, for {CONFIG} is missing in it") from problem
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise AdapterUnusable(f"{path}: not the configuration of a LoRA adapter ({problem!r})") from problem
    if kind != "LORA" or config.get("use_dora") or config.get("modules_to_save") or rank < 1 or not alpha > 0:
        raise AdapterUnusable(f"{path}: only plain LoRA adapters can be exported: no DoRA, no whole modules")
    if config.get("rank_pattern") or config.get("alpha_pattern"):
        raise AdapterUnusable(f"{path}: layers with a rank or an alpha of their own cannot be exported")
    return dict(config)


def _pair(folder: Path, name: str, both: Mapping[str, Numbers]) -> Pair:
    a, b = both.get("A"), both.get("B")
    if a is None or b is None or a.ndim != 2 or b.ndim != 2 or a.shape[0] != b.shape[1]:
        raise AdapterUnusable(f"{folder / WEIGHTS}: the two halves of {name} do not fit together")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise AdapterUnusable(f"{folder / WEIGHTS}: {name} has numbers that are none; the training went astray")
    return Pair(a, b)
