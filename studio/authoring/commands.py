"""The gestures of the studio as data: what a client may send, checked on arrival."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from studio.authoring.shapes import EdgeKind, Position, StepType

Section = Literal["slots", "responses", "intents", "entities", "actions", "session_config"]
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_File = Annotated[str, Field(min_length=1, max_length=500)]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class At(_Command):
    """One edge by the step that it leaves."""

    from_: str = Field(alias="from")
    kind: EdgeKind = "next"
    index: int = Field(default=0, ge=0)


class NewStep(_Command):
    type: StepType
    id: str | None = None
    fields: dict[str, Any] = {}


class AddStep(_Command):
    op: Literal["add_step"]
    flow: _Name
    at: At | None = None
    step: NewStep


class DeleteStep(_Command):
    op: Literal["delete_step"]
    flow: _Name
    key: str


class MoveStep(_Command):
    op: Literal["move_step"]
    flow: _Name
    key: str
    after: str


class RenameStep(_Command):
    op: Literal["rename_step"]
    flow: _Name
    key: str
    id: _Name


class SetField(_Command):
    op: Literal["set_field"]
    flow: _Name
    key: str | None = None
    path: list[str | int] = Field(min_length=1, max_length=50)
    value: Any = None

    @property
    def is_removal(self) -> bool:
        return "value" not in self.model_fields_set


class Connect(_Command):
    op: Literal["connect"]
    flow: _Name
    from_: str = Field(alias="from")
    kind: EdgeKind = "next"
    index: int = Field(default=0, ge=0)
    to: str | None = None
    condition: str | None = None


class DeleteBranch(_Command):
    op: Literal["delete_branch"]
    flow: _Name
    from_: str = Field(alias="from")
    index: int = Field(ge=0)


class MoveBranch(_Command):
    op: Literal["move_branch"]
    flow: _Name
    from_: str = Field(alias="from")
    index: int = Field(ge=0)
    to_index: int = Field(ge=0)


class PasteSteps(_Command):
    op: Literal["paste_steps"]
    flow: _Name
    at: At | None = None
    yaml: str


class AddFlow(_Command):
    op: Literal["add_flow"]
    id: _Name
    name: str | None = None
    description: str = ""
    file: _File | None = None
    steps: list[Any] | None = None


class DeleteFlow(_Command):
    op: Literal["delete_flow"]
    flow: _Name


class RenameFlow(_Command):
    op: Literal["rename_flow"]
    flow: _Name
    id: _Name
    name: str | None = None


class DuplicateFlow(_Command):
    op: Literal["duplicate_flow"]
    flow: _Name
    id: _Name


class CustomisePattern(_Command):
    op: Literal["customise_pattern"]
    flow: _Name


class ResetPattern(_Command):
    op: Literal["reset_pattern"]
    flow: _Name


class SetPositions(_Command):
    op: Literal["set_positions"]
    flow: _Name
    positions: dict[str, Position | None]


class Seen(_Command):
    """What a page showed of an entry when it was changed; `is_there` is false where it showed none."""

    is_there: bool = True
    value: Any = None


class Put(_Command):
    """A whole entry of the domain, or without `value` its end. Without `seen` it goes over whatever is there."""

    op: Literal["put"]
    section: Section
    name: _Name
    value: Any = None
    file: _File | None = None
    seen: Seen | None = None

    @property
    def is_removal(self) -> bool:
        return "value" not in self.model_fields_set


class Rename(_Command):
    op: Literal["rename"]
    section: Section
    name: _Name
    to: _Name
    seen: Seen | None = None


class PutExamples(_Command):
    """All sentences of an intent, or with `kind` all words of an entity's lookup table; `intent` names it.

    `seen` are those that the page showed when it was changed; without it they go over whatever is there.
    """

    op: Literal["put_examples"]
    intent: _Name
    kind: Literal["intent", "lookup"] = "intent"
    examples: list[str] = Field(max_length=20_000)
    file: _File | None = None
    seen: list[str] | None = Field(default=None, max_length=20_000)


class WriteFile(_Command):
    op: Literal["write_file"]
    path: _File
    text: str


class DeleteFile(_Command):
    op: Literal["delete_file"]
    path: _File


class Splice(_Command):
    """One stretch of a file. `before` and `after` find the place again when others have written above it."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    old: str
    new: str
    before: str = ""
    after: str = ""


class Patch(_Command):
    op: Literal["patch"]
    file: _File
    edits: list[Splice]


OnFlow = AddStep | DeleteStep | MoveStep | RenameStep | SetField | Connect | DeleteBranch | MoveBranch | PasteSteps
Command = Annotated[
    AddStep
    | DeleteStep
    | MoveStep
    | RenameStep
    | SetField
    | Connect
    | DeleteBranch
    | MoveBranch
    | PasteSteps
    | AddFlow
    | DeleteFlow
    | RenameFlow
    | DuplicateFlow
    | CustomisePattern
    | ResetPattern
    | SetPositions
    | Put
    | Rename
    | PutExamples
    | WriteFile
    | DeleteFile
    | Patch,
    Field(discriminator="op"),
]


class Base(_Command):
    """What the client has seen of flows and files that it touches, by etag; "" of a file that was not there.

    What it has seen of an entry of the content stands in the command (`seen`).
    """

    flows: dict[str, str] = {}
    files: dict[str, str] = {}


COMMANDS: TypeAdapter[list[Command]] = TypeAdapter(list[Command])
