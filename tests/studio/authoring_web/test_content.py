"""The content pages over real files: what is done in a form is in the file, and comments there stay."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studio.authoring.content import SECTIONS
from tests.studio.authoring_web.conftest import OpenPage, Studio, saved, shoot
from tests.support.server import ROOT

SETTINGS = ROOT / "studio" / "web" / "src" / "studio" / "content" / "voice" / "settings.json"


def entry(studio: Studio, section: str, name: str) -> dict[str, object]:
    assert section in SECTIONS
    found = [each for each in studio.get(f"/content/{section}") if each["name"] == name]
    return found[0] if found else {}


def create(page: Page, name: str) -> None:
    page.get_by_test_id("new-entry").first.click()
    page.get_by_test_id("new-name").fill(name)
    page.get_by_test_id("new-save").click()


@pytest.mark.browser
def test_a_response_is_made_said_otherwise_under_a_condition_renamed_and_deleted(
    open_page: OpenPage, studio: Studio
) -> None:
    page = open_page("/content/responses").page
    create(page, "greeting")
    expect(page.get_by_text("The name of a response begins with utter_.")).to_be_visible()
    page.get_by_test_id("new-name").fill("utter_greeting_x")
    page.get_by_test_id("new-save").click()
    page.get_by_test_id("text-1").fill("Good day.")
    page.get_by_test_id("text-1").blur()
    saved(page)
    page.get_by_test_id("add-variation").click()
    page.get_by_test_id("text-2").fill("Hello again.")
    page.get_by_test_id("text-2").blur()
    saved(page)
    page.get_by_test_id("variation-2").get_by_test_id("add-condition").click()
    page.get_by_test_id("variation-2").get_by_role("button", name=re.compile("^Add")).first.click()
    page.get_by_test_id("variation-2").get_by_test_id("condition-slot").wait_for()
    saved(page)
    page.get_by_test_id("variation-1").get_by_text("Channel, buttons").click()
    interrupts = page.get_by_test_id("variation-1").get_by_label("Callers may interrupt it")
    interrupts.click()
    expect(interrupts).not_to_be_checked()
    saved(page)
    value = entry(studio, "responses", "utter_greeting_x")["value"]
    assert isinstance(value, list)
    assert value[0] == {"text": "Good day.", "allow_interruptions": False}
    assert value[1]["text"] == "Hello again."
    assert value[1]["condition"].startswith("slots.")
    page.get_by_test_id("variation-1").get_by_test_id("play").first.click()
    expect(page.get_by_test_id("toast-info")).to_contain_text("no voice")
    shoot(page, "content-response")
    page.get_by_test_id("rename-entry").click()
    page.get_by_test_id("rename-name").fill("utter_no_times")
    expect(page.get_by_text("There is one with this name already.")).to_be_visible()
    page.get_by_test_id("rename-name").fill("utter_greeting_y")
    page.get_by_test_id("rename-save").click()
    expect(page.locator("#entry-name")).to_have_text("utter_greeting_y")
    page.get_by_test_id("delete-entry").click()
    page.get_by_test_id("confirm-delete").click()
    expect(page.get_by_test_id("entry-utter_greeting_y")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("entry-utter_greeting_y")).to_be_visible()


@pytest.mark.browser
def test_renaming_follows_everywhere_and_deleting_tells_who_uses_it(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/content/responses?find=utter_no_times").page
    expect(page.get_by_test_id("used-by").get_by_role("link").first).to_be_visible()
    page.get_by_test_id("delete-entry").click()
    expect(page.get_by_test_id("delete-dialog")).to_contain_text("book_appointment")
    page.keyboard.press("Escape")
    page.get_by_test_id("rename-entry").click()
    page.get_by_test_id("rename-name").fill("utter_nothing_free")
    page.get_by_test_id("rename-save").click()
    expect(page.locator("#entry-name")).to_have_text("utter_nothing_free")
    texts = [path.read_text() for path in studio.folder.rglob("*.yml")]
    assert not any(re.search(r"\butter_no_times\b", text) for text in texts)
    assert sum("utter_nothing_free" in text for text in texts) > 1


@pytest.mark.browser
def test_slots_intents_and_actions(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/content/slots").page
    create(page, "colour")
    page.get_by_label("Type", exact=True).select_option("categorical")
    page.get_by_test_id("slot-values").fill("red\ngreen")
    page.get_by_test_id("slot-values").blur()
    page.get_by_label("Sensitive").click()
    expect(page.get_by_label("Sensitive")).to_be_checked()
    saved(page)
    expected = {"type": "categorical", "mappings": [{"type": "from_llm"}], "values": ["red", "green"]}
    assert entry(studio, "slots", "colour")["value"] == {**expected, "voice": {"sensitive": True}}
    shoot(page, "content-slot")
    page.get_by_test_id("section-intents").click()
    create(page, "ask_colour")
    page.get_by_test_id("new-example").fill("paint it red")
    page.get_by_test_id("add-example").click()
    sentence = page.get_by_label("Example 1", exact=True)
    sentence.focus()
    page.keyboard.press("End")
    for _ in "red":
        page.keyboard.press("Shift+ArrowLeft")
    page.get_by_test_id("mark-entity").click()
    page.keyboard.type("paint")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Example 1", exact=True)).to_have_value("paint it [red](paint)")
    saved(page)
    assert entry(studio, "intents", "ask_colour")["examples"] == ["paint it [red](paint)"]
    shoot(page, "content-intent")
    page.get_by_test_id("section-actions").click()
    page.get_by_test_id("entry-action_find_times").click()
    page.get_by_label("What it may change").select_option("read")
    saved(page)
    assert entry(studio, "actions", "action_find_times")["value"] == {"effect": "read"}
    page.get_by_test_id("filter-content").fill("no such thing")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


@pytest.mark.browser
def test_voice_settings_and_the_lexicon_keep_the_comments_of_the_file(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/content/voice").page
    file = studio.folder / "voice.yml"
    before = file.read_text()
    row = page.get_by_test_id("setting-turns-silence_timeout_ms")
    row.get_by_role("textbox").fill("a lot")
    expect(row.get_by_role("alert")).to_have_text("Write a number.")
    row.get_by_role("textbox").fill("7500")
    row.get_by_role("textbox").blur()
    saved(page)
    assert file.read_text() == before.replace("9000", "7500")
    page.get_by_test_id("timezone").fill("Europe/Paris")
    page.get_by_test_id("timezone").blur()
    saved(page)
    page.get_by_test_id("section-lexicon").click()
    page.get_by_test_id("new-word").fill("SQL")
    page.get_by_test_id("new-said").fill("sequel")
    page.get_by_test_id("add-word").click()
    expect(page.get_by_test_id("word-SQL")).to_be_visible()
    saved(page)
    shoot(page, "content-lexicon")
    added = "timezone: Europe/Paris\npronunciation:\n  SQL: sequel\n"
    assert file.read_text() == before.replace("9000", "7500") + added


@pytest.mark.browser
def test_documents_are_added_written_and_deleted(open_page: OpenPage, studio: Studio, tmp_path: Path) -> None:
    page = open_page("/content/documents").page
    create(page, "prices")
    text = page.get_by_test_id("document-text")
    text.fill("# Prices\n\nA visit costs 40 euros.\n")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_test_id("save-document").click()
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    assert (studio.folder / "docs" / "prices.md").read_text() == "# Prices\n\nA visit costs 40 euros.\n"
    (tmp_path / "run.py").write_text("print(1)\n")
    (tmp_path / "hours.txt").write_text("Open from 8 to 12.\n")
    page.get_by_test_id("upload").set_input_files([tmp_path / "run.py", tmp_path / "hours.txt"])
    expect(page.get_by_test_id("toast-error")).to_contain_text("run.py")
    page.get_by_test_id("entry-hours.txt").click()
    expect(page.get_by_test_id("document-text")).to_have_value("Open from 8 to 12.\n")
    shoot(page, "content-documents")
    page.get_by_test_id("delete-entry").click()
    page.get_by_test_id("confirm-delete").click()
    expect(page.get_by_test_id("entry-hours.txt")).to_have_count(0)
    assert not (studio.folder / "docs" / "hours.txt").exists()


def test_the_form_knows_every_setting_of_voice_yml_and_its_default() -> None:
    """docs/settings.md is held against the code by tests of its own."""
    docs = (ROOT / "docs" / "settings.md").read_text()
    turns = docs[docs.index("key `turns:`, sets") : docs.index("### Which actions may run")]
    calls = docs[docs.index("### What a call does beside") : docs.index("How long a caller may be silent")]
    told = {("turns", key): float(value) for key, value in re.findall(r"^\| `(\w+)` \| (-?[\d.]+) \|", turns, re.M)}
    rows = re.findall(r"^\| `(\w+)\.(\w+)` \| (-?[\d.]+) \|", calls, re.M)
    told |= {(group, key): float(value) for group, key, value in rows}
    shown = {(row["group"], row["key"]): float(row["default"]) for row in json.loads(SETTINGS.read_text())}
    assert shown == told, f"change {SETTINGS.relative_to(ROOT)}"
