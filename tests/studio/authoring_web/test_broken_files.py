"""A file that cannot be read: what is in it stays, marked and unchangeable; one click leads to the line to mend."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.authoring_web.conftest import FLOW, PROJECT, OpenPage, Studio, node, saved, settled, shoot
from tests.support.server import ROOT, free_port
from tests.support.studio_processes import StudioProcess, running
from tests.support.studio_server import main as serve_studio

pytestmark = pytest.mark.browser
LISTEN = "What to listen for"
MISTAKE = ": oh"
FIELDS = ":is(input, textarea, select, button)"
EDITOR = "[data-testid=yaml-editor] .cm-content"


def flows_file(folder: Path) -> Path:
    return next(path for path in sorted((folder / "data").rglob("*.yml")) if f"  {FLOW}:\n" in path.read_text())


def break_by_hand(path: Path) -> int:
    """Write a second value behind a step's id; return the line, which cannot be read then."""
    before = path.read_text()
    path.write_text(before.replace("- id: ask_day\n", f"- id: ask_day{MISTAKE}\n", 1))
    return before[: before.index("- id: ask_day\n")].count("\n") + 1


def test_flows_stay_until_the_text_is_mended(studio: Studio, open_page: OpenPage) -> None:
    one = open_page(viewport={"width": 1440, "height": 900}).page
    other = open_page(color_scheme="dark").page
    for page in (one, other):
        node(page, "ask_day").wait_for()
    path = flows_file(studio.folder)
    line = break_by_hand(path)
    for page in (one, other):
        expect(page.get_by_test_id("unreadable")).to_contain_text(f"line {line}")
        expect(node(page, "ask_day")).to_be_visible()
    shoot(other, "broken-file-dark")
    node(one, "ask_day").click()
    expect(one.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_day")
    expect(one.get_by_test_id("inspector")).to_contain_text("Shown as it last was")
    expect(one.get_by_label(LISTEN, exact=True)).to_be_disabled()
    broken = path.read_text()
    node(one, "ask_day").press("Delete")
    # A page that comes now finds the flow as well, and the list tells.
    other.reload()
    expect(node(other, "ask_day")).to_be_visible()
    other.get_by_test_id("nav-flows").click()
    expect(other.get_by_test_id(f"flow-{FLOW}")).to_contain_text("cannot be read")
    shoot(other, "broken-file-list-dark")
    assert path.read_text() == broken
    one.get_by_test_id("to-broken-line").click()
    text = one.locator(f"{EDITOR} .cm-line", has_text=f"- id: ask_day{MISTAKE}")
    expect(text).to_be_in_viewport()
    shoot(one, "broken-file")
    one.evaluate("text => navigator.clipboard.writeText(text)", broken.replace(MISTAKE, "", 1))
    one.locator(EDITOR).press("Control+a")
    one.locator(EDITOR).press("Control+v")
    expect(one.get_by_test_id("unreadable")).to_have_count(0)
    saved(one)
    expect(other.get_by_test_id(f"flow-{FLOW}")).not_to_contain_text("cannot be read")
    assert MISTAKE not in path.read_text()
    goes_on(one, studio)


def goes_on(page: Page, studio: Studio) -> None:
    """What was refused can be done again."""
    node(page, "ask_reason").click()
    expect(page.get_by_test_id("inspector-step")).to_have_attribute("data-key", "ask_reason")
    expect(page.get_by_label(LISTEN, exact=True)).to_be_enabled()
    node(page, "ask_reason").press("Delete")
    expect(node(page, "ask_reason")).to_have_count(0)
    saved(page)
    assert "ask_reason" not in studio.step_ids()


DOMAIN = "domain/appointments.yml"
SLOT_MISTAKE = "    type: [text\n"


def break_domain(folder: Path) -> int:
    """Open a list behind the type of a slot and never close it; return the line at which that is seen."""
    path = folder / DOMAIN
    before = path.read_text()
    whole = "  appointment_day:\n    type: text\n"
    assert whole in before
    path.write_text(before.replace(whole, f"  appointment_day:\n{SLOT_MISTAKE}", 1))
    return before[: before.index(whole)].count("\n") + 3


def mend(page: Page, text: str) -> None:
    """Write a whole text into the file that is open above the page."""
    editor = page.get_by_test_id("file-dialog").locator(EDITOR)
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    editor.press("Control+a")
    editor.press("Control+v")
    expect(page.get_by_test_id("file-mended")).to_be_visible()
    saved(page)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("file-dialog")).to_have_count(0)


def sees_lost(page: Page, section: str, name: str, line: int) -> None:
    """The entry of a broken file is listed and shown, and cannot be changed."""
    page.get_by_test_id(f"section-{section}").click()
    row = page.get_by_test_id(f"entry-{name}")
    expect(row).to_contain_text("cannot be read")
    row.click()
    expect(page.get_by_test_id("unreadable")).to_contain_text(f"{DOMAIN} cannot be read: line {line}")
    expect(page.get_by_test_id("entry-fields").locator(FIELDS)).not_to_have_count(0)
    expect(page.get_by_test_id("entry-fields").locator(f"{FIELDS}:enabled")).to_have_count(0)
    expect(page.get_by_test_id("rename-entry")).to_have_count(0)
    expect(page.get_by_test_id("delete-entry")).to_have_count(0)


