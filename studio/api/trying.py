"""Trying an assistant beside its canvas: its slots, going back to a turn, taking turns again, making a test of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from dialogue.replaying import TurnComparison
from dialogue.testing.commands_file import format_commands
from dialogue.testing.from_log import case_from_log
from dialogue.testing.results import CaseResult
from dialogue.turn_traces import TurnTrace
from studio.api.authentication import Asking
from studio.api.given import Given
from studio.api.projects import Bench
from studio.api.rtc import prepare_assistant
from studio.api.services import Services, services_of
from studio.made_tests import save_and_run
from studio.trying import Rewinding, Trying, shown

router = APIRouter(prefix="/api", tags=["trying"])
LONGEST_TURN = 1_000
LONGEST_TEST = 400_000


def trying_of(services: Annotated[Services, Depends(services_of)]) -> Trying:
    """Give the conversations that are tried (a dependency)."""
    return services.trying


Tries = Annotated[Trying, Depends(trying_of)]


class Back(Given):
    """Where to go back to; with `text` or `slots` that turn is taken again, and those behind it unless told not to."""

    turn: int = Field(ge=0, le=10_000)
    text: str | None = Field(None, min_length=1, max_length=LONGEST_TURN)
    slots: dict[str, Any] = Field({}, max_length=100)
    follows: bool = True


class NewTest(Given):
    """A test file; `conversation` is the one whose commands it runs with, `client` the page that asks."""

    path: str = Field(min_length=1, max_length=300)
    yaml: str = Field(min_length=1, max_length=LONGEST_TEST)
    conversation: str | None = Field(None, max_length=250)
    client: str = Field("", max_length=64)


@router.get("/conversations/{conversation_id}")
async def conversation(conversation_id: str, tries: Tries) -> dict[str, Any]:
    """Give a conversation that is tried: its events, how its turns were understood, its slots."""
    return shown(tries.find(conversation_id))


@router.post("/conversations/{conversation_id}/slots")
async def set_slots(conversation_id: str, given: dict[str, Any], tries: Tries) -> dict[str, Any]:
    """Set slots, which the conversation's next turn will find."""
    events = await tries.set_slots(conversation_id, given)
    return {"events": events, "slots": shown(tries.find(conversation_id))["slots"]}


@router.post("/conversations/{conversation_id}/rewind", status_code=201)
async def rewind(
    conversation_id: str, given: Back, tries: Tries, services: Annotated[Services, Depends(services_of)]
) -> dict[str, Any]:
    """Make a conversation that stands where this one stood, under the assistant as it is now.

    A call takes it up by `POST /rtc/offer?conversation=`.
    """
    tried = tries.find(conversation_id)
    dialogue = await prepare_assistant(services, tried.project, tried.environment)
    wanted = Rewinding(given.turn, given.text, given.slots, given.follows)
    rewound = await tries.rewind(conversation_id, dialogue, wanted)
    turns = [_compared(turn) for turn in rewound.turns]
    return {**shown(rewound.tried), "again": turns, "notes": list(rewound.notes)}


@router.get("/conversations/{conversation_id}/test")
async def as_test(conversation_id: str, tries: Tries, name: str | None = None) -> dict[str, Any]:
    """Write the conversation as a test file with one case."""
    tried = tries.find(conversation_id)
    made = case_from_log(tuple(tried.conversation.events), tried.conversation.assistant, name)
    commands = format_commands({made.name: made.commands})
    return {"name": made.name, "yaml": made.text, "commands": commands, "notes": list(made.notes)}


@router.post("/projects/{project}/tests", status_code=201)
async def save_test(project: str, given: NewTest, by: Asking, bench: Bench, tries: Tries) -> dict[str, Any]:
    """Save a test in the project and run it with recorded commands."""
    commands = None
    if given.conversation is not None:
        tried = tries.find(given.conversation).conversation
        commands = case_from_log(tuple(tried.events), tried.assistant).commands
    document = await bench.document(project)
    saved = await save_and_run(document, given.path, given.yaml, commands, (by.name, given.client))
    await bench.note(by, "test made", project, {"path": saved.path})
    cases = [_ran(case) for case in saved.result.cases]
    is_passed = bool(cases) and all(case["is_passed"] for case in cases)
    return {"path": saved.path, "commands_path": saved.commands_path, "is_passed": is_passed, "cases": cases}


def _compared(turn: TurnComparison) -> dict[str, Any]:
    return {
        "turn": turn.recorded.number,
        "differs": list(turn.differences),
        "recorded": _trace(turn.recorded),
        "changed": _trace(turn.changed),
    }


def _trace(trace: TurnTrace) -> dict[str, Any]:
    return {**asdict(trace), "slots": dict(trace.slots)}


def _ran(case: CaseResult) -> dict[str, Any]:
    failure = case.failure
    told = None
    if failure is not None:
        told = {
            "user": failure.user,
            "expected": failure.expected,
            "actual": list(failure.actual),
            "line": failure.line,
        }
    return {"name": case.name, "is_passed": case.passed, "failure": told}
