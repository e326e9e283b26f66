"""Bringing assistants in and out: a zip that is dropped, one that tries something, a folder, and the way out again."""

from __future__ import annotations

import base64
import io
import shutil
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.studio.authoring_web.conftest import OpenPage, Studio, shoot
from tests.support.server import ROOT

pytestmark = pytest.mark.browser
BANK = ROOT / "examples" / "bank"
DROP = """([element, name, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const held = new DataTransfer();
    held.items.add(new File([bytes], name, { type: "application/zip" }));
    for (const kind of ["dragenter", "dragover", "drop"])
        element.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: held }));
}"""


def drop(page: Page, name: str, content: bytes) -> None:
    """Let a file fall onto the page, as from a file manager."""
    main = page.locator("main").element_handle()
    page.evaluate(DROP, [main, name, base64.b64encode(content).decode()])


def bank_zip(*more: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(BANK.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, f"bank/{path.relative_to(BANK)}")
        for name, content in more:
            archive.writestr(name, content)
    return held.getvalue()


def projects_page(open_page: OpenPage, studio: Studio) -> Page:
    page = open_page("/settings").page
    page.goto(f"{studio.url}/studio")
    page.get_by_test_id("project-clinic").wait_for()
    return page


def test_zips_that_are_dropped(open_page: OpenPage, studio: Studio) -> None:
    """A good one is taken; one that leads out, one that unpacks without end and one that is none are refused whole."""
    page = projects_page(open_page, studio)
    beside = studio.folder.parent
    before = sorted(path.name for path in beside.iterdir())
    for name, content, told in (
        ("tricks.zip", bank_zip(("../outside.yml", b"flows: {}\n")), "it leads out of the folder"),
        ("bomb.zip", bank_zip(("bank/docs/bomb.md", b"0" * 30_000_000)), "20 MB in one file"),
        ("broken.zip", b"this is no zip", "no zip file"),
        ("notes.txt", b"text", "Make one of the assistant's folder"),
    ):
        drop(page, name, content)
        expect(page.get_by_test_id("toast-error").filter(has_text=told)).to_be_visible()
        expect(page.locator("[data-testid^=project-][data-testid$=clinic]")).to_have_count(1)
    shoot(page, "projects-refused")
    assert sorted(path.name for path in beside.iterdir()) == before
    expect(page.get_by_test_id("imported-dialog")).to_have_count(0)

    drop(page, "our bank.zip", bank_zip(("bank/.notes/mine.txt", b"not for others")))
    expect(page.get_by_test_id("imported-dialog")).to_contain_text(".notes")
    shoot(page, "projects-imported")
    page.get_by_test_id("open-imported").click()
    page.wait_for_url("**/studio/our-bank/flows")
    expect(page.get_by_test_id("flow-transfer_money")).to_be_visible()


def test_a_folder_comes_in_and_goes_out_as_it_was(open_page: OpenPage, studio: Studio, tmp_path: Path) -> None:
    page = projects_page(open_page, studio)
    folder = tmp_path / "elsewhere" / "bänk"
    shutil.copytree(BANK, folder, ignore=shutil.ignore_patterns("__pycache__", "calls", ".studio"))
    page.get_by_test_id("import-folder").click()
    page.get_by_test_id("folder").fill(str(tmp_path / "nowhere"))
    page.get_by_test_id("import-folder-now").click()
    expect(page.get_by_test_id("import-folder-dialog")).to_contain_text("There is no folder")
    page.get_by_test_id("folder").fill(str(folder))
    shoot(page, "projects-folder")
    page.get_by_test_id("import-folder-now").click()
    expect(page.get_by_test_id("imported-dialog")).to_contain_text("is imported")
    page.get_by_test_id("imported-dialog").get_by_role("button", name="Close").last.click()
    card = page.get_by_test_id("project-bank")
    expect(card).to_be_visible()

    page.get_by_test_id("actions-bank").click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name="Download as zip").click()
    downloaded = tmp_path / "out.zip"
    downloading.value.save_as(downloaded)
    with zipfile.ZipFile(downloaded) as archive:
        out = {name: archive.read(name) for name in archive.namelist()}
    kept = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {name: content for name, content in out.items() if not name.startswith(".")} == {
        name: content for name, content in kept.items() if name in out
    }
    assert {"config.yml", "domain.yml"} & out.keys()
