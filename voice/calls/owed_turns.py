"""The committed turns of a call: they are carried out one behind another, and each comes to its end.

    commit ─→ [turn] ─→ [turn] ─→ [turn]       begun, once the conversation has it; over, once it was read to its end

Also when the caller has gone. A turn that the conversation has is carried out whatever becomes of its reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

FINISH_S: Final = 12.0
"""Each committed turn may run so long after the caller has gone; the longest action takes 10 s."""


@dataclass(slots=True)
class OwedTurn:
    """A committed turn. `before` is the one that is carried out first."""

    before: asyncio.Task[None] | None
    has_begun: bool = field(default=False, compare=False)
    """The conversation has it: it is carried out, whether or not anybody reads what comes of it."""


class OwedTurns:
    """The turns of one call that were committed and are not over yet."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.last: asyncio.Task[None] | None = None
        """The turn that was committed last; it may be over."""
        self._tasks = tasks
        self._open: dict[asyncio.Task[None], OwedTurn] = {}

    def add(self, carry_out: Callable[[OwedTurn], Coroutine[Any, Any, None]]) -> None:
        """Carry out a turn behind all those that were committed before it."""
        owed = OwedTurn(self.last)
        task = self._tasks.create_task(carry_out(owed))
        self._open[task] = owed
        task.add_done_callback(self._open.pop)
        self.last = task

    async def finish(self, lost: Callable[[], None]) -> None:
        """Let every turn come to its end, in `FINISH_S` each; `lost` is told of one that could not even begin."""
        for task, owed in tuple(self._open.items()):
            await asyncio.wait([task], timeout=FINISH_S)
            if not task.done():
                if not owed.has_begun:
                    lost()
                task.cancel()
                await asyncio.wait([task])
