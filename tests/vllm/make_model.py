"""Makes what vLLM's server loads, from the weights in our cache: run by the interpreter that has torch.

    python make_model.py weights FILE.gguf FOLDER    the catalogue's GGUF file as a folder of transformers
    python make_model.py adapter MODEL FOLDER        a LoRA adapter of chance (seeded), which changes what is written

vLLM reads no GGUF of this quantisation with adapters, so the weights are dequantised. The adapter knows nothing; it is
for telling whether a server applies one, on machines that have not trained any.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

RANK = 4
ALPHA = 64
SPREAD = 0.05
"""Of the adapter's numbers. So large that the model's next token is another, so small that nothing overflows."""
SEED = 4


def make_weights(source: Path, folder: Path) -> None:
    """Write the model of a GGUF file, with its tokenizer, as 16-bit floats."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options = {"gguf_file": source.name, "local_files_only": True}
    model = AutoModelForCausalLM.from_pretrained(source.parent, dtype=torch.float32, **options)
    # What it was made from would be written into config.json and applied again when it is loaded.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer = None
    model.to(torch.bfloat16).save_pretrained(folder)
    AutoTokenizer.from_pretrained(source.parent, **options).save_pretrained(folder)


def make_adapter(model: Path, folder: Path) -> None:
    """Write a PEFT folder for the query and value projections of every layer of the model in a folder."""
    import torch
    from safetensors.torch import save_file

    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    width = config["hidden_size"]
    head = config.get("head_dim") or width // config["num_attention_heads"]
    heads = {"q_proj": config["num_attention_heads"], "v_proj": config["num_key_value_heads"]}
    chance = torch.Generator().manual_seed(SEED)
    tensors = {}
    for layer in range(config["num_hidden_layers"]):
        for name, count in heads.items():
            stem = f"base_model.model.model.layers.{layer}.self_attn.{name}"
            tensors[f"{stem}.lora_A.weight"] = SPREAD * torch.randn(RANK, width, generator=chance)
            tensors[f"{stem}.lora_B.weight"] = SPREAD * torch.randn(count * head, RANK, generator=chance)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "adapter_model.safetensors")
    about = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": RANK, "lora_alpha": ALPHA, "lora_dropout": 0.0}
    about |= {"target_modules": sorted(heads), "bias": "none", "base_model_name_or_path": model.name}
    (folder / "adapter_config.json").write_text(json.dumps(about), encoding="utf-8")


if __name__ == "__main__":
    verb, given, made = sys.argv[1:]
    {"weights": make_weights, "adapter": make_adapter}[verb](Path(given), Path(made))
