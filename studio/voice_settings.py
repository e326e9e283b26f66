"""What an assistant's voice.yml says of its calls, read and checked in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialogue import try_policy
from flows.model import Assistant, CallTask
from voice.attendance.policy import CallPolicy, languages_of, read_call_policy
from voice.pronunciation.lexicon import Lexicon
from voice.turns.policy import PolicyInvalid, TurnPolicy


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How this assistant takes turns, keeps a call company, and says its words."""

    turns: TurnPolicy
    call: CallPolicy
    lexicon: Lexicon


def voice_settings(assistant: Assistant) -> VoiceSettings:
    """Read voice.yml. Raises VoiceError (PolicyInvalid, PronunciationInvalid), naming the setting and what there is."""
    turns = assistant.voice.get("turns") or {}
    if not isinstance(turns, Mapping):
        raise PolicyInvalid(f"voice.yml: turns: must be a map of settings, not {turns!r}")
    for wrong in try_policy.faults(assistant.voice, _actions_of(assistant)):
        raise PolicyInvalid(wrong)
    languages = languages_of(assistant.language, assistant.config)
    return VoiceSettings(
        turns=TurnPolicy.from_mapping(turns),
        call=read_call_policy(assistant.voice, languages=languages),
        lexicon=Lexicon.from_mapping(assistant.voice.get("pronunciation")),
    )


def _actions_of(assistant: Assistant) -> frozenset[str]:
    """What may be named as an action: the domain's, tools that flows call, and the search in documents."""
    tasks = [step.task for flow in assistant.flows.values() for step in flow.steps]
    tools = {task.flow_id for task in tasks if isinstance(task, CallTask) and task.is_tool}
    return frozenset({*assistant.actions, *tools, "action_trigger_search"})
