"""What holds for every test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# A stall of the machine is no fault of what is tested. Hypothesis does the same by itself where CI is set.
settings.register_profile("whole", deadline=None)
if settings.default is not None and settings.default.deadline is not None:
    settings.load_profile("whole")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Take back what a command that ran in this process has set: which test follows it is nobody's to know."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
