"""Reading a domain: slots, responses, actions and session settings, from one file or many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flows.commands import Json
from flows.fields import flag, is_given, number, warn_of_unknown_keys
from flows.findings import Findings
from flows.model import ActionEffect, Response, SessionSettings, Slot
from flows.places import Place
from flows.response_reader import read_response
from flows.slot_reader import read_slot
from flows.source import Rows, Scalar, Table, Value
from flows.task_reader import read_effect

_TOP_KEYS: Final = {
    "version", "intents", "entities", "slots", "responses", "actions", "forms", "session_config", "config",
    "e2e_actions",
}  # fmt: skip


@dataclass(slots=True)
class Domain:
    """What was read so far; files are added one after another, a name given twice is a finding."""

    is_default: bool = False
    slots: dict[str, Slot] = field(default_factory=dict)
    responses: dict[str, tuple[Response, ...]] = field(default_factory=dict)
    action_effects: dict[str, ActionEffect] = field(default_factory=dict)
    declared_effects: set[str] = field(default_factory=set)
    action_places: dict[str, Place] = field(default_factory=dict)
    intents: list[str] = field(default_factory=list)
    entities: list[str] = field(default_factory=list)
    session: SessionSettings = field(default_factory=SessionSettings)
    plain: dict[str, Json] = field(default_factory=dict)


def read_domain(value: Value, domain: Domain, findings: Findings) -> None:
    """Add one file to `domain`."""
    if not isinstance(value, Table):
        findings.error(value.place, "domain", "a domain file must be a map with keys such as slots and responses")
        return
    warn_of_unknown_keys(value, _TOP_KEYS, "a domain", findings)
    slots, responses = _map(value, "slots", findings), _map(value, "responses", findings)
    for name, node in slots.entries.items():
        _add_slot(name, node, slots.keys[name], domain, findings)
    for name, node in responses.entries.items():
        _add_response(name, node, responses.keys[name], domain, findings)
    _read_actions(value, domain, findings)
    domain.intents += _named(value, "intents", findings)
    domain.entities += _named(value, "entities", findings)
    if is_given(value, "session_config"):
        _read_session(_map(value, "session_config", findings), domain, findings)
    _merge(domain.plain, value.plain())


def _map(table: Table, key: str, findings: Findings) -> Table:
    value = table.get(key)
    if isinstance(value, Table):
        return value
    if is_given(table, key):
        findings.error(table.place_of(key), "domain", f"'{key}' must be a map")
    return Table({}, {}, table.place)


def _named(table: Table, key: str, findings: Findings) -> list[str]:
    """Read a list of names, each alone or as a map from the name to its options."""
    if not is_given(table, key):
        return []
    value = table.entries[key]
    items = value.items if isinstance(value, Rows) else (value,) if isinstance(value, Table) else ()
    if isinstance(value, Scalar):
        findings.error(value.place, "domain", f"'{key}' must be a list")
    found: list[str] = []
    for item in items:
        if isinstance(item, Table):
            found += item.entries
        elif isinstance(item, Scalar) and item.value is not None:
            found.append(item.text)
    return found


def _add_slot(name: str, node: Value, place: Place, domain: Domain, findings: Findings) -> None:
    first = domain.slots.get(name)
    if first is not None:
        where = f"{first.place.file}:{first.place.line}" if first.place else "another file"
        findings.error(place, "duplicate-slot", f"slot '{name}' is already defined in {where}")
        return
    domain.slots[name] = read_slot(name, node, place, findings, is_default=domain.is_default)


def _add_response(name: str, node: Value, place: Place, domain: Domain, findings: Findings) -> None:
    first = domain.responses.get(name)
    if first is not None:
        known = first[0].place
        where = f"{known.file}:{known.line}" if known else "another file"
        message = f"response '{name}' is already defined in {where}, and that one is used"
        findings.warning(place, "duplicate-response", message)
        return
    variations = read_response(name, node, place, findings)
    if variations:
        domain.responses[name] = variations


def _read_actions(table: Table, domain: Domain, findings: Findings) -> None:
    value = table.get("actions") if is_given(table, "actions") else None
    if isinstance(value, Scalar):
        findings.error(value.place, "domain", "'actions' must be a list")
        return
    for item in value.items if isinstance(value, Rows) else () if value is None else (value,):
        if isinstance(item, Scalar) and item.value is not None:
            domain.action_effects.setdefault(item.text, "write")
            domain.action_places.setdefault(item.text, item.place)
        for name, options in item.entries.items() if isinstance(item, Table) else ():
            effect = read_effect(options, findings) if isinstance(options, Table) else None
            domain.declared_effects |= {name} if effect is not None else set()
            domain.action_effects[name] = effect or domain.action_effects.get(name, "write")
            domain.action_places.setdefault(name, item.place)


def _read_session(table: Table, domain: Domain, findings: Findings) -> None:
    given = table.get("session_expiration_time")
    minutes = number(given) if given is not None else 60.0
    if given is not None and (minutes is None or not 0 <= minutes < float("inf")):
        message = "'session_expiration_time' must be a number of minutes, 0 for never"
        findings.warning(given.place, "session", message)
        minutes = None
    domain.session = SessionSettings(
        expiration_time_min=60.0 if minutes is None else minutes,
        carry_over_slots=flag(table, "carry_over_slots_to_new_session", True, findings),
        start_after_expiry=flag(table, "start_session_after_expiry", True, findings),
    )


def _merge(into: dict[str, Json], more: Mapping[str, Json]) -> None:
    """Add what is not there yet: the first definition of a name stands."""
    for key, value in more.items():
        present = into.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            into[key] = {**value, **present}
        elif isinstance(present, list) and isinstance(value, list):
            seen = {str(item) for item in present}
            present += [item for item in value if str(item) not in seen]
        elif value is not None or present is None:
            into[key] = value
