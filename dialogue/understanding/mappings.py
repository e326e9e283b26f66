"""What a classifier's intent and entities say for slots: the mappings of the domain (format section 2.1).

    from_entity           the entity's value: role and group must be those of the mapping, where it names any
    from_intent           the mapping's own value
    from_trigger_intent   the same, for the slots of the flow that the intent starts

`intent` and `not_intent` limit a mapping to some intents. Its `conditions` are about the conversation, which is not
known here: the flows that they name go with the value, and clean-up looks at them. The first mapping that holds
counts, so the values of a slot are given in reverse: of several the last one wins. `from_text` takes a caller's own
words; a payload has none. An `active_loop` is never active, because there are no forms here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from flows.commands import Json, SetSlot
from flows.model import Assistant, Flow, Mapped, Slot

EXTRACTOR: Final = "nlu"
_ANNOTATION: Final = frozenset({"value", "role", "group"})


class Entity(NamedTuple):
    """One entity that was found in a turn."""

    name: str
    value: Json
    role: str | None = None
    group: str | None = None


class Heard(NamedTuple):
    """What a classifier heard. `started` is the flow that the intent starts."""

    intent: str
    entities: Sequence[Entity] = ()
    started: Flow | None = None


def entities_of(given: Mapping[str, Json]) -> tuple[Entity, ...]:
    """Read a payload's entities: a list holds several, and `{"value": …, "role": …, "group": …}` says more of one."""
    return tuple(
        _entity(name, item) for name, value in given.items() for item in (value if isinstance(value, list) else [value])
    )


def filled_slots(heard: Heard, assistant: Assistant) -> Iterator[SetSlot]:
    """Yield the values that the mappings take, a slot's preferred one last."""
    for slot in assistant.slots_of_classifiers:
        found: list[SetSlot] = []
        for mapping in slot.mappings:
            flows = _flows_needed(mapping)
            taken = () if flows is None else _taken(mapping, slot, heard)
            if taken:
                found.append(SetSlot(slot.name, taken[0], EXTRACTOR, flows or ()))
                if not flows:
                    break
        yield from reversed(found)


def _entity(name: str, item: Json) -> Entity:
    is_annotated = isinstance(item, dict) and "value" in item and len(item) > 1 and _ANNOTATION.issuperset(item)
    if not is_annotated:
        return Entity(name, item)
    return Entity(name, item["value"], _text(item.get("role")), _text(item.get("group")))


def _taken(mapping: Mapped, slot: Slot, heard: Heard) -> tuple[Json, ...]:
    """Return the value that a mapping takes, or nothing."""
    options = mapping.options
    if not _is_about(options, heard.intent):
        return ()
    match mapping.kind:
        case "from_entity":
            values = [entity.value for entity in heard.entities if _is_entity(entity, options)]
            return () if not values else (values if slot.type == "list" else values[-1],)
        case "from_intent":
            return (options.get("value"),)
        case "from_trigger_intent":
            is_of_flow = heard.started is not None and slot.name in heard.started.all_collected
            return (options.get("value"),) if is_of_flow else ()
        case _:
            return ()


def _is_about(options: Mapping[str, Json], intent: str) -> bool:
    wanted, excluded = _names(options.get("intent")), _names(options.get("not_intent"))
    return (not wanted or intent in wanted) and intent not in excluded


def _is_entity(entity: Entity, options: Mapping[str, Json]) -> bool:
    return entity.name == _text(options.get("entity")) and all(
        options.get(key) is None or _text(options[key]) == found
        for key, found in (("role", entity.role), ("group", entity.group))
    )


def _flows_needed(mapping: Mapped) -> tuple[str, ...] | None:
    """Return the flows of which one must be active; nothing where any will do, None where the mapping never holds."""
    given = mapping.options.get("conditions")
    conditions = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    if not conditions or any(_always_holds(one) for one in conditions):
        return ()
    return tuple(str(one["active_flow"]) for one in conditions if one.get("active_flow") is not None) or None


def _always_holds(condition: Mapping[str, Json]) -> bool:
    return condition.get("active_flow") is None and condition.get("active_loop") is None


def _names(given: Json) -> tuple[str, ...]:
    return tuple(str(name) for name in (given if isinstance(given, list) else [given]) if name is not None)


def _text(given: Json) -> str | None:
    return None if given is None else str(given)
