"""The model catalogue as the API shows it: what there is, on what terms, and whether it is here."""

from __future__ import annotations

from typing import Any

from models.cache import ModelCache
from models.catalogue import ModelEntry, installed_source, load_catalogue


def describe_models(cache: ModelCache) -> list[dict[str, Any]]:
    """List every model of the catalogue. Looks at the disk."""
    return [_described(entry, cache) for entry in load_catalogue().models]


def _described(entry: ModelEntry, cache: ModelCache) -> dict[str, Any]:
    return {
        "id": entry.id,
        "task": entry.task,
        "title": entry.title,
        "languages": list(entry.languages),
        "licence": entry.licence,
        "provenance": entry.provenance,
        "size_bytes": entry.size_bytes,
        "is_default": entry.default,
        "is_present": installed_source(entry, cache) is not None,
    }
