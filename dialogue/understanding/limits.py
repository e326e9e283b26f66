"""How long a turn may be, by the format: what is empty or too long is told to the caller and understood no further."""

from __future__ import annotations

from flows.commands import Failed
from flows.model import Assistant

MAX_CHARACTERS = 420
"""The format's bound on a turn, where config.yml sets no other."""


def max_characters(assistant: Assistant) -> int | None:
    """Read the bound on a turn from the pipeline of config.yml; None where it is switched off."""
    for component in assistant.config.get("pipeline") or ():
        given = component.get("user_input") if isinstance(component, dict) else None
        if isinstance(given, dict) and "max_characters" in given:
            limit = given["max_characters"]
            return int(limit) if isinstance(limit, (int, float)) and limit > 0 else None
    return MAX_CHARACTERS


def refused(text: str, limit: int | None) -> Failed | None:
    """Return why a turn's text (cleaned of what stands around it) is not understood at all, None when it may be."""
    if not text:
        return Failed("rasa_internal_error_user_input_empty")
    if limit is not None and len(text) > limit:
        return Failed("rasa_internal_error_user_input_too_long", {"max_characters": limit})
    return None
