"""The model catalogue as the API shows it: what there is, on what terms, and whether it is here."""

from __future__ import annotations

from typing import Any

from models.cache import ModelCache
from models.catalogue import ModelEntry, load_catalogue


def describe_models(cache: ModelCache) -> list[dict[str, Any]]:
    """List every model of the catalogue. Looks at the disk."""
    return [_described(entry, cache) for entry in load_catalogue().models]


def is_present(entry: ModelEntry, cache: ModelCache) -> bool:
    """Tell whether all files of one of the model's sources are here and verified."""
    return any(
        cache.has(entry.id, {name: file.sha256 for name, file in source.files.items()}) for source in entry.sources
    )


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
        "is_present": is_present(entry, cache),
    }
