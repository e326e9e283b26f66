"""A cache of spoken sentences in front of any synthesiser: what was said lately, or rendered ahead, costs nothing.

All renderings of a voice pass through here, so that one text is made once, however many ask for it:

    render, synthesise ─→ in memory?  ─→ its chunks                                            (hit)
                          being made? ─→ the chunks so far and those to come                   (joined)
                          stored?     ─→ read at once                                          (hit)
                          otherwise   ─→ waits for a lane, the most urgent first               (missed)

Whoever joins lends the rendering his priority. A rendering ahead gives its lane to a more urgent one as long as nothing
has come of it, and is made afterwards. One that nobody wants any more ends at its next chunk, or for the next text.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import cast

from models.errors import ModelUnavailable
from voice.ports import Priority, SpeechChunk, Synthesiser

# 64 MiB is 25 minutes of speech at 22.05 kHz.
DEFAULT_LIMIT_BYTES = 64 << 20
# What a reply needs soon (PARTIAL) is needed now after so long: our own choice, half of what a reply keeps ahead.
LATE_AFTER_S = 0.5
AHEAD = (Priority.SPECULATION, Priority.PREFETCH)


@dataclass(slots=True, eq=False)
class _Rendering:
    """One text on its way. `asked` has the priority of each who listens, by the number of the listener."""

    text: str
    number: int
    is_stored: bool
    since_s: float
    asked: dict[int, Priority] = field(default_factory=dict)
    chunks: list[SpeechChunk] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    """Set while it is being made."""
    is_over: bool = False
    error: Exception | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def priority(self) -> Priority:
        """The most urgent of those who listen."""
        return min(self.asked.values(), default=Priority.PREFETCH)

    def urgency(self, now_s: float) -> Priority:
        """The priority, raised for what has waited too long."""
        is_late = self.priority == Priority.PARTIAL and now_s - self.since_s >= LATE_AFTER_S
        return Priority.FINAL if is_late else self.priority

    def gives_way_to(self, wanted: Priority) -> bool:
        """Whether its lane is better used for something of this priority."""
        return not self.asked or (self.priority in AHEAD and wanted < self.priority and not self.chunks)

    def tell(self) -> None:
        """Wake whoever listens."""
        self.changed.set()
        self.changed = asyncio.Event()

    def end(self, error: Exception | None = None) -> None:
        """Nothing more comes of it."""
        self.is_over, self.error, self.task = True, self.error or error, None
        self.tell()


class RenderedSpeech:
    """Keeps whole sentences of one voice, the least recently used go first. Implements `voice.ports.SpeechMemory`.

    Only what was rendered to its end is kept; a sentence left half-way is rendered anew. `lanes` is how many texts the
    synthesiser makes at once.
    """

    def __init__(self, synthesiser: Synthesiser, limit_bytes: int = DEFAULT_LIMIT_BYTES, lanes: int = 1) -> None:
        self._synthesiser = synthesiser
        self._limit_bytes = limit_bytes
        self._lanes = lanes
        self._kept: OrderedDict[str, tuple[SpeechChunk, ...]] = OrderedDict()
        self._size_bytes = 0
        self._live: dict[str, _Rendering] = {}
        self._waiting: list[_Rendering] = []
        self._made: list[_Rendering] = []
        """Those that have a lane."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count()
        self._hits = self._joined = self._misses = 0

    @property
    def hits(self) -> int:
        """Sentences spoken from memory or from disk."""
        return self._hits

    @property
    def joined(self) -> int:
        """Sentences that were being made when they were wanted."""
        return self._joined

    @property
    def misses(self) -> int:
        return self._misses

    @property
    def hit_rate(self) -> float:
        """Share of the sentences wanted for playing that were there; 0 before the first."""
        wanted = self._hits + self._joined + self._misses
        return self._hits / wanted if wanted else 0.0

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    @property
    def is_busy(self) -> bool:
        """Whether the synthesiser is making something."""
        return bool(self._made)

    def holds(self, text: str) -> bool:
        """Tell whether the first sound of `text` is there, in memory or on disk. Counts as no hit."""
        rendering = self._live.get(text)
        return text in self._kept or (rendering is not None and bool(rendering.chunks)) or self._is_stored(text)

    async def render(self, text: str, *, priority: Priority = Priority.PREFETCH) -> None:
        """Bring `text` into memory ahead of its use."""
        if text not in self._kept:
            async with contextlib.aclosing(self._listen(self._rendering(text), priority)) as chunks:
                async for _ in chunks:
                    pass

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of `text`, from memory if it is there. Raises what the synthesiser raises."""
        if (kept := self._kept.get(text)) is not None:
            self._hits += 1
            self._kept.move_to_end(text)
            for chunk in kept:
                yield chunk
            return
        is_joined = text in self._live
        rendering = self._rendering(text)
        if is_joined:
            self._joined += 1
        elif rendering.is_stored:
            self._hits += 1
        else:
            self._misses += 1
        async with contextlib.aclosing(self._listen(rendering, priority)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def close(self) -> None:
        """Give up everything that is being made; whoever listens gets `ModelUnavailable`."""
        tasks = tuple(self._tasks)
        for rendering in tuple(self._live.values()):
            self._forget(rendering)
            rendering.end(ModelUnavailable("speech synthesis", "closed"))
        self._waiting.clear()
        self._made.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- one rendering -----------------------------------------------------------------------------------------

    def _rendering(self, text: str) -> _Rendering:
        """Return the rendering of a text that is being made or waits, or a new one."""
        if (rendering := self._live.get(text)) is None:
            now_s = asyncio.get_running_loop().time()
            rendering = _Rendering(text, next(self._numbers), self._is_stored(text), now_s)
            self._live[text] = rendering
            if not rendering.is_stored:
                self._waiting.append(rendering)
        return rendering

    async def _listen(self, rendering: _Rendering, priority: Priority) -> AsyncGenerator[SpeechChunk, None]:
        listener = next(self._numbers)
        rendering.asked[listener] = priority
        if rendering.is_stored and rendering.task is None and not rendering.is_over:
            self._begin(rendering)
        self._hand_out_lanes()
        try:
            place = 0
            while True:
                changed = rendering.changed
                while place < len(rendering.chunks):
                    yield rendering.chunks[place]
                    place += 1
                if rendering.is_over and place == len(rendering.chunks):
                    break
                if changed is rendering.changed:
                    await changed.wait()
            if rendering.error is not None:
                raise rendering.error
        finally:
            del rendering.asked[listener]
            if not rendering.asked and rendering in self._waiting:
                self._waiting.remove(rendering)
                self._forget(rendering)

    def _hand_out_lanes(self) -> None:
        """Begin what is most urgent, in place of what can wait if there is no lane for it."""
        now_s = asyncio.get_running_loop().time()
        self._waiting.sort(key=lambda rendering: (rendering.urgency(now_s), rendering.number))
        while self._waiting:
            if len(self._made) >= self._lanes and not self._make_room(self._waiting[0].urgency(now_s)):
                return
            rendering = self._waiting.pop(0)
            self._made.append(rendering)
            self._begin(rendering)

    def _make_room(self, wanted: Priority) -> bool:
        """Put back the least urgent rendering that is being made, if it can wait."""
        willing = [rendering for rendering in self._made if rendering.gives_way_to(wanted)]
        if not willing:
            return False
        rendering = max(willing, key=lambda each: (not each.asked, each.priority, each.number))
        self._made.remove(rendering)
        if rendering.task is not None:
            rendering.task.cancel()
            rendering.task = None
        if rendering.asked:
            self._waiting.append(rendering)
        else:
            self._forget(rendering)
        return True

    def _begin(self, rendering: _Rendering) -> None:
        # The rendering is everybody's who listens to it, and so belongs to no call's TaskGroup.
        task = asyncio.create_task(self._make(rendering), name="render")
        rendering.task = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _make(self, rendering: _Rendering) -> None:
        task = asyncio.current_task()
        try:
            fresh = self._synthesiser.synthesise(rendering.text, priority=rendering.priority)
            async with closing(fresh) as chunks:
                async for chunk in chunks:
                    rendering.chunks.append(chunk)
                    rendering.tell()
                    if not rendering.asked:
                        self._forget(rendering)
                        break
                else:
                    self._keep(rendering.text, tuple(rendering.chunks))
        except asyncio.CancelledError:
            # Put back, and another task will make it; or the server ends, and nothing more is begun.
            if rendering.task is task:
                self._end(rendering, ModelUnavailable("speech synthesis", "closed"))
            raise
        except Exception as error:  # the plugin boundary: it is raised where somebody listens
            if rendering.task is task:
                self._end(rendering, error)
                self._hand_out_lanes()
        else:
            if rendering.task is task:
                self._end(rendering)
                self._hand_out_lanes()

    def _end(self, rendering: _Rendering, error: Exception | None = None) -> None:
        self._forget(rendering)
        rendering.end(error)
        if rendering in self._made:
            self._made.remove(rendering)

    def _forget(self, rendering: _Rendering) -> None:
        """Have the next who wants this text begin anew."""
        if self._live.get(rendering.text) is rendering:
            del self._live[rendering.text]

    # --- memory ------------------------------------------------------------------------------------------------

    def _is_stored(self, text: str) -> bool:
        holds = getattr(self._synthesiser, "holds", None)
        return holds is not None and bool(holds(text))

    def _keep(self, text: str, chunks: tuple[SpeechChunk, ...]) -> None:
        size_bytes = _count_bytes(chunks)
        if size_bytes > self._limit_bytes or text in self._kept:
            return
        self._kept[text] = chunks
        self._size_bytes += size_bytes
        while self._size_bytes > self._limit_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._size_bytes -= _count_bytes(dropped)


@contextlib.asynccontextmanager
async def closing(chunks: AsyncIterator[SpeechChunk]) -> AsyncIterator[AsyncIterator[SpeechChunk]]:
    """Close `chunks` in the end if it can be closed, so that the worker stops when the listener does."""
    try:
        yield chunks
    finally:
        if hasattr(chunks, "aclose"):
            await cast(AsyncGenerator[SpeechChunk, None], chunks).aclose()


def _count_bytes(chunks: tuple[SpeechChunk, ...]) -> int:
    return sum(chunk.samples.nbytes for chunk in chunks)
