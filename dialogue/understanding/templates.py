"""Prompts of an assistant's own: a Jinja file with the format's variables, rendered whole for each turn.

Such a template says everything to the model, so none of our layout stands around it; what comes back is read and
admitted as always. It is rendered in the sandbox of responses: it may not run for long, nor reach Python.

| variable | what it is |
|---|---|
| `available_flows` | what may be started: `name`, `description`, `slots` (`name`, `description`, `allowed_values`) |
| `current_flow`, `current_slot` | the running flow and the asked slot, None where there is none |
| `current_slot_description`, `current_slot_type`, `current_slot_allowed_values` | of the asked slot |
| `flow_slots` | slots of the running flow: `name`, `value`, `type`, `description`, `allowed_values` |
| `current_conversation`, `user_message` | what was said before, as `USER: …` and `AI: …` lines; what is said now |
| `current_datetime`, `is_repeat_command_enabled` | text; true |
| `active_agent`, `completed_agents` | None and empty: sub-agents are not run |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from jinja2 import Template, TemplateError

from dialogue.errors import TemplateFailed
from dialogue.ports import LanguageModel
from dialogue.understanding.admission import Admission
from dialogue.understanding.configuration.settings import GeneratorKind
from dialogue.understanding.generator import Generated, offered_flows
from dialogue.understanding.grammar import turn_grammar
from dialogue.understanding.index import Ranked
from dialogue.understanding.naming import LONG, Naming, real_names, slots_of
from dialogue.understanding.router import Routed
from dialogue.understanding.situation import Situation
from dialogue.understanding.wording import read_commands
from flows.commands import Json
from flows.model import Assistant, Flow, Slot
from flows.sandbox import Sandbox, scope_of

MAX_PROMPT_CHARACTERS: Final = 60_000
MAX_TEMPLATE_CHARACTERS: Final = 100_000
MAX_TOKENS: Final = 96
TIME_FORMAT: Final = "%A, %d %B %Y, %H:%M %Z"
_MAX_HISTORY: Final = 40
_BOOLEANS: Final = "[True, False]"


class TemplateGenerator:
    """Asks a model for the commands of a turn with a prompt of the assistant's own."""

    is_asked_often = False
    """The whole prompt depends on the turn, so there is nothing to read ahead."""

    def __init__(
        self,
        assistant: Assistant,
        model: LanguageModel,
        template: str,
        kind: GeneratorKind,
        *,
        now: Callable[[], str],
        history: Sequence[str] = (),
    ) -> None:
        """Set up; `now` is for callers whose time is not known. Raises TemplateFailed for what does not parse."""
        compiled(template)
        self._assistant = assistant
        self._model = model
        self._template = template
        self._kind: GeneratorKind = kind
        self._now = now
        self._history = tuple(history)[-_MAX_HISTORY:]
        self.naming = template_naming(assistant, kind)

    def with_history(self, history: Sequence[str]) -> TemplateGenerator:
        """Return this generator for a turn before which this was said."""
        return TemplateGenerator(
            self._assistant, self._model, self._template, self._kind, now=self._now, history=history
        )

    async def warm(self) -> None:
        """Do nothing: no part of the prompt is known to be the same in every turn."""

    async def anticipate(self, situation: Situation) -> None:
        """Do nothing, for the same reason."""

    def is_worth_asking(self, routed: Routed | None) -> bool:  # noqa: ARG002  # as the protocol has it
        """Say yes: whoever wrote a prompt wants it asked where nothing before it is certain."""
        return True

    def prompt(self, text: str, situation: Situation) -> str:
        """The whole prompt of a turn; what cannot be rendered is no prompt."""
        try:
            return render(self._template, variables(text, situation, self._history, self._time(situation)))
        except TemplateFailed:
            return ""

    def _time(self, situation: Situation) -> str:
        return self._now() if situation.now is None else situation.now.strftime(TIME_FORMAT)

    async def generate(self, text: str, situation: Situation, candidates: tuple[Ranked, ...]) -> Generated:
        """Ask the model. Raises what the model raises, and TemplateFailed."""
        offered = offered_flows(situation, candidates)
        limited = replace(situation, startable=offered)
        prompt = render(self._template, variables(text, limited, self._history, self._time(situation)))
        grammar = None
        if self._kind != "single-step":  # `StartFlow(x)` is not the language of our grammar, but is read
            grammar = turn_grammar(text, situation, offered, self.naming, "any")
        completion = await self._model.complete("", prompt, grammar=grammar, max_tokens=MAX_TOKENS, stop=())
        admission = Admission(situation, offered)
        for command in read_commands(completion.text, self.naming):
            admission.admit(command)
        return Generated(admission.commands or None, prompt, completion, admission.commands)


