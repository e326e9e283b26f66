"""The shell of a call: connects, listens to the greeting, says what its script says, hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from voice.caller.errors import CallerError
from voice.caller.line import Level, Line, LineLost
from voice.caller.listening import Limits, Listening, be_told, hear, judge
from voice.caller.log import CallLog, ServerEvent
from voice.caller.report import CallRecord, make_record
from voice.caller.script import Said, Script, as_chooser, as_said, names_of
from voice.caller.signalling import Answer, Signalling
from voice.caller.wav import Utterance
from voice.ports import Pcm

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
"""Reasons of the server for ending a call that are nobody's wish (voice.transports.webrtc, voice.calls.call)."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """`is_kept_open`: after the last turn stay on the line until the server hangs up or `stop` is set.

    `background`: what is heard behind the caller all the time, 48 kHz mono, repeated. `loss`: the share of
    audio packets lost each way, by `seed`.
    """

    limits: Limits = field(default_factory=Limits)
    greeting_limit_ms: float = GREETING_LIMIT_MS
    vanished_after_ms: float = VANISHED_AFTER_MS
    is_kept_open: bool = False
    background: Pcm | None = None
    loss: float = 0.0
    seed: int = 1


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
    script: Script,
    options: CallOptions | None = None,
    *,
    on_event: Callable[[ServerEvent], None] | None = None,
    stop: asyncio.Event | None = None,
    http: httpx.AsyncBaseTransport | None = None,
) -> CallRecord:
    """Call a server, say what the script says turn by turn and return what came of it.

    Args:
        on_event: shown each event of the server as it comes, and `{"type": "speaking", "name": …}` of this
        side. stop: set it to hang up early. http: how HTTP reaches the server; None for the network.

    Raises:
        CallerError: no call came about. What goes wrong later is in the record's report (`failure`).
    """
    return fold(await hold_call(url, script, options, on_event=on_event, stop=stop, http=http), script)


async def hold_call(
    url: str,
    script: Script,
    options: CallOptions | None = None,
    *,
    on_event: Callable[[ServerEvent], None] | None = None,
    stop: asyncio.Event | None = None,
    http: httpx.AsyncBaseTransport | None = None,
) -> CallLog:
    """Like `place_call`, but only keep the log, to be folded later: decoding a call makes others on this loop late."""
    options = options or CallOptions()
    async with Signalling(url, http) as signalling:
        line = Line(background=options.background, loss=options.loss, seed=options.seed)
        try:
            answer = await line.connect(signalling)
            conversation = Conversation(line, options, on_event, stop or asyncio.Event())
            ending = await run_conversation(conversation, signalling, answer, script)
            state = await signalling.state(answer) if ending.failure is None else None
        finally:
            await line.close()
    return finished_log(line, answer, ending, state)


def fold(log: CallLog, script: Script) -> CallRecord:
    """Make a record of a finished call; what a list of utterances had left to say counts as unanswered."""
    return make_record(log, [spoken.utterance.name for spoken in log.spoken] if callable(script) else names_of(script))


async def run_conversation(
    conversation: Conversation, signalling: Signalling, answer: Answer, script: Script
) -> Ending:
    """Run one conversation with its two companions, level watch and pings, and see to a proper end."""
    line = conversation.line
    async with asyncio.TaskGroup() as tasks:
        companions = [tasks.create_task(line.watch_levels()), tasks.create_task(line.keep_pinging())]
        ending = await conversation.hold(script)
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


def finished_log(line: Line, answer: Answer, ending: Ending, state: Mapping[str, Any] | None = None) -> CallLog:
    """Make the log of a call; `state` is what its server says of it, if anything."""
    media = (state or {}).get("media")
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
        connected_ms=line.connected_ms,
        media=media if isinstance(media, dict) else {},
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

    async def hold(self, script: Script) -> Ending:
        """Hear the greeting, then say one thing after the other and hear the reply to it."""
        limits, choose = self._options.limits, as_chooser(script)
        greeting = Limits(self._options.greeting_limit_ms, limits.reply_ms)
        try:
            await self._listen(Listening(self.line.now_ms()), greeting)
            while not self._stop.is_set() and (entry := choose(self.line.events)) is not None:
                await self._say(as_said(entry), limits)
            if self._options.is_kept_open:
                await self._listen(Listening(self.line.now_ms()), None)
        except LineDropped as dropped:
            return dropped.ending
        return Ending()

    async def _say(self, said: Said, limits: Limits) -> None:
        """Say one thing and hear the reply, with what is put in over it."""
        listening = Listening(self._speak(said.utterance))
        added = said.interjection
        if added is not None:
            listening = await self._listen(listening, limits, until_reply_ms=added.after_ms)
            spoken_until_ms = self._speak(added.utterance)
            if added.expects_answer:
                listening = replace(Listening(spoken_until_ms), playing=listening.playing)
        await self._listen(listening, limits)

    def _speak(self, utterance: Utterance) -> float:
        self._show(ServerEvent(self.line.now_ms(), {"type": "speaking", "name": utterance.name}))
        return self.line.microphone.say(utterance)

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

    async def _listen(
        self, listening: Listening, limits: Limits | None, *, until_reply_ms: float | None = None
    ) -> Listening:
        """Listen until the reply is over, will not come, or `stop` is set; without limits, until the line
        drops; with `until_reply_ms`, no longer than that into the reply. Return what was heard.

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
            if is_busy or limits is None:
                continue
            now_ms, first_ms = self.line.now_ms(), listening.first_audible_ms
            if until_reply_ms is not None and first_ms is not None and now_ms - first_ms >= until_reply_ms:
                return listening
            if judge(listening, now_ms, limits) != "waiting":
                return listening
        return listening

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


__all__ = ["CallOptions", "CallerError", "fold", "hold_call", "place_call"]
