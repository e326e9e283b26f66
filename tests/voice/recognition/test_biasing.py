"""What recognition is told to listen for, and where it is told nothing."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.effects import Expectation
from flows.loader import load_assistant
from flows.model import Assistant
from tests.support.server import ROOT
from voice.recognition.biasing import MAX_HINTS, hints_for

_FLOWS = """
flows:
  send_parcel:
    name: send a parcel
    description: Send a parcel to somebody
    steps:
      - id: ask_who
        collect: recipient
        description: the name of the person
      - id: ask_code
        collect: code
        description: the digits on the label
      - id: ask_size
        collect: size
      - id: ask_answer
        collect: answer
      - id: ask_sure
        collect: is_sure
        ask_before_filling: true
        next:
          - if: slots.is_sure
            then:
              - action: action_send
                effect: write
                next: END
          - else: END
"""
_DOMAIN = """
version: "3.1"
slots:
  recipient: {type: text}
  code: {type: text}
  size: {type: categorical, values: [small, extra_large, no]}
  answer: {type: categorical, values: [confirm, deny]}
  is_sure: {type: bool}
  known_people: {type: list, mappings: [{type: controlled}]}
  people_text: {type: text, mappings: [{type: controlled}]}
  secret_friend: {type: text, voice: {sensitive: true}, mappings: [{type: controlled}]}
actions: [action_send]
responses:
  utter_ask_recipient: [{text: To whom?}]
  utter_ask_code: [{text: Which code?}]
  utter_ask_size:
    - text: Which size?
      buttons:
        - {title: "the big one", payload: "/SetSlots(size=extra_large)"}
        - {title: "Yes", payload: "/SetSlots(size=small)"}
  utter_ask_answer: [{text: Confirm or deny?}]
  utter_ask_is_sure: [{text: Are you sure?}]
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("parcels")
    (folder / "data").mkdir()
    (folder / "data" / "flows.yml").write_text(dedent(_FLOWS))
    (folder / "domain.yml").write_text(dedent(_DOMAIN))
    (folder / "config.yml").write_text("language: en\n")
    return load_assistant(folder)


def _at(assistant: Assistant, step: str) -> Expectation:
    return assistant.expectations["send_parcel", step]


@pytest.fixture(scope="module")
def bank() -> Assistant:
    return load_assistant(ROOT / "examples" / "bank")


def test_a_category_gives_its_values_and_what_its_buttons_call_them(assistant: Assistant) -> None:
    assert hints_for(_at(assistant, "ask_size"), assistant, {}, ()) == ("small", "extra large", "the big one")


def test_words_that_decide_are_never_suggested(assistant: Assistant) -> None:
    assert hints_for(_at(assistant, "ask_answer"), assistant, {}, ()) == ()


def test_a_question_for_a_name_gives_the_names_that_are_known(assistant: Assistant) -> None:
    slots: dict[str, Any] = {
        "known_people": ["Siobhan Kelly", {"name": "Joaquin", "iban": "DE12"}, 7, "4711"],
        "people_text": "Ana, Ben and siobhan kelly or some long text that is no name",
        "secret_friend": "Rumpelstiltskin",
        "recipient": None,
        "unheard_of": "Nobody",
    }
    found = hints_for(_at(assistant, "ask_who"), assistant, slots, ())
    assert found == ("Siobhan Kelly", "Joaquin", "Ana", "Ben")


def test_names_that_were_just_said_come_first(assistant: Assistant) -> None:
    history = ("AI: Hello Zoe, it is old Yann.", "USER: to Quentin", "AI: Do you mean John Smith or John Miller?")
    found = hints_for(_at(assistant, "ask_who"), assistant, {"people_text": "Ana"}, history)
    assert found == ("John Smith", "John Miller", "Ana")


def test_a_question_for_digits_gives_none(assistant: Assistant) -> None:
    assert hints_for(_at(assistant, "ask_code"), assistant, {"people_text": "Ana"}, ()) == ()


def test_without_a_question_the_words_of_the_flows_are_given(assistant: Assistant) -> None:
    assert hints_for(Expectation(), assistant, {}, ()) == ("send", "parcel")


def test_what_confirms_a_write_is_never_biased(assistant: Assistant, bank: Assistant) -> None:
    names = {"people_text": "Ana, Ben", "contacts_text": "Ana, Ben", "transfer_recipient_options": "Ana or Ben"}
    history = ("AI: Shall I send it to John Smith?",)
    assert hints_for(_at(assistant, "ask_sure"), assistant, names, history) == ()
    for kind in ("yes_no", "category", "text", "open", "number"):
        expectation = Expectation(kind=kind, slot="size", values=("small", "large"), confirms_write=True)
        assert hints_for(expectation, assistant, names, history) == ()
    for expectation in bank.expectations.values():
        if expectation.kind == "yes_no" or expectation.confirms_write:
            assert hints_for(expectation, bank, names, history) == ()


def test_the_bank_listens_for_its_contacts(bank: Assistant) -> None:
    asking = bank.expectations["transfer_money", "ask_recipient"]
    assert hints_for(asking, bank, {"contacts_text": "Joe, Siobhan and Anna"}, ()) == ("Joe", "Siobhan", "Anna")


@given(
    kind=st.sampled_from(["yes_no", "category", "number", "text", "open"]),
    values=st.lists(st.text(max_size=30), max_size=30),
    names=st.one_of(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=30), st.integers(), st.none()),
    history=st.lists(st.text(max_size=80), max_size=4),
)
def test_any_conversation_gives_a_short_list(
    assistant: Assistant, kind: Any, values: list[str], names: Any, history: list[str]
) -> None:
    expectation = Expectation(kind=kind, slot="size", values=tuple(values))
    found = hints_for(expectation, assistant, {"known_people": names, "people_text": names}, history)
    assert len(found) <= MAX_HINTS
    assert len({hint.casefold() for hint in found}) == len(found)
    assert all(0 < len(hint) <= 40 and len(hint.split()) <= 4 for hint in found)
    assert not any(word in hint.casefold().split() for hint in found for word in ("yes", "no", "confirm"))
