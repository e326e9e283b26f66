"""What a process and all that it started hold in memory and have computed, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

from tests.bench.process_time import children_of, cpu_s

_PROC = Path("/proc")


def tree_of(process: int) -> list[int]:
    """Return a process and all below it."""
    return [process, *children_of(process)]


def tree_cpu_s(process: int) -> float:
    """Return seconds of processor time of a process and of what it started and still lives."""
    return sum(cpu_s(one) for one in tree_of(process))


def tree_memory_mb(process: int) -> float:
    """Return the memory of a process and all below it, what they share counted once (PSS)."""
    return sum(_pss_mb(one) for one in tree_of(process))


def _pss_mb(process: int) -> float:
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return _resident_mb(process)
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _resident_mb(process: int) -> float:
    """Return what is resident, where PSS is not told; 0 for a process that has ended."""
    try:
        pages = int((_PROC / str(process) / "statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
