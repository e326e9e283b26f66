"""Holds a call step by step over a real connection: speaks, sends payloads, keeps silent, barges in, and listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx

from voice.caller.client import CallOptions, Conversation, Ending, LineDropped, finished_log, run_conversation
from voice.caller.line import Line
from voice.caller.listening import Limits, Listening
from voice.caller.script import Script
from voice.caller.signalling import Signalling
from voice.synthetic_callers.script import HeldCall, Taken, Turn, Watch


class CallersLine(Line):
    """A line over which messages can be sent beside the audio."""

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a JSON object over the data channel."""
        self._channel.send(json.dumps(message))


class SteppedConversation(Conversation):
    """Takes the steps of a test one by one, and shows each to `watch` when its reply is over."""

    def __init__(self, line: CallersLine, options: CallOptions, turns: Sequence[Turn], watch: Watch) -> None:
        super().__init__(line, options, None, asyncio.Event())
        self.taken: list[Taken] = []
        self._callers_line = line
        self._turns = turns
        self._watch = watch
        self._last_sound_ms = 0.0
        self._spoken_until_ms = 0.0

    async def hold(self, script: Script) -> Ending:  # noqa: ARG002 - the plain caller's; the steps are known already
        """Hear the greeting, then take every step."""
        limits = self._options.limits
        greeting = Limits(self._options.greeting_limit_ms, limits.reply_ms)
        begun = Taken(0, self.line.now_ms(), ())
        mark = 0
        try:
            is_over_reply = await self._hear(Listening(self.line.now_ms()), greeting, 0)
            for number, turn in enumerate(self._turns, 1):
                if not self._close(begun, mark):
                    return Ending()
                mark = len(self.line.events)
                begun = Taken(number, self.line.now_ms(), (), is_over_reply=is_over_reply, since_ms=self._last_sound_ms)
                if turn.silence_ms:
                    await self._stay_silent(turn.silence_ms)
                begun = self._begin(begun, turn)
                if turn.utterance is not None or turn.message is not None:
                    is_over_reply = await self._hear(Listening(self._spoken_until_ms), limits, number)
                else:
                    is_over_reply = False
        except LineDropped as dropped:
            if dropped.ending.failure is None:
                self._close(begun, mark)
            return dropped.ending
        self._close(begun, mark)
        return Ending()

    def _close(self, begun: Taken, mark: int) -> bool:
        """Note a step with what was told since it began; return whether the call goes on."""
        events = tuple(self.line.events[mark:])
        taken = replace(begun, events=events)
        self.taken.append(taken)
        return self._watch(taken)

    def _begin(self, begun: Taken, turn: Turn) -> Taken:
        """Begin to speak, or send the payload."""
        spoken = message_ms = None
        if turn.utterance is not None:
            spoken = len(self.line.microphone.spoken)
            self._spoken_until_ms = self.line.microphone.say(turn.utterance)
        elif turn.message is not None:
            message_ms = self._spoken_until_ms = self.line.now_ms()
            self._callers_line.send({"type": "say", "text": turn.message})
        return replace(begun, spoken=spoken, message_ms=message_ms)

    async def _hear(self, listening: Listening, limits: Limits, number: int) -> bool:
        """Hear the reply to a step: all of it, or up to where the next step barges in. Return whether it goes on."""
        following = self._turns[number] if number < len(self._turns) else Turn()
        heard = await self._listen(listening, limits, until_reply_ms=following.barge_in_at_ms)
        self._last_sound_ms = heard.last_audible_ms or self.line.now_ms()
        return bool(heard.playing) and following.barge_in_at_ms is not None

    async def _stay_silent(self, silence_ms: int) -> None:
        """Say nothing until so long after the assistant's last sound, and until what it says by then is over."""
        until_ms = self._last_sound_ms + silence_ms
        reply_ms = self._options.limits.reply_ms
        while (now_ms := self.line.now_ms()) < until_ms:
            heard = await self._listen(Listening(now_ms), Limits(until_ms - now_ms, reply_ms))
            self._last_sound_ms = heard.last_audible_ms or self._last_sound_ms


async def hold_stepped_call(
    url: str,
    turns: Sequence[Turn],
    watch: Watch,
    options: CallOptions | None = None,
    http: httpx.AsyncBaseTransport | None = None,
) -> HeldCall:
    """Call a server and take the steps one by one, until the last, until `watch` has seen enough, or until the line
    is gone.

    Raises:
        CallerError: no call came about. What goes wrong later is in the log (`failure`).
    """
    options = options or CallOptions()
    async with Signalling(url, http) as signalling:
        line = CallersLine(background=options.background, loss=options.loss, seed=options.seed)
        try:
            answer = await line.connect(signalling)
            conversation = SteppedConversation(line, options, turns, watch)
            ending = await run_conversation(conversation, signalling, answer, ())
        finally:
            await line.close()
    return HeldCall(finished_log(line, answer, ending), tuple(conversation.taken), options.background)
