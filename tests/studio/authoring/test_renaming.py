"""A new name reaches every place that names the thing, and no other."""

from __future__ import annotations

import pytest

from flows.loader import examine
from studio.authoring.errors import EditRefused, NothingThere
from tests.studio.authoring.assistants import FOLDERS, edit, files_of, project, taken_back, texts

FILES = {
    "data__flows": """\
flows:
  pay:
    description: Pay.
    if: slots.sum > 0 and not slots.summary
    persisted_slots: [sum]
    nlu_trigger: [{intent: pay}]
    steps:
      - collect: sum
        rejections: [{if: 'slots.sum < 1', utter: utter_ask_sum}]
      - set_slots: [{sum: null}, {summary: x}]
      - call: other
      - action: utter_{{slots.sum}}
  other:
    description: Other.
    steps:
      - link: pay
""",
    "data__nlu": """\
nlu:
  - intent: pay
    examples: |
      - pay [10](amount) to [Jo]{"entity": "person", "role": "to"}
""",
    "domain": """\
slots:
  sum:
    type: float
    mappings: [{type: from_entity, entity: amount, intent: pay, conditions: [{active_flow: pay}]}]
    validation: {rejections: [{if: slots.sum = 1, utter: utter_no}]}
  summary: {type: text}
responses:
  utter_ask_sum:
    - text: "How much, {sum}? Not {summary} nor {{sum}}."
      condition: slots.sum is null
      buttons: [{title: sum, payload: '/SetSlots(sum=1, summary=sum)'}]
    - text: "{{slots.sum}} sum"
      metadata: {template: jinja}
      condition: [{type: slot, name: sum, value: 1}]
  utter_no: [{text: 'no', buttons: [{title: pay, payload: '/pay{"amount": 1}'}]}]
intents: [pay, other_intent]
entities:
  - amount
  - person
actions: [action_pay, validate_sum]
""",
    "e2e_tests__t": """\
fixtures:
  - rich: [{sum: 5}]
stub_custom_actions:
  one::action_pay: {events: [{event: slot, name: sum, value: 1}]}
test_cases:
  - test_case: sum
    steps:
      - user: /SetSlots(sum=3)
      - utter: utter_ask_sum
      - slot_was_set: [sum, {summary: sum}]
      - user: hello
        commands: ["StartFlow(pay)", "SetSlot(sum, 3)", set slot sum 3, "Clarify(pay, other)"]
        assertions: [{flow_started: pay}, {slot_was_set: [{name: sum, value: 1}]}]
""",
    "voice": "recording: {consent_slot: sum}\n",
}


def changed(section: str, name: str, to: str) -> dict[str, list[str]]:
    before = project(**FILES)
    after = edit(before, {"op": "rename", "section": section, "name": name, "to": to}).files
    assert texts(taken_back(before, after)) == texts(before)
    return {
        path: [line.strip() for line in after.text(path).split("\n") if line not in before.text(path).split("\n")]
        for path in before.files
        if before.text(path) != after.text(path)
    }


def test_a_slot():
    assert changed("slots", "sum", "total") == {
        "data/flows.yml": [
            "if: slots.total > 0 and not slots.summary",
            "persisted_slots: [total]",
            "- collect: total",
            "rejections: [{if: 'slots.total < 1', utter: utter_ask_total}]",
            "- set_slots: [{total: null}, {summary: x}]",
            "- action: utter_{{slots.total}}",
        ],
        "domain.yml": [
            "total:",
            "validation: {rejections: [{if: slots.total = 1, utter: utter_no}]}",
            "utter_ask_total:",
            '- text: "How much, {total}? Not {summary} nor {{sum}}."',
            "condition: slots.total is null",
            "buttons: [{title: sum, payload: '/SetSlots(total=1, summary=sum)'}]",
            '- text: "{{slots.total}} sum"',
            "condition: [{type: slot, name: total, value: 1}]",
        ],
        "e2e_tests/t.yml": [
            "- rich: [{total: 5}]",
            "one::action_pay: {events: [{event: slot, name: total, value: 1}]}",
            "- user: /SetSlots(total=3)",
            "- utter: utter_ask_total",
            "- slot_was_set: [total, {summary: sum}]",
            'commands: ["StartFlow(pay)", "SetSlot(total, 3)", set slot total 3, "Clarify(pay, other)"]',
            "assertions: [{flow_started: pay}, {slot_was_set: [{name: total, value: 1}]}]",
        ],
        "voice.yml": ["recording: {consent_slot: total}"],
    }


