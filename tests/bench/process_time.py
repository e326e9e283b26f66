"""Processor time of this process and of those it has started, such as the language model's worker."""

from __future__ import annotations

import os
import time
from pathlib import Path

_PROC = Path("/proc")


def tree_cpu_s() -> float:
    """Return seconds of processor time of this process and its living children; only its own without /proc."""
    return time.process_time() + sum(cpu_s(child) for child in children_of(os.getpid()))


def children_of(process: int) -> list[int]:
    """Return all processes that this one has started, and those that they have."""
    found: list[int] = []
    waiting = [process]
    while waiting:
        for listed in _PROC.glob(f"{waiting.pop()}/task/*/children"):
            try:
                children = [int(one) for one in listed.read_text().split()]
            except (OSError, ValueError):
                continue  # it has ended
            found += children
            waiting += children
    return found


def cpu_s(process: int) -> float:
    """Return seconds of processor time of one process; 0 for one that has ended."""
    try:
        fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0
