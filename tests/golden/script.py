"""What a script says of an assistant: its main flows as paths of questions, and how it words the patterns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.golden.turns import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller says, the value of the command that stands for it, and what the slot then holds."""

    says: str
    value: str
    stored: Json

    @classmethod
    def yes(cls, says: str = "yes please") -> Answer:
        """Return a yes."""
        return cls(says, "true", True)

    @classmethod
    def no(cls, says: str = "no") -> Answer:
        """Return a no."""
        return cls(says, "false", False)

    @classmethod
    def text(cls, value: str, says: str = "") -> Answer:
        """Return an answer whose words are its value."""
        return cls(says or value, value, value)

    @classmethod
    def number(cls, value: float, says: str = "") -> Answer:
        """Return a number."""
        return cls(says or f"{value:g}", f"{value:g}", value)


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that the question rejects, the response that says why, and the one that then asks again.

    Without `again` the question's own response asks. `at_once`: the slot has a `validation` of its own, which holds
    wherever in the conversation the slot is set.
    """

    answer: Answer
    response: str
    again: str = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Denial:
    """Another answer that leaves the path and ends the flow: what is then done, and what must not be."""

    answer: Answer
    does: tuple[str, ...]
    not_said: str


@dataclass(frozen=True, slots=True)
class Question:
    """One collect step of a path.

    Attributes:
        slot: the slot that is collected.
        asks: the response that asks for it.
        answer: what the caller answers on the happy path.
        other: another valid answer that stays on the path.
        refused: an answer that is rejected and asked for again.
        then: responses said and actions run behind the answer, before the next question.
        child: the called flow that asks, None for the path's own flow.
        is_always_asked: `ask_before_filling`.
        is_forced: `force_slot_filling`.
        is_kept: the slot is among the persisted ones.
        is_binding: behind the answer something was written, so nothing before it is corrected any more.
        denial: an answer that ends the flow at once.
    """

    slot: str
    asks: str
    answer: Answer
    other: Answer | None = None
    refused: Refused | None = None
    then: tuple[str, ...] = ()
    child: str | None = None
    is_always_asked: bool = False
    is_forced: bool = False
    is_kept: bool = False
    is_binding: bool = False
    denial: Denial | None = None

    @property
    def asks_again(self) -> str:
        """The response that asks behind a refused answer."""
        return (self.refused and self.refused.again) or self.asks


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a flow: the questions that the answers given lead to, in order.

    Attributes:
        flow, name: id and name of the flow.
        opening: what a caller says to start it.
        questions: in the order asked on this path.
        first: responses said and actions run before the first question.
        last: the same behind the last answer.
        links_to: the user flow that the last answer links to; `None` where the flow ends by itself.
        intent: an intent whose payload starts the flow.
        cancelled: the response of a cancellation.
        fixture: slots that must be set before.
        variant: what tells this path from another one of the same flow.
        runs_once: an action of the flow changes what is persisted, so a second run is another path.
    """

    flow: str
    name: str
    opening: str
    questions: tuple[Question, ...]
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    links_to: str | None = None
    intent: str | None = None
    cancelled: str = "utter_flow_cancelled_rasa"
    fixture: str | None = None
    variant: str = ""
    runs_once: bool = False

    @property
    def title(self) -> str:
        """The path's name in those of its cases."""
        return f"{self.name} ({self.variant})" if self.variant else self.name


@dataclass(frozen=True, slots=True)
class Aside:
    """A flow that asks nothing: it says its piece and ends."""

    flow: str
    name: str
    says: str
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """An assistant.

    Attributes:
        assistant: its folder's name under examples/.
        paths: the main flows; of the first two, neither may be a part of the other.
        asides: at least two flows without questions.
        small_talk, knowledge: the responses of pattern_chitchat and pattern_search.
        handoff: the flow that links to pattern_human_handoff, and what a caller says for it.
        handed_over: the response of pattern_human_handoff.
        completed: the response of pattern_completed, by profile.
        fixtures: slots by name of the fixture.
        closed_slot: a slot that no model may set, and a value for it.
        rephrase: the response for what cannot be handled.
        fixture: slots that every conversation begins with, for paths that name none of their own.
        restarts: whether a path begins the same behind a restart, which forgets the fixture.
        confirms: where corrections are confirmed first, the response that asks and the one behind a no.
    """

    assistant: str
    paths: tuple[Path, ...]
    asides: tuple[Aside, ...]
    small_talk: str
    knowledge: str
    handoff: tuple[str, str]
    handed_over: str
    completed: Mapping[str, str]
    closed_slot: tuple[str, str]
    fixtures: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    rephrase: str = "utter_ask_rephrase"
    fixture: str | None = None
    restarts: bool = True
    confirms: tuple[str, str] | None = None

    @property
    def first_paths(self) -> tuple[Path, ...]:
        """The first path of each flow."""
        firsts: dict[str, Path] = {}
        for path in self.paths:
            firsts.setdefault(path.flow, path)
        return tuple(firsts.values())
