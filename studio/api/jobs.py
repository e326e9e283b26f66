"""What trainings and runs of the tests have in common for a page: both are jobs with a log, and can be stopped."""

from __future__ import annotations

from typing import Any

from studio.people.records import Person
from studio.training_jobs import TrainingJobs
from studio.workbench import Workbench


def listed(jobs: TrainingJobs, project: str, n_last: int = 0) -> list[dict[str, Any]]:
    """List the jobs of a project, the latest first; of each log the last lines."""
    return [job.to_json(max(0, len(job.lines) - n_last)) for job in jobs.of(project)]


async def stopped(
    bench: Workbench, jobs: TrainingJobs, project: str, job_id: str, by: Person, action: str
) -> dict[str, Any]:
    """Stop a job, and note who did. Raises JobUnknown."""
    found = jobs.job(project, job_id)
    await jobs.stop(found)
    await bench.note(by, action, project)
    return found.to_json()
