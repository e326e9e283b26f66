"""How long the studio takes to open a project and to answer an edit, as projects grow.

Run it with `python -m tests.bench.studio_saves`. An edit is timed from the call to the answer: the files looked at for
changes by others, the gesture, its file and folder flushed to the disk, the touched flow checked, the answer as JSON.
The whole is checked behind it meanwhile, as in a server. `outline` is an edit that changes the list of flows, which
comes with the answer. `held` is how late a timer of the same event loop comes, as the frames of calls would.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from studio.authoring.commands import COMMANDS
from studio.authoring.project import OpenProject
from studio.authoring.shapes import Edited
from studio.check_process import CheckProcess
from tests.bench.machine import describe_machine, load_average
from tests.bench.many_flows import write_assistant

SIZES = (10, 100, 1_000)
N_EDITS = 60
N_OUTLINES = 12
TICK_S = 0.005


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


def described(number: int, n_flows: int) -> list[dict[str, Any]]:
    """Return a gesture that changes what the list of flows says."""
    flow = f"task_{number * 7 % n_flows}"
    return [{"flow": flow, "op": "set_field", "path": ["description"], "value": f"Does it in way {number}."}]


async def ticking(late_ms: list[float]) -> None:
    """Note how late each tick comes, until cancelled."""
    while True:
        due = time.perf_counter() + TICK_S
        await asyncio.sleep(TICK_S)
        late_ms.append((time.perf_counter() - due) * 1000)


async def timed(project: OpenProject, gestures: list[list[dict[str, Any]]]) -> list[float]:
    """Do gestures one after another; return how long each took in ms, shortest first."""
    took = []
    for one in gestures:
        started = time.perf_counter()
        edited = await project.edit(COMMANDS.validate_python(one))
        assert isinstance(edited, Edited)
        edited.model_dump_json()
        took.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.05)  # as fast as nobody types; the background check runs into some of them
    return sorted(took)


def at(share: float, values: list[float]) -> float:
    return round(values[min(len(values) - 1, int(len(values) * share))], 1)


async def measured(n_flows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = write_assistant(Path(name), n_flows)
        checks = CheckProcess()
        started = time.perf_counter()
        project = await OpenProject.open(folder, examine=checks.examined)
        await project.outline()
        opened_s = time.perf_counter() - started
        await project.findings()
        late: list[float] = []
        async with asyncio.TaskGroup() as group:
            tick = group.create_task(ticking(late))
            took = await timed(project, [gesture(number, n_flows) for number in range(N_EDITS)])
            listed = await timed(project, [described(number, n_flows) for number in range(N_OUTLINES)])
            await project.findings()
            tick.cancel()
        await project.close()
        checks.close()
    late.sort()
    return {
        "flows": n_flows,
        "open_s": round(opened_s, 3),
        "edit_p50_ms": at(0.5, took),
        "edit_p95_ms": at(0.95, took),
        "edit_max_ms": at(1.0, took),
        "outline_p50_ms": at(0.5, listed),
        "outline_max_ms": at(1.0, listed),
        "held_p99_ms": at(0.99, late),
        "held_max_ms": at(1.0, late),
        "check_ms": round(project.check_ms, 1),
    }


def main() -> None:
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    gc.collect()
    gc.freeze()  # as the server does once it is up
    found = [asyncio.run(measured(size)) for size in sizes]
    print(json.dumps({"machine": describe_machine(), "load": load_average(), "sizes": found}, indent=2))


if __name__ == "__main__":
    main()
