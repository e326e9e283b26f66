"""People: the first invitation, the one-time link, signing in and out, a token, and the record of it all."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, shoot

pytestmark = pytest.mark.browser
PASSWORD = "three quiet herons"


def invite(page: Page, name: str) -> str:
    page.get_by_test_id("invite").click()
    page.get_by_test_id("invite-name").fill(name)
    page.get_by_test_id("invite-save").click()
    link = page.get_by_test_id("once-text").input_value()
    page.get_by_test_id("once-done").click()
    return link


def test_from_the_first_invitation_on_everybody_signs_in(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/people").page
    expect(page.get_by_text("No accounts yet")).to_be_visible()
    link = invite(page, "Ada")
    assert link.startswith(f"{studio.url}/studio/welcome#")
    page.goto(link)
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password again").fill("shorter")
    expect(page.get_by_text("The two are not the same.")).to_be_visible()
    page.get_by_label("Password again").fill("short")
    page.get_by_test_id("begin").click()
    expect(page.get_by_role("alert")).to_contain_text("characters")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    shoot(page, "people-welcome")
    page.get_by_test_id("begin").click()
    expect(page.get_by_test_id("account")).to_contain_text("Ada")
    page.goto(studio.page_url("/people"))
    expect(page.get_by_test_id("person-Ada")).to_contain_text("you")
    stranger = open_page("/people").page
    expect(stranger.get_by_test_id("sign-in")).to_be_visible()
    stranger.get_by_label("Name").fill("Ada")
    stranger.get_by_label("Password").fill("not this one")
    stranger.get_by_test_id("sign-in-button").click()
    expect(stranger.get_by_role("alert")).to_be_visible()
    shoot(stranger, "people-sign-in")
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_test_id("sign-in-button").click()
    expect(stranger.get_by_test_id("person-Ada")).to_be_visible()
    stranger.get_by_test_id("sign-out").click()
    expect(stranger.get_by_test_id("sign-in")).to_be_visible()


def test_roles_tokens_and_the_record(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/people").page
    page.goto(invite(page, "Ada"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_test_id("begin").click()
    expect(page.get_by_test_id("account")).to_contain_text("Ada")
    page.goto(studio.page_url("/people"))
    invite(page, "Bo")
    page.get_by_label("Role: Bo").select_option("operator")
    expect(page.get_by_label("Role: Bo")).to_have_value("operator")
    row = page.get_by_test_id("person-Bo")
    row.get_by_label("Actions for Bo").click()
    page.get_by_role("menuitem", name="Deactivate").click()
    expect(row).to_contain_text("deactivated")
    shoot(page, "people-accounts")
    row.get_by_label("Actions for Bo").click()
    page.get_by_role("menuitem", name="Delete account").click()
    page.get_by_test_id("confirm").click()
    expect(row).to_have_count(0)
    page.get_by_test_id("tab-tokens").click()
    page.get_by_test_id("new-token").click()
    page.get_by_test_id("token-name").fill("nightly export")
    page.get_by_test_id("token-save").click()
    assert len(page.get_by_test_id("once-text").input_value()) > 20
    page.get_by_test_id("once-done").click()
    expect(page.get_by_test_id("token-nightly export")).to_contain_text("Never used")
    page.get_by_test_id("tab-audit").click()
    page.get_by_label("Assistant", exact=True).select_option("all")
    expect(page.get_by_test_id("audit")).to_contain_text("person invited")
    shoot(page, "people-audit")
