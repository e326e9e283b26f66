"""What the studio's page is told: the JSON shapes of flows, findings, the outline and the answer to an edit."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

StepType = Literal["action", "collect", "set_slots", "link", "call", "noop", "unknown"]
EdgeKind = Literal["next", "if", "else"]


class Shape(BaseModel):
    """Frozen, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Step(Shape):
    key: str
    id: str | None
    type: StepType
    fields: dict[str, Any]
    path: list[str | int]
    line: int
    end_line: int
    depth: int
    engine_id: str
    """What the engine's events call the step: its id, or the name it gets there."""


class Edge(Shape):
    from_: str = Field(alias="from")
    to: str | None
    kind: EdgeKind
    index: int
    condition: str | None = None
    is_implicit: bool = False
    to_id: str | None = None


class Position(Shape):
    x: float = Field(allow_inf_nan=False, ge=-1e7, le=1e7)
    y: float = Field(allow_inf_nan=False, ge=-1e7, le=1e7)


class Unreadable(Shape):
    """Why something is shown as it last was: its file does not parse, and where."""

    file: str
    line: int
    column: int
    reason: str


class Flow(Shape):
    id: str
    file: str
    line: int
    end_line: int
    name: str
    description: str
    is_pattern: bool
    is_default: bool
    is_customised: bool
    properties: dict[str, Any]
    steps: list[Step]
    edges: list[Edge]
    positions: dict[str, Position]
    etag: str
    text: str
    """The flow as it is written, for the YAML pane and for merging."""
    unreadable: Unreadable | None = None
    """Then it cannot be changed, and its lines lead to where the file cannot be read."""


class Finding(Shape):
    severity: Literal["error", "warning"]
    code: str
    message: str
    hint: str
    file: str
    line: int
    column: int
    flow: str | None = None
    step: str | None = None
    name: str | None = None


class TestsOfFlow(Shape):
    cases: int
    covered_steps: int
    etag: str = ""
    """Of the flow when they ran: where it is another now, they are older than the flow."""


class FlowLine(Shape):
    id: str
    name: str
    description: str
    file: str
    is_pattern: bool
    is_default: bool
    is_customised: bool
    n_steps: int
    changed_at: float | None
    etag: str
    errors: int
    warnings: int
    tests: TestsOfFlow | None
    calls: list[str]
    links: list[str]
    unreadable: Unreadable | None = None


class EntryLine(Shape):
    """One slot, response, intent, entity, action or document of the outline."""

    model_config = ConfigDict(frozen=True, extra="allow")
    name: str


class FileLine(Shape):
    path: str
    size: int
    is_editable: bool
    unreadable: Unreadable | None = None


class AssistantLine(Shape):
    id: str
    language: str
    languages: list[str]


class Outline(Shape):
    revision: int
    assistant: AssistantLine
    flows: list[FlowLine]
    slots: list[EntryLine]
    responses: list[EntryLine]
    intents: list[EntryLine]
    entities: list[EntryLine]
    actions: list[EntryLine]
    documents: list[EntryLine]
    files: list[FileLine]


class Etags(Shape):
    """Of flows by id and of files by path."""

    flows: dict[str, str] = {}
    files: dict[str, str] = {}


class Edited(Shape):
    revision: int
    flows: list[Flow]
    removed: list[str]
    outline: Outline | None
    findings: list[Finding]
    undo: list[dict[str, Any]]
    moved: dict[str, dict[str, str]]
    files: dict[str, str]
    own: Etags = Etags()
    """Where what others did was merged in: what the gesture's maker has now without it, the base of what they do next
    before they have seen the rest."""
    notes: list[str] = []
    """What could not follow a change, in words."""
    is_again: bool = False
    """It was done before, under this gesture's name; what follows from it was done then."""


class Lines(Shape):
    start_line: int
    end_line: int


class Conflict(Shape):
    """What two people changed in the same place: texts of the whole file; `merged` has theirs where the two clash."""

    type: Literal["conflict"] = "conflict"
    flow: str | None = None
    entry: str | None = None
    """The name of the entry of the content that both changed."""
    file: str
    base: str
    theirs: str
    mine: str
    merged: str
    conflicts: list[Lines]
    etag: str
    """Of the file as it is: what to send as base with the text that settles it."""
    rest: list[dict[str, Any]] = []
    """What else the gesture does, in other files: to be sent with the text that settles it."""
    back: list[dict[str, Any]] = []
    """What puts the maker's part in the place of theirs, for whoever keeps theirs and then undoes that."""
    own: Etags = Etags()
    """Of what the maker has now: the base of what they did after this gesture."""
    message: str = "Somebody else has changed this since you last saw it. Look at both and choose."
