"""Reading one slot of a domain: its type, values, mappings and validation."""

from __future__ import annotations

from typing import Final, cast, get_args

from flows.commands import Json
from flows.fields import flag, is_given, number, warn_of_unknown_keys
from flows.findings import Findings, did_you_mean
from flows.model import Mapped, Slot, SlotType, SlotValidation
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value
from flows.task_reader import read_rejections

SLOT_TYPES: Final[tuple[str, ...]] = get_args(SlotType)
MAPPING_KINDS: Final = (
    "from_llm", "from_entity", "from_intent", "from_text", "from_trigger_intent", "controlled", "custom",
)  # fmt: skip
_SLOT_KEYS: Final = {
    "type", "values", "initial_value", "mappings", "influence_conversation", "shared_for_coexistence", "validation",
    "min_value", "max_value", "auto_fill", "value_reset_delay", "description", "metadata", "voice",
}  # fmt: skip
_VALIDATION_KEYS: Final = {"rejections", "refill_utter", "refill_action"}
_WANTED_OPTION: Final = {"from_entity": "entity", "from_intent": "value", "from_trigger_intent": "value"}


def read_slot(name: str, node: Value, place: Place, findings: Findings, *, is_default: bool) -> Slot:
    """Read one slot; what is wrong with it is a finding, and the rest of it is used."""
    table = node if isinstance(node, Table) else Table({}, {}, place)
    warn_of_unknown_keys(table, _SLOT_KEYS, "a slot", findings)
    kind = _type(name, table, place, findings)
    values = _values(table, findings)
    if kind in ("categorical", "strict_categorical") and not values:
        findings.error(place, "slot-values", f"categorical slot '{name}' needs values")
    initial = table.get("initial_value")
    voice = table.get("voice")
    return Slot(
        name=name,
        type=kind,
        values=values,
        initial_value=None if initial is None else initial.plain(),
        mappings=_mappings(table, findings),
        min_value=_bound(table, "min_value", findings),
        max_value=_bound(table, "max_value", findings),
        validation=_validation(name, table, findings),
        shared_for_coexistence=flag(table, "shared_for_coexistence", False, findings),
        is_sensitive=isinstance(voice, Table) and flag(voice, "sensitive", False, findings),
        is_default=is_default,
        place=place,
    )


def _type(name: str, table: Table, place: Place, findings: Findings) -> SlotType:
    kind = table.text("type")
    if kind is None:
        findings.error(place, "slot-type", f"slot '{name}' needs a type", "one of " + ", ".join(SLOT_TYPES))
        return "any"
    if kind in SLOT_TYPES:
        return cast(SlotType, kind)
    suggestion = did_you_mean(kind, SLOT_TYPES) or "one of " + ", ".join(SLOT_TYPES)
    if "." in kind:  # a class of the assistant's own
        message = f"'{kind}' is a class of other tools: here the slot takes any value"
        findings.warning(table.place_of("type"), "slot-type", message, suggestion)
    else:
        findings.error(table.place_of("type"), "slot-type", f"'{kind}' is no type of slot", suggestion)
    return "any"


def _values(table: Table, findings: Findings) -> tuple[str, ...]:
    if not is_given(table, "values"):
        return ()
    rows = table.entries["values"]
    if not isinstance(rows, Rows):
        findings.error(rows.place, "slot-values", "'values' must be a list")
        return ()
    found: dict[str, str] = {}
    for item in rows.items:
        if not isinstance(item, Scalar) or item.value is None:
            findings.error(item.place, "slot-values", "a value must be text", "quote it")
        elif item.text.lower() in found:
            message = f"'{item.text}' is already a value: only the first of them can be heard"
            findings.warning(item.place, "slot-values", message)
        else:
            found[item.text.lower()] = item.text
    return tuple(found.values())


def _bound(table: Table, key: str, findings: Findings) -> float | None:
    if not is_given(table, key):
        return None
    bound = number(table.entries[key])
    if bound is None:
        findings.error(table.place_of(key), "slot-range", f"'{key}' must be a number")
    return bound


def _mappings(table: Table, findings: Findings) -> tuple[Mapped, ...]:
    value = table.get("mappings") if is_given(table, "mappings") else None
    items = value.items if isinstance(value, Rows) else () if value is None else (value,)
    found = [mapped for item in items if (mapped := _mapping(item, findings)) is not None]
    return tuple(found) or (Mapped(),)


def _mapping(item: Value, findings: Findings) -> Mapped | None:
    kind = item.text("type") if isinstance(item, Table) else None
    if not isinstance(item, Table) or kind is None:
        findings.error(item.place, "slot-mapping", "a mapping needs a type, such as from_llm")
        return None
    options: dict[str, Json] = {key: inner for key, inner in item.plain().items() if key != "type"}
    if kind not in MAPPING_KINDS:
        suggestion = did_you_mean(kind, MAPPING_KINDS) or "one of " + ", ".join(MAPPING_KINDS)
        message = f"'{kind}' is no type of mapping, so it fills nothing"
        findings.warning(item.place_of("type"), "slot-mapping", message, suggestion)
    wanted = _WANTED_OPTION.get(kind)
    if wanted is not None and wanted not in options:
        findings.warning(item.place, "slot-mapping", f"a mapping {kind} needs '{wanted}'")
    return Mapped("controlled" if kind == "custom" else kind, options)


def _validation(name: str, table: Table, findings: Findings) -> SlotValidation | None:
    if not is_given(table, "validation"):
        return None
    value = table.entries["validation"]
    if not isinstance(value, Table):
        findings.error(value.place, "slot-validation", "'validation' must be a map with rejections")
        return None
    warn_of_unknown_keys(value, _VALIDATION_KEYS, "a validation", findings)
    return SlotValidation(
        rejections=read_rejections(value.get("rejections"), findings),
        refill_utter=value.text("refill_utter") or f"utter_ask_{name}",
        refill_action=value.text("refill_action") or f"action_ask_{name}",
    )
