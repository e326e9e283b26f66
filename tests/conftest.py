"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A stall of the machine is no fault of what is tested. Hypothesis does the same by itself where CI is set.
settings.register_profile("whole", deadline=None)
if settings.default is not None and settings.default.deadline is not None:
    settings.load_profile("whole")
