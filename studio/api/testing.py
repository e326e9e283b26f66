"""The tests of a project from the page: run them, follow, stop; and which steps and ways they came through."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from studio.api.authentication import Asking
from studio.api.jobs import listed, stopped
from studio.api.projects import Bench

router = APIRouter(prefix="/api/projects/{project}", tags=["testing"])


@router.get("/coverage")
async def coverage(project: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Give what the tests came through when they were last run, and whether anything has changed since."""
    return await bench.coverage(project, by)


@router.get("/tests/runs")
async def runs(project: str, bench: Bench) -> list[dict[str, Any]]:
    """List the runs of the tests since the server began, the latest first; of each the last line of its log."""
    return listed(bench.test_jobs, project, n_last=1)


@router.post("/tests/runs", status_code=202)
async def run(project: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Start a run of the tests; 409 while one goes on."""
    job = await bench.run_tests(project, by)
    return job.to_json()


@router.post("/tests/runs/{job}/stop")
async def stop(project: str, job: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Stop a run of the tests."""
    return await stopped(bench, bench.test_jobs, project, job, by, "tests stopped")
