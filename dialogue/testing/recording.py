"""Understanding that answers from a recording: which turns belong to a case, and what each turn proposes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from dialogue.testing.case import Case
from dialogue.testing.commands_file import Turns
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.limits import max_characters, refused
from dialogue.understanding.payload import parse_payload
from dialogue.understanding.words import clean
from flows.commands import CannotHandle, Command
from flows.model import Assistant
from flows.state import ConversationState


def commands_of(case: Case, recorded: Mapping[str, Turns]) -> Turns | None:
    """Return the recorded turns of a case, None when there are none."""
    return next((recorded[key] for key in case.keys if key in recorded), None)


def strangers(recorded: Collection[str], cases: Sequence[Case]) -> tuple[str, ...]:
    """Return the keys of a recording that name none of these cases."""
    known = {key for case in cases for key in case.keys}
    return tuple(key for key in recorded if key not in known)


def aligned(turns: Turns, case: Case, assistant: Assistant) -> Turns:
    """Return one turn for each user step, where a recording has left out the payloads.

    A recording should have an empty list for a payload. Where it has exactly as many turns as the case has steps
    that are none, and what stands in a payload's place is not empty, its turns are those of the other steps.
    """
    steps = [step for step in case.steps if step.text is not None]
    payloads = [parse_payload(step.text or "", assistant, step.metadata) is not None for step in steps]
    if len(turns) != payloads.count(False) or len(turns) == len(steps):
        return turns
    if not any(turn for turn, is_payload in zip(turns, payloads, strict=False) if is_payload):
        return turns
    given = iter(turns)
    return tuple(() if is_payload else next(given) for is_payload in payloads)


class RecordedUnderstanding:
    """Understanding that answers from a recording, turn by turn; payloads are read as always.

    A turn without commands whose text is empty or too long is refused as ever: no line of a recording could say so.
    `ran_out` once a turn was asked for that the recording does not have.
    """

    def __init__(self, assistant: Assistant, turns: Sequence[tuple[Command, ...]]) -> None:
        self._assistant = assistant
        self._turns = turns
        self._next = 0
        self.ran_out = False

    async def understand(self, turn: UserTurn, _state: ConversationState) -> Understood:
        """Return the next turn's commands; none behind the end of the recording."""
        index = self._next
        self._next += 1
        commands = self._turns[index] if index < len(self._turns) else ()
        payload = parse_payload(turn.text, self._assistant, turn.metadata)
        is_understood = payload is not None and not any(isinstance(command, CannotHandle) for command in payload)
        if payload is not None and (is_understood or not commands):
            return Understood(turn, payload, "payload")
        self.ran_out = self.ran_out or index >= len(self._turns)
        refusal = None if commands else refused(clean(turn.text), max_characters(self._assistant))
        return Understood(turn, commands if refusal is None else (refusal,), "recorded")
