"""Every field of the forms beside the canvas: filled in by hand, looked at on disk, read back, undone."""

from __future__ import annotations

import pytest

from tests.studio.authoring_web.conftest import OpenPage, Studio, node, settled, shoot
from tests.studio.authoring_web.filling import (
    Form,
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
    turn,
    undone,
    writes,
)

FLOW = """\
# Every kind of step.
flows:
  forms:
    name: all forms
    description: Every form of the studio.  # read by the language model
    steps:
      # The day comes first.
      - id: ask
        collect: appointment_day
        next: choose
      - id: choose
        noop: true
        next:
          - if: slots.times_count > 0
            then: run
          - else: END
      - id: run
        action: action_find_times
        remark: for another tool
      - id: clear
        set_slots:
          - times_text: null
      - id: tool
        call: identify_patient
      - id: agent
        call: identify_patient
      - id: old
        collect: {name: appointment_reason, silence_timeout: 5}
      - id: onward
        link: cancel_appointment
"""
QUESTION = [
    turn("ask", "Refuse an answer", "Listening", "Response that asks", "More options"),
    Row(writes("What to listen for", "the day"), "+ description: the day", has("What to listen for", "the day")),
    Row(ticks("Always ask"), "+ ask_before_filling: true", is_ticked("Always ask")),
    Row(ticks("Take every answer as the value"), "+ force_slot_filling: true"),
    Row(ticks("Take every answer as the value", False), "- force_slot_filling: true"),
    Row(picks("Response that asks", "utter_no_times"), "+ utter: utter_no_times"),
    Row(picks("Response that asks", "utter_ask_appointment_day"), "- utter: utter_no_times"),
    Row(ticks("Forget after the flow", False), "+ reset_after_flow_ends: false"),
    Row(ticks("Forget after the flow"), "- reset_after_flow_ends: false", is_ticked("Forget after the flow")),
    Row(
        presses("Add a refusal"),
        "+ rejections: + - if: slots.appointment_day is null + utter: utter_invalid_appointment_day",
    ),
    Row(
        selects("Compared", "contains", "Refusal 1"),
        "- - if: slots.appointment_day is null + - if: slots.appointment_day contains ''",
    ),
    Row(
        writes("Value", "Sunday", "Refusal 1"),
        "- - if: slots.appointment_day contains '' + - if: slots.appointment_day contains 'Sunday'",
        has("Value", "Sunday", "Refusal 1"),
    ),
    Row(
        picks("Say", "utter_no_times", "Refusal 1"),
        "- utter: utter_invalid_appointment_day + utter: utter_no_times",
        names("Say", "utter_no_times", "Refusal 1"),
    ),
    Row(presses("Add a refusal"), "+ - if: slots.appointment_day is null + utter: utter_invalid_appointment_day"),
    Row(presses("Remove refusal 2"), "- - if: slots.appointment_day is null - utter: utter_invalid_appointment_day"),
    Row(selects("Expected answer", "digits"), "+ voice: + expects: digits", has("Expected answer", "digits")),
    Row(refuses("Length", "many", "Write one number from 1 to 64")),
    Row(writes("Length", "6, 4"), "+ length: + - 4 + - 6", has("Length", "4, 6")),
    Row(refuses("Pause that ends the answer, in ms", "1.5", "Write a whole number from 0 to 30000")),
    Row(writes("Pause that ends the answer, in ms", "900"), "+ wait_ms: 900"),
    Row(
        writes("Pause that ends the answer, in ms", ""), "- wait_ms: 900", has("Pause that ends the answer, in ms", "")
    ),
    Row(writes("Longest answer, in ms", "20000"), "+ max_turn_ms: 20000", has("Longest answer, in ms", "20000")),
    Row(selects("May be interrupted", "false"), "+ interruptible: false", has("May be interrupted", "false")),
    Row(refuses("Silence, in seconds", "0", "more than 0 and at most 600")),
    Row(writes("Silence, in seconds", "7.5"), "+ silence_timeout: 7.5"),
    Row(presses("Wait otherwise on a channel"), "- silence_timeout: 7.5 + silence_timeout: + browser_audio: 7.5"),
    Row(refuses("Channel", "", "Name the channel", "browser_audio")),
    Row(writes("Seconds", "9"), "- browser_audio: 7.5 + browser_audio: 9", has("Seconds", "9")),
    Row(selects("Answer by keys", "length"), "+ dtmf: + length: 4"),
    Row(refuses("How many keys", "0", "Write a whole number from 1 to 64", "4")),
    Row(writes("How many keys", "8"), "- length: 4 + length: 8"),
    Row(ticks("May also be spoken", False), "+ allow_audio_input: false", is_ticked("May also be spoken", False)),
    Row(selects("Answer by keys", "finish"), '- length: 8 + finish_on_key: "#"'),
    Row(selects("Key that ends", "*"), '- finish_on_key: "#" + finish_on_key: "*"', has("Key that ends", "*")),
    Row(refuses("Metadata", "{", "not valid JSON")),
    Row(writes("Metadata", '{"owner": "x"}'), "+ metadata: + owner: x", has("Metadata", '{"owner":"x"}')),
    Row(
        picks("Slot to fill", "appointment_time"),
        "- collect: appointment_day + collect: appointment_time",
        names("Slot to fill", "appointment_time"),
    ),
]
BRANCHES = [
    turn("choose"),
    Row(selects("Compared", "<="), "- - if: slots.times_count > 0 + - if: slots.times_count <= 0"),
    Row(refuses("Value", "some", "Write a number", "0")),
    Row(refuses("Value", "", "Write a value", "0")),
    Row(writes("Value", "3"), "- - if: slots.times_count <= 0 + - if: slots.times_count <= 3"),
    Row(
        presses("Add a part"),
        "- - if: slots.times_count <= 3 + - if: slots.times_count <= 3 and slots.appointment_type is null",
    ),
    Row(
        selects("How the parts are joined", "any"),
        "- - if: slots.times_count <= 3 and slots.appointment_type is null"
        " + - if: slots.times_count <= 3 or slots.appointment_type is null",
        has("How the parts are joined", "any"),
    ),
    Row(presses("Write as text")),
    Row(
        refuses(
            "Condition as text", "slots.times_count >", "", "slots.times_count <= 3 or slots.appointment_type is null"
        ),
    ),
    Row(presses("Use the builder")),
    Row(presses("Add a branch"), "+ - if: slots.appointment_time is not null + then: END"),
    Row(
        selects("Compared", "matches", "#branch-1"),
        "- - if: slots.appointment_time is not null + - if: slots.appointment_time matches ''",
        has("Compared", "matches", "#branch-0"),
    ),
    Row(
        presses("Later", "#branch-0"),
        "+ - if: slots.appointment_time matches '' + then: END - - if: slots.appointment_time matches '' - then: END",
    ),
    Row(presses("Remove this branch", "#branch-2"), "- - else: END"),
    Row(presses("Add “otherwise”"), "+ - else: END"),
    Row(
        picks("Leads to", "find times", "#branch-2"),
        "- - else: END + - else: run",
        names("Leads to", "book appointment", "#branch-2"),
    ),
]
ACTION = [
    turn("run", "More options"),
    Row(selects("Effect on the outside", "read"), "+ effect: read", has("Effect on the outside", "read")),
    Row(writes("Note", "looks it up"), "+ description: looks it up"),
    Row(writes("Note", ""), "- description: looks it up", has("Note", "")),
    Row(picks("Action or response", "utter_no_times"), "- action: action_find_times + action: utter_no_times"),
    Row(
        picks("Action or response", "action_book_appointment"),
        "- action: utter_no_times + action: action_book_appointment",
        names("Action or response", "action_book_appointment"),
    ),
    Row(keeps("remark"), "", keeps("remark")),
    Row(refuses("Step id", "ask", "Letters, digits", "run")),
]
VALUES = [
    turn("clear"),
    Row(writes("Value", "ten"), "- - times_text: null + - times_text: ten"),
    Row(writes("Value", ""), "- - times_text: ten + - times_text: null"),
    Row(presses("Add a slot"), "+ - appointment_type: null"),
    Row(picks("Slot", "times_count"), "- - appointment_type: null + - times_count: null"),
    Row(refuses("Value", "many", "Write a number")),
    Row(writes("Value", "2"), "- - times_count: null + - times_count: 2", has("Value", "2")),
]
CALLS = [
    turn("tool"),
    Row(picks("Flow to run", "reschedule_appointment"), "- call: identify_patient + call: reschedule_appointment"),
    Row(selects("What to run", "tool"), '+ mcp_server: "" + mapping: + input: [] + output: []'),
    Row(writes("Server", "calendar"), '- mcp_server: "" + mcp_server: calendar', has("Server", "calendar")),
    Row(refuses("Tool", "", "A name is needed", "reschedule_appointment")),
    Row(writes("Tool", "find_times"), "- call: reschedule_appointment + call: find_times", has("Tool", "find_times")),
    Row(presses("Add a parameter"), "- input: [] + input: + - param: name + slot: appointment_type"),
    Row(writes("Parameter", "day"), "- - param: name + - param: day", has("Parameter", "day")),
    Row(
        picks("Slot", "appointment_day", "Goes in 1"),
        "- slot: appointment_type + slot: appointment_day",
        names("Slot", "appointment_day", "Goes in 1"),
    ),
    Row(presses("Add a result"), "- output: [] + output: + - slot: appointment_type + value: result.content"),
    Row(
        writes("Expression over the result", "result.structuredContent.count"),
        "- value: result.content + value: result.structuredContent.count",
        has("Expression over the result", "result.structuredContent.count"),
    ),
    Row(
        picks("Slot", "times_count", "Comes back 1"),
        "- - slot: appointment_type + - slot: times_count",
        names("Slot", "times_count", "Comes back 1"),
    ),
    Row(selects("Effect on the outside", "none"), "+ effect: none", has("Effect on the outside", "none")),
]
AGENTS = [
    turn("agent"),
    Row(selects("What to run", "agent")),
    Row(writes("Sub-agent", "booker"), "- call: identify_patient + call: booker"),
    Row(presses("Add a condition"), "+ exit_if: + - slots.appointment_confirmation", has("Sub-agent", "booker")),
    Row(
        selects("Compared", "is set"),
        "- - slots.appointment_confirmation + - slots.appointment_confirmation is not null",
        has("Compared", "is set"),
    ),
]
OLD = [
    turn("old", "Listening"),
    Row(
        writes("Silence, in seconds", "6"),
        "- collect: {name: appointment_reason, silence_timeout: 5}"
        " + collect: {name: appointment_reason, silence_timeout: 6}",
        has("Silence, in seconds", "6"),
    ),
    Row(
        picks("Slot to fill", "appointment_type"),
        "- collect: {name: appointment_reason, silence_timeout: 6}"
        " + collect: {name: appointment_type, silence_timeout: 6}",
        names("Slot to fill", "appointment_type"),
    ),
]
LINK = [
    turn("onward"),
    Row(
        picks("Flow to go on in", "reschedule_appointment"),
        "- link: cancel_appointment + link: reschedule_appointment",
        names("Flow to go on in", "reschedule_appointment"),
    ),
]
PROPERTIES = [
    turn("", "Started by intents", "Slots kept after the flow", "More options"),
    Row(writes("Name", "every form"), "- name: all forms + name: every form", has("Name", "every form")),
    Row(refuses("Description", "", "Say in a sentence", "Every form of the studio.")),
    Row(
        writes("Description", "All forms there are."),
        "- description: Every form of the studio.  # read by the language model"
        " + description: All forms there are.  # read by the language model",
    ),
    Row(presses("Add a condition"), "+ if: slots.appointment_type is null"),
    Row(presses("Remove this part"), "- if: slots.appointment_type is null"),
    Row(ticks("Only by link or call"), "+ if: false", is_ticked("Only by link or call")),
    Row(presses("Add an intent"), "+ nlu_trigger: + - intent: book_appointment"),
    Row(refuses("Least certainty", "2", "Write a number from 0 to 1")),
    Row(
        writes("Least certainty", "0.8"),
        "- - intent: book_appointment + - intent: + name: book_appointment + confidence_threshold: 0.8",
    ),
    Row(
        writes("Least certainty", ""),
        "- - intent: - name: book_appointment - confidence_threshold: 0.8 + - intent: book_appointment",
        has("Least certainty", ""),
    ),
    Row(picks("Add a slot", "times_text"), "+ persisted_slots: + - times_text", offers("Remove times_text")),
    Row(ticks("Always offer to the language model"), "+ always_include_in_prompt: true"),
    Row(ticks("Say that it is done", False), "+ run_pattern_completed: false", is_ticked("Say that it is done", False)),
    Row(writes("Name in de", "alle Formulare"), "+ translation: + de: + name: alle Formulare"),
    Row(writes("Name in de", ""), "- translation: - de: - name: alle Formulare", has("Name in de", "")),
]
ALL = [*QUESTION, *BRANCHES, *ACTION, *VALUES, *CALLS, *AGENTS, *OLD, *LINK, *PROPERTIES]


def opened(open_page: OpenPage) -> Form:
    page = open_page("/flows/forms", viewport={"width": 1440, "height": 1600}).page
    node(page, "ask").wait_for()
    settled(page)
    return Form(page)


@pytest.mark.browser
def test_what_is_filled_in_is_in_the_file_and_is_read_back_and_undone(open_page: OpenPage, studio: Studio) -> None:
    file = studio.folder / "data" / "flows" / "forms.yml"
    file.write_text(FLOW)
    form = opened(open_page)
    texts = filled_in(form, [file], ALL)
    shoot(form.page, "forms-flow")
    read_back(opened(open_page), ALL)
    undone(form.page.get_by_test_id("tool-undo").click, form.page, [file], texts)
    assert file.read_text() == FLOW
