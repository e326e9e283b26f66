"""The assistant that most of these tests talk to: a mobile phone company, written as the format's users write."""

from __future__ import annotations

FLOWS = """
flows:
  order_sim:
    name: order a SIM card
    description: Order one or more SIM cards
    steps:
      - collect: plan
        description: one of the plans
      - collect: quantity
        rejections:
          - if: slots.quantity < 1
            utter: utter_too_few
      - collect: order_confirmed
        ask_before_filling: true
        next:
          - if: slots.order_confirmed
            then:
              - action: action_order
              - action: utter_ordered
                next: END
          - else:
              - action: utter_not_ordered
                next: END
  report_fault:
    name: report a fault
    description: Report that something does not work
    steps:
      - call: identify
      - collect: fault_kind
      - action: utter_fault_reported
  identify:
    if: False
    name: identify the customer
    description: Find out which customer is calling
    steps:
      - collect: customer_number
      - collect: postcode
      - action: action_identify
  opening_hours:
    name: opening hours
    description: Tell when the shops are open
    steps:
      - action: utter_opening_hours
  change_address:
    name: change the address
    description: Change where letters go
    persisted_slots: [city]
    steps:
      - collect: street
      - collect: city
      - action: utter_address_changed
  top_up:
    name: top up credit
    description: Buy credit
    steps:
      - collect: credit
      - link: receipt
  receipt:
    name: send a receipt
    description: Send a receipt by mail
    steps:
      - collect: email
      - action: utter_receipt_sent
  roaming:
    name: switch on roaming
    description: Use the phone abroad
    if: slots.is_customer
    steps:
      - action: utter_roaming_on
  voucher:
    name: use a voucher
    description: Use a voucher code
    steps:
      - collect: voucher_code
        force_slot_filling: true
      - action: utter_voucher_used
"""
DOMAIN = """
version: "3.1"
slots:
  plan: {type: categorical, values: [Small, Medium, Large]}
  quantity: {type: float}
  order_confirmed: {type: bool}
  customer_number: {type: text}
  postcode: {type: text}
  fault_kind: {type: text}
  street: {type: text}
  city: {type: text}
  credit: {type: float}
  email: {type: text}
  voucher_code: {type: text}
  is_customer: {type: bool, mappings: [{type: controlled}]}
  segment: {type: text, mappings: [{type: controlled}]}
  device: {type: text, mappings: [{type: from_entity, entity: device}]}
  nickname: {type: text}
actions: [action_order, action_identify]
responses:
  utter_ask_plan: [{text: Which plan?}]
  utter_ask_quantity: [{text: How many?}]
  utter_ask_order_confirmed: [{text: "Order {quantity} times {plan}?"}]
  utter_ordered: [{text: "Ordered {quantity} {plan}."}]
  utter_not_ordered: [{text: Not ordered.}]
  utter_too_few: [{text: That is too few.}]
  utter_ask_customer_number: [{text: Your number?}]
  utter_ask_postcode: [{text: Your postcode?}]
  utter_ask_fault_kind: [{text: What is wrong?}]
  utter_fault_reported: [{text: "Reported {fault_kind} for {customer_number}."}]
  utter_opening_hours: [{text: From nine to five.}]
  utter_ask_street: [{text: Which street?}]
  utter_ask_city: [{text: Which city?}]
  utter_address_changed: [{text: "Letters go to {street}, {city}."}]
  utter_ask_credit: [{text: How much credit?}]
  utter_ask_email: [{text: Which address?}]
  utter_receipt_sent: [{text: "Sent to {email}."}]
  utter_roaming_on: [{text: Roaming is on.}]
  utter_ask_voucher_code: [{text: Which code?}]
  utter_voucher_used: [{text: "Used {voucher_code}."}]
"""
CONTINUE = "utter_ask_continue_interrupted_flow_confirmation"
COMPLETED = {
    "3.13": "utter_can_do_something_else",
    "3.14": "utter_can_do_something_else",
    "3.16": "utter_ask_continue_conversation",
}
"""What follows the end of the last flow."""
