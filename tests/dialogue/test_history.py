"""The conversation so far, as a prompt shows it."""

from __future__ import annotations

from dialogue.events import AssistantSaid, ReplyCutShort, UserSaid
from dialogue.history import LINE_CHARACTERS, history_lines, history_text
from dialogue.turn import Button
from flows.events import FlowStarted

EVENTS = [
    AssistantSaid("Hello."),
    UserSaid("pay Joe", (), "llm"),
    FlowStarted("x"),
    AssistantSaid("How\nmuch?", buttons=(Button("5", "/5"), Button("10", "/10"))),
    AssistantSaid(""),
    UserSaid("five", (), "llm"),
    AssistantSaid("Done."),
]


def test_both_speak_in_turn() -> None:
    assert history_text(EVENTS) == "AI: Hello.\nUSER: pay Joe\nAI: How much? [5, 10]\nUSER: five\nAI: Done."


def test_only_the_last_turns_are_shown() -> None:
    assert history_lines(EVENTS, turns=1) == ("USER: five", "AI: Done.")
    assert history_lines([], turns=3) == ()


def test_of_what_was_cut_short_only_what_was_heard_is_shown() -> None:
    cut = [*EVENTS[:4], ReplyCutShort("How"), AssistantSaid("Or all of it?"), *EVENTS[4:], ReplyCutShort("")]
    assert history_text(cut) == "AI: Hello.\nUSER: pay Joe\nAI: How …\nUSER: five"


def test_a_long_line_is_cut() -> None:
    (line,) = history_lines([UserSaid("x" * 5000, (), "llm")])
    assert len(line) == LINE_CHARACTERS + len("USER: ")
    assert line.endswith("…")
