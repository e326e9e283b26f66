"""The tests of a project from the page: run them, follow, stop; and which steps and ways they came through."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from studio.api.authentication import Asking
from studio.api.projects import Bench

router = APIRouter(prefix="/api/projects/{project}", tags=["testing"])


@router.get("/coverage")
async def coverage(project: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Give what the tests came through when they were last run, and whether anything has changed since."""
    return await bench.coverage(project, by)


@router.get("/tests/runs")
async def runs(project: str, bench: Bench) -> list[dict[str, Any]]:
    """List the runs of the tests since the server began, the latest first; of each the last line of its log."""
    return [job.to_json(max(0, len(job.lines) - 1)) for job in bench.test_jobs.of(project)]


@router.post("/tests/runs", status_code=202)
async def run(project: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Start a run of the tests; 409 while one goes on."""
    job = await bench.run_tests(project, by)
    return job.to_json()


@router.post("/tests/runs/{job}/stop")
async def stop(project: str, job: str, by: Asking, bench: Bench) -> dict[str, Any]:
    """Stop a run of the tests."""
    found = bench.test_jobs.job(project, job)
    await bench.test_jobs.stop(found)
    await bench.note(by, "tests stopped", project)
    return found.to_json()
