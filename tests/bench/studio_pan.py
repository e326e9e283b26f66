"""How smoothly the canvas of a large flow moves under the wheel, and what a frame costs the page.

Run it with `python -m tests.bench.studio_pan`. A browser without a graphics card pans a flow of 400 steps up and down,
near and from far away. `frames_per_s` is what the whole machine gets done, its other work included; `own_ms` is the
processor time of the page's own thread a frame, and `script_ms`, `style_ms` and `layout_ms` are the parts of it that
the browser tells; `drawn_again` counts what React drew though it was there before: steps, lines, marks of the overview.
`--trace FILE` writes what the browser's own profiler saw, for its performance panel.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.bench.machine import describe_machine, load_average
from tests.studio.authoring_web.conftest import big_flow
from tests.studio.authoring_web.draw_counter import count_draws, drawn
from tests.studio.authoring_web.panning import PANNING
from tests.support.browser import chromium
from tests.support.server import ROOT, free_port

N_STEPS: Final = 400
SECONDS: Final = 3.0
FLOW: Final = "large"
VIEWS: Final = {"near": 0, "middle": 3, "far": 12}
"""By how many turns of the wheel with Ctrl held the view goes away first: to 0.8, about 0.6, and 0.25."""
PARTS: Final = {
    "own_ms": "TaskDuration",
    "script_ms": "ScriptDuration",
    "style_ms": "RecalcStyleDuration",
    "layout_ms": "LayoutDuration",
}


@contextmanager
def served(folder: Path, data: Path) -> Iterator[str]:
    """Serve a copy of the clinic, without models."""
    port = free_port()
    command = [sys.executable, "-m", "tests.support.studio_server", "--port", str(port), "--served", str(folder)]
    process = subprocess.Popen(
        [*command, "--data", str(data)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with suppress(OSError):
                urllib.request.urlopen(f"{url}/api/projects/{folder.name}/outline", timeout=10).read()
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def add_flow(url: str, project: str, n_steps: int) -> None:
    command = {"op": "add_flow", "id": FLOW, "name": FLOW, "description": "Many steps.", "steps": big_flow(n_steps)}
    body = json.dumps({"commands": [command], "base": {"flows": {}, "files": {}}, "label": "bench"}).encode()
    headers = {"Content-Type": "application/json", "Origin": url}
    urllib.request.urlopen(
        urllib.request.Request(f"{url}/api/projects/{project}/edit", body, headers), timeout=60
    ).read()


def metrics(devtools: CDPSession) -> dict[str, float]:
    told = devtools.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: float(metric["value"]) for metric in told}


def panned(page: Page, devtools: CDPSession) -> dict[str, Any]:
    """Pan for some seconds, and return what it took."""
    before = metrics(devtools)
    drawn_before = drawn(page)
    moved = page.evaluate(PANNING, {"ms": SECONDS * 1000})
    after = metrics(devtools)
    redrawn = {name: count - drawn_before[name] for name, count in drawn(page).items()}
    frames = max(1, moved["frames"])
    parts = {name: round(1000 * (after[key] - before[key]) / frames, 2) for name, key in PARTS.items()}
    rate = moved["frames"] / moved["seconds"]
    return {
        "frames_per_s": round(rate, 1),
        "worst_frame_ms": round(moved["worst"]),
        **parts,
        "elements": moved["most"],
        "drawn_again": redrawn,
    }


def zoomed_out(page: Page, turns: int) -> float:
    """Go away from the canvas; return the zoom."""
    box = page.get_by_test_id("canvas").bounding_box() or {"x": 0, "y": 0, "width": 800, "height": 600}
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 80)
    page.keyboard.down("Control")
    for _ in range(turns):
        page.mouse.wheel(0, 60)
        page.wait_for_timeout(60)
    page.keyboard.up("Control")
    page.wait_for_timeout(500)
    transform = "() => new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a"
    return float(page.evaluate(transform))


def measured(url: str, project: str, n_steps: int, trace: Path | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        for name, turns in VIEWS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            count_draws(page)
            started = time.perf_counter()
            page.goto(f"{url}/studio/{project}/flows/{FLOW}")
            page.get_by_test_id("node-START").wait_for()
            shown_s = time.perf_counter() - started
            page.wait_for_timeout(1500)
            zoom = zoomed_out(page, turns)
            devtools = page.context.new_cdp_session(page)
            devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
            if trace is not None:
                browser.start_tracing(page=page, path=trace.with_stem(f"{trace.stem}-{name}"))
            found[name] = {
                "zoom": round(zoom, 2),
                "shown_s": round(shown_s, 2),
                "load": load_average()[0],
                **panned(page, devtools),
            }
            if trace is not None:
                browser.stop_tracing()
            page.close()
        browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=N_STEPS)
    parser.add_argument("--trace", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "clinic"
        shutil.copytree(ROOT / "examples" / "clinic", folder)
        with served(folder, Path(name) / "data") as url:
            add_flow(url, folder.name, given.steps)
            views = measured(url, folder.name, given.steps, given.trace)
    told = {"machine": describe_machine(), "load": load_average(), "steps": given.steps, "views": views}
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
