"""The rule of clean-up for small talk: whether this assistant has anything to answer it with."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.cleanup_situation import Commands, Situation
from flows.commands import CannotHandle, ChitChat
from flows.model import ActionTask, Assistant

CHITCHAT_POLICY = "IntentlessPolicy"


def refuse_small_talk(commands: Commands, situation: Situation) -> Commands:
    """Rule 7: small talk needs a flow of the assistant's own, or a policy, that can answer it."""
    if _can_chat(situation.assistant):
        refused = commands
    else:
        refusal = CannotHandle("cannot_handle_chitchat")
        refused = tuple(refusal if isinstance(command, ChitChat) else command for command in commands)
    return tuple(
        command
        for index, command in enumerate(refused)
        if not isinstance(command, ChitChat) or command not in refused[:index]
    )


def _can_chat(assistant: Assistant) -> bool:
    policies = assistant.config.get("policies") or ()
    if any(isinstance(policy, Mapping) and CHITCHAT_POLICY in str(policy.get("name")) for policy in policies):
        return True
    pattern = assistant.flows.get("pattern_chitchat")
    if pattern is None or pattern.is_default:
        return False
    tasks = [step.task for step in pattern.steps]
    return not any(isinstance(task, ActionTask) and task.name == "action_trigger_chitchat" for task in tasks)
