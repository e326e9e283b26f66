"""Writes a trained reader for serving: `python -m models.training.export_reader --base DIR --from DIR --out DIR`.

The encoder as ONNX with int8 weights, the heads as arrays, the tokenizer as it is. Needs the extra `train`.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertModel

from models.training.reader_net import ReaderNet


class _TokenVectors(torch.nn.Module):
    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        return self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state


def export(base: Path, trained: Path, out: Path) -> None:
    """Write `encoder.onnx`, `heads.npz` and `tokenizer.json` to `out`."""
    config = BertModel.config_class.from_pretrained(base)
    config._attn_implementation = "eager"
    model = ReaderNet(BertModel(config, add_pooling_layer=False))
    model.load_state_dict(torch.load(trained / "checkpoint.pt", weights_only=False)["model"])
    model.eval()
    out.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(1000, 2000, (2, 12))
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "encoder.onnx"
        torch.onnx.export(
            _TokenVectors(model.encoder),
            (ids, torch.ones_like(ids)),
            str(whole),
            input_names=["input_ids", "attention_mask"],
            output_names=["token_vectors"],
            dynamic_axes={name: {0: "turns", 1: "tokens"} for name in ("input_ids", "attention_mask", "token_vectors")},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, out / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True)
    weights = {
        name: value.detach().numpy().astype(np.float16 if value.ndim == 2 else np.float32)
        for name, value in model.state_dict().items()
        if not name.startswith("encoder.")
    }
    np.savez_compressed(out / "heads.npz", **weights)
    shutil.copyfile(base / "tokenizer.json", out / "tokenizer.json")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--base", type=Path, required=True)
    options.add_argument("--from", dest="trained", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    export(given.base, given.trained, given.out)
