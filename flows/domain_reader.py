"""Reading a domain: slots, responses, actions and session settings, from one file or many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast, get_args

from flows.commands import Json
from flows.conditions import Condition, all_equal
from flows.findings import Findings, did_you_mean
from flows.flow_reader import read_condition
from flows.model import (
    ActionEffect,
    Mapped,
    Response,
    ResponseButton,
    SessionSettings,
    Slot,
    SlotType,
    SlotValidation,
)
from flows.source import Rows, Scalar, Table, Value
from flows.task_reader import read_effect, read_rejections

_TOP_KEYS: Final = {
    "version", "intents", "entities", "slots", "responses", "actions", "forms", "session_config", "config",
    "e2e_actions",
}  # fmt: skip
_SLOT_TYPES: Final[tuple[str, ...]] = get_args(SlotType)


@dataclass(slots=True)
class Domain:
    """What was read so far; files are added one after another, a name given twice is a finding."""

    is_default: bool = False
    slots: dict[str, Slot] = field(default_factory=dict)
    responses: dict[str, tuple[Response, ...]] = field(default_factory=dict)
    action_effects: dict[str, ActionEffect] = field(default_factory=dict)
    intents: list[str] = field(default_factory=list)
    session: SessionSettings = field(default_factory=SessionSettings)
    plain: dict[str, Json] = field(default_factory=dict)


def read_domain(value: Value, domain: Domain, findings: Findings) -> None:
    """Add one file to `domain`."""
    if not isinstance(value, Table):
        findings.error(value.place, "domain", "a domain file must be a map with keys such as slots and responses")
        return
    for key in value.entries:
        if key not in _TOP_KEYS:
            suggestion = did_you_mean(key, _TOP_KEYS)
            findings.warning(value.keys[key], "unknown-key", f"a domain has no '{key}'", suggestion)
    for name, node in _entries(value, "slots", findings):
        _read_slot(name, node, value, domain, findings)
    for name, node in _entries(value, "responses", findings):
        _read_response(name, node, value, domain, findings)
    _read_actions(value.get("actions"), domain, findings)
    intents = value.get("intents")
    for item in intents.items if isinstance(intents, Rows) else ():
        domain.intents += [item.text] if isinstance(item, Scalar) else list(_keys(item))
    session = value.get("session_config")
    if isinstance(session, Table):
        domain.session = _session(session.plain())
    _merge(domain.plain, value.plain())


def _entries(table: Table, key: str, findings: Findings) -> list[tuple[str, Value]]:
    value = table.get(key)
    if isinstance(value, Table):
        return list(value.entries.items())
    if value is not None and not (isinstance(value, Scalar) and value.value is None):
        findings.error(value.place, "domain", f"'{key}' must be a map")
    return []


def _keys(value: Value) -> tuple[str, ...]:
    return tuple(value.entries) if isinstance(value, Table) else ()


def _merge(into: dict[str, Json], more: Mapping[str, Json]) -> None:
    for key, value in more.items():
        present = into.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            present.update(value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(item for item in value if item not in present)
        else:
            into[key] = value


def _read_slot(name: str, node: Value, file: Table, domain: Domain, findings: Findings) -> None:
    place = cast(Table, file.get("slots")).keys[name]
    if name in domain.slots:
        first = domain.slots[name].place
        where = f"{first.file}:{first.line}" if first else "another file"
        findings.error(place, "duplicate-slot", f"slot '{name}' is already defined in {where}")
        return
    table = node if isinstance(node, Table) else Table({}, {}, place)
    kind = table.text("type")
    if kind is None:
        findings.error(place, "slot-type", f"slot '{name}' needs a type", "one of " + ", ".join(_SLOT_TYPES))
    elif kind not in _SLOT_TYPES:
        suggestion = did_you_mean(kind, _SLOT_TYPES) or "one of " + ", ".join(_SLOT_TYPES)
        findings.error(table.place_of("type"), "slot-type", f"'{kind}' is no type of slot", suggestion)
        kind = None
    rows = table.get("values")
    values = rows.items if isinstance(rows, Rows) else ()
    if kind in ("categorical", "strict_categorical") and not values:
        findings.error(place, "slot-values", f"categorical slot '{name}' needs values")
    initial = table.get("initial_value")
    voice = table.get("voice")
    domain.slots[name] = Slot(
        name=name,
        type=cast(SlotType, kind or "any"),
        values=tuple(item.text for item in values if isinstance(item, Scalar)),
        initial_value=None if initial is None else initial.plain(),
        mappings=_mappings(table.get("mappings"), findings),
        min_value=_number(table, "min_value", findings),
        max_value=_number(table, "max_value", findings),
        validation=_validation(name, table.get("validation"), findings),
        shared_for_coexistence=table.text("shared_for_coexistence") in ("true", "True"),
        is_sensitive=isinstance(voice, Table) and voice.text("sensitive") in ("true", "True"),
        is_default=domain.is_default,
        place=place,
    )


def _number(table: Table, key: str, findings: Findings) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    number = value.plain()
    if isinstance(number, bool) or not isinstance(number, int | float):
        findings.error(value.place, "slot-range", f"'{key}' must be a number")
        return None
    return float(number)


def _mappings(value: Value | None, findings: Findings) -> tuple[Mapped, ...]:
    if value is None or (isinstance(value, Rows) and not value.items):
        return (Mapped(),)
    found: list[Mapped] = []
    for item in value.items if isinstance(value, Rows) else (value,):
        kind = item.text("type") if isinstance(item, Table) else None
        if kind is None:
            findings.error(item.place, "slot-mapping", "a mapping needs a type, such as from_llm")
        else:
            options = {key: inner for key, inner in item.plain().items() if key != "type"}
            found.append(Mapped("controlled" if kind == "custom" else kind, options))
    return tuple(found)


def _validation(name: str, value: Value | None, findings: Findings) -> SlotValidation | None:
    if not isinstance(value, Table):
        return None
    return SlotValidation(
        rejections=read_rejections(value.get("rejections"), findings, read_condition),
        refill_utter=value.text("refill_utter") or f"utter_ask_{name}",
        refill_action=value.text("refill_action") or f"action_ask_{name}",
    )


def _read_response(name: str, node: Value, file: Table, domain: Domain, findings: Findings) -> None:
    place = cast(Table, file.get("responses")).keys[name]
    if name in domain.responses:
        first = domain.responses[name][0].place
        where = f"{first.file}:{first.line}" if first else "another file"
        findings.error(place, "duplicate-response", f"response '{name}' is already defined in {where}")
        return
    if not isinstance(node, Rows) or not node.items:
        findings.error(place, "response", f"response '{name}' needs a list of variations such as '- text: …'")
        return
    domain.responses[name] = tuple(
        variation for item in node.items if (variation := _variation(item, findings)) is not None
    )
    if not domain.responses[name]:
        del domain.responses[name]


def _variation(node: Value, findings: Findings) -> Response | None:
    if isinstance(node, Scalar) and node.value is not None:
        return Response(text=node.text, place=node.place)
    if not isinstance(node, Table):
        findings.error(node.place, "response", "a variation must be a map such as '- text: …'")
        return None
    plain: dict[str, Json] = node.plain()
    condition, buttons = node.get("condition"), node.get("buttons")
    text = node.text("text")
    return Response(
        text=text.rstrip("\n") if text is not None else None,
        id=node.text("id"),
        channel=node.text("channel"),
        condition=None if condition is None else _condition(condition, findings),
        buttons=tuple(_buttons(buttons, findings)) if buttons is not None else (),
        custom=plain.get("custom"),
        image=node.text("image"),
        attachment=plain.get("attachment"),
        allow_interruptions=plain.get("allow_interruptions") is not False,
        metadata=plain["metadata"] if isinstance(plain.get("metadata"), dict) else {},
        translation=plain["translation"] if isinstance(plain.get("translation"), dict) else {},
        place=node.place,
    )


def _condition(value: Value, findings: Findings) -> Condition | None:
    if isinstance(value, Scalar):
        return read_condition(value, findings)
    wanted: dict[str, Json] = {}
    for item in value.items if isinstance(value, Rows) else ():
        name = item.text("name") if isinstance(item, Table) else None
        if name is None:
            findings.error(item.place, "condition", "write '- {type: slot, name: …, value: …}' or a predicate")
        else:
            wanted[name] = item.plain().get("value")
    return all_equal(wanted)


def _buttons(value: Value, findings: Findings) -> list[ResponseButton]:
    found: list[ResponseButton] = []
    for item in value.items if isinstance(value, Rows) else ():
        title = item.text("title") if isinstance(item, Table) else None
        if title is None or not isinstance(item, Table):
            findings.error(item.place, "button", "a button needs a title")
        else:
            found.append(ResponseButton(title, item.text("payload") or title))
    return found


def _read_actions(value: Value | None, domain: Domain, findings: Findings) -> None:
    for item in value.items if isinstance(value, Rows) else ():
        if isinstance(item, Scalar) and item.value is not None:
            domain.action_effects.setdefault(item.text, "write")
            continue
        for name, options in item.entries.items() if isinstance(item, Table) else ():
            effect = read_effect(options, findings) if isinstance(options, Table) else None
            domain.action_effects[name] = effect or "write"


def _session(plain: Mapping[str, Json]) -> SessionSettings:
    minutes = plain.get("session_expiration_time", 60)
    return SessionSettings(
        expiration_time_min=float(minutes) if isinstance(minutes, int | float) else 60.0,
        carry_over_slots=plain.get("carry_over_slots_to_new_session") is not False,
        start_after_expiry=plain.get("start_session_after_expiry") is not False,
    )
