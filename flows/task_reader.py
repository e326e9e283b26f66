"""Reading what one step does: its type key and that type's own node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, cast, get_args

from flows.commands import Json
from flows.conditions import Condition
from flows.findings import Findings
from flows.model import (
    ActionEffect,
    ActionTask,
    CallTask,
    CollectTask,
    Dtmf,
    LinkTask,
    NoopTask,
    Rejection,
    SetSlotsTask,
    Task,
)
from flows.source import Rows, Scalar, Table, Value
from flows.templates import Template, compile_template, has_template

ConditionReader: TypeAlias = Callable[[Value, Findings], Condition | None]

TASK_KEYS: Final[Mapping[str, set[str]]] = {
    "action": set(),
    "collect": {
        "ask_before_filling", "utter", "rejections", "reset_after_flow_ends", "force_slot_filling",
        "silence_timeout", "dtmf",
    },
    "set_slots": set(),
    "link": set(),
    "call": {"mcp_server", "mapping", "exit_if"},
    "noop": set(),
}  # fmt: skip


def read_task(node: Table, findings: Findings, read_condition: ConditionReader) -> Task | None:
    """Read a step's task; None (and a finding) where it has none, or more than one."""
    kinds = [key for key in node.entries if key in TASK_KEYS]
    if not kinds:
        known = ", ".join(TASK_KEYS)
        findings.error(node.place, "step-type", f"this step does nothing: it needs one of {known}")
        return None
    if len(kinds) > 1:
        findings.error(node.keys[kinds[1]], "step-type", f"a step cannot be both '{kinds[0]}' and '{kinds[1]}'")
        return None
    match kinds[0]:
        case "set_slots":
            return _set_slots(node, findings)
        case "noop":
            return NoopTask()
        case "collect":
            return _collect(node, findings, read_condition)
        case kind:
            name = node.text(kind)
            if name is None:
                findings.error(node.place_of(kind), "step-type", f"'{kind}' needs a name")
                return None
            if kind == "link":
                return LinkTask(name)
            if kind == "call":
                options = {key: value.plain() for key, value in node.entries.items() if key in TASK_KEYS["call"]}
                return CallTask(name, options)
            return ActionTask(name, _template(name, node, findings), read_effect(node, findings))


def flat_collect(node: Table) -> Table:
    """Bring the map form `collect: {name: …, silence_timeout: …}` to the flat one."""
    inner = node.get("collect")
    name = inner.get("name") if isinstance(inner, Table) else None
    if not isinstance(inner, Table) or name is None:
        return node
    keys = {**node.keys, **{key: place for key, place in inner.keys.items() if key != "name"}}
    entries = {**node.entries, **{key: value for key, value in inner.entries.items() if key != "name"}}
    return Table({**entries, "collect": name}, keys, node.place)


def read_effect(node: Table, findings: Findings) -> ActionEffect | None:
    """Read the key `effect` of an action step or of an entry of the domain's actions."""
    effect = node.text("effect")
    if effect is None or effect in get_args(ActionEffect):
        return cast("ActionEffect | None", effect)
    findings.error(node.place_of("effect"), "effect", f"'{effect}' is no effect", "write none, read or write")
    return None


def read_rejections(value: Value | None, findings: Findings, read_condition: ConditionReader) -> tuple[Rejection, ...]:
    """Read a list of `{if, utter}`."""
    if value is None:
        return ()
    found: list[Rejection] = []
    for item in value.items if isinstance(value, Rows) else (value,):
        guard = item.get("if") if isinstance(item, Table) else None
        utter = item.text("utter") if isinstance(item, Table) else None
        if guard is None or utter is None:
            findings.error(item.place, "rejection", "a rejection needs 'if' and 'utter'")
        elif (condition := read_condition(guard, findings)) is not None:
            found.append(Rejection(condition, utter))
    return tuple(found)


def _template(name: str, node: Table, findings: Findings) -> Template | None:
    if not has_template(name):
        return None
    try:
        return compile_template(name)
    except ValueError as error:
        findings.error(node.place_of("action"), "template", str(error))
        return None


def _collect(node: Table, findings: Findings, read_condition: ConditionReader) -> CollectTask | None:
    slot = node.text("collect")
    if slot is None:
        findings.error(node.place_of("collect"), "collect", "'collect' needs the name of a slot")
        return None
    return CollectTask(
        slot=slot,
        description=(node.text("description") or "").strip(),
        ask_before_filling=node.text("ask_before_filling") in ("true", "True"),
        utter=node.text("utter") or "",
        rejections=read_rejections(node.get("rejections"), findings, read_condition),
        force_slot_filling=node.text("force_slot_filling") in ("true", "True"),
        silence_timeout_s=_silence_timeouts(node, findings),
        dtmf=_dtmf(node, findings),
    )


def _silence_timeouts(node: Table, findings: Findings) -> Mapping[str, float]:
    value = node.get("silence_timeout")
    tables = value.items if isinstance(value, Rows) else () if value is None else (value,)
    timeouts: dict[str, float] = {}
    for item in tables:
        entries = item.entries if isinstance(item, Table) else {"*": item}
        for channel, seconds in entries.items():
            number = seconds.plain()
            if isinstance(number, bool) or not isinstance(number, int | float) or number <= 0:
                findings.error(seconds.place, "silence-timeout", "a silence timeout is a number of seconds above 0")
            else:
                timeouts[channel] = float(number)
    return timeouts


def _dtmf(node: Table, findings: Findings) -> Dtmf | None:
    value = node.get("dtmf")
    if value is None:
        return None
    plain: Json = value.plain()
    if not isinstance(plain, dict):
        findings.error(value.place, "dtmf", "write dtmf: {length: n} or dtmf: {finish_on_key: '#'}")
        return None
    length, key = plain.get("length"), plain.get("finish_on_key")
    if (length is None) == (key is None) or not isinstance(length, int | None):
        findings.error(value.place, "dtmf", "give either a length or a key that finishes, not both")
        return None
    return Dtmf(length, None if key is None else str(key), plain.get("allow_audio_input") is not False)


def _set_slots(node: Table, findings: Findings) -> SetSlotsTask | None:
    value = node.get("set_slots")
    tables = value.items if isinstance(value, Rows) else (value,)
    pairs: list[tuple[str, Json]] = []
    for item in tables:
        if not isinstance(item, Table):
            place = node.place_of("set_slots") if item is None or isinstance(item, Scalar) else item.place
            findings.error(place, "set-slots", "write 'set_slots:' with a list of '- slot: value'")
            continue
        pairs += [(name, inner.plain()) for name, inner in item.entries.items()]
    return SetSlotsTask(tuple(pairs))
