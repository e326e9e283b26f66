"""Merging branches by hand, restoring, the difference as designers see it, publishing a trained set."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, saved, shoot
from tests.studio.authoring_web.test_versions import SHOP, get, greeting, post, publish, say

pytestmark = pytest.mark.browser


def edit(studio: Studio, *commands: dict[str, Any]) -> None:
    post(studio, f"/{SHOP}/edit", {"commands": list(commands), "base": {"flows": {}, "files": {}}, "label": "test"})


def flow_id(studio: Studio) -> str:
    found: str = next(flow["id"] for flow in get(studio, "/outline")["flows"] if not flow["is_pattern"])
    return found


def added(flow: str, step: str) -> dict[str, Any]:
    at = {"from": "START", "kind": "next", "index": 0}
    fields = {"action": "utter_greeting"}
    return {"op": "add_step", "flow": flow, "at": at, "step": {"type": "action", "id": step, "fields": fields}}


def head(studio: Studio) -> str:
    found: str = get(studio, "/history")["commits"][0]["id"]
    return found


@pytest.fixture
def page(open_page: OpenPage, studio: Studio) -> Page:
    post(studio, "", {"name": "Shop", "id": SHOP, "template": "order-status"})
    return open_page("/settings", viewport={"width": 1440, "height": 900}).page


def at(page: Page, studio: Studio, rest: str) -> None:
    page.goto(f"{studio.url}/studio/{SHOP}{rest}")


def test_branches_that_clash_are_merged_by_hand(page: Page, studio: Studio) -> None:
    post(studio, f"/{SHOP}/branches", {"name": "idea"})
    post(studio, f"/{SHOP}/branches/switch", {"name": "idea"})
    say(studio, "Hello from the idea.")
    edit(studio, {"op": "write_file", "path": "docs/gone.md", "text": "# On the idea\n"})
    post(studio, f"/{SHOP}/commit", {"message": "On the idea"})
    post(studio, f"/{SHOP}/branches/switch", {"name": "main"})
    say(studio, "Hello from main.")
    edit(studio, {"op": "write_file", "path": "docs/gone.md", "text": "# On main\n"})
    post(studio, f"/{SHOP}/commit", {"message": "On main"})
    at(page, studio, "/versions?tab=branches")
    page.get_by_test_id("branch-idea").get_by_label("Actions for idea").click()
    page.get_by_role("menuitem", name="Merge").click()
    page.get_by_test_id("merge-now").click()
    dialog = page.get_by_test_id("merge-branch-dialog")
    expect(dialog).to_contain_text("2 files were changed in the same places on both branches.")
    expect(page.get_by_test_id("merge-now")).to_be_disabled()
    assert greeting(studio) == "Hello from main."
    for path, word in (("docs/gone.md", "# On main"), ("domain.yml", "Hello from main.")):
        dialog.get_by_test_id(f"conflict-{path}").get_by_role("button", name="Decide").click()
        view = page.get_by_test_id("merge-dialog")
        expect(view.get_by_test_id("merge-editor")).to_contain_text(word)
        shoot(page, f"merge-{path.split('/')[-1]}")
        if path == "domain.yml":
            view.get_by_test_id("merge-discard").click()
        else:
            view.get_by_test_id("merge-save").click()
        expect(dialog.get_by_test_id(f"conflict-{path}")).to_contain_text("decided")
    page.get_by_test_id("merge-now").click()
    expect(page.get_by_test_id("toast-success").filter(has_text="merged")).to_be_visible()
    assert greeting(studio) == "Hello from the idea."
    assert len(get(studio, "/history")["commits"]) == 4
    assert get(studio, "/history")["status"]["changes"] == {}


def test_the_difference_as_flows_and_restoring_one_or_all(page: Page, studio: Studio) -> None:
    flow = flow_id(studio)
    steps = get(studio, f"/flows/{flow}")["steps"]
    gone = next(step["key"] for step in steps if step["type"] == "action")
    edit(studio, {"op": "delete_step", "flow": flow, "key": gone}, added(flow, "greet_again"))
    edit(studio, {"op": "set_field", "flow": flow, "path": ["description"], "value": "Edited."})
    say(studio, "Hello, this is new.")
    at(page, studio, "/versions?tab=history")
    shown = page.get_by_test_id(f"flow-diff-{flow}")
    expect(shown).to_contain_text("added")
    expect(page.get_by_test_id("legend")).to_contain_text("removed")
    expect(shown.locator("[data-step=greet_again][data-state=added]")).to_be_visible()
    expect(shown.locator("[data-state=removed]").first).to_be_visible()
    expect(shown).to_contain_text("description")
    colours = {
        state: shown.locator(f"[data-state={state}] rect").first.evaluate("(box) => getComputedStyle(box).stroke")
        for state in ("added", "removed", "same")
    }
    assert len(set(colours.values())) == 3
    shoot(page, "versions-difference")

    # Publishing from the page commits; what the card says about the draft follows.
    page.get_by_test_id("tab-environments").click()
    expect(page.get_by_test_id("commit-card")).to_contain_text("not committed yet")
    publish(page, "staging", "All of it")
    expect(page.get_by_test_id("commit-card")).to_contain_text("Everything is committed.")
    page.get_by_test_id("tab-history").click()

    # One flow comes back, the rest stays.
    page.get_by_test_id("commits").get_by_text("Begin").click()
    expect(page.get_by_test_id(f"restore-{flow}")).to_be_visible()
    page.get_by_test_id(f"restore-{flow}").click()
    page.get_by_test_id("restore-now").click()
    restored = page.get_by_test_id("toast-success").filter(has_text="Restored.")
    expect(restored).to_be_visible()
    assert [step["key"] for step in get(studio, f"/flows/{flow}")["steps"]] == [step["key"] for step in steps]
    assert greeting(studio) == "Hello, this is new."

    # All of it comes back.
    expect(restored).to_have_count(0, timeout=60_000)
    page.get_by_test_id("commits").get_by_text("Begin", exact=True).click()
    page.get_by_test_id("restore").click()
    page.get_by_test_id("restore-now").click()
    expect(restored).to_be_visible()
    assert greeting(studio) != "Hello, this is new."
    page.get_by_test_id("as-text").click()
    expect(page.get_by_test_id("text-diff")).to_contain_text("utter_greeting")


def test_what_is_not_sent_yet_is_not_published(page: Page, studio: Studio) -> None:
    """A gesture that waits for the network would be missing: publishing says so, and goes on once it is sent."""
    flow = flow_id(studio)
    at(page, studio, f"/flows/{flow}")
    page.get_by_test_id("node-START").wait_for()
    page.route("**/edit", lambda route: route.abort())
    described = page.get_by_role("textbox", name="Description")
    described.fill("Written without network.")
    described.press("Tab")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    page.get_by_test_id("nav-versions").click()
    page.get_by_test_id("publish-staging").click()
    page.get_by_test_id("publish-message").fill("With the late words")
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id("publish-problem")).to_contain_text("could not be sent yet")
    shoot(page, "publish-unsent")
    assert all(one["current"] is None for one in get(studio, "/environments"))
    page.unroute("**/edit")
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id("environment-staging")).to_contain_text("With the late words")
    saved(page)
    expect(page.get_by_test_id("environment-staging")).to_contain_text("The same as the draft")


def test_a_trained_set_is_published_as_it_was_trained(page: Page, studio: Studio) -> None:
    flow = flow_id(studio)
    first = head(studio)
    edit(studio, {"op": "set_field", "flow": flow, "path": ["description"], "value": "Edited."})
    at(page, studio, "/train")
    page.get_by_test_id("flow-versions").locator("summary").click()
    name = next(one["name"] for one in get(studio, "/outline")["flows"] if one["id"] == flow)
    row = page.get_by_test_id("flow-versions").get_by_role("combobox", name=name)
    row.select_option(first)
    page.get_by_test_id("train").click()
    expect(page.get_by_test_id("job")).to_have_attribute("data-state", "done", timeout=240_000)
    sets = page.get_by_test_id("trained-sets")
    expect(sets).to_contain_text(f"{name}: as in “Begin”")
    shoot(page, "train-set")
    (kept,) = get(studio, "/trained")
    page.get_by_test_id(f"publish-set-{kept['version']}").click()
    page.get_by_role("menuitem", name="Publish to staging").click()
    dialog = page.get_by_test_id("publish-dialog")
    expect(dialog).to_contain_text("as in “Begin”")
    page.get_by_test_id("publish-message").fill("The old words")
    shoot(page, "publish-set")
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id("toast-success").filter(has_text="Published")).to_be_visible()
    at(page, studio, "/versions")
    staging = page.get_by_test_id("environment-staging")
    expect(staging).to_contain_text("A trained set")
    expect(staging).to_contain_text(f"{name}: as in “Begin”")
    state = next(one for one in get(studio, "/environments") if one["environment"] == "staging")
    assert (state["current"]["version"], state["current"]["flows"]) == (kept["version"], {flow: first})
    shoot(page, "environment-set")
