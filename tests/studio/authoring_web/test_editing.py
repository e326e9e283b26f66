"""Checks 11, 15, 16 and 17: problems, empty places, saving, and two people at once; and the forms."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.studio.authoring_web.conftest import FLOW, OpenPage, Studio, centre_of, drag, node, saved, settled, shoot

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

FLOWS_FILE = "data/flows/appointments.yml"
YAML = "[data-testid=yaml-editor] .cm-content"


def yaml_pane(page: Page) -> None:
    page.get_by_test_id("toggle-yaml").click()
    page.locator(YAML).wait_for()


def test_a_problem_has_a_badge_a_line_in_the_list_and_one_in_the_yaml(studio: Studio, open_page: OpenPage) -> None:
    studio.edit({"op": "set_field", "flow": FLOW, "key": "ask_time", "path": ["collect"], "value": "no_such_slot"})
    page = open_page().page
    yaml_pane(page)
    page.get_by_test_id("toggle-problems").click()
    row = page.get_by_test_id("problem").filter(has_text="no_such_slot").first
    expect(row).to_have_attribute("data-step", "ask_time")
    row.click()
    settled(page)
    expect(page.get_by_test_id("badge-ask_time")).to_be_visible()
    expect(page.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_time")
    expect(node(page, "ask_time")).to_be_in_viewport()
    expect(page.locator(".cm-step").filter(has_text="no_such_slot")).to_be_in_viewport()
    expect(page.locator(".cm-lint-marker-error").first).to_be_attached()
    shoot(page, "check-11-problems")
    page.get_by_test_id("collect-slot").click()
    page.keyboard.type("appointment_time")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("badge-ask_time")).to_have_count(0)


def test_an_assistant_without_flows_offers_a_sample(studio: Studio, open_page: OpenPage) -> None:
    own = [flow["id"] for flow in studio.get("/outline")["flows"] if not flow["is_pattern"]]
    for name in own:
        studio.edit({"op": "delete_flow", "flow": name})
    page = open_page("/flows").page
    expect(page.get_by_test_id("empty")).to_be_visible()
    shoot(page, "check-15-empty")
    page.get_by_test_id("sample-flow").click()
    expect(node(page, "ask_name")).to_be_visible()
    expect(node(page, "say_hello")).to_contain_text("Hello")
    saved(page)
    assert studio.targets("ask_name", "say_hello") == ["say_hello"]


def test_a_new_flow_begins_with_a_hint(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows").page
    page.get_by_test_id("new-flow").click()
    page.get_by_test_id("new-flow-name").fill("Ask for parking")
    page.get_by_test_id("save-flow").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_test_id("new-flow-description").fill("The caller wants to know where to park.")
    page.get_by_test_id("save-flow").click()
    page.get_by_test_id("first-step").click()
    page.get_by_test_id("add-say").click()
    page.keyboard.type("There is a garage under the house.")
    page.keyboard.press("Enter")
    expect(page.locator(".step-node")).to_have_count(1)
    saved(page)
    steps = studio.flow("ask_for_parking")["steps"]
    assert [step["type"] for step in steps] == ["action"]
    response = next(each for each in studio.get("/content/responses") if each["name"] == steps[0]["fields"]["action"])
    assert response["value"][0]["text"] == "There is a garage under the house."


def test_a_lost_network_keeps_the_work_and_says_so(studio: Studio, canvas: Page) -> None:
    expect(canvas.get_by_test_id("save-state")).to_have_text("Saved")

    def away(route: Route) -> None:
        route.abort("internetdisconnected")

    canvas.route("**/edit", away)
    node(canvas, "ask_reason").click()
    canvas.keyboard.press("Delete")
    expect(canvas.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    expect(canvas.get_by_test_id("save-state")).to_contain_text("1 change kept")
    shoot(canvas, "check-16-offline")
    assert "ask_reason" in studio.step_ids()
    canvas.reload()
    expect(canvas.get_by_test_id("node-START")).to_be_visible()
    expect(node(canvas, "ask_reason")).to_have_count(0)
    canvas.unroute("**/edit", away)
    canvas.get_by_test_id("save-state").click()
    saved(canvas)
    assert "ask_reason" not in studio.step_ids()
    canvas.reload()
    expect(node(canvas, "ask_day")).to_be_visible()
    expect(node(canvas, "ask_reason")).to_have_count(0)


def test_two_browsers_never_overwrite_each_other_silently(studio: Studio, open_page: OpenPage) -> None:
    mine, theirs = open_page().page, open_page().page
    for page in (mine, theirs):
        node(page, "ask_day").click()
        expect(page.get_by_test_id("question-text")).to_be_visible()
    # What does not clash is merged without a question.
    text = "What to listen for"
    theirs.get_by_label(text, exact=True).fill("the day, theirs")
    theirs.keyboard.press("Tab")
    saved(theirs)
    expect(mine.get_by_label(text, exact=True)).to_have_value("the day, theirs")
    # What does clash is put to the person: their events do not reach this page in time.
    mine.add_init_script("delete window.SharedWorker")  # whose requests cannot be held up
    mine.route("**/events*", lambda route: route.abort())
    mine.reload()
    node(mine, "ask_day").wait_for()
    node(mine, "ask_day").click()
    theirs.get_by_label(text, exact=True).fill("the day, changed by them")
    theirs.keyboard.press("Tab")
    saved(theirs)
    mine.get_by_label(text, exact=True).fill("the day, changed by me")
    mine.keyboard.press("Tab")
    dialog = mine.get_by_test_id("merge-dialog")
    expect(dialog).to_be_visible()
    expect(mine.get_by_test_id("save-state")).to_have_attribute("data-state", "conflict")
    expect(dialog.locator(".cm-content").first).to_contain_text("the day, changed by me")
    expect(dialog.locator(".cm-content").last).to_contain_text("the day, changed by them")
    shoot(mine, "check-17-merge")
    assert "the day, changed by them" in (studio.folder / FLOWS_FILE).read_text()
    dialog.locator(".cm-merge-revert button").first.click()
    mine.get_by_test_id("merge-save").click()
    expect(dialog).to_have_count(0)
    saved(mine)
    assert "the day, changed by me" in (studio.folder / FLOWS_FILE).read_text()


def test_the_yaml_pane_edits_the_same_document(studio: Studio, canvas: Page) -> None:
    yaml_pane(canvas)
    node(canvas, "ask_day").click()
    line = canvas.locator(f"{YAML} .cm-line").filter(has_text="the day of the appointment, as the patient")
    line.click()
    canvas.keyboard.press("End")
    canvas.keyboard.type(" please")
    expect(canvas.get_by_test_id("yaml-state")).to_have_attribute("data-state", "saved")
    expect(canvas.get_by_label("What to listen for", exact=True)).to_have_value(
        "the day of the appointment, as the patient said it or as YYYY-MM-DD please"
    )
    assert "YYYY-MM-DD please" in (studio.folder / FLOWS_FILE).read_text()
    # Broken YAML is told and not saved.
    before = (studio.folder / FLOWS_FILE).read_bytes()
    canvas.keyboard.press("Home")
    canvas.keyboard.type("[")
    expect(canvas.get_by_test_id("yaml-invalid")).to_be_visible()
    shoot(canvas, "yaml-invalid")
    assert (studio.folder / FLOWS_FILE).read_bytes() == before
    canvas.keyboard.press("Backspace")
    expect(canvas.get_by_test_id("yaml-invalid")).to_have_count(0)
    # One history: the canvas undoes what was typed.
    node(canvas, "ask_time").click()
    canvas.keyboard.press("Control+z")
    expect(canvas.locator(YAML)).not_to_contain_text("YYYY-MM-DD please")
    saved(canvas)
    assert "YYYY-MM-DD please" not in (studio.folder / FLOWS_FILE).read_text()


def test_a_branch_is_made_and_its_condition_built(studio: Studio, canvas: Page) -> None:
    node(canvas, "ask_time").click()
    canvas.get_by_test_id("add-branch").click()
    branch = canvas.get_by_test_id("branch-0")
    expect(branch.get_by_test_id("condition-builder")).to_be_visible()
    # Each part is written by the server before it is an edit: what shows that it has come back is the form itself.
    branch.get_by_test_id("condition-slot").click()
    canvas.keyboard.type("times_count")
    canvas.keyboard.press("Enter")
    expect(branch.get_by_test_id("condition-slot")).to_contain_text("times_count")
    branch.get_by_label("Compared").select_option(">=")
    expect(branch.get_by_label("Compared")).to_have_value(">=")
    branch.get_by_label("Value").fill("3")
    canvas.keyboard.press("Enter")
    expect(canvas.get_by_test_id("condition-ask_time|if|0")).to_have_text("times count ≥ 3")
    saved(canvas)
    edge = next(edge for edge in studio.flow()["edges"] if edge["from"] == "ask_time" and edge["kind"] == "if")
    assert edge["condition"] == "slots.times_count >= 3"
    shoot(canvas, "condition-builder")


def test_deleting_waits_for_a_condition_that_is_being_typed(studio: Studio, canvas: Page) -> None:
    """The branches of a step are counted: what is typed at the second one would land at another if the first went."""
    canvas.get_by_test_id("condition-ask_type|if|1").click()
    canvas.get_by_role("button", name="Write as text").click()
    held: list[Route] = []
    canvas.route("**/conditions", lambda route: held.append(route))  # Playwright wants a function of its own
    canvas.get_by_test_id("condition-text").fill("slots.appointment_type is 'vaccination'")
    with canvas.expect_request("**/conditions"):
        canvas.get_by_test_id("condition-ask_type|if|0").click()
    canvas.keyboard.press("Delete")
    expect(canvas.get_by_test_id("save-state")).to_have_attribute("data-state", "saving")
    for route in held:
        route.continue_()
    canvas.unroute("**/conditions")
    expect(canvas.get_by_test_id("condition-ask_type|if|1")).to_have_count(0)
    saved(canvas)
    ways = [edge for edge in studio.flow()["edges"] if edge["from"] == "ask_type"]
    assert [(edge["kind"], edge["condition"]) for edge in ways] == [
        ("if", "slots.appointment_type is 'vaccination'"),
        ("else", None),
    ]
    expect(canvas.get_by_test_id("toast-error")).to_have_count(0)
    # The last gesture was the removal: undoing gives the branch back, and leaves what was typed.
    canvas.get_by_test_id("tool-undo").click()
    expect(canvas.get_by_test_id("condition-ask_type|if|1")).to_have_text("appointment type is vaccination")


def test_the_question_is_edited_where_it_is_asked(studio: Studio, canvas: Page) -> None:
    node(canvas, "ask_day").click()
    canvas.get_by_test_id("question-text").fill("Which day suits you?")
    canvas.keyboard.press("Tab")
    saved(canvas)
    expect(node(canvas, "ask_day")).to_contain_text("Which day suits you?")
    response = next(each for each in studio.get("/content/responses") if each["name"] == "utter_ask_appointment_day")
    assert response["value"][0]["text"] == "Which day suits you?"


def test_calls_lead_to_their_flow_and_back(canvas: Page) -> None:
    canvas.locator(".step-node[data-type=call]").first.dblclick()
    expect(canvas.get_by_role("heading", level=1)).to_have_text("identify yourself")
    canvas.get_by_test_id("breadcrumbs").get_by_role("link", name="book an appointment").click()
    expect(node(canvas, "ask_day")).to_be_visible()


def test_a_system_flow_is_customised_and_reset(studio: Studio, open_page: OpenPage) -> None:
    built_in = next(flow["id"] for flow in studio.get("/outline")["flows"] if flow["is_default"])
    page = open_page("/flows").page
    page.get_by_test_id(f"flow-menu-{built_in}").click()
    page.get_by_role("menuitem", name="Customise").click()
    expect(page.get_by_test_id("canvas")).to_be_visible()
    saved(page)
    assert studio.flow(built_in)["is_customised"]
    page.get_by_test_id("nav-flows").click()
    page.get_by_test_id(f"flow-menu-{built_in}").click()
    page.get_by_role("menuitem", name="Reset").click()
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id(f"flow-{built_in}")).not_to_contain_text("customised")
    saved(page)
    assert studio.flow(built_in)["is_default"]


def test_positions_survive_a_reload(studio: Studio, canvas: Page) -> None:
    start = centre_of(node(canvas, "ask_reason"))
    drag(canvas, start, (start[0] - 40, start[1] + 80))
    saved(canvas)
    kept = studio.flow()["positions"]["ask_reason"]
    canvas.reload()
    node(canvas, "ask_reason").wait_for()
    assert studio.flow()["positions"]["ask_reason"] == kept
    assert not any("position" in path.read_text() for path in (studio.folder / "data").rglob("*.yml"))
