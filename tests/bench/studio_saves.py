"""How long the studio takes to open a project and to answer an edit, as projects grow.

Run it with `python -m tests.bench.studio_saves`. An edit is timed from the call to the answer: the files looked at for
changes by others, the gesture, its file and folder flushed to the disk, the touched flow checked, the answer as JSON.
The whole is checked behind it meanwhile, as in a server, and competes for the processor.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from studio.authoring.commands import COMMANDS
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Edited
from tests.bench.machine import describe_machine, load_average
from tests.bench.many_flows import write_assistant

SIZES = (10, 100, 1_000)
N_EDITS = 60


def gesture(number: int, n_flows: int) -> list[dict[str, Any]]:
    """Return one gesture: fields, steps, connections and positions in turn, on one flow after another."""
    flow = f"task_{number * 7 % n_flows}"
    kinds: tuple[dict[str, Any], ...] = (
        {"op": "set_field", "key": "confirm", "path": ["description"], "value": f"Sure? ({number})"},
        {"op": "add_step", "at": {"from": "START"}, "step": {"type": "action", "fields": {"action": "utter_left"}}},
        {"op": "set_positions", "positions": {"confirm": {"x": number, "y": 20}}},
        {"op": "connect", "from": "confirm", "kind": "else", "index": 1, "to": "END"},
    )
    return [{"flow": flow, **kinds[number % len(kinds)]}]


async def measured(n_flows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = write_assistant(Path(name), n_flows)
        started = time.perf_counter()
        project = await OpenProject.open(folder)
        await project.outline()
        opened_s = time.perf_counter() - started
        await project.findings()
        took = []
        for number in range(N_EDITS):
            started = time.perf_counter()
            edited = await project.edit(COMMANDS.validate_python(gesture(number, n_flows)))
            assert isinstance(edited, Edited)
            edited.model_dump_json()
            took.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.05)  # as fast as nobody types; the background check runs into some of them
        await project.close()
    took.sort()
    return {
        "flows": n_flows,
        "open_s": round(opened_s, 3),
        "edit_p50_ms": round(took[len(took) // 2], 1),
        "edit_p95_ms": round(took[int(len(took) * 0.95)], 1),
        "edit_max_ms": round(took[-1], 1),
        "check_ms": round(project.check_ms, 1),
    }


def main() -> None:
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    found = [asyncio.run(measured(size)) for size in sizes]
    print(json.dumps({"machine": describe_machine(), "load": load_average(), "sizes": found}, indent=2))


if __name__ == "__main__":
    main()
