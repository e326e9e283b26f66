"""What the forms send, down to the text: where new keys stand, lookup tables, and who else names an entry."""

from __future__ import annotations

from studio.authoring import condition_builder
from studio.authoring.content import section
from tests.studio.authoring.assistants import edit, project, taken_back, texts

FLOW = """\
flows:
  pay:
    description: Pay.
    steps:
      - id: ask
        collect: amount
        next: done
      - id: done
        noop: true
        next:
          - if: slots.amount
            then: END
"""
DOMAIN = """\
slots:
  amount:
    type: float
    validation:
      rejections:
        - if: slots.amount < 0
          utter: utter_wrong
responses:
  utter_wrong:
    - text: Not {other}.
entities:
  - payee
"""


def test_a_new_key_stands_before_what_goes_on_and_before_the_steps():
    files = project(data__pay=FLOW)
    step = {"op": "set_field", "flow": "pay", "key": "ask", "path": ["ask_before_filling"], "value": True}
    flow = {"op": "set_field", "flow": "pay", "key": None, "path": ["if"], "value": "slots.a"}
    work = edit(files, step, flow)
    after = texts(work.files)["data/pay.yml"]
    assert "    description: Pay.\n    if: slots.a\n    steps:\n" in after
    assert "        collect: amount\n        ask_before_filling: true\n        next: done\n" in after
    assert texts(taken_back(files, work.files))["data/pay.yml"] == FLOW


def test_an_end_that_is_meant_without_an_else_is_written_when_it_is_asked_for():
    files = project(data__pay=FLOW)
    work = edit(files, {"op": "connect", "flow": "pay", "from": "done", "kind": "else", "index": 1, "to": "END"})
    assert texts(work.files)["data/pay.yml"] == FLOW + "          - else: END\n"


def test_a_lookup_table_is_made_changed_and_deleted():
    files = project(data__nlu="nlu:\n  - intent: pay\n    examples: |\n      - pay\n", domain=DOMAIN)
    words = {"op": "put_examples", "kind": "lookup", "intent": "payee", "examples": ["Anna", "Ben"]}
    made = edit(files, words).files
    assert "  - lookup: payee\n    examples: |\n      - Anna\n      - Ben\n" in texts(made)["data/nlu.yml"]
    assert [row["lookup"] for row in section(made, "entities", {})] == [["Anna", "Ben"]]
    gone = edit(made, {**words, "examples": []}).files
    assert "lookup" not in texts(gone)["data/nlu.yml"]


def test_entries_that_other_entries_and_code_name_are_told_with_them():
    files = project(domain=DOMAIN)
    files = type(files)(files.files, {"actions/pay.py": "tracker.get_slot('amount')\n"})
    slots = {row["name"]: row["used_in"] for row in section(files, "slots", {})}
    responses = {row["name"]: row["used_in"] for row in section(files, "responses", {})}
    assert slots == {"amount": [{"section": "code", "name": "actions/pay.py"}]}
    assert responses == {"utter_wrong": [{"section": "slots", "name": "amount"}]}


def test_nothing_is_compared_with_as_people_write_it():
    leaf = {"slot": "a", "operator": "=", "value": None}
    assert condition_builder.write(leaf) == "slots.a is null"
    assert condition_builder.write({**leaf, "operator": "!="}) == "slots.a is not null"
    assert condition_builder.read("slots.a is not null")["parsed"] == {**leaf, "operator": "!="}


def test_what_is_written_in_one_item_with_an_entry_stays():
    files = project(domain="entities:\n  - payee:\n    city: {roles: [from]}\n  - sum\n")
    put = {"op": "put", "section": "entities", "name": "payee"}

    assert texts(edit(files, {**put, "value": {"groups": ["a"]}}).files)["domain.yml"] == (
        "entities:\n  - payee:\n      groups:\n        - a\n    city: {roles: [from]}\n  - sum\n"
    )
    assert texts(edit(files, put).files)["domain.yml"] == "entities:\n  - city: {roles: [from]}\n  - sum\n"


def test_what_is_told_of_a_sentence_stays_with_it():
    nlu = 'nlu:\n  - intent: pay\n    examples:\n      - text: "send  money"\n        metadata: {by: Ann}\n'
    command = {"op": "put_examples", "intent": "pay", "examples": ["send money", "pay"]}

    assert texts(edit(project(data__nlu=nlu), command).files)["data/nlu.yml"] == f"{nlu}      - text: pay\n"


def test_comments_between_sentences_stay_where_they_are():
    lines = "      # polite\n      - please pay\n      - may I pay\n      # blunt\n      - pay\n"
    nlu = f"nlu:\n  - intent: pay\n    examples: |\n{lines}"
    command = {"op": "put_examples", "intent": "pay", "examples": ["may I pay", "pay", "pay now"]}
    after = texts(edit(project(data__nlu=nlu), command).files)["data/nlu.yml"]
    assert after == nlu.replace("      - please pay\n", "") + "      - pay now\n"
    without = texts(edit(project(data__nlu=nlu), {**command, "examples": ["please pay"]}).files)["data/nlu.yml"]
    assert without.endswith("      # polite\n      - please pay\n      # blunt\n")
