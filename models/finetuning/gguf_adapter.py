"""LoRA adapters for llama.cpp: the tensors of a PEFT adapter under llama.cpp's names, in its order of rows.

    model.layers.3.self_attn.q_proj   a [rank, in]   ->   blk.3.attn_q.weight.lora_a   float16
                                      b [out, rank]  ->   blk.3.attn_q.weight.lora_b   float16, rows in pairs

llama.cpp turns neighbouring rows of a Llama query or key by one angle, transformers turns row i and row i + half of a
head. Whoever converts a model puts its rows in the other order, so the rows of `b` follow; `a` has no such rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.finetuning.adapter_folder import LoraAdapter, Numbers
from models.finetuning.errors import AdapterUnusable, ExtraMissing

_LAYER = re.compile(r"^(?:model\.)*layers\.(\d+)\.(?:self_attn|mlp)\.(\w+)$")
_PARTS = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
_ARCHITECTURES = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3"}
"""What llama.cpp calls the kinds of models of transformers that have the layers above."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What of a language model decides how its adapter is written. `architecture` is llama.cpp's word."""

    architecture: str
    heads: int
    key_heads: int

    @property
    def has_rows_in_pairs(self) -> bool:
        """Whether llama.cpp keeps queries and keys in another order of rows than transformers."""
        return self.architecture == "llama"


def shape_of(model: Path) -> ModelShape:
    """Read the shape of a language model: a folder of transformers or a GGUF file. Raises `AdapterUnusable`."""
    return _shape_of_gguf(model) if model.is_file() else _shape_of_folder(model)


def _shape_of_gguf(file: Path) -> ModelShape:
    try:
        import gguf
    except ImportError as problem:
        raise ExtraMissing("gguf") from problem
    try:
        fields = gguf.GGUFReader(file).fields
        architecture = str(fields["general.architecture"].contents())
        heads = int(fields[f"{architecture}.attention.head_count"].contents())
        key_heads = int(fields[f"{architecture}.attention.head_count_kv"].contents())
    except (OSError, ValueError, KeyError, IndexError, TypeError) as problem:
        raise AdapterUnusable(f"{file}: not the GGUF file of a language model ({problem!r})") from problem
    if architecture not in _ARCHITECTURES.values():
        raise AdapterUnusable(f"{file}: adapters of models of type {architecture} cannot be exported")
    return ModelShape(architecture, heads, key_heads)


def _shape_of_folder(folder: Path) -> ModelShape:
    path = folder / "config.json"
    try:
        config: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        kind, heads = str(config["model_type"]), int(config["num_attention_heads"])
        key_heads = int(config.get("num_key_value_heads") or heads)
    except OSError as problem:
        raise AdapterUnusable(f"{folder}: not the folder of a language model, for config.json is missing") from problem
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise AdapterUnusable(f"{path}: not the configuration of a language model ({problem!r})") from problem
    if kind not in _ARCHITECTURES:
        known = ", ".join(_ARCHITECTURES)
        raise AdapterUnusable(f"{path}: adapters of models of type {kind} cannot be exported; those of {known} can")
    return ModelShape(_ARCHITECTURES[kind], heads, key_heads)


def rows_in_pairs(rows: Numbers, heads: int) -> Numbers:
    """Put the rows of queries or keys, [heads * 2 * half, …], from halves of a head into neighbouring pairs."""
    half, left = divmod(rows.shape[0], heads * 2)
    if left:
        raise AdapterUnusable(f"{rows.shape[0]} rows cannot belong to {heads} heads; is this the model's own adapter?")
    return np.ascontiguousarray(rows.reshape(heads, 2, half, -1).swapaxes(1, 2).reshape(rows.shape))


def tensors_of(adapter: LoraAdapter, shape: ModelShape) -> dict[str, Numbers]:
    """The adapter's tensors as llama.cpp wants them. Raises `AdapterUnusable` for a layer that it has no name for."""
    tensors: dict[str, Numbers] = {}
    for name, pair in adapter.pairs.items():
        found = _LAYER.match(name)
        if found is None or found[2] not in _PARTS:
            raise AdapterUnusable(f"the layer {name} has no name in llama.cpp; train on attention and MLP layers only")
        b = pair.b
        if shape.has_rows_in_pairs and found[2] in ("q_proj", "k_proj"):
            b = rows_in_pairs(b, shape.heads if found[2] == "q_proj" else shape.key_heads)
        weight = f"blk.{found[1]}.{_PARTS[found[2]]}.weight"
        tensors[f"{weight}.lora_a"], tensors[f"{weight}.lora_b"] = pair.a, b
    return tensors


def write_gguf(adapter: LoraAdapter, shape: ModelShape, out: Path, name: str = "vivavoce commands") -> int:
    """Write the adapter to `out` and return its size in bytes. Raises `ExtraMissing` or `AdapterUnusable`."""
    try:
        import gguf
    except ImportError as problem:
        raise ExtraMissing("gguf") from problem
    tensors = tensors_of(adapter, shape)
    part = out.with_name(f"{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        writer = gguf.GGUFWriter(part, shape.architecture)
        writer.add_type("adapter")
        writer.add_name(name)
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", adapter.alpha)
        writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
        for tensor_name in sorted(tensors, key=_in_order):
            writer.add_tensor(tensor_name, tensors[tensor_name].astype(np.float16))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        part.replace(out)
    except OSError as problem:
        raise AdapterUnusable(f"{out}: cannot be written ({problem.strerror or problem})") from problem
    finally:
        part.unlink(missing_ok=True)
    return out.stat().st_size


def _in_order(name: str) -> tuple[int, str]:
    return int(name.split(".")[1]), name
