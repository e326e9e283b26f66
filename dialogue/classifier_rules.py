"""The rules of clean-up for turns in which a trained classifier (NLU) was heard beside or before a language model.

What the classifier heard goes before what a model says: in the same turn, and for a slot that its mappings fill also
in later ones. `dialogue.cleanup` has the order of all rules.
"""

from __future__ import annotations

from dialogue.cleanup_situation import Commands, Situation
from flows.commands import CancelFlow, CannotHandle, SetSlot, StartFlow
from flows.stack import active_root

CLASSIFIER = "nlu"
MODEL = "llm"


def drop_values_for_other_flows(commands: Commands, situation: Situation) -> Commands:
    """A mapping's conditions: its value counts only while one of the flows named is active or starts in this turn."""
    if not any(isinstance(command, SetSlot) and command.only_in for command in commands):
        return commands
    stack = situation.state.stack
    active = {frame.flow_id for frame in stack[max(active_root(stack), 0) :] if frame.kind != "pattern"}
    active |= {command.flow for command in commands if isinstance(command, StartFlow)}
    return tuple(
        command
        for command in commands
        if not isinstance(command, SetSlot) or not command.only_in or not active.isdisjoint(command.only_in)
    )


def keep_one_value_a_slot(commands: Commands, _situation: Situation) -> Commands:
    """Of several values for a slot the last one heard counts; what a trained classifier heard beats a model."""
    if len(commands) == 1:
        return commands
    winners: dict[str, int] = {}
    for index, command in enumerate(commands):
        if isinstance(command, SetSlot):
            before = commands[winners[command.name]] if command.name in winners else None
            if not (isinstance(before, SetSlot) and before.extractor == CLASSIFIER != command.extractor):
                winners[command.name] = index
    return tuple(
        command
        for index, command in enumerate(commands)
        if not isinstance(command, SetSlot) or winners[command.name] == index
    )


def keep_what_a_classifier_heard(commands: Commands, situation: Situation) -> Commands:
    """A model may not overwrite what a classifier filled, unless the slot's mapping says `allow_nlu_correction`.

    A cancellation empties the slots of its flow, so that behind one a model may fill them anew.
    """
    heard = situation.state.heard_by_nlu
    if not heard or any(isinstance(command, CancelFlow) for command in commands):
        return commands
    kept = tuple(
        command
        for command in commands
        if not (isinstance(command, SetSlot) and command.extractor == MODEL and command.name in heard)
    )
    return commands if len(kept) == len(commands) else kept or (CannotHandle(),)


def keep_what_a_classifier_starts(commands: Commands, _situation: Situation) -> Commands:
    """Rule 5: where a trained classifier and a model start different flows, the classifier is right."""
    if not any(isinstance(command, StartFlow) and command.extractor == CLASSIFIER for command in commands):
        return commands
    return tuple(c for c in commands if not isinstance(c, StartFlow) or c.extractor == CLASSIFIER)
