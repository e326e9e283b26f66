"""The small assistant that the flow tests talk to."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.model import Assistant
from tests.flows.talking import assistant_in

DOMAIN = """
slots:
  recipient: {type: text}
  amount: {type: float, min_value: 0, max_value: 10000}
  confirm: {type: bool}
  has_funds: {type: bool, mappings: [{type: controlled}]}
  card: {type: categorical, values: [Visa, Amex]}
  pin: {type: text}
  is_known: {type: bool, mappings: [{type: controlled}]}
  topic: {type: text, initial_value: weather}
  email:
    type: text
    validation:
      rejections:
        - if: not (slots.email matches "^[^@ ]+@[^@ ]+$")
          utter: utter_bad_email
  address: {type: text}
responses:
  utter_ask_recipient: [{text: "Who to?"}]
  utter_ask_amount: [{text: "How much?"}]
  utter_ask_confirm: [{text: "Send {amount} to {recipient}?"}]
  utter_ask_card: [{text: "Which card?"}]
  utter_ask_pin: [{text: "Your code?"}]
  utter_ask_email: [{text: "Your address?"}]
  utter_ask_address: [{text: "Where do you live?"}]
  utter_ask_topic: [{text: "About what?"}]
  utter_too_little: [{text: "That is nothing."}]
  utter_sent: [{text: "Sent."}]
  utter_not_sent: [{text: "Not sent."}]
  utter_no_funds: [{text: "You don't have that much."}]
  utter_balance: [{text: "You have 100 on {card}."}]
  utter_bad_email: [{text: "That's no address."}]
  utter_saved: [{text: "Saved."}]
  utter_news: [{text: "News about {topic}."}]
actions:
  - action_check_funds: {effect: read}
  - action_transfer
  - action_check_pin: {effect: read}
  - action_break
  - validate_recipient: {effect: read}
"""
FLOWS = """
flows:
  transfer_money:
    name: transfer money
    description: Send money to someone
    steps:
      - collect: recipient
      - id: ask_amount
        collect: amount
        rejections:
          - if: slots.amount < 1
            utter: utter_too_little
      - action: action_check_funds
        next:
          - if: not slots.has_funds
            then:
              - action: utter_no_funds
              - set_slots:
                  - amount: null
                next: ask_amount
          - else: ask_confirm
      - id: ask_confirm
        collect: confirm
        ask_before_filling: true
        next:
          - if: slots.confirm
            then:
              - action: action_transfer
              - action: utter_sent
                next: END
          - else:
              - action: utter_not_sent
                next: END
  check_balance:
    name: check balance
    description: Tell how much is on a card
    steps:
      - call: authenticate
      - collect: card
      - action: utter_balance
  authenticate:
    if: False
    description: Make sure who calls
    steps:
      - collect: pin
      - action: action_check_pin
  change_email:
    name: change email
    description: Change the email address
    persisted_slots: [email]
    steps:
      - collect: email
      - collect: address
      - action: utter_saved
  read_news:
    name: read news
    description: Read the news
    run_pattern_completed: false
    steps:
      - collect: topic
      - action: utter_news
      - link: check_balance
  premium:
    name: premium service
    description: Something for known callers only
    if: slots.is_known
    steps:
      - action: action_break
      - action: utter_saved
"""


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return assistant_in(tmp_path_factory.mktemp("bank"), FLOWS, DOMAIN)


@pytest.fixture(scope="session")
def old_bank(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The same under the oldest profile."""
    return assistant_in(tmp_path_factory.mktemp("old_bank"), FLOWS, DOMAIN, profile="3.13")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
