"""Check 17 at the content: two people at one response or one intent, and nothing that one wrote goes over the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, saved, shoot

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

NAME = "utter_no_times"
AT = f"/content/responses?find={NAME}"
INTENT = "/content/intents?find=cancel_appointment"


@contextmanager
def held(page: Page) -> Iterator[None]:
    """Keep what a page sends on its way, until the block ends: so it was made before what others do in the block."""
    waiting: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:
            route.continue_()
        else:
            waiting.append(route)

    page.route("**/edit", hold)
    yield
    is_over = True
    for route in waiting:
        route.continue_()


def write(page: Page, field: str, text: str) -> None:
    """Type into a field; what is typed is on its way when this returns."""
    with page.expect_request("**/edit"):
        page.get_by_test_id(field).fill(text)
        page.get_by_test_id(field).blur()


def says(studio: Studio) -> str:
    """What the file says that the response is in."""
    paths = sorted((studio.folder / "domain").glob("*.yml"))
    return next(text for text in map(Path.read_text, paths) if f"{NAME}:" in text)


@dataclass(frozen=True, slots=True)
class Clash:
    """Ada has saved her words; Bo, who did not see them, has written his, and is asked."""

    ada: Page
    bo: Page
    dialog: Locator


@pytest.fixture
def clash(open_page: OpenPage, studio: Studio) -> Clash:
    ada, bo = open_page(AT).page, open_page(AT).page
    for page in (ada, bo):
        page.get_by_test_id("text-1").wait_for()
    with held(bo):
        write(bo, "text-1", "Bo has no times.")
        write(ada, "text-1", "Ada has no times.")
        saved(ada)
    dialog = bo.get_by_test_id("merge-dialog")
    expect(dialog).to_be_visible()
    for words in ("Ada has no times.", "Bo has no times.", NAME):
        expect(dialog).to_contain_text(words)
    assert "Ada has no times." in says(studio)
    assert "Bo has no times." not in says(studio)
    return Clash(ada, bo, dialog)


def shown_to_both(clash: Clash, text: str) -> None:
    saved(clash.bo)
    expect(clash.dialog).to_have_count(0)
    for page in (clash.bo, clash.ada):
        expect(page.get_by_test_id("text-1")).to_have_value(text)


def test_what_was_saved_is_kept_and_undo_brings_the_own_words_back(clash: Clash, studio: Studio) -> None:
    shoot(clash.bo, "check-17-response")
    clash.dialog.get_by_test_id("merge-discard").click()
    shown_to_both(clash, "Ada has no times.")
    assert "Ada has no times." in says(studio)
    clash.bo.get_by_test_id("entry-form").get_by_role("heading", name=NAME).click()
    clash.bo.keyboard.press("Control+z")
    shown_to_both(clash, "Bo has no times.")
    assert "Ada has no times." not in says(studio)
    clash.bo.keyboard.press("Control+Shift+z")
    shown_to_both(clash, "Ada has no times.")
    assert "Bo has no times." not in says(studio)


@pytest.mark.parametrize("is_by_place", [True, False])
def test_the_own_words_are_taken_over(clash: Clash, studio: Studio, is_by_place: bool) -> None:
    if is_by_place:
        clash.dialog.locator(".cm-merge-revert button").first.click()
        clash.dialog.get_by_test_id("merge-save").click()
    else:
        clash.dialog.get_by_test_id("merge-mine").click()
    shown_to_both(clash, "Bo has no times.")
    assert "Ada has no times." not in says(studio)
    clash.bo.get_by_test_id("entry-form").get_by_role("heading", name=NAME).click()
    clash.bo.keyboard.press("Control+z")
    shown_to_both(clash, "Ada has no times.")


def test_something_third_is_written(clash: Clash, studio: Studio) -> None:
    line = clash.dialog.locator(".cm-merge-b .cm-line").filter(has_text="Ada has no times.")
    line.click()
    clash.bo.keyboard.press("End")
    clash.bo.keyboard.press("Shift+Home")
    clash.bo.keyboard.type("    - text: Nobody has times.")
    clash.dialog.get_by_test_id("merge-save").click()
    shown_to_both(clash, "Nobody has times.")
    text = says(studio)
    assert "Nobody has times." in text
    assert "Ada has" not in text
    assert "Bo has" not in text


def test_what_waited_behind_the_question_is_asked_about_too(open_page: OpenPage, studio: Studio) -> None:
    ada, bo = open_page(AT).page, open_page(AT).page
    for page in (ada, bo):
        page.get_by_test_id("text-1").wait_for()
    with held(bo):
        write(bo, "text-1", "Bo has no times.")
        bo.get_by_test_id("text-1").fill("Bo has no times at all.")
        bo.get_by_test_id("text-1").blur()
        write(ada, "text-1", "Ada has no times.")
        saved(ada)
    dialog = bo.get_by_test_id("merge-dialog")
    expect(dialog.get_by_test_id("merge-editor")).to_contain_text("Ada has no times.")
    dialog.get_by_test_id("merge-discard").click()
    expect(dialog.get_by_test_id("merge-editor")).to_contain_text("Bo has no times at all.")
    assert "Ada has no times." in says(studio)
    dialog.get_by_test_id("merge-discard").click()
    saved(bo)
    expect(bo.get_by_test_id("text-1")).to_have_value("Ada has no times.")
    assert "Bo has" not in says(studio)


def test_sentences_of_two_people_are_both_there(open_page: OpenPage, studio: Studio) -> None:
    ada, bo = open_page(INTENT).page, open_page(INTENT).page
    for page in (ada, bo):
        page.get_by_test_id("new-example").wait_for()
    with held(bo):
        for page, sentence in ((bo, "Bo cannot come"), (ada, "Ada cannot come")):
            with page.expect_request("**/edit"):
                page.get_by_test_id("new-example").fill(sentence)
                page.get_by_test_id("add-example").click()
        saved(ada)
    saved(bo)
    nlu = studio.folder / "data" / "nlu.yml"
    for page in (ada, bo):
        for number, sentence in ((5, "Ada cannot come"), (6, "Bo cannot come")):
            expect(page.get_by_label(f"Example {number}", exact=True)).to_have_value(sentence)
    assert "      - Ada cannot come\n      - Bo cannot come\n" in nlu.read_text()
    # Undo takes back one's own alone.
    bo.get_by_test_id("entry-form").get_by_role("heading", name="cancel_appointment").click()
    bo.keyboard.press("Control+z")
    for page in (ada, bo):
        expect(page.get_by_label("Example 6", exact=True)).to_have_count(0)
    saved(bo)
    assert "Ada cannot come" in nlu.read_text()
    assert "Bo cannot come" not in nlu.read_text()


def test_an_entry_that_was_just_changed_is_not_deleted_unasked(open_page: OpenPage, studio: Studio) -> None:
    ada, bo = open_page(AT).page, open_page(AT).page
    for page in (ada, bo):
        page.get_by_test_id("text-1").wait_for()
    with held(bo):
        with bo.expect_request("**/edit"):
            bo.get_by_test_id("delete-entry").click()
            bo.get_by_test_id("confirm-delete").click()
        write(ada, "text-1", "Ada has no times.")
        saved(ada)
    bo.get_by_test_id("merge-dialog").get_by_test_id("merge-discard").click()
    saved(bo)
    expect(bo.get_by_test_id("text-1")).to_have_value("Ada has no times.")
    assert "Ada has no times." in says(studio)
