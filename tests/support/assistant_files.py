"""Assistants of tests that are written as texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from flows.loader import load_assistant
from flows.model import Assistant


def load_files(folder: Path, files: Mapping[str, str], **how: Any) -> Assistant:
    """Write an assistant's files (path → text, dedented) and load it, as `load_assistant` does."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return load_assistant(folder, **how)
