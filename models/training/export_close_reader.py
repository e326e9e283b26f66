"""Writes a trained close reader for serving: `python -m models.training.export_close_reader --help`.

What is written holds nothing of the base's weights: the differences that were learnt (float16), the heads, and the
network's graph with places for its weights, which `models.close_weights` fills from the base and the differences on
the machine that serves. Needs the extra `train`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import MPNetModel

from dialogue.understanding.close_reader.page import Written, page_of
from models.close_weights import ADAPTER, GRAPH, HEADS, LAYOUT, WEIGHTS
from models.reader import ReaderModel
from models.training.close_net import SCALE, CloseNet
from models.training.domain_files import read_domains
from models.training.train_close_reader import CloseTrainer, Words

SMOOTHED = {"output.dense": 0.7, "attention.attn.o": 0.6, "intermediate.dense": 0.6}
"""Linear maps whose inputs are made even before they become int8 (SmoothQuant, arXiv:2211.10438), and how much of it
the weights take over: a few inputs are fifty times as large as the rest, and the scale is that of the largest. Without
it the vectors of 16 pages had a cosine of 0.83 with those in float32, with it 0.97."""
PAGES = 3
"""Draws of lessons that inputs are measured on."""
LEAST_EXTERNAL_BYTES = 2048
"""Smaller tensors stay in the graph."""


class _TokenVectors(torch.nn.Module):
    def __init__(self, encoder: MPNetModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        return self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state


def export(base: Path, trained: Path, out: Path, frozen_layers: int) -> None:
    """Write the adapter, the heads, the graph and its layout to `out`."""
    kept = torch.load(trained / "checkpoint.pt", weights_only=False)["model"]
    config = MPNetModel.config_class.from_pretrained(base)
    config._attn_implementation = "eager"
    encoder = MPNetModel.from_pretrained(base, config=config, add_pooling_layer=False, dtype=torch.float32)
    model = CloseNet(encoder, frozen_layers=frozen_layers)
    model.load_state_dict(kept, strict=False)
    out.mkdir(parents=True, exist_ok=True)
    parts = {}
    for name, part in model.differences():
        parts[f"{name}.down"] = part.down.detach().numpy().astype(np.float16)
        parts[f"{name}.up"] = (part.up.detach() * SCALE).numpy().astype(np.float16)
    trainer = CloseTrainer(model, Words(base), ReaderModel(), read_domains(), 1)
    pages = [page_of(one.page, trainer.words) for step in range(PAGES) for one in trainer.lessons(-1000 - step)]
    largest = _largest_inputs(model, pages)
    bare = MPNetModel.from_pretrained(base, config=config, add_pooling_layer=False, dtype=torch.float32).eval()
    evens = {name: _even(bare.get_submodule(name), inputs, name) for name, inputs in largest.items()}
    parts |= {f"{name}.even": value for name, value in evens.items()}
    np.savez_compressed(out / ADAPTER, **parts)
    heads = {
        name: value.detach().numpy().astype(np.float16 if value.ndim == 2 else np.float32)
        for name, value in model.heads()
    }
    np.savez_compressed(out / HEADS, **heads)
    _write_graph(bare, evens, out)


def _largest_inputs(model: CloseNet, pages: Sequence[Written]) -> dict[str, torch.Tensor]:
    """The largest size of each input of the maps that are made even, by the map's name."""
    largest: dict[str, torch.Tensor] = {}
    hooks = []
    for name, module in model.encoder.named_modules():
        if name.startswith("encoder.layer.") and name.split(".", 3)[-1] in SMOOTHED:

            def note(_: Any, given: Any, __: Any, name: str = name) -> None:
                seen = given[0].abs().amax(dim=(0, 1))
                largest[name] = torch.maximum(largest.get(name, seen), seen)

            hooks.append(module.register_forward_hook(note))
    with torch.no_grad():
        for page in pages:
            model.read(torch.tensor([page.ids]), torch.ones(1, len(page.ids), dtype=torch.long))
    for hook in hooks:
        hook.remove()
    return largest


