"""A small bank as an assistant, for tests of what lies around the flow engine."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from flows.loader import load_assistant
from flows.model import Assistant

FLOWS = """
flows:
  transfer_money:
    name: transfer money
    description: Send money to somebody
    steps:
      - collect: recipient
      - collect: amount
        rejections:
          - if: slots.amount < 1
            utter: utter_amount_too_small
      - collect: confirmed
        ask_before_filling: true
        next:
          - if: slots.confirmed
            then: pay
          - else: declined
      - id: pay
        action: action_pay
        next: END
      - id: declined
        action: utter_declined
        next: END
  check_balance:
    name: check balance
    description: Tell the balance of an account
    steps:
      - action: action_balance
      - action: utter_balance
  block_card:
    name: block a card
    description: Block a stolen card
    steps:
      - collect: card
        force_slot_filling: true
      - action: utter_blocked
  only_linked:
    name: only linked
    description: Never started by the caller
    if: False
    steps:
      - action: utter_declined
"""

DOMAIN = """
version: "3.1"
slots:
  recipient: {type: text}
  amount: {type: float}
  confirmed: {type: bool}
  card: {type: categorical, values: [Debit, Credit]}
  balance: {type: float, mappings: [{type: controlled}]}
  vip: {type: bool, mappings: [{type: from_entity, entity: vip}]}
  nickname: {type: text}
actions: [action_pay, action_balance]
responses:
  utter_ask_recipient: [{text: Who is it for?}]
  utter_ask_amount: [{text: "How much for {recipient}?"}]
  utter_ask_confirmed:
    - text: "Send {amount} to {recipient}?"
      buttons:
        - {title: "Yes", payload: "/SetSlots(confirmed=True)"}
        - {title: "No", payload: "/SetSlots(confirmed=False)"}
  utter_ask_card: [{text: Which card?}]
  utter_amount_too_small: [{text: That is too little.}]
  utter_declined: [{text: "All right, nothing is sent."}]
  utter_paid: [{text: "Sent {amount} to {recipient}, fee {fee}."}]
  utter_balance: [{text: "You have {balance}."}]
  utter_blocked: [{text: "Your {card} card is blocked."}]
"""

ACTIONS = """
from dialogue.actions.sdk import Action, SlotSet


class Pay(Action):
    def name(self):
        return "action_pay"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(response="utter_paid", fee=2)
        return []


class Balance(Action):
    def name(self):
        return "action_balance"

    async def run(self, dispatcher, tracker, domain):
        return [SlotSet("balance", 1200)]
"""


def small_bank(
    folder: Path, *, flows: str = "", domain: str = "", actions: str = ACTIONS, profile: str = "3.16"
) -> Assistant:
    """Write the bank's files into `folder`, with more flows and domain if given, and load them."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "flows.yml").write_text(dedent(FLOWS))
    (folder / "domain").mkdir(exist_ok=True)
    (folder / "domain" / "bank.yml").write_text(dedent(DOMAIN))
    if flows:
        (folder / "data" / "more.yml").write_text(dedent(flows))
    if domain:
        (folder / "domain" / "more.yml").write_text(dedent(domain))
    (folder / "config.yml").write_text("language: en\npipeline: []\n")
    (folder / "actions").mkdir(exist_ok=True)
    (folder / "actions" / "__init__.py").write_text(dedent(actions))
    return load_assistant(folder, profile=profile)
