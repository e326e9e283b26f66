"""The shell of a call: connects, listens to the greeting, speaks one utterance after another, hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from voice.caller.errors import CallerError
from voice.caller.line import Level, Line, LineLost
from voice.caller.listening import Limits, Listening, be_told, hear, judge
from voice.caller.log import CallLog, ServerEvent
from voice.caller.report import CallRecord, make_record
from voice.caller.signalling import Answer, Signalling
from voice.caller.wav import Utterance

TICK_S = 0.1
GREETING_LIMIT_MS = 10_000
"""So long a greeting may take to begin; an assistant that has none is then spoken to."""
VANISHED_AFTER_MS = 8_000
"""Without a packet or an answered ping for this long the server is gone; a stall of a loaded machine is
shorter."""
FAREWELL_S = 2.0
"""After hanging up, the server's last words on the call are awaited for this long."""

HUNG_UP = "caller-hung-up"
BROKEN_OFF = frozenset({"internal-error", "server-stopping", "caller-vanished", "connection-lost", "never-connected"})
"""Reasons of the server for ending a call that are nobody's wish (voice.transports.webrtc, voice.call)."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """`is_kept_open`: after the last turn stay on the line until the server hangs up or `stop` is set."""

    limits: Limits = field(default_factory=Limits)
    greeting_limit_ms: float = GREETING_LIMIT_MS
    vanished_after_ms: float = VANISHED_AFTER_MS
    is_kept_open: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """How a conversation ended; `reason` None: everything was said, and this side is to hang up."""

    reason: str | None = None
    failure: str | None = None


class LineDropped(Exception):
    """The conversation cannot go on: the server hung up or is gone. Internal to this module."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.failure or ending.reason)
        self.ending = ending


async def place_call(
    url: str,
    utterances: Sequence[Utterance],
    options: CallOptions | None = None,
    *,
    on_event: Callable[[ServerEvent], None] | None = None,
    stop: asyncio.Event | None = None,
    http: httpx.AsyncBaseTransport | None = None,
) -> CallRecord:
    """Call a server, say the utterances turn by turn and return what came of it.

    Args:
        on_event: shown each event of the server as it comes, and `{"type": "speaking", "name": …}` of this
        side. stop: set it to hang up early. http: how HTTP reaches the server; None for the network.

    Raises:
        CallerError: no call came about. What goes wrong later is in the record's report (`failure`).
    """
    async with Signalling(url, http) as signalling:
        line = Line()
        try:
            answer = await line.connect(signalling)
            conversation = Conversation(line, options or CallOptions(), on_event, stop or asyncio.Event())
            ending = await run_conversation(conversation, signalling, answer, utterances)
        finally:
            await line.close()
    return make_record(finished_log(line, answer, ending), [utterance.name for utterance in utterances])


async def run_conversation(
    conversation: Conversation, signalling: Signalling, answer: Answer, utterances: Sequence[Utterance]
) -> Ending:
    """Run one conversation with its two companions, level watch and pings, and see to a proper end."""
    line = conversation.line
    async with asyncio.TaskGroup() as tasks:
        companions = [tasks.create_task(line.watch_levels()), tasks.create_task(line.keep_pinging())]
        ending = await conversation.hold(utterances)
        if ending.reason is None:
            ending = await hang_up(conversation, signalling, answer)
        elif ending.failure is not None:
            ending = await look_into(ending, signalling, answer)
        for companion in companions:
            companion.cancel()
    return ending


async def hang_up(conversation: Conversation, signalling: Signalling, answer: Answer) -> Ending:
    """End the call from this side and wait for the server's last events."""
    if not await signalling.hang_up(answer):
        return Ending("server-vanished", "the server was gone when the call was to be hung up")
    return await conversation.await_farewell()