def test_an_intent_an_entity_an_action_and_a_response():
    assert changed("intents", "pay", "send") == {
        "data/flows.yml": ["nlu_trigger: [{intent: send}]"],
        "data/nlu.yml": ["- intent: send"],
        "domain.yml": [
            "mappings: [{type: from_entity, entity: amount, intent: send, conditions: [{active_flow: pay}]}]",
            "utter_no: [{text: 'no', buttons: [{title: pay, payload: '/send{\"amount\": 1}'}]}]",
            "intents: [send, other_intent]",
        ],
    }
    assert changed("entities", "amount", "figure")["data/nlu.yml"] == [
        '- pay [10](figure) to [Jo]{"entity": "person", "role": "to"}'
    ]
    assert changed("entities", "person", "who")["data/nlu.yml"] == [
        '- pay [10](amount) to [Jo]{"entity": "who", "role": "to"}'
    ]
    assert "actions: [action_send, validate_sum]" in changed("actions", "action_pay", "action_send")["domain.yml"]
    assert changed("responses", "utter_no", "utter_never")["domain.yml"][1].startswith("utter_never:")


def test_a_flow():
    before = project(**FILES)
    after = edit(before, {"op": "rename_flow", "flow": "pay", "id": "send"}).files

    assert list(after.flows) == ["send", "other"]
    assert "- link: send" in after.text("data/flows.yml")
    assert "active_flow: send" in after.text("domain.yml")
    assert '"StartFlow(send)"' in after.text("e2e_tests/t.yml")
    assert '"Clarify(send, other)"' in after.text("e2e_tests/t.yml")
    assert "{flow_started: send}" in after.text("e2e_tests/t.yml")
    assert texts(taken_back(before, after)) == texts(before)


@pytest.mark.parametrize("to", ["", "1st", "a b", "sum: x", "true", "null", "summary", "{x}"])
def test_a_name_that_cannot_be_is_refused(to):
    with pytest.raises((EditRefused, ValueError)):
        edit(project(**FILES), {"op": "rename", "section": "slots", "name": "sum", "to": to})


def test_what_is_not_there_cannot_be_renamed():
    with pytest.raises(NothingThere):
        edit(project(**FILES), {"op": "rename", "section": "slots", "name": "nothing", "to": "x"})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_slot_of_an_assistant_can_be_renamed_without_a_new_finding(folder, tmp_path):
    files = files_of(folder)
    slots = [name for path in files.domain_paths for name, _ in files.yaml(path).entries("slots")]
    for name in slots[:: max(1, len(slots) // 3)]:
        after = edit(files, {"op": "rename", "section": "slots", "name": name, "to": f"{name}_renamed"}).files
        root = tmp_path / name
        for path, file in after.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(file.text, encoding="utf-8")
        for path, code in after.code.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(code, encoding="utf-8")
        old, new = ({one.code for one in examine(where)[1]} for where in (folder, root))

        assert new - old <= {"unused-slot", "unused-action", "never-filled"}  # of what code names


def test_a_name_behind_an_anchor_or_written_with_escapes_follows():
    steps = "    steps:\n      - collect: &a_cup a_cup\n      - collect: *a_cup\n"
    flows = f"flows:\n  pay:\n    description: Pay.\n{steps}"
    domain = 'slots:\n  a_cup:\n    type: text\n    influence: {slot: "a\\u005fcup"}\n'
    rename = {"op": "rename", "section": "slots", "name": "a_cup", "to": "tea"}
    after = texts(edit(project(domain=domain, data__flows=flows), rename).files)

    assert after["data/flows.yml"] == flows.replace("&a_cup a_cup", "&a_cup tea")
    assert after["domain.yml"] == 'slots:\n  tea:\n    type: text\n    influence: {slot: "tea"}\n'


@pytest.mark.parametrize("to", ["12", "true", "null"])
def test_a_flow_is_not_named_what_is_read_as_something_else_where_it_is_linked(to):
    with pytest.raises(EditRefused, match="number"):
        edit(project(**FILES), {"op": "rename_flow", "flow": "pay", "id": to})
