"""Where an assistant's actions run while its tests do: for `test`, `understand` and `finetune prepare` alike."""

from __future__ import annotations

from contextlib import AbstractContextManager, chdir, nullcontext
from pathlib import Path

from flows.model import Assistant

IN_PROCESS, STUB = "in-process", "stub"


def actions_source(told: str | None, assistant: Assistant) -> str | None:
    """Return where actions run: as told, else in this process if the folder has code, else as endpoints.yml says."""
    if told is not None:
        return told
    folder = Path(assistant.folder)
    has_code = (folder / "actions.py").is_file() or any((folder / "actions").rglob("*.py"))
    return IN_PROCESS if has_code else None


def where_actions_run(told: str | None, assistant: Assistant) -> AbstractContextManager[None]:
    """Work in the assistant's folder while its own code may run: code opens its files from there, as it was written.

    Only commands that run tests do so, since their process has one assistant and no other work.
    """
    return chdir(assistant.folder) if actions_source(told, assistant) in (IN_PROCESS, None) else nullcontext()