async def look_into(ending: Ending, signalling: Signalling, answer: Answer) -> Ending:
    """Ask a server whose line was lost whether it ended the call; if it cannot say, it is gone."""
    state = await signalling.state(answer)
    if state is None:
        return ending
    if state.get("state") == "ended":
        return ended_by_server(str(state.get("reason")))
    await signalling.hang_up(answer)
    return Ending("connection-lost", "the connection was lost, though the server is still there")


def ended_by_server(reason: str) -> Ending:
    """Judge a hang-up of the server's by the reason it gives."""
    failure = f"the server broke the call off: {reason}" if reason in BROKEN_OFF else None
    return Ending(reason, failure)


def finished_log(line: Line, answer: Answer, ending: Ending) -> CallLog:
    return CallLog(
        call_id=answer.call_id,
        spoken=tuple(line.microphone.spoken),
        sent_ms=tuple(line.microphone.sent_ms),
        packets=tuple(line.packets),
        events=tuple(line.events),
        pongs=tuple(line.pongs),
        end_ms=line.now_ms(),
        ended=ending.reason or HUNG_UP,
        failure=ending.failure,
    )


class Conversation:
    """Speaks and listens on a connected line."""

    def __init__(
        self,
        line: Line,
        options: CallOptions,
        on_event: Callable[[ServerEvent], None] | None,
        stop: asyncio.Event,
    ) -> None:
        self.line = line
        self._options = options
        self._on_event = on_event
        self._stop = stop

    async def hold(self, utterances: Sequence[Utterance]) -> Ending:
        """Hear the greeting, then say each utterance and hear the reply to it."""
        limits = self._options.limits
        greeting = Limits(self._options.greeting_limit_ms, limits.reply_ms)
        try:
            await self._listen(Listening(self.line.now_ms()), greeting)
            for utterance in utterances:
                self._show(ServerEvent(self.line.now_ms(), {"type": "speaking", "name": utterance.name}))
                await self._listen(Listening(self.line.microphone.say(utterance)), limits)
            if self._options.is_kept_open:
                await self._listen(Listening(self.line.now_ms()), None)
        except LineDropped as dropped:
            return dropped.ending
        return Ending()

    async def await_farewell(self) -> Ending:
        """Take in what still comes after this side has hung up, and return how the call ended."""
        self._stop.clear()
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._listen(Listening(self.line.now_ms()), None)
        except LineDropped as dropped:
            if dropped.ending.failure is None:
                return dropped.ending
        except TimeoutError:
            pass  # a server need not say goodbye
        return Ending(HUNG_UP)

    async def _listen(self, listening: Listening, limits: Limits | None) -> None:
        """Listen until the reply is over, will not come, or `stop` is set; without limits, until the line
        drops.

        Raises:
            LineDropped: the server hung up or is gone.
        """
        while not self._stop.is_set():
            try:
                arrival = await asyncio.wait_for(self.line.inbox.get(), TICK_S)
            except TimeoutError:
                arrival = None
            match arrival:
                case Level(at_ms, rms):
                    listening = hear(listening, rms, at_ms)
                case ServerEvent():
                    self._show(arrival)
                    listening = be_told(listening, arrival.message)
                    if arrival.type == "call_ended":
                        raise LineDropped(ended_by_server(str(arrival.message.get("reason"))))
                case LineLost():
                    raise LineDropped(Ending("server-vanished", "the server vanished: the connection was lost"))
            self._check_signs()
            is_busy = self.line.microphone.is_speaking
            if limits is not None and not is_busy and judge(listening, self.line.now_ms(), limits) != "waiting":
                return

    def _check_signs(self) -> None:
        """Raise LineDropped if nothing has come from the server for too long."""
        silent_ms = self.line.now_ms() - self.line.last_sign_ms
        if silent_ms > self._options.vanished_after_ms:
            raise LineDropped(
                Ending(
                    "server-vanished",
                    f"the server vanished: nothing came from it for {silent_ms / 1000:.0f} s",
                )
            )

    def _show(self, event: ServerEvent) -> None:
        if self._on_event is not None:
            self._on_event(event)


__all__ = ["CallOptions", "CallerError", "place_call"]
