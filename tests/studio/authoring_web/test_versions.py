"""Versions: commit, differences, restore, branches, publish and roll back, of an assistant that the studio made."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, shoot

pytestmark = pytest.mark.browser
SHOP = "shop"


def post(studio: Studio, rest: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json", "Origin": studio.url}
    request = urllib.request.Request(f"{studio.url}/api/projects{rest}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def get(studio: Studio, rest: str) -> Any:
    with urllib.request.urlopen(f"{studio.url}/api/projects/{SHOP}{rest}", timeout=20) as answer:
        return json.load(answer)


def say(studio: Studio, text: str) -> None:
    value = [{"text": text}]
    put = {"op": "put", "section": "responses", "name": "utter_greeting", "value": value}
    post(studio, f"/{SHOP}/edit", {"commands": [put], "base": {"flows": {}, "files": {}}, "label": "test"})


def greeting(studio: Studio) -> str:
    rows = get(studio, "/content/responses")
    text: str = next(row["value"][0]["text"] for row in rows if row["name"] == "utter_greeting")
    return text


@pytest.fixture
def page(open_page: OpenPage, studio: Studio) -> Page:
    post(studio, "", {"name": "Shop", "id": SHOP, "template": "order-status"})
    opened = open_page("/settings").page
    opened.goto(f"{studio.url}/studio/{SHOP}/versions")
    return opened


def publish(page: Page, environment: str, message: str) -> None:
    page.get_by_test_id(f"publish-{environment}").click()
    page.get_by_test_id("publish-message").fill(message)
    if environment == "production":
        expect(page.get_by_test_id("publish-now")).to_be_disabled()
        page.get_by_label("I know that callers will talk to this version").check()
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id(f"environment-{environment}")).to_contain_text(message)


def test_publish_change_publish_and_roll_back(page: Page, studio: Studio) -> None:
    publish(page, "production", "The first version")
    expect(page.get_by_test_id("environment-production")).to_contain_text("The same as the draft")
    say(studio, "Hello, this is new.")
    expect(page.get_by_test_id("environment-production")).to_contain_text("1 file differs from the draft")
    publish(page, "production", "A new greeting")
    shoot(page, "versions-environments")
    page.get_by_test_id("rollback-production").click()
    expect(page.get_by_test_id("rollback-dialog")).to_contain_text("The first version")
    page.get_by_test_id("rollback-now").click()
    expect(page.get_by_test_id("environment-production")).to_contain_text("rolled back")
    state = next(one for one in get(studio, "/environments") if one["environment"] == "production")
    assert state["current"]["version"] == state["publications"][0]["version"] or state["current"]["kind"] == "rollback"
    assert greeting(studio) == "Hello, this is new."


def test_what_is_wrong_is_not_published(page: Page, studio: Studio) -> None:
    flow = next(flow["id"] for flow in get(studio, "/outline")["flows"] if not flow["is_pattern"])
    step = {"type": "action", "fields": {"action": "utter_that_is_not_there"}}
    add = {"op": "add_step", "flow": flow, "at": {"from": "START", "kind": "next", "index": 0}, "step": step}
    post(studio, f"/{SHOP}/edit", {"commands": [add], "base": {"flows": {}, "files": {}}, "label": "test"})
    page.get_by_test_id("publish-staging").click()
    page.get_by_test_id("publish-message").fill("Broken")
    page.get_by_test_id("publish-now").click()
    expect(page.get_by_test_id("publish-problem")).to_contain_text("utter_that_is_not_there")


def test_commit_compare_and_restore(page: Page, studio: Studio) -> None:
    before = greeting(studio)
    say(studio, "Hello, this is new.")
    page.get_by_test_id("tab-history").click()
    expect(page.get_by_test_id("content-diff")).to_contain_text("utter_greeting")
    expect(page.get_by_test_id("content-diff")).to_contain_text("• text: Hello, this is new.")
    flow = next(flow["id"] for flow in get(studio, "/outline")["flows"] if not flow["is_pattern"])
    step = {"type": "action", "id": "greet_again", "fields": {"action": "utter_greeting"}}
    add = {"op": "add_step", "flow": flow, "at": {"from": "START", "kind": "next", "index": 0}, "step": step}
    post(studio, f"/{SHOP}/edit", {"commands": [add], "base": {"flows": {}, "files": {}}, "label": "test"})
    expect(page.get_by_test_id(f"flow-diff-{flow}")).to_contain_text("added")
    shoot(page, "versions-history")
    page.get_by_test_id("as-text").click()
    expect(page.get_by_test_id("text-diff")).to_contain_text("+  - text: Hello, this is new.")
    page.get_by_test_id("tab-environments").click()
    page.get_by_test_id("commit-message").fill("A greeting and a step")
    page.get_by_test_id("commit").click()
    expect(page.get_by_test_id("commit-card")).to_contain_text("Everything is committed.")
    page.get_by_test_id("tab-history").click()
    page.get_by_test_id("commits").get_by_text("Begin").click()
    page.get_by_test_id("restore").click()
    page.get_by_test_id("restore-now").click()
    expect(page.get_by_test_id("toast-success").filter(has_text="Restored.")).to_be_visible()
    assert greeting(studio) == before
    assert len(get(studio, "/history")["commits"]) == 3


def test_branches(page: Page, studio: Studio) -> None:
    page.get_by_test_id("tab-branches").click()
    page.get_by_test_id("new-branch").click()
    page.get_by_test_id("branch-name").fill("two words")
    expect(page.get_by_text("no spaces").last).to_be_visible()
    page.get_by_test_id("branch-name").fill("idea")
    page.get_by_test_id("branch-save").click()
    page.get_by_test_id("switch-idea").click()
    expect(page.get_by_test_id("branch-idea")).to_contain_text("current")
    say(studio, "Hello from the branch.")
    post(studio, f"/{SHOP}/commit", {"message": "On the branch"})
    page.get_by_test_id("switch-main").click()
    expect(page.get_by_test_id("branch-main")).to_contain_text("current")
    assert greeting(studio) != "Hello from the branch."
    expect(page.get_by_test_id("branch-idea")).to_contain_text("1 ahead")
    shoot(page, "versions-branches")
    page.get_by_test_id("branch-idea").get_by_label("Actions for idea").click()
    page.get_by_role("menuitem", name="Merge").click()
    page.get_by_test_id("merge-now").click()
    expect(page.get_by_test_id("toast-success").filter(has_text="merged")).to_be_visible()
    assert greeting(studio) == "Hello from the branch."
    page.get_by_test_id("branch-idea").get_by_label("Actions for idea").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_test_id("confirm-delete").click()
    expect(page.get_by_test_id("branch-idea")).to_have_count(0)
