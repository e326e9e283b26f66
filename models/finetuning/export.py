"""Writes a trained adapter for those who serve it: a GGUF file for llama.cpp, or a PEFT folder for vLLM."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Literal

from models.finetuning.adapter_folder import CONFIG, WEIGHTS, base_model_of, read_adapter
from models.finetuning.bases import find_base, hub_name
from models.finetuning.errors import AdapterUnusable, FineTuningFailed
from models.finetuning.gguf_adapter import shape_of, write_gguf

TRAINED = "adapter"
"""Where a training keeps its adapter, in its own folder."""


def export(adapter: Path, out: Path, kind: Literal["gguf", "peft"], model: str | None = None) -> int:
    """Export an adapter and return the bytes written.

    Args:
        adapter: the PEFT folder, or the folder of a training that has one.
        model: the language model it was trained on, where the adapter does not say it or its folder moved.

    Raises:
        AdapterUnusable: what is wrong with the adapter, or with `out`.
        ExtraMissing: the package gguf is not installed.
    """
    folder = adapter if (adapter / CONFIG).is_file() else adapter / TRAINED
    if not (folder / CONFIG).is_file():
        raise AdapterUnusable(f"{adapter}: no PEFT adapter in it, for {CONFIG} is missing")
    if kind == "peft":
        return _copy(folder, out, model)
    named = model or base_model_of(folder)
    try:
        base = find_base(named) if named else None
    except FineTuningFailed as problem:
        raise AdapterUnusable(
            f"{folder}: its language model is not here; name it with --model ({problem})"
        ) from problem
    if base is None:
        raise AdapterUnusable(f"{folder} does not say what it was trained on; name the language model with --model")
    return write_gguf(read_adapter(folder), shape_of(base), out)


def _copy(folder: Path, out: Path, model: str | None) -> int:
    """Copy the adapter as vLLM takes it, with its model by name and not by a place on this machine."""
    read_adapter(folder)
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = hub_name(model or str(config.get("base_model_name_or_path") or ""))
    try:
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / WEIGHTS, out / WEIGHTS)
        (out / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except (OSError, shutil.SameFileError) as problem:
        raise AdapterUnusable(f"{out}: cannot be written ({problem})") from problem
    return (out / WEIGHTS).stat().st_size + (out / CONFIG).stat().st_size