def test_content_stays_until_the_domain_is_mended(studio: Studio, open_page: OpenPage) -> None:
    content = open_page("/content/slots?find=appointment_day", viewport={"width": 1440, "height": 900}).page
    canvas = open_page(color_scheme="dark").page
    content.get_by_test_id("rename-entry").wait_for()
    node(canvas, "ask_day").click()
    expect(canvas.get_by_test_id("question-text")).to_be_enabled()
    whole = (studio.folder / DOMAIN).read_text()
    line = break_domain(studio.folder)
    broken = (studio.folder / DOMAIN).read_text()
    expect(content.get_by_test_id("unreadable")).to_contain_text(f"line {line}")
    shoot(content, "broken-domain")
    sees_lost(content, "responses", "utter_ask_appointment_day", line)
    sees_lost(content, "slots", "appointment_day", line)
    # A name that is in the broken file is taken, and what is new is written elsewhere.
    content.get_by_test_id("new-entry").first.click()
    content.get_by_test_id("new-name").fill("appointment_day")
    expect(content.get_by_role("dialog")).to_contain_text("There is one with this name already")
    content.get_by_test_id("new-name").fill("parking_wanted")
    content.get_by_test_id("new-save").click()
    expect(content.get_by_test_id("rename-entry")).to_be_visible()
    saved(content)
    assert (studio.folder / DOMAIN).read_text() == broken
    # The flow that uses them is whole: its question is there and is not offered to be made anew.
    expect(canvas.get_by_test_id("question-text")).to_be_disabled()
    expect(canvas.get_by_test_id("question-text")).not_to_have_value("")
    expect(canvas.get_by_test_id("inspector")).to_contain_text(f"{DOMAIN} cannot be read")
    expect(canvas.get_by_test_id("collect-slot")).to_contain_text("appointment_day")
    shoot(canvas, "broken-domain-flow-dark")
    # One finding tells, and leads to the line.
    canvas.evaluate("() => localStorage.setItem('vivavoce.studio.panes', JSON.stringify({isProblemsOpen: true}))")
    canvas.reload()
    canvas.get_by_role("button", name="Everything").click()
    finding = canvas.get_by_test_id("problem").filter(has_text="not valid YAML")
    expect(finding).to_have_count(1)
    expect(canvas.get_by_test_id("problem").filter(has_text="unknown")).to_have_count(0)
    finding.click()
    shown = canvas.get_by_test_id("file-dialog")
    expect(shown.get_by_test_id("file-unreadable")).to_contain_text(f"line {line}")
    expect(shown.locator(".cm-activeLine")).to_be_in_viewport()
    shoot(canvas, "broken-domain-mending-dark")
    mend(canvas, whole)
    # Everybody goes on, without a word.
    expect(content.get_by_test_id("unreadable")).to_have_count(0)
    content.get_by_test_id("entry-appointment_day").click()
    expect(content.get_by_test_id("entry-fields").locator(f"{FIELDS}:enabled")).not_to_have_count(0)
    expect(content.get_by_test_id("rename-entry")).to_be_visible()
    canvas.get_by_test_id("problems").get_by_role("button", name="Close").click()
    canvas.get_by_test_id("tool-fit").click()
    settled(canvas)
    node(canvas, "ask_day").click()
    expect(canvas.get_by_test_id("question-text")).to_be_enabled()
    canvas.get_by_test_id("question-text").fill("Which day suits you?")
    canvas.keyboard.press("Tab")
    saved(canvas)
    assert "Which day suits you?" in (studio.folder / DOMAIN).read_text()
    assert "appointment_day:" not in (studio.folder / "domain" / "shared.yml").read_text()


def test_voice_settings_stay_until_their_file_is_mended(studio: Studio, open_page: OpenPage) -> None:
    path = studio.folder / "voice.yml"
    whole = path.read_text() + "pronunciation:\n  Oolong: oo long\n"
    path.write_text(whole)
    page = open_page("/content/lexicon").page
    expect(page.get_by_test_id("word-Oolong")).to_be_visible()
    broken = whole.replace("turns:\n", "turns: [\n", 1)
    path.write_text(broken)
    expect(page.get_by_test_id("unreadable")).to_contain_text("voice.yml cannot be read")
    expect(page.get_by_test_id("word-Oolong").get_by_role("textbox")).to_be_disabled()
    page.get_by_test_id("section-voice").click()
    timeout = page.get_by_test_id("setting-turns-silence_timeout_ms").get_by_role("textbox")
    expect(timeout).to_have_value("9000")
    expect(timeout).to_be_disabled()
    assert path.read_text() == broken
    page.get_by_test_id("to-broken-line").click()
    mend(page, whole)
    expect(timeout).to_be_enabled()
    timeout.fill("8000")
    page.keyboard.press("Tab")
    saved(page)
    assert "silence_timeout_ms: 8000" in path.read_text()
    assert "Oolong: oo long" in path.read_text()


def test_a_server_that_starts_over_a_broken_domain(tmp_path: Path, browser: Browser) -> None:
    served, data, port = tmp_path / "bank", tmp_path / "data", free_port()
    folder = data / "projects" / PROJECT
    for made in (served, folder):
        shutil.copytree(ROOT / "examples" / made.name, made)
    for given in (["init", "--quiet"], ["add", "-A"], ["commit", "--quiet", "-m", "first"]):
        person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        subprocess.run(["git", *person, *given], cwd=folder, check=True, capture_output=True)
    line = break_domain(folder)
    with running(StudioProcess(serve_studio, port, served, data)):
        studio = Studio(f"http://127.0.0.1:{port}", folder)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(studio.page_url("/content/slots"))
        sees_lost(page, "slots", "appointment_day", line)
        sees_lost(page, "responses", "utter_ask_appointment_day", line)
        assert {one["file"] for one in studio.get("/findings") if one["severity"] == "error"} == {DOMAIN}
        page.close()
