"""What knowledge consists of: passages of documents, what a search found, and what is answered with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.commands import Json

SOURCE = "EnterpriseSearchPolicy"
"""What the format calls the sender of an answer from documents, in `utter_source`."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of a document that stand together. `sentences` are its text, each as it is written.

    source: the file, relative to the folder of documents. heading: the headings above it, outermost first.
    answer: of a pair of question and answer, of which `sentences` is the question; said word for word.
    """

    source: str
    heading: str
    sentences: tuple[str, ...]
    line: int = 1
    answer: str | None = None

    @property
    def text(self) -> str:
        """The passage as it is read."""
        return " ".join(self.sentences)

    @property
    def content(self) -> str:
        """The passage as a model reads it: a pair's answer stands below its question."""
        return self.text if self.answer is None else f"{self.text}\n{self.answer}"

    @property
    def citation(self) -> str:
        """Where the passage stands, as a reader finds it."""
        return f"{self.source}: {self.heading}" if self.heading else self.source


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a search found.

    score: how certain it is from 0 to 1 that the passage answers the question; None where a store does not say.
    sentence: the index of the sentence that comes nearest.
    """

    passage: Passage
    score: float | None = None
    sentence: int = 0
    similarity: float = 0.0
    coverage: float = 0.0
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What the caller wants to know. `earlier` are the turns before, newest first; `tracker` is the conversation."""

    text: str
    earlier: tuple[str, ...] = ()
    tracker: Mapping[str, Json] = field(default_factory=dict)
    channel: str = "voice"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, word for word from `cited` unless a model wrote it (`is_generated`)."""

    text: str
    cited: tuple[Found, ...] = ()
    is_generated: bool = False
