"""The last turns of a conversation as a prompt shows them: `USER: …` and `AI: …` lines, bounded."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue.events import AssistantSaid, DialogueEvent, ReplyCutShort, UserSaid

TURNS = 10
"""Turns of the caller in a prompt."""
LINE_CHARACTERS = 600
"""What is kept of one line: a caller's input is limited to 420 characters, a long reply says little more."""


def history_lines(events: Sequence[DialogueEvent], *, turns: int = TURNS) -> tuple[str, ...]:
    """Return the conversation's last lines, oldest first: at most `turns` of the caller and what was answered.

    Reads the log from its end, so that the cost does not grow with the length of the conversation. Titles of
    buttons stand behind the line that offered them. Where the caller stopped the assistant, only what they heard
    is shown: a model must not take for known what nobody listened to.
    """
    lines: list[str] = []
    said: list[str] = []
    heard: str | None = None
    n_turns = 0
    for event in reversed(events):
        match event:
            case UserSaid(text=text):
                lines += _reply(said, heard)
                said, heard = [], None
                if text:
                    lines.append(_line("USER", text))
                    n_turns += 1
                if n_turns == turns:
                    break
            case ReplyCutShort():
                heard = event.heard if heard is None else heard
            case AssistantSaid(text=text) if text:
                titles = ", ".join(button.title for button in event.buttons)
                said.append(_line("AI", f"{text} [{titles}]" if titles else text))
    return tuple(reversed([*lines, *_reply(said, heard)]))


def _reply(said: Sequence[str], heard: str | None) -> Sequence[str]:
    """Return the lines of one reply, of which `heard` is what was heard where it was cut short."""
    if heard is None:
        return said
    return [_line("AI", f"{heard} …")] if heard else []


def history_text(events: Sequence[DialogueEvent], *, turns: int = TURNS) -> str:
    """Return `history_lines` as one text."""
    return "\n".join(history_lines(events, turns=turns))


def _line(speaker: str, text: str) -> str:
    flat = " ".join(text.split())
    short = flat if len(flat) <= LINE_CHARACTERS else flat[: LINE_CHARACTERS - 1] + "…"
    return f"{speaker}: {short}"
