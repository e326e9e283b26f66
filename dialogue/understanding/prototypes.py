"""Sentences by which the router knows wishes that are no flow: stopping, repeating, small talk.

They stand for what the closed lists of the fast path miss. Each is compared as a whole by the sentence encoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

Wish: TypeAlias = Literal["cancel", "repeat", "person", "skip", "chitchat"]

SENTENCES: Mapping[Wish, tuple[str, ...]] = {
    "cancel": (
        "I don't want to do this anymore.",
        "Please stop this and cancel everything.",
        "Forget about it, I changed my mind.",
        "Let's not do that after all.",
        "I no longer want to continue with this.",
        "Can we stop here?",
    ),
    "repeat": (
        "Could you repeat that please?",
        "I didn't understand what you said.",
        "Say that again, I didn't hear you.",
        "What was the question again?",
        "Sorry, I missed that, one more time please.",
    ),
    "person": (
        "I want to talk to a human being.",
        "Can you connect me with a real person?",
        "Please transfer me to a human agent.",
        "I don't want to talk to a machine.",
    ),
    "skip": (
        "I don't know the answer to that.",
        "I would rather not answer this question.",
        "Can we skip this question?",
        "I don't have that information with me.",
    ),
    "chitchat": (
        "How are you doing today?",
        "Tell me a joke.",
        "Are you a robot or a human?",
        "What is your name?",
        "Thank you very much, you are great.",
        "I had a terrible day today.",
        "Who created you?",
    ),
}