def _even(linear: torch.nn.Linear, inputs: torch.Tensor, name: str) -> Any:
    """What each input of a map is divided by, and its weights are multiplied with [in]."""
    share = SMOOTHED[name.split(".", 3)[-1]]
    weights = linear.weight.detach().abs().amax(dim=0).clamp(min=1e-4)
    made = inputs.clamp(min=1e-4) ** share / weights ** (1 - share)
    return (made / made.mean()).numpy().astype(np.float32)


def _make_even(graph: Any, evens: Mapping[str, Any]) -> None:
    """Put a division before each map that is made even, and multiply its weights."""
    weights = {one.name: one for one in graph.graph.initializer}
    nodes = []
    for node in graph.graph.node:
        name = node.name.removeprefix("/encoder/").removesuffix("/MatMul").replace("/", ".")
        if node.op_type == "MatMul" and name in evens:
            inverse, evened = f"{name}.inverse", f"{node.name}/evened"
            tensor = weights[node.input[1]]
            value = numpy_helper.to_array(tensor) * evens[name][:, None]
            tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float32), tensor.name))
            graph.graph.initializer.append(numpy_helper.from_array((1 / evens[name]).astype(np.float32), inverse))
            nodes.append(helper.make_node("Mul", [node.input[0], inverse], [evened], name=evened))
            node.input[0] = evened
        nodes.append(node)
    if sum(node.name.endswith("/evened") for node in nodes) != len(evens):
        raise ValueError("the graph has other names than were expected")
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)


def _write_graph(encoder: MPNetModel, evens: Mapping[str, Any], out: Path) -> None:
    """Write the graph of the bare base, int8, its weights taken out and named."""
    ids = torch.randint(1000, 2000, (1, 12))
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            _TokenVectors(encoder),
            (ids, torch.ones_like(ids)),
            str(whole),
            input_names=["input_ids", "attention_mask"],
            output_names=["token_vectors"],
            dynamic_axes={name: {0: "turns", 1: "tokens"} for name in ("input_ids", "attention_mask", "token_vectors")},
            opset_version=17,
            dynamo=False,
        )
        loaded = onnx.load(whole)
        before = {one.name: numpy_helper.to_array(one).copy() for one in loaded.graph.initializer}
        _make_even(loaded, evens)
        onnx.save(loaded, str(whole))
        quantize_dynamic(whole, small, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True)
        graph = onnx.load(small)
    sources = {
        name: value.detach().numpy() for name, value in encoder.state_dict().items() if value.dtype == torch.float32
    }
    layout, at = [], 0
    for tensor in graph.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.nbytes < LEAST_EXTERNAL_BYTES and not tensor.name.endswith(("_scale", "_quantized")):
            continue
        what = _source(tensor.name, array, before, sources)
        if what is None:
            continue
        layout.append({"at": at, "shape": list(array.shape), **what})
        _outside(tensor, at, array.nbytes)
        at += -(-array.nbytes // 4096) * 4096
    (out / LAYOUT).write_text(json.dumps({"bytes": at, "tensors": layout}, indent=0))
    onnx.save(graph, str(out / GRAPH))


def _source(name: str, array: Any, before: Any, sources: Any) -> dict[str, str] | None:
    """Which weights of the base a tensor of the graph is made of, and how; None where it is no weight."""
    for ending, kind in (("_quantized", "int8"), ("_scale", "scale")):
        if name.endswith(ending):
            original = before[name.removesuffix(ending)]
            found = [key for key, value in sources.items() if np.array_equal(value.T, original)]
            if len(found) != 1:
                raise ValueError(f"{name} is {len(found)} weights of the base")
            return {"from": found[0], "kind": kind}
    found = [key for key, value in sources.items() if np.array_equal(value, array)]
    return {"from": found[0], "kind": "float"} if found and array.dtype == np.float32 else None


def _outside(tensor: Any, at: int, length: int) -> None:
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.ClearField("int32_data")
    del tensor.external_data[:]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", str(at)), ("length", str(length))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--base", type=Path, required=True)
    options.add_argument("--from", dest="trained", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--frozen-layers", type=int, default=4)
    given = options.parse_args()
    export(given.base, given.trained, given.out, given.frozen_layers)
