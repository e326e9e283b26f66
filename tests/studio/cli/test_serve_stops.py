"""A server that is told to stop does so at once, with pages of the studio open and a training running."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.studio.cli.test_serve import serving

GRACE_S = 5
"""What uvicorn would wait for requests that do not end."""


@pytest.mark.network
@pytest.mark.slow
def test_an_open_page_does_not_hold_it_up(assistant_folder: Path) -> None:
    with serving(assistant_folder) as (process, url), httpx.Client(base_url=url, timeout=20) as client:
        project = client.get("/api/projects").json()[0]["id"]
        with client.stream("GET", f"/api/projects/{project}/events") as stream:
            assert next(stream.iter_lines()).startswith("data:")
            process.send_signal(signal.SIGTERM)
            began_s = time.monotonic()
            assert process.wait(timeout=30) == 0
            assert time.monotonic() - began_s < GRACE_S
