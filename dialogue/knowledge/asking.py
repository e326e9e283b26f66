"""From the tracker to the question: the caller's last words, and the turns before where those lean on them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dialogue.knowledge.passages import Question
from dialogue.understanding.words import clean
from flows.commands import Json

MOST_CHARACTERS: Final = 1_000
"""Of a question: far more than anybody asks in one breath. The rest is not looked at."""
_MOST_LEANING_WORDS: Final = 8
_LEANING: Final = re.compile(
    r"^(?:(?:ok|okay|well)\s+)*(?:and|what about|how about|also|then)\b|\b(?:they|them|that one|those|these)\b"
    # "What does it cost to cancel?" is about nothing that was said before.
    r"|\bit\b(?!(?:\s+[\w']+){1,3}\s+(?:to|if|that)\b)",
    re.IGNORECASE,
)
_FILLERS: Final = re.compile(r"\b(?:uh+m?|um+|erm?|hmm+)\b[,.]?\s*", re.IGNORECASE)


def question_of(tracker: Mapping[str, Json], max_messages: int) -> Question:
    """Return what the caller asks, from the tracker that actions get."""
    events = tracker.get("events") or ()
    said = [event["text"] for event in events if event.get("event") == "user" and isinstance(event.get("text"), str)]
    texts = [cleaned(text) for text in said if not text.lstrip().startswith("/")]
    channel = str(tracker.get("latest_input_channel") or "")
    if not texts or said[-1].lstrip().startswith("/"):
        return Question("", (), tracker, channel)
    return Question(texts[-1], tuple(reversed(texts[-max_messages:-1])), tracker, channel)


def leaning_query(question: Question) -> str | None:
    """Return the question with the turn before it, where it does not stand alone ("and on Sundays?")."""
    is_short = len(question.text.split()) <= _MOST_LEANING_WORDS
    if not question.earlier or not is_short or not _LEANING.search(question.text):
        return None
    return f"{question.earlier[0]} {question.text}"


def cleaned(text: str) -> str:
    """Return what is looked for of a turn: its words without those that only fill."""
    return _FILLERS.sub("", clean(text[: 2 * MOST_CHARACTERS]))[:MOST_CHARACTERS].strip()