def template_naming(assistant: Assistant, kind: GeneratorKind) -> Naming:
    """Real names, in the syntax that goes with the generator's name."""
    naming = real_names(assistant)
    return Naming(naming.flows, naming.slots, replace(LONG, search="provide info")) if kind == "compact" else naming


def variables(text: str, situation: Situation, history: Sequence[str], now: str) -> dict[str, Json]:
    """Return what a template may refer to."""
    asked, active = situation.asked, situation.active
    return {
        "available_flows": [_flow(flow, situation) for flow in situation.startable],
        "current_flow": active.id if active else None,
        "current_slot": asked.name if asked else None,
        "current_slot_description": situation.description(asked) if asked else None,
        "current_slot_type": asked.type if asked else None,
        "current_slot_allowed_values": _allowed(asked) if asked else None,
        "flow_slots": [_filled(slot, situation) for slot in _slots(situation)] if active else [],
        "current_conversation": "\n".join(history),
        "user_message": text,
        "current_datetime": now,
        "is_repeat_command_enabled": True,
        "active_agent": None,
        "completed_agents": [],
    }


def render(template: str, values: Mapping[str, Json]) -> str:
    """Render a template. Raises TemplateFailed: it does not parse, fails, or exceeds its limits."""
    try:
        pieces: list[str] = []
        length = 0
        for piece in compiled(template).generate(scope_of(values)):
            pieces.append(piece)
            length += len(piece)
            if length > MAX_PROMPT_CHARACTERS:
                raise TemplateFailed(f"the prompt grows beyond {MAX_PROMPT_CHARACTERS} characters")
        return "".join(pieces)
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        raise TemplateFailed(f"cannot render the prompt: {problem}") from problem
    except (RecursionError, MemoryError) as problem:
        raise TemplateFailed("cannot render the prompt: it calls itself or is nested too deeply") from problem


@lru_cache(maxsize=64)
def compiled(template: str) -> Template:
    """Return a template ready to render. Raises TemplateFailed for what does not parse."""
    if len(template) > MAX_TEMPLATE_CHARACTERS:
        raise TemplateFailed(f"the prompt's template is longer than {MAX_TEMPLATE_CHARACTERS} characters")
    try:
        return _environment().from_string(template)
    except TemplateError as problem:
        line = getattr(problem, "lineno", None)
        raise TemplateFailed(
            f"the prompt's template does not parse{f', line {line}' if line else ''}: {problem}"
        ) from None
    except (RecursionError, SyntaxError, MemoryError, ValueError):
        raise TemplateFailed("the prompt's template does not parse: it is nested too deeply") from None


@lru_cache(maxsize=1)
def _environment() -> Sandbox:
    environment = Sandbox()
    for name in ("to_json_escaped_string", "to_json_encoded_string"):
        environment.filters[name] = _as_json
    return environment


def _as_json(value: Any) -> str:
    return json.dumps(value if value is None or isinstance(value, bool | int | float) else str(value))


def _flow(flow: Flow, situation: Situation) -> dict[str, Json]:
    slots = slots_of(flow, situation.assistant)
    return {
        "name": flow.id,
        "description": flow.description,
        "slots": [
            {"name": slot.name, "description": situation.description(slot), "allowed_values": _allowed(slot)}
            for slot in slots
        ],
        "agent_info": None,
    }


def _filled(slot: Slot, situation: Situation) -> dict[str, Json]:
    value = situation.values.get(slot.name)
    return {
        "name": slot.name,
        "value": "given" if slot.is_sensitive and value is not None else value,
        "type": slot.type,
        "description": situation.description(slot),
        "allowed_values": _allowed(slot),
    }


def _slots(situation: Situation) -> Sequence[Slot]:
    return [slot for slot in situation.fillable if not slot.is_default]


def _allowed(slot: Slot) -> str | None:
    if slot.type == "bool":
        return _BOOLEANS
    return f"[{', '.join(slot.values)}]" if slot.values else None
