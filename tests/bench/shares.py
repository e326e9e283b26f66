"""A share of some cases, told with how sure it is."""

from __future__ import annotations

from typing import Any

from tests.bench.understanding_figures import wilson


def share_of(count: int, total: int, name: str) -> dict[str, Any]:
    """Return `count` (as `name`) of `total`, its share, and the share's 95 % interval by Wilson; None of no cases."""
    low, high = wilson(count, total)
    return {
        "n": total,
        name: count,
        "share": round(count / total, 4) if total else None,
        "share_95": [round(low, 4), round(high, 4)],
    }
