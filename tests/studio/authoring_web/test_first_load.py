"""What a browser that was never here fetches before anybody clicks: counted on the wire, script by script."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from studio.doctor import PAGE_FOLDER
from tests.studio.authoring_web.conftest import Studio

pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]

MOST_BYTES = 250 * 1024
LAZY = ("YamlPane", "MergeDialog", "setup-", "MakeTestDialog")
"""Parts of file names: what only a click needs."""


@dataclass
class Fetched:
    """Scripts by their address: bytes on the wire, and packed as a server may pack them."""

    urls: dict[str, str] = field(default_factory=dict)
    wire: dict[str, int] = field(default_factory=dict)

    @property
    def scripts(self) -> dict[str, int]:
        return {name: self.wire[key] for key, name in self.urls.items() if name.endswith(".js") and key in self.wire}

    @property
    def packed(self) -> int:
        return sum(len(gzip.compress((PAGE_FOLDER / name.lstrip("/")).read_bytes(), 6)) for name in self.scripts)


def listening(page: Page) -> Fetched:
    """Count what the network brings to a page, its caches empty."""
    fetched = Fetched()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def asked(event: dict[str, Any]) -> None:
        fetched.urls[event["requestId"]] = urlsplit(event["response"]["url"]).path

    def came(event: dict[str, Any]) -> None:
        fetched.wire[event["requestId"]] = int(event["encodedDataLength"])

    devtools.on("Network.responseReceived", asked)
    devtools.on("Network.loadingFinished", came)
    return fetched


@pytest.mark.parametrize(
    ("name", "address", "is_there"),
    [
        ("the call page", "/", lambda page: page.get_by_test_id("call-button").first),
        ("the assistants", "/studio", lambda page: page.get_by_test_id("project-clinic")),
        ("the flows", "/studio/clinic/flows", lambda page: page.get_by_test_id("new-flow").first),
    ],
)
def test_the_first_load_is_small(
    browser: Browser, studio: Studio, name: str, address: str, is_there: Callable[[Page], Any]
) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        fetched = listening(page)
        page.goto(f"{studio.url}{address}")
        is_there(page).wait_for()
        page.wait_for_load_state("load")
        total = sum(fetched.scripts.values())
        print(json.dumps({"page": name, "wire_bytes": total, "packed_bytes": fetched.packed, **fetched.scripts}))
        assert fetched.scripts
        assert not [script for script in fetched.scripts if any(part in script for part in LAZY)]
        assert fetched.packed <= MOST_BYTES
        assert total <= MOST_BYTES
    finally:
        context.close()
