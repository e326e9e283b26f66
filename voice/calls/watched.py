"""What the parts of one call are doing, told to its watchdog: its models, with a note at each begin and end.

A part that does several things at once is told of by the one that it has been at longest: that is the one that hangs.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count

from voice.attendance.watchdog import Part, PartDoes
from voice.engines import SpeechEngines
from voice.ports import Audio, LanguageChoice, Priority, Recogniser, SpeechChunk, SpeechMemory, Transcript


class Work:
    """Notes what is being done. `tell` takes what the watchdog is to know; `now_ms` is audio time."""

    def __init__(self, tell: Callable[[PartDoes], None], now_ms: Callable[[], int]) -> None:
        self._tell = tell
        self._now_ms = now_ms
        self._numbers = count()
        self._doing: dict[Part, dict[int, PartDoes]] = {}

    @contextlib.contextmanager
    def of(self, part: Part, what: str) -> Iterator[None]:
        """Note that a part does this while the block runs. `what` holds no words of the caller: it is logged."""
        number, doing = next(self._numbers), self._doing.setdefault(part, {})
        doing[number] = PartDoes(self._now_ms(), part, what)
        if len(doing) == 1:
            self._tell(doing[number])
        try:
            yield
        finally:
            was_first = next(iter(doing)) == number
            del doing[number]
            if was_first:
                self._tell(next(iter(doing.values()), PartDoes(self._now_ms(), part, None)))


def watched(engines: SpeechEngines, work: Work) -> SpeechEngines:
    """Return the engines of one call whose work is noted."""
    recogniser, voice = WatchedRecogniser(engines.recogniser, work), WatchedSpeech(engines.synthesiser, work)
    return replace(engines, recogniser=recogniser, synthesiser=voice)


class WatchedRecogniser:
    """Implements `voice.ports.Recogniser`."""

    def __init__(self, recogniser: Recogniser, work: Work) -> None:
        self._recogniser = recogniser
        self._work = work

    async def recognise(
        self,
        audio: Audio,
        *,
        language: str | LanguageChoice = "en",
        hints: Sequence[str] = (),
        priority: Priority,
        key: str | None = None,
        is_short_expected: bool = False,
        is_soon_wanted: bool = False,
    ) -> Transcript:
        with self._work.of("recognition", f"a {'final' if priority is Priority.FINAL else 'partial'} transcript"):
            return await self._recogniser.recognise(
                audio,
                language=language,
                hints=hints,
                priority=priority,
                key=key,
                is_short_expected=is_short_expected,
                is_soon_wanted=is_soon_wanted,
            )


class WatchedSpeech:
    """Implements `voice.ports.SpeechMemory`. What is spoken ahead is nobody's delay, and is not noted."""

    def __init__(self, memory: SpeechMemory, work: Work) -> None:
        self._memory = memory
        self._work = work

    async def synthesise(self, text: str, *, priority: Priority = Priority.FINAL) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of a sentence."""
        async with contextlib.AsyncExitStack() as stack:
            stack.enter_context(self._work.of("synthesis", f"a sentence of {len(text)} characters"))
            chunks = self._memory.synthesise(text, priority=priority)
            if isinstance(chunks, AsyncGenerator):  # so that the voice stops when the listener does
                stack.push_async_callback(chunks.aclose)
            async for chunk in chunks:
                yield chunk

    async def render(self, text: str, *, priority: Priority = Priority.PREFETCH) -> None:
        """Bring a sentence into memory ahead of its use."""
        await self._memory.render(text, priority=priority)

    def holds(self, text: str) -> bool:
        return self._memory.holds(text)
