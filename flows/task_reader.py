"""Reading what one step does: its type key and that type's own node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast, get_args

from flows.call_reader import CALL_KEYS, read_call
from flows.commands import Json
from flows.condition_reader import read_condition
from flows.fields import flag, is_given, number
from flows.findings import Findings
from flows.model import (
    ActionEffect,
    ActionTask,
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

REMOVED_KEYS: Final = frozenset({"ask_confirm_digressions", "block_digressions"})
"""Accepted where they once were, without effect."""
_DTMF_KEYS: Final = frozenset("0123456789*#ABCD")
TASK_KEYS: Final[Mapping[str, set[str]]] = {
    "action": set(),
    "collect": {
        "ask_before_filling", "utter", "rejections", "reset_after_flow_ends", "force_slot_filling",
        "silence_timeout", "dtmf",
    },
    "set_slots": set(),
    "link": set(),
    "call": CALL_KEYS,
    "noop": set(),
}  # fmt: skip


def read_task(node: Table, findings: Findings) -> Task | None:
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
            return _collect(node, findings)
        case kind:
            name = node.text(kind)
            if name is None:
                findings.error(node.place_of(kind), "step-type", f"'{kind}' needs a name")
                return None
            if kind == "link":
                return LinkTask(name)
            if kind == "call":
                return read_call(name, node, findings)
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


def read_rejections(value: Value | None, findings: Findings) -> tuple[Rejection, ...]:
    """Read a list of `{if, utter}`."""
    if value is None or (isinstance(value, Scalar) and value.value is None):
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


def _collect(node: Table, findings: Findings) -> CollectTask | None:
    slot = node.text("collect")
    if slot is None:
        findings.error(node.place_of("collect"), "collect", "'collect' needs the name of a slot")
        return None
    return CollectTask(
        slot=slot,
        description=(node.text("description") or "").strip(),
        ask_before_filling=flag(node, "ask_before_filling", False, findings),
        utter=node.text("utter") or "",
        rejections=read_rejections(node.get("rejections"), findings),
        force_slot_filling=flag(node, "force_slot_filling", False, findings),
        silence_timeout_s=_silence_timeouts(node, findings),
        dtmf=_dtmf(node, findings),
    )


def _silence_timeouts(node: Table, findings: Findings) -> Mapping[str, float]:
    """Read a number of seconds, a map from channel to seconds, or a list of such maps. `*` stands for any channel."""
    value = node.get("silence_timeout") if is_given(node, "silence_timeout") else None
    tables = value.items if isinstance(value, Rows) else () if value is None else (value,)
    timeouts: dict[str, float] = {}
    for item in tables:
        entries = item.entries if isinstance(item, Table) else {"*": item}
        for channel, given in entries.items():
            seconds = number(given)
            if seconds is None or not 0 < seconds < float("inf"):
                findings.error(given.place, "silence-timeout", "a silence timeout is a number of seconds above 0")
            else:
                timeouts[channel] = seconds
    return timeouts


def _dtmf(node: Table, findings: Findings) -> Dtmf | None:
    value = node.get("dtmf") if is_given(node, "dtmf") else None
    if value is None:
        return None
    if not isinstance(value, Table):
        findings.error(value.place, "dtmf", "write dtmf: {length: n} or dtmf: {finish_on_key: '#'}")
        return None
    length, key = value.get("length"), value.text("finish_on_key")
    if length is not None and key is not None:
        findings.error(value.place, "dtmf", "give either a length or a key that finishes, not both")
        return None
    if length is None and key is None:
        findings.warning(value.place, "dtmf", "neither a length nor a key that finishes is given: '#' finishes")
    digits = length.plain() if length is not None else None
    if length is not None and (isinstance(digits, bool) or not isinstance(digits, int) or digits < 1):
        findings.error(length.place, "dtmf", "the length is a number of keys, 1 or more")
        return None
    if key is not None and key not in _DTMF_KEYS:
        findings.error(value.place_of("finish_on_key"), "dtmf", f"'{key}' is no key of a telephone", "use '#' or '*'")
        return None
    finish_on_key = (key or "#") if digits is None else None
    return Dtmf(digits, finish_on_key, flag(value, "allow_audio_input", True, findings))


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
