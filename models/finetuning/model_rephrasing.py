"""Other words for a turn by a language model, each checked: understanding must read the same commands from it.

Flows and slots must be the same; the value of a slot may differ, but it must be said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogue.ports import LanguageModel, Understanding
from dialogue.understanding.prompt import CALLER, caller_part
from dialogue.understanding.words import clean
from flows.commands import Command, SetSlot
from flows.model import Assistant
from models.errors import ModelUnavailable
from models.finetuning.recording import RecordedTurn
from models.finetuning.rephrasing import Rephrase
from models.finetuning.values import is_said

MAX_ASKED = 10
TOKENS_A_REPHRASE = 28
PREFIX = """Callers say the same thing in many ways. Names, numbers and dates stay as they are.

Caller: I'd like to send fifty dollars to Joe
1. can you send Joe fifty dollars
2. I want fifty dollars to go to Joe please
3. transfer fifty dollars to Joe for me

Caller: tomorrow at nine
1. it should be tomorrow at nine
2. nine tomorrow please
3. could we say tomorrow at nine

"""
_NUMBER = re.compile(r"^\s*(?:\d+\s*[.)]|[-*])\s*")
_MARKS = " \t\"'“”"


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one turn: rephrases that mean the same, and the texts that do not."""

    passed: tuple[Rephrase, ...] = ()
    failed: tuple[str, ...] = ()


class ModelRephraser:
    """Asks `model` for rephrases and `understanding` what they mean."""

    def __init__(self, model: LanguageModel, understanding: Understanding, assistant: Assistant) -> None:
        self._model = model
        self._understanding = understanding
        self._assistant = assistant

    async def rephrases(self, turn: RecordedTurn, count: int) -> Checked:
        """Ask for up to `count` rephrases of a turn. A model that cannot answer gives none."""
        count = min(count, MAX_ASKED)
        tail = f"{CALLER}{caller_part(turn.text)}1."
        try:
            completion = await self._model.complete(
                PREFIX, tail, max_tokens=TOKENS_A_REPHRASE * count, stop=("\n\n", "\nCaller")
            )
        except ModelUnavailable:
            return Checked()
        passed: list[Rephrase] = []
        failed: list[str] = []
        for text in _items(completion.text, turn.text)[:count]:
            understood = await self._understanding.understand(replace(turn.turn, text=text), turn.state)
            if means_the_same(turn.commands, understood.commands, text, self._assistant):
                passed.append(Rephrase(text, understood.commands, "model"))
            else:
                failed.append(text)
        return Checked(tuple(passed), tuple(failed))


def means_the_same(wanted: Sequence[Command], found: Sequence[Command], text: str, assistant: Assistant) -> bool:
    """Say whether `found` are the commands `wanted`, in any order; a slot's value may differ where it is said."""

    def shape(commands: Sequence[Command]) -> list[str]:
        return sorted(f"set slot {one.name}" if isinstance(one, SetSlot) else repr(one) for one in commands)

    if shape(wanted) != shape(found):
        return False
    values = {one.name: one.value for one in wanted if isinstance(one, SetSlot)}
    return all(
        one.value == values[one.name] or is_said(one.value, text, assistant.slots[one.name])
        for one in found
        if isinstance(one, SetSlot)
    )


def _items(written: str, original: str) -> list[str]:
    """The lines of a numbered list, each once and none of them the original."""
    found: list[str] = []
    for line in written.split("\n"):
        text = clean(_NUMBER.sub("", line)).strip(_MARKS)
        if text and text.lower() not in {original.lower(), *(one.lower() for one in found)}:
            found.append(text)
    return found
