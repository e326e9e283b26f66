"""The language model that an adapter is trained on: a transformers folder, a GGUF file, or an id of the catalogue.

A GGUF file is written out as a transformers folder first, its quantised weights as the numbers that they stand for:
so the adapter learns what it will be added to.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from models.cache import ModelCache
from models.catalogue import load_catalogue
from models.errors import ModelUnknown
from models.finetuning.errors import DataUnusable, ExtraMissing


def find_base(model: str, cache: ModelCache | None = None) -> Path:
    """Return the folder or GGUF file that `model` names: a path, or an id of the catalogue.

    Raises:
        DataUnusable: it is neither.
        ModelMissing: the catalogue has it, but it was not fetched.
    """
    place = Path(model).expanduser()
    if place.is_dir():
        if not (place / "config.json").is_file():
            raise DataUnusable(f"{place}: not the folder of a language model, for config.json is missing")
        return place
    if place.is_file():
        if place.suffix != ".gguf":
            raise DataUnusable(f"{place}: neither a folder of transformers nor a GGUF file")
        return place
    try:
        entry = load_catalogue().find(model)
    except ModelUnknown as problem:
        raise DataUnusable(
            f"{model!r} is no folder, no GGUF file and no model of the catalogue: {problem}"
        ) from problem
    name = next((name for source in entry.sources for name in source.files if name.endswith(".gguf")), None)
    if entry.task != "language-model" or name is None:
        raise DataUnusable(f"{model} is no language model: it is for {entry.task}")
    return (cache or ModelCache()).path(entry.id, name)


def hub_name(model: str) -> str:
    """What a model is called where it is known: its official name for an id of the catalogue, else its folder."""
    try:
        return load_catalogue().find(model).hub
    except ModelUnknown:
        return Path(model).expanduser().resolve().name


def as_folder(base: Path, kept: Path) -> Path:
    """Return `base` as a transformers folder: itself, or `kept`, written once from a GGUF file.

    Raises:
        ExtraMissing: the extra `train` is not installed.
        DataUnusable: transformers cannot read the file.
    """
    if base.is_dir():
        return base
    if (kept / "config.json").is_file():
        return kept
    try:
        import gguf  # noqa: F401  # transformers reads the file with it
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    except ImportError as problem:
        raise ExtraMissing(problem.name or "transformers") from problem
    part = kept.with_name(f"{kept.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    folder, name = str(base.parent), base.name
    try:
        whole = GgufConfig(dequantize=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder, gguf_file=name, quantization_config=whole, dtype=torch.bfloat16
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    except (OSError, ValueError, KeyError, NotImplementedError, RuntimeError) as problem:
        raise DataUnusable(f"{base}: transformers cannot read this model ({problem})") from problem
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config  # the numbers are whole again
    model.hf_quantizer = None
    model.save_pretrained(part)
    tokenizer.save_pretrained(part)
    shutil.rmtree(kept, ignore_errors=True)
    part.rename(kept)
    return kept
