"""The committed turns of a call: they are carried out one behind another, and each comes to its end.

    commit ─→ [turn] ─→ [turn] ─→ [turn]       begun, once the conversation has it; over, once it was read to its end

Also when the caller has gone. A turn that the conversation has is carried out whatever becomes of its reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

FINISH_S: Final = 12.0
"""Each committed turn may run so long after the caller has gone; the longest action takes 10 s."""


@dataclass(slots=True)
class OwedTurn:
    """A committed turn."""

    has_begun: bool = False
    """The conversation has it: it is carried out, whether or not anybody reads what comes of it."""


CarryOut: TypeAlias = Callable[[OwedTurn], Coroutine[Any, Any, None]]


class OwedTurns:
    """The turns of one call that were committed and are not over yet."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.last: asyncio.Task[None] | None = None
        """The turn that was committed last; it may be over."""
        self._tasks = tasks
        self._open: dict[asyncio.Task[None], OwedTurn] = {}

    def add(self, carry_out: CarryOut, *, may_be_lost: bool = False) -> None:
        """Carry out a turn once all those that were committed before it are over. `may_be_lost`: it is none of the
        caller's, and nobody is told if it cannot even begin."""
        owed = OwedTurn(has_begun=may_be_lost)
        task = self._tasks.create_task(self._behind(self.last, carry_out, owed))
        self._open[task] = owed
        task.add_done_callback(self._open.pop)
        self.last = task

    async def _behind(self, before: asyncio.Task[None] | None, carry_out: CarryOut, owed: OwedTurn) -> None:
        if before is not None:
            await asyncio.wait([before])
        await carry_out(owed)

    async def finish(self, lost: Callable[[], None]) -> None:
        """Let every turn come to its end, in `FINISH_S` each; `lost` is told of one that could not even begin."""
        for task, owed in tuple(self._open.items()):
            await asyncio.wait([task], timeout=FINISH_S)
            if not task.done():
                if not owed.has_begun:
                    lost()
                task.cancel()
                await asyncio.wait([task])
