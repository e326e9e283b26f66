"""Every field of the content pages: filled in by hand, looked at on disk, read back, undone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, saved, shoot
from tests.studio.authoring_web.filling import (
    Form,
    Gesture,
    Row,
    filled_in,
    has,
    is_ticked,
    keeps,
    names,
    offers,
    picks,
    presses,
    read_back,
    refuses,
    selects,
    ticks,
    undone,
    unfolds,
    writes,
)

DOMAIN = """\
# What the seats need.
slots:
  seat:  # where somebody sits
    type: text
    mappings:
      - type: from_llm
    remark: for another tool
responses:
  utter_seats:
    - Take a seat.
    # The second one.
    - text: Sit down.
intents:
  - take_seat
entities:
  - row
actions:
  - action_seat
"""
NLU = """\
nlu:
  - intent: take_seat
    examples: |
      - I want a seat
"""


def entry(section: str, name: str) -> Row:
    """Open the form of an entry, in both pages."""

    def gesture(form: Form) -> None:
        form.page.get_by_test_id(f"section-{section}").click()
        form.page.get_by_test_id(f"entry-{name}").click()
        expect(form.page.locator("#entry-name")).to_have_text(name)

    return Row(gesture, shown=gesture)


def section(name: str) -> Row:
    def gesture(form: Form) -> None:
        form.page.get_by_test_id(f"section-{name}").click()

    return Row(gesture, shown=gesture)


def both(gesture: Gesture) -> Row:
    return Row(gesture, shown=gesture)


RESPONSE = [
    entry("responses", "utter_seats"),
    both(unfolds("Channel, buttons", "#variation-2")),
    Row(writes("Text (en)", "Please sit.", "#variation-2"), "- - text: Sit down. + - text: Please sit."),
    Row(
        writes("In de", "Setzen Sie sich.", "#variation-2"),
        "+ translation: + de: Setzen Sie sich.",
        has("In de", "Setzen Sie sich.", "#variation-2"),
    ),
    Row(
        writes("In de", "Bitte setzen.", "#variation-1"),
        "- - Take a seat. + - text: Take a seat. + translation: + de: Bitte setzen.",
    ),
    Row(writes("In de", "", "#variation-1"), "- translation: - de: Bitte setzen."),
    Row(presses("Say it only under a condition", "#variation-2")),
    Row(presses("Add a condition", "#variation-2"), "+ condition: slots.appointment_type is null"),
    Row(
        selects("Compared", "is set", "#variation-2"),
        "- condition: slots.appointment_type is null + condition: slots.appointment_type is not null",
    ),
    Row(presses("Remove the condition", "#variation-2"), "- condition: slots.appointment_type is not null"),
    Row(writes("Channel", "sms", "#variation-2"), "+ channel: sms", has("Channel", "sms", "#variation-2")),
    Row(ticks("Callers may interrupt it", False, "#variation-2"), "+ allow_interruptions: false"),
    Row(ticks("May be rephrased by a language model", True, "#variation-2"), "+ metadata: + rephrase: true"),
    Row(writes("How it is rephrased", "Be kind.", "#variation-2"), "+ rephrase_prompt: Be kind."),
    Row(ticks("Is a Jinja template", True, "#variation-2"), "+ template: jinja"),
    Row(ticks("Is a Jinja template", False, "#variation-2"), "- template: jinja"),
    Row(presses("Add a button", "#variation-2"), "+ buttons: + - title: Choice 1"),
    Row(refuses("Title", "", "A button needs a title", "Choice 1", "#variation-2")),
    Row(writes("Title", "Front", "#variation-2"), "- - title: Choice 1 + - title: Front"),
    Row(refuses("What it sends", "/SetSlots(seat", "Write /SetSlots(slot=value)", "", "#variation-2")),
    Row(
        writes("What it sends", "/SetSlots(seat=front)", "#variation-2"),
        "+ payload: /SetSlots(seat=front)",
        has("What it sends", "/SetSlots(seat=front)", "#variation-2"),
    ),
    Row(writes("Image", "https://example.org/a.png", "#variation-2"), "+ image: https://example.org/a.png"),
    Row(writes("Image", "", "#variation-2"), "- image: https://example.org/a.png", has("Image", "", "#variation-2")),
]
SLOT = [
    entry("slots", "seat"),
    Row(keeps("remark"), "", keeps("remark")),
    Row(selects("Source 1", "from_entity"), "- - type: from_llm + - type: from_entity"),
    Row(picks("Entity", "row"), "+ entity: row", names("Entity", "row")),
    Row(picks("Only with the intent", "take_seat"), "+ intent: take_seat"),
    Row(picks("Only with the intent", "any"), "- intent: take_seat"),
    Row(picks("Role", "first", is_new=True), "+ role: first", names("Role", "first")),
    Row(
        picks("Only while in the flow", "book_appointment"),
        "+ conditions: + - active_flow: book_appointment",
        offers("Remove the flow book_appointment"),
    ),
    Row(presses("Add a source"), "+ - type: from_llm"),
    Row(ticks("A language model may correct it"), "+ allow_nlu_correction: true"),
    Row(
        selects("Source 2", "from_intent"),
        "- - type: from_llm + - type: from_intent - allow_nlu_correction: true",
        has("Source 2", "from_intent"),
    ),
    Row(writes("Value", "front", "Source 2"), "+ value: front", has("Value", "front", "Source 2")),
    Row(presses("Add a source"), "+ - type: from_llm"),
    Row(selects("Source 3", "controlled"), "- - type: from_llm + - type: controlled"),
    Row(
        selects("Part of the assistant that may set it", "CALM"),
        "+ coexistence_system: CALM",
    ),
    Row(selects("Source 3", "from_text"), "- - type: controlled + - type: from_text - coexistence_system: CALM"),
    Row(presses("Remove source 3"), "- - type: from_text"),
    Row(
        selects("Type", "categorical"),
        "- type: text + type: categorical + values: + - first + - second",
        has("Type", "categorical"),
    ),
    Row(refuses("Values", "front\nFront", "is there twice", "first\nsecond")),
    Row(writes("Values", "front\nback"), "- - first + - front - - second + - back"),
    Row(
        selects("Value at the beginning", "front"),
        "+ initial_value: front",
        has("Value at the beginning", "front"),
    ),
    Row(ticks("Sensitive"), "+ voice: + sensitive: true", is_ticked("Sensitive")),
    Row(ticks("Shared between flows and intents"), "+ shared_for_coexistence: true"),
    Row(ticks("Shared between flows and intents", False), "- shared_for_coexistence: true"),
    Row(
        presses("Add a refusal"),
        "+ validation: + rejections: + - if: slots.seat is null + utter: utter_invalid_seat"
        " + utter_invalid_seat: + - text: I cannot take that. Please try again. + ",
    ),
    Row(
        selects("Compared", "is", "Refusal 1"),
        "- - if: slots.seat is null + - if: slots.seat = 'front'",
        has("Compared", "is", "Refusal 1"),
    ),
    Row(picks("Ask again with", "utter_seats"), "+ refill_utter: utter_seats", names("Ask again with", "utter_seats")),
    Row(picks("Ask again by", "action_seat"), "+ refill_action: action_seat"),
    Row(picks("Ask again by", "as usual"), "- refill_action: action_seat"),
]
ENTITIES = [
    entry("entities", "row"),
    Row(writes("Roles", "from\nto"), "- - row + - row: + roles: + - from + - to", has("Roles", "from\nto")),
    Row(writes("Groups", "first"), "+ groups: + - first"),
    Row(writes("Groups", ""), "- groups: - - first", has("Groups", "")),
    Row(
        writes("Words it is known by", "front\nback"),
        "+ - lookup: row + examples: | + - front + - back + ",
        has("Words it is known by", "front\nback"),
    ),
]


def marks_the_last_word(form: Form) -> None:
    sentence = form.field("Example 1")
    sentence.focus()
    form.page.keyboard.press("End")
    for _ in "down":
        form.page.keyboard.press("Shift+ArrowLeft")
    form.page.get_by_test_id("mark-entity").click()
    form.page.keyboard.type("row · to")
    form.page.locator("[role=option]").first.click()


INTENTS = [
    entry("intents", "take_seat"),
    Row(marks_the_last_word, '- - I want a seat + - I want a [seat]{"entity": "row", "role": "to"}'),
    Row(presses("Remove the marks"), '+ - I want a seat - - I want a [seat]{"entity": "row", "role": "to"}'),
]
ACTIONS = [
    entry("actions", "action_seat"),
    Row(
        selects("What it may change", "read"),
        "- - action_seat + - action_seat: + effect: read",
        has("What it may change", "read"),
    ),
    Row(ticks("Send it the whole domain"), "+ send_domain: true", is_ticked("Send it the whole domain")),
]
VOICE = [
    section("voice"),
    Row(writes("Over after, in minutes", "30"), "- session_expiration_time: 60 + session_expiration_time: 30"),
    Row(refuses("Over after, in minutes", "-1", "0 or more", "30")),
    Row(ticks("Remember slots in the next one"), "- carry_over_slots_to_new_session: false"),
    Row(ticks("Greet again", False), "+ start_session_after_expiry: false", is_ticked("Greet again", False)),
    Row(writes("Languages callers may speak", "de, en"), "+ languages: [de, en]"),
    Row(writes("de", "thorsten"), "+ voices: + de: thorsten", has("de", "thorsten")),
    Row(selects("Written for format", "3.14"), '+ profile: "3.14"', has("Written for format", "3.14")),
    Row(
        writes("Read actions that may run before a turn is certain", "action_seat"),
        "+ speculation: + reads: [action_seat]",
    ),
    Row(writes("Read actions that may run before a turn is certain", ""), "- speculation: - reads: [action_seat]"),
]


def opened(open_page: OpenPage) -> Form:
    page = open_page("/content/responses", viewport={"width": 1440, "height": 1600}).page
    page.get_by_test_id("entry-utter_seats").wait_for()
    return Form(page, "main")


@pytest.mark.browser
def test_what_is_filled_in_is_in_the_files_and_is_read_back_and_undone(open_page: OpenPage, studio: Studio) -> None:
    domain, nlu = studio.folder / "domain" / "forms.yml", studio.folder / "data" / "forms.yml"
    domain.write_text(DOMAIN)
    nlu.write_text(NLU)
    files = [
        domain,
        nlu,
        studio.folder / "data" / "nlu.yml",
        studio.folder / "domain" / "shared.yml",
        studio.folder / "voice.yml",
    ]
    rows = [*RESPONSE, *SLOT, *ENTITIES, *INTENTS, *ACTIONS, *VOICE]
    form = opened(open_page)
    texts = filled_in(form, files, rows)
    shoot(form.page, "forms-content")
    read_back(opened(open_page), rows)

    def undo() -> None:
        form.page.get_by_role("heading", level=1).first.click()
        form.page.keyboard.press("Control+z")

    undone(undo, form.page, files, texts)
    assert (domain.read_text(), nlu.read_text()) == (DOMAIN, NLU)


@pytest.mark.browser
def test_who_thinks_while_typing_loses_no_space(open_page: OpenPage, studio: Studio) -> None:
    form = Form(open_page("/content/intents?find=book_appointment").page, "main")
    sentence = form.field("Example 1")
    sentence.fill("")
    sentence.press_sequentially("I want to ")
    saved(form.page)
    expect(sentence).to_have_value("I want to ")
    sentence.press_sequentially("book")
    sentence.blur()
    saved(form.page)
    expect(sentence).to_have_value("I want to book")
    assert "      - I want to book\n" in (studio.folder / "data" / "nlu.yml").read_text()
