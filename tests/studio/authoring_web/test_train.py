"""The training page: what is wrong leads to its place, a training is started, followed and told about."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.studio.authoring_web.conftest import FLOW, OpenPage, Studio, shoot

pytestmark = pytest.mark.browser
LONG_MS = 240_000


def test_a_training_that_cannot_work_says_so_and_leads_to_the_fault(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/train").page
    expect(page.get_by_test_id("check")).to_contain_text("Nothing is wrong")
    studio.edit({"op": "set_field", "flow": FLOW, "key": "ask_day", "path": ["collect"], "value": "no_such_slot"})
    expect(page.get_by_test_id("check")).to_contain_text("no_such_slot")
    page.get_by_test_id("train").click()
    expect(page.get_by_test_id("job")).to_have_attribute("data-state", "failed", timeout=LONG_MS)
    expect(page.get_by_test_id("job-log")).to_contain_text("no_such_slot")
    expect(page.get_by_test_id("jobs").get_by_role("listitem")).to_have_count(1)
    shoot(page, "train-failed")
    page.get_by_test_id("finding").filter(has_text="no_such_slot").first.click()
    page.wait_for_url(f"**/flows/{FLOW}")


def test_a_training_is_stopped_and_flows_are_chosen(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/train").page
    page.get_by_test_id("flow-versions").locator("summary").click()
    row = page.get_by_test_id("flow-versions").get_by_role("combobox").first
    row.select_option("none")
    expect(page.get_by_test_id("flow-versions")).to_contain_text("1 flow otherwise")
    page.get_by_role("button", name="All as in the draft").click()
    expect(page.get_by_test_id("flow-versions")).to_contain_text("all as in the draft")
    page.get_by_test_id("train").click()
    page.get_by_test_id("stop-training").click()
    expect(page.get_by_test_id("job")).to_have_attribute("data-state", "stopped", timeout=LONG_MS)
    assert [job["state"] for job in studio.get("/jobs")] == ["stopped"]
    expect(page.get_by_test_id("train")).to_be_visible()
