"""Which values a classifier's intent and entities give to slots, mapping by mapping."""

from __future__ import annotations

import pytest

from dialogue.understanding.payload import parse_payload
from flows.commands import CannotHandle, Command, Json, SetSlot, StartFlow
from flows.model import Assistant, Flow, Mapped, NluTrigger, Slot

FLOWS = {
    "fly": Flow("fly", "fly", "Fly.", (), nlu_trigger=(NluTrigger("fly", 0.6),), all_collected=("city", "cause")),
    "drive": Flow("drive", "drive", "Drive.", (), nlu_trigger=(NluTrigger("fly"), NluTrigger("drive"))),
}


def assistant(*mappings: Mapped, kind: str = "text", name: str = "city") -> Assistant:
    slots = {name: Slot(name, kind, mappings=mappings), "free": Slot("free", "float")}  # type: ignore[arg-type]
    return Assistant("a", "a", ".", "en", FLOWS, slots, {}, intents=("inform", "fly", "drive"), entities=("place",))


def given(text: str, *mappings: Mapped, kind: str = "text", name: str = "city") -> tuple[Command, ...] | None:
    return parse_payload(text, assistant(*mappings, kind=kind, name=name))


def entity(**options: Json) -> Mapped:
    return Mapped("from_entity", {"entity": "place", **options})


def city(value: Json, *only_in: str) -> SetSlot:
    return SetSlot("city", value, "nlu", only_in)


NOTHING = (CannotHandle(),)


@pytest.mark.parametrize(
    ("text", "mappings", "commands"),
    [
        ('/inform{"place": "Rome"}', [entity()], (city("Rome"),)),
        ('/inform{"place": ["Rome", "Oslo"]}', [entity()], (city("Oslo"),)),
        ('/inform{"place": []}', [entity()], NOTHING),
        ('/inform{"place": null}', [entity()], (city(None),)),
        ('/inform{"place": 7}', [entity()], (city(7),)),
        ('/inform{"city": "Rome"}', [entity()], NOTHING),
        ('/inform{"place": "Rome"}', [entity(role="from")], NOTHING),
        ('/inform{"place": {"value": "Rome", "role": "from"}}', [entity(role="from")], (city("Rome"),)),
        ('/inform{"place": {"value": "Rome", "role": "to"}}', [entity(role="from")], NOTHING),
        ('/inform{"place": {"value": "Rome", "role": "to"}}', [entity()], (city("Rome"),)),
        ('/inform{"place": {"value": "Rome", "group": "1"}}', [entity(group=1)], (city("Rome"),)),
        (
            '/inform{"place": [{"value": "Rome", "role": "from"}, {"value": "Oslo", "role": "to"}]}',
            [entity(role="from")],
            (city("Rome"),),
        ),
        ('/inform{"place": {"value": 1, "unit": "m"}}', [entity()], (city({"value": 1, "unit": "m"}),)),
        ('/inform{"place": "Rome"}', [entity(intent="drive")], NOTHING),
        ('/inform{"place": "Rome"}', [entity(intent=["drive", "inform"])], (city("Rome"),)),
        ('/inform{"place": "Rome"}', [entity(not_intent=["inform"])], NOTHING),
        ('/inform{"place": "Rome"}', [entity(conditions=[{"active_flow": "fly"}])], (city("Rome", "fly"),)),
        ('/inform{"place": "Rome"}', [entity(conditions=[{"active_loop": "form"}])], NOTHING),
        ('/inform{"place": "Rome"}', [entity(conditions=[{"active_loop": None}])], (city("Rome"),)),
        ('/inform{"place": "Rome"}', [entity(conditions="odd")], (city("Rome"),)),
        (
            '/inform{"place": "Rome"}',
            [entity(conditions=[{"active_flow": "fly"}]), Mapped("from_intent", {"intent": "inform", "value": "Bonn"})],
            (city("Bonn"), city("Rome", "fly")),
        ),
        ("/drive", [Mapped("from_intent", {"intent": "drive", "value": 3})], (StartFlow("drive"), city(3))),
        ("/drive", [Mapped("from_intent", {"not_intent": "drive", "value": 3})], (StartFlow("drive"),)),
        ("/fly", [Mapped("from_trigger_intent", {"value": "Rome"})], (StartFlow("fly"), city("Rome"))),
        ("/drive", [Mapped("from_trigger_intent", {"value": "Rome"})], (StartFlow("drive"),)),
        ("/inform", [Mapped("from_trigger_intent", {"value": "Rome"})], NOTHING),
        ("/inform", [Mapped("from_text", {})], NOTHING),
        ("/fly@0.7", [entity()], (StartFlow("fly"),)),
        ("/fly@0.5", [entity()], (StartFlow("drive"),)),
        ("/inform@0.5.5", [entity()], (CannotHandle("cannot_handle_invalid_intent"),)),
        ('/inform{"free": 5}', [entity()], (SetSlot("free", 5, "payload"),)),
        ('/drive{"free": 5}', [entity()], (StartFlow("drive"), SetSlot("free", 5, "payload"))),
    ],
)
def test_what_is_taken(text: str, mappings: list[Mapped], commands: tuple[Command, ...]) -> None:
    assert given(text, *mappings) == commands


def test_a_list_slot_takes_all_values() -> None:
    assert given('/inform{"place": ["Rome", "Oslo"]}', entity(), kind="list") == (city(["Rome", "Oslo"]),)


def test_a_declared_entity_is_no_value_for_a_slot_of_its_name() -> None:
    assert given('/inform{"place": "Rome"}', Mapped(), name="place") == NOTHING
