"""A conversation on a terminal: lines in, what the assistant says out, and its inner life when asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields
from typing import Any, TextIO

from dialogue.conversation import Conversation
from dialogue.turn import Ended, Happened, Said, TurnOutput, Understood, UserTurn, Waiting
from flows.state import ConversationState

_PROMPT = "you> "
_PLUMBING = "pattern_collect_information"
"""Runs around every question; its events would hide the others."""
_DIM, _PLAIN = "\033[2m", "\033[0m"


class Terminal:
    """Reads turns and writes outputs. Prompts and dimmed text only where a person reads them.

    `read` gives the next line, None at the end; `has_person`: somebody types the lines, and sees them typed.
    """

    def __init__(
        self, read: Callable[[], Awaitable[str | None]], writes: TextIO, *, has_person: bool, is_debug: bool
    ) -> None:
        self._read = read
        self._writes = writes
        self._is_debug = is_debug
        self._has_person = has_person
        self._has_colour = writes.isatty()

    async def ask(self) -> str | None:
        """Read one line; None at the end of input. A line that is piped in is shown."""
        if self._has_person:
            self._write(_PROMPT, end="")
        line = await self._read()
        if line is None:
            if self._has_person:
                self._write("")  # whoever pressed Ctrl-D is still on the line of the prompt
            return None
        text = line.strip()
        if text and not self._has_person:
            self._write(f"{_PROMPT}{text}")
        return text

    def note(self, text: str) -> None:
        """Write a line that is not part of the conversation."""
        self._write(f"{_DIM}{text}{_PLAIN}" if self._has_colour else text)

    def show(self, output: TurnOutput) -> None:
        """Write one output of a turn."""
        match output:
            case Said():
                self._show_said(output)
            case Happened(event):
                if self._is_debug and getattr(event, "flow_id", None) != _PLUMBING:
                    self.note(f"   · {type(event).__name__}({_fields(event)})")
            case Ended(reason):
                self.note(f"(the assistant ended the conversation: {reason})")
            case Waiting(expectation):
                if self._is_debug and expectation.slot is not None:
                    self.note(f"   · waits for {expectation.slot} ({expectation.kind})")

    def show_understood(self, understood: Understood) -> None:
        """Write what the turn was understood as, under --debug."""
        if not self._is_debug:
            return
        commands = ", ".join(f"{type(command).__name__}({_fields(command)})" for command in understood.commands)
        cost = f"{understood.stage}, {understood.took_ms:.0f} ms"
        if understood.prompt_tokens:
            cost += f", {understood.prompt_tokens} tokens in ({understood.cached_tokens} cached)"
            cost += f", {understood.completion_tokens} out"
        self.note(f"   · commands [{cost}]: {commands or 'none'}")

    def show_state(self, state: ConversationState, initial: dict[str, Any]) -> None:
        """Write the stack and the slots that are not as they were at first, under --debug."""
        if not self._is_debug:
            return
        frames = [_frame(frame) for frame in state.stack]
        self.note(f"   · stack: {' > '.join(frames) or 'empty'}")
        changed = {name: value for name, value in state.slots.items() if value != initial.get(name)}
        self.note(f"   · slots: {json.dumps(changed, default=str, ensure_ascii=False)}")

    def _show_said(self, said: Said) -> None:
        name = f"   [{said.response}]" if self._is_debug and said.response else ""
        self._write(f"bot> {said.text}{name}")
        for button in said.buttons:
            self._write(f"     - {button.title}   {button.payload}")
        for label, value in (("image", said.image), ("attachment", said.attachment), ("custom", said.custom)):
            if value is not None:
                self._write(f"     {label}: {value if isinstance(value, str) else json.dumps(value)}")

    def _write(self, text: str, end: str = "\n") -> None:
        self._writes.write(text + end)
        self._writes.flush()


async def talk(conversation: Conversation, terminal: Terminal, *, stop: str) -> None:
    """Hold the conversation until either side ends it."""
    initial = dict(conversation.assistant.initial_slots)
    has_ended = await _show(conversation.start({}), terminal)
    terminal.show_state(conversation.state, initial)
    while not has_ended:
        text = await terminal.ask()
        if text is None or text == stop:
            await conversation.end("user-stopped")
            return
        if not text:
            continue
        understood = await conversation.understand(UserTurn(text))
        terminal.show_understood(understood)
        has_ended = await _show(conversation.commit(understood), terminal)
        terminal.show_state(conversation.state, initial)
    await conversation.end("hangup")


async def _show(outputs: AsyncIterator[TurnOutput], terminal: Terminal) -> bool:
    has_ended = False
    async for output in outputs:
        terminal.show(output)
        has_ended = has_ended or isinstance(output, Ended)
    return has_ended


def _fields(value: Any) -> str:
    shown = [field.name for field in fields(value) if field.compare and field.repr]
    return ", ".join(f"{name}={getattr(value, name)!r}" for name in shown)


def _frame(frame: Any) -> str:
    flow = getattr(frame, "flow_id", "")
    step = getattr(frame, "step_id", "")
    return f"{flow}:{step}" if step else flow or type(frame).__name__
