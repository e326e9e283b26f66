"""The call of a tool on an MCP server: what goes in, and what of the result goes into which slot. Pure.

    call step ── slots, by `mapping.input` ──▶ RunAction(call) ──▶ shell ──▶ ActionDone(result)
                                                                                 │
    next step ◀── slots, by the expressions of `mapping.output` over `result` ───┘

The result is in the event log as the tool gave it back, so that a replay takes the same slots from it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flows.commands import Json
from flows.effects import RunAction, ToolCall
from flows.model import CallTask
from flows.result_expressions import ExpressionFailed, evaluated
from flows.run import Run
from flows.state import Frame


def order_call(run: Run, frame: Frame, task: CallTask) -> None:
    """Order the tool of the step on top to be called. A slot that is not set gives no argument."""
    run.done()
    run.pending_action = task.flow_id
    server = str(task.options["mcp_server"])
    entries = _entries(task, "input")
    arguments = {str(entry["param"]): run.slots.get(str(entry["slot"])) for entry in entries}
    call = ToolCall(server, task.flow_id, _set_ones(arguments), _meta(run, server))
    run.ends_with(RunAction(task.flow_id, frame.flow_id, frame.step_id, task.effect, call))


def take_result(run: Run, name: str, result: Mapping[str, Json]) -> bool:
    """Store what the step that called a tool takes from its result; False where one of its expressions fails.

    All of them are evaluated before anything is stored. Nothing happens where the conversation is at another step.
    """
    frame = run.stack[-1] if run.stack else None
    flow = run.assistant.flows.get(frame.flow_id) if frame is not None else None
    step = flow.by_id.get(frame.step_id) if flow is not None and frame is not None else None
    task = step.task if step is not None else None
    if not isinstance(task, CallTask) or not task.is_tool or task.flow_id != name:
        return True
    try:
        values = [(str(entry["slot"]), evaluated(str(entry["value"]), result)) for entry in _entries(task, "output")]
    except ExpressionFailed:
        return False
    for slot, value in values:
        if slot in run.assistant.slots:
            run.set_slot(slot, value)
    return True


def mcp_servers(endpoints: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Return the MCP servers of endpoints.yml, each with its name; what is no server is passed over."""
    listed = endpoints.get("mcp_servers")
    for item in listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ():
        if isinstance(item, Mapping) and item.get("name") is not None:
            yield str(item["name"]), item


def _entries(task: CallTask, side: str) -> Sequence[Mapping[str, Json]]:
    mapping = task.options.get("mapping") or {}
    entries: Sequence[Mapping[str, Json]] = mapping.get(side) or ()
    return entries


def _meta(run: Run, server: str) -> Mapping[str, Json]:
    """Return what the server is told beside the arguments: `meta_map` of endpoints.yml, `static` and `from_slots`."""
    given = dict(mcp_servers(run.assistant.endpoints)).get(server, {}).get("meta_map")
    if not isinstance(given, Mapping):
        return {}
    static, named = given.get("static"), given.get("from_slots")
    meta = {str(key): value for key, value in static.items()} if isinstance(static, Mapping) else {}
    if isinstance(named, Mapping):
        meta.update(_set_ones({str(key): run.slots.get(str(slot)) for key, slot in named.items()}))
    return meta


def _set_ones(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
