"""The page of all assistants: make one from a template, bring one in, take one out; and what every page looks like."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import expect

from tests.studio.authoring_web.conftest import PROJECT, OpenPage, Studio, shoot
from tests.support.server import ROOT

pytestmark = pytest.mark.browser
AXE = ROOT / "studio" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "/content/responses?find=utter_appointment_booked", "/content/slots?find=appointment_type", "/content/intents",
    "/content/entities", "/content/lexicon", "/content/voice", "/content/actions", "/content/documents", "/train",
    "/versions", "/versions?tab=history", "/people", "/settings",
)  # fmt: skip


def test_an_assistant_comes_from_a_template_and_goes_into_the_bin(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/settings").page
    page.goto(f"{studio.url}/studio")
    page.get_by_test_id("new-project").click()
    page.get_by_test_id("create-project").click()
    expect(page.get_by_text("A name is needed.")).to_be_visible()
    page.get_by_test_id("project-name").fill("Zahnärzte & Söhne")
    expect(page.get_by_test_id("project-id")).to_have_value("zahnarzte-sohne")
    page.get_by_test_id("template-order-status").click()
    shoot(page, "projects-new")
    page.get_by_test_id("create-project").click()
    page.wait_for_url("**/studio/zahnarzte-sohne/flows")
    page.goto(f"{studio.url}/studio")
    expect(page.get_by_test_id("project-zahnarzte-sohne")).to_contain_text("Zahnärzte & Söhne")
    shoot(page, "projects")
    page.get_by_test_id("actions-zahnarzte-sohne").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_test_id("confirm-delete").click()
    expect(page.get_by_test_id("project-zahnarzte-sohne")).to_have_count(0)
    expect(page.get_by_test_id(f"project-{PROJECT}")).to_be_visible()


def test_a_zip_file_is_brought_in_and_what_was_left_out_is_told(open_page: OpenPage, studio: Studio) -> None:
    page = open_page("/settings").page
    page.goto(f"{studio.url}/studio")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for path in sorted((ROOT / "examples" / "bank").rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, f"bank/{path.relative_to(ROOT / 'examples' / 'bank')}")
        archive.writestr("bank/.notes/mine.txt", "not for others")
    page.get_by_test_id("import-file").set_input_files(
        {"name": "our-bank.zip", "mimeType": "application/zip", "buffer": held.getvalue()}
    )
    expect(page.get_by_test_id("imported-dialog")).to_contain_text(".notes")
    page.get_by_test_id("open-imported").click()
    page.wait_for_url("**/flows")
    expect(page.get_by_test_id("flow-transfer_money")).to_be_visible()
    page.goto(f"{studio.url}/studio")
    page.get_by_test_id("import-file").set_input_files(
        {"name": "broken.zip", "mimeType": "application/zip", "buffer": b"this is no zip"}
    )
    expect(page.get_by_test_id("toast-error")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "width", "height"), [("light", 1280, 720), ("dark", 1440, 900), ("light", 640, 360)]
)
def test_every_page_is_accessible_and_never_scrolls_sideways(
    open_page: OpenPage, studio: Studio, scheme: str, width: int, height: int
) -> None:
    """The last one is a laptop's 1280 by 720 at 200 %."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: python studio/web/build.py")
    view = {"width": width, "height": height}
    page = open_page("/settings", viewport=view, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce").page
    faults = {}
    for rest in ("", *PAGES):
        page.goto(studio.page_url(rest) if rest else f"{studio.url}/studio")
        page.locator("h1").first.wait_for()
        expect(page.get_by_test_id("skeleton")).to_have_count(0)
        name = rest.strip("/").split("?")[0].replace("/", "-") or "projects"
        shoot(page, f"page-{name}-{scheme}-{width}")
        page.add_script_tag(path=AXE)
        found = page.evaluate(
            """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
                .filter(({impact}) => ['serious', 'critical'].includes(impact))
                .map(({id, nodes}) => `${id}: ${nodes[0].html}`)"""
        )
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("scrolls sideways")
        if found:
            faults[rest] = found
    assert faults == {}
