"""Where steps lie on the canvas: `.studio/positions.json`, a map from flow to key to place."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from studio.authoring.shapes import Position

Positions = dict[str, dict[str, Position]]


def read_positions(text: str | None) -> Positions:
    """Read the file; what is not a place is left out, since losing a place loses nothing else."""
    try:
        data = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        data = {}
    found: Positions = {}
    for flow, keys in data.items() if isinstance(data, dict) else ():
        places = (
            {key: place for key, value in keys.items() if (place := _place(value))} if isinstance(keys, dict) else {}
        )
        if places:
            found[flow] = places
    return found


def _place(value: object) -> Position | None:
    pair = value if isinstance(value, list) and len(value) == 2 else ()
    numbers = [float(one) for one in pair if isinstance(one, int | float) and abs(one) <= 1e7 and math.isfinite(one)]
    return Position(x=numbers[0], y=numbers[1]) if len(numbers) == 2 else None


def written_positions(positions: Positions) -> str | None:
    """Write the file, one step a line so that two people's moves merge; None where there is nothing in it."""
    flows = {flow: keys for flow, keys in sorted(positions.items()) if keys}
    if not flows:
        return None
    lines = []
    for flow, keys in flows.items():
        rows = [f"    {json.dumps(key)}: [{_number(at.x)}, {_number(at.y)}]" for key, at in sorted(keys.items())]
        lines.append(f"  {json.dumps(flow)}: {{\n" + ",\n".join(rows) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _number(value: float) -> str:
    return json.dumps(int(value) if value == int(value) else round(value, 2))


def moved(positions: Positions, flow: str, keys: Mapping[str, str | None]) -> Positions:
    """Return places that follow their steps' new keys; None drops one."""
    old = positions.get(flow)
    if not old or not keys:
        return positions
    kept = {key: place for key, place in old.items() if key not in keys}
    kept |= {new: old[key] for key, new in keys.items() if new is not None and key in old}
    return {**positions, flow: kept}
