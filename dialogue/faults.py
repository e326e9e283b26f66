"""Where the faults of a conversation go that its caller does not otherwise learn about."""

from __future__ import annotations

import structlog

from dialogue.errors import DialogueError

log = structlog.get_logger(__name__)


def log_fault(problem: DialogueError) -> None:
    """Write a fault to the program's log: what `report` does unless told otherwise."""
    log.warning("fault in a conversation", code=problem.code, fault=problem.fault, message=str(problem))
