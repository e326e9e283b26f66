"""Files as people and other programs leave them, and names in every script: read, shown, and never changed unasked."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import FLOW, PROJECT, OpenPage, Studio, node, saved, settled, shoot

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

FLOWS_FILE = "data/flows/appointments.yml"
ODD_FILE = "data/flows/odd.yml"
LISTEN = "What to listen for"
YAML = "[data-testid=yaml-editor] .cm-content"
ODD = (
    "\ufeffversion: '3.1' \r\n\r\nodd: &wait {reset_after_flow_ends: false}\r\nflows:\r\n"
    "  odd_flow:\t# tabs, anchors, tags\r\n    description:   >-\r\n      Something\r\n      odd.\r\n"
    "    steps:\r\n      - id: ask_odd\r\n        <<: *wait\r\n        collect: appointment_day\r\n"
    "      - id: say_odd   # said\r\n        action: utter_no_times\r\n        metadata: !odd [1, 0x1F, ~]\r\n"
)
"""With a byte order mark and the line ends of Windows."""
NAMES = {
    "arabic": "حجز موعد",
    "hebrew": "קביעת תור",
    "chinese": "预约挂号",
    "thai": "จองนัดหมาย",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "combining": "Z̷̢̛a̴l̵g̶o̸",
}


def yaml_pane(page: Page) -> None:
    page.get_by_test_id("toggle-yaml").click()
    page.locator(YAML).wait_for()


def end_of_line(page: Page, words: str) -> None:
    page.locator(f"{YAML} .cm-line").filter(has_text=words).click()
    page.keyboard.press("End")


def test_yaml_that_is_not_valid_yet_outlives_the_page_and_overwrites_nobody(studio: Studio, canvas: Page) -> None:
    file = studio.folder / FLOWS_FILE
    yaml_pane(canvas)
    node(canvas, "ask_day").click()
    line = canvas.locator(f"{YAML} .cm-line").filter(has_text="the day of the appointment, as the patient")
    line.click()
    canvas.keyboard.press("Home")
    canvas.keyboard.type("[")
    canvas.keyboard.press("End")
    canvas.keyboard.type(" mine")
    expect(canvas.get_by_test_id("yaml-invalid")).to_be_visible()
    assert " mine" not in file.read_text()
    canvas.reload()
    node(canvas, "ask_day").wait_for()
    expect(canvas.locator(YAML)).to_contain_text("YYYY-MM-DD mine")
    expect(canvas.get_by_test_id("yaml-invalid")).to_be_visible()
    # Somebody else changes another step of the file; it comes in beside what is typed.
    studio.edit({"op": "set_field", "flow": FLOW, "key": "ask_reason", "path": ["description"], "value": "theirs"})
    node(canvas, "ask_reason").click()
    expect(canvas.get_by_label(LISTEN, exact=True)).to_have_value("theirs")
    line.click()
    canvas.keyboard.press("Home")
    canvas.keyboard.press("Delete")
    expect(canvas.get_by_test_id("yaml-invalid")).to_have_count(0)
    expect(canvas.get_by_test_id("yaml-state")).to_have_attribute("data-state", "saved")
    saved(canvas)
    text = file.read_text()
    assert "description: theirs" in text
    assert "YYYY-MM-DD mine" in text


def test_a_file_of_windows_stays_one(studio: Studio, open_page: OpenPage) -> None:
    file = studio.folder / ODD_FILE
    file.write_bytes(ODD.encode())
    page = open_page("/flows/odd_flow").page
    node(page, "say_odd").wait_for()
    settled(page)
    yaml_pane(page)
    expect(page.locator(YAML)).to_contain_text("say_odd")
    page.get_by_test_id("toggle-yaml").click()
    expect(page.locator(YAML)).to_have_count(0)
    node(page, "ask_odd").click()
    saved(page)
    assert file.read_bytes() == ODD.encode()  # it was looked at, no more
    yaml_pane(page)
    end_of_line(page, "utter_no_times")
    page.keyboard.type("  # typed")
    expect(page.get_by_test_id("yaml-state")).to_have_attribute("data-state", "saved")
    saved(page)
    typed = ODD.replace("utter_no_times", "utter_no_times  # typed")
    assert file.read_bytes() == typed.encode()
    node(page, "ask_odd").click()
    page.get_by_label(LISTEN, exact=True).fill("a day")
    page.keyboard.press("Tab")
    expect(page.locator(YAML)).to_contain_text("a day")
    saved(page)
    text = file.read_bytes().decode()
    assert "description: a day\r\n" in text
    assert text.replace("        description: a day\r\n", "") == typed
    shoot(page, "bad-file-of-windows")


def test_a_file_changed_by_a_program_with_a_clock_of_its_own(studio: Studio, canvas: Page) -> None:
    file = studio.folder / FLOWS_FILE
    node(canvas, "ask_day").click()
    for year, words in ((1980, "restored from a backup"), (2100, "written in the future")):
        text = file.read_text()
        old = canvas.get_by_label(LISTEN, exact=True).input_value()
        file.write_text(text.replace(old, words))
        seconds = (year - 1970) * 365.25 * 86_400
        os.utime(file, (seconds, seconds))
        expect(canvas.get_by_label(LISTEN, exact=True)).to_have_value(words)
    canvas.get_by_label(LISTEN, exact=True).fill("and saved over it")
    canvas.keyboard.press("Tab")
    saved(canvas)
    assert "and saved over it" in file.read_text()
    canvas.get_by_test_id("nav-flows").click()
    expect(canvas.get_by_test_id(f"flow-{FLOW}")).not_to_contain_text("in -")


def test_a_file_that_vanishes_is_told_and_comes_back(studio: Studio, canvas: Page) -> None:
    file = studio.folder / FLOWS_FILE
    text = file.read_text()
    file.unlink()
    expect(canvas.get_by_text("There is no flow with this name.")).to_be_visible()
    shoot(canvas, "bad-file-vanished")
    file.write_text(text)
    node(canvas, "ask_day").wait_for()


def test_the_same_step_in_two_tabs(studio: Studio, open_page: OpenPage) -> None:
    one = open_page().page
    two = open_page(context=one.context).page
    for page in (one, two):
        node(page, "ask_day").click()
        expect(page.get_by_label(LISTEN, exact=True)).to_be_visible()
    with two.expect_request("**/edit"):
        two.route("**/edit", lambda route: route.abort("internetdisconnected"))
        two.get_by_label(LISTEN, exact=True).fill("from the second tab")
        two.keyboard.press("Tab")
    expect(two.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    one.bring_to_front()
    one.get_by_label(LISTEN, exact=True).fill("from the first tab")
    one.keyboard.press("Tab")
    saved(one)
    two.bring_to_front()
    two.reload()  # what the second tab saw goes with what it kept
    node(two, "ask_day").wait_for()
    expect(two.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    two.unroute("**/edit")
    two.get_by_test_id("save-state").click()
    dialog = two.get_by_test_id("merge-dialog")
    expect(dialog.locator(".cm-content").first).to_contain_text("from the second tab")
    expect(dialog.locator(".cm-content").last).to_contain_text("from the first tab")
    assert "from the first tab" in (studio.folder / FLOWS_FILE).read_text()
    two.get_by_test_id("merge-discard").click()
    saved(two)
    node(two, "ask_day").click()
    expect(two.get_by_label(LISTEN, exact=True)).to_have_value("from the first tab")


def test_flows_and_texts_in_every_script(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/flows").page
    names = list(NAMES.values())
    for name in names:
        page.get_by_test_id("new-flow").click()
        page.get_by_test_id("new-flow-name").fill(name)
        page.get_by_test_id("new-flow-description").fill(f"The caller wants: {name}")
        page.get_by_test_id("save-flow").click()
        page.get_by_test_id("first-step").click()
        page.get_by_test_id("add-say").click()
        page.keyboard.insert_text(name)
        page.get_by_test_id("add-create").click()
        expect(page.locator(".step-node")).to_have_count(1)
        saved(page)
        page.get_by_test_id("nav-flows").click()
    flows = [flow["name"] for flow in studio.get("/outline")["flows"]]
    assert set(names) <= set(flows)
    texts = {one["value"][0]["text"].strip() for one in studio.get("/content/responses")}
    assert set(names) - texts == set()
    shoot(page, "every-script-flows")


def test_assistants_in_every_script(studio: Studio, open_page: OpenPage) -> None:
    page = open_page("/settings").page
    page.goto(f"{studio.url}/studio")
    for name in (NAMES["arabic"], NAMES["emoji"]):
        page.get_by_test_id("new-project").click()
        page.get_by_test_id("project-name").fill(name)
        page.get_by_test_id("template-empty").click()
        made = page.get_by_test_id("project-id").input_value()
        page.get_by_test_id("create-project").click()
        page.wait_for_url(f"**/studio/{made}/flows")
        page.goto(f"{studio.url}/studio")
        expect(page.get_by_test_id(f"project-{made}")).to_contain_text(name[:60].strip())
    shoot(page, "every-script-assistants")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("kind", ["a path out of the folder", "a bomb"])
def test_a_zip_with_tricks_is_refused_in_words(studio: Studio, open_page: OpenPage, kind: str) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.yml", "language: en\n")
        archive.writestr("domain.yml", "version: '3.1'\n")
        if kind == "a bomb":
            archive.writestr("data/bomb.yml", b"#" * 400_000_000)
        else:
            archive.writestr("../../outside.yml", "flows: {}\n")
    before = sorted(path.name for path in studio.folder.parent.rglob("*"))
    page = open_page("/settings").page
    page.goto(f"{studio.url}/studio")
    page.get_by_test_id("import-file").set_input_files(
        {"name": "tricks.zip", "mimeType": "application/zip", "buffer": held.getvalue()}
    )
    toast = page.get_by_test_id("toast-error")
    expect(toast).to_contain_text("bomb.yml" if kind == "a bomb" else "leads out of the folder")
    shoot(page, f"zip-{kind.replace(' ', '-')}")
    assert not list(studio.folder.parent.rglob("outside.yml"))
    assert {"config.yml", PROJECT} <= set(before)
    assert not list(studio.folder.parent.rglob("bomb.yml"))
    expect(page.get_by_test_id(f"project-{PROJECT}")).to_be_visible()
