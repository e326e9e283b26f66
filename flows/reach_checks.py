"""Checks of flows among each other: calls in a circle, flows that nothing starts, patterns that lack their work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.findings import Findings, did_you_mean
from flows.flow_graph import loops
from flows.model import ActionTask, Assistant, Flow, LinkTask

_ESSENTIAL: Final[Mapping[str, tuple[str, ...]]] = {
    "pattern_cancel_flow": ("action_cancel_flow",),
    "pattern_clarification": ("action_clarify_flows",),
    "pattern_code_change": ("action_clean_stack",),
    "pattern_collect_information": ("action_run_slot_rejections", "action_listen"),
    "pattern_correction": ("action_correct_flow_slot",),
    "pattern_repeat_bot_messages": ("action_repeat_bot_messages",),
    "pattern_restart": ("action_restart",),
    "pattern_session_start": ("action_session_start",),
    "pattern_validate_slot": ("action_run_slot_rejections", "action_listen"),
}
"""What a pattern must do for its situation to be dealt with."""
PATTERNS: Final = (
    *_ESSENTIAL, "pattern_cannot_handle", "pattern_chitchat", "pattern_completed", "pattern_continue_interrupted",
    "pattern_customer_satisfaction", "pattern_external_agent_processing", "pattern_human_handoff",
    "pattern_internal_error", "pattern_search", "pattern_session_end", "pattern_skip_question", "pattern_user_silence",
)  # fmt: skip
_REMOVED_PATTERNS: Final = ("pattern_handle_digressions",)


def check_reach(assistant: Assistant, findings: Findings, named_in_code: set[str]) -> None:
    """Add what shows only when all flows are looked at together."""
    _check_circles(assistant, findings)
    _check_started(assistant, findings, named_in_code)
    for flow in assistant.flows.values():
        if flow.is_pattern and not flow.is_default:
            _check_pattern(flow, findings)
    for name in assistant.agents:
        namesake = assistant.flows.get(name)
        if namesake is not None and namesake.place is not None:
            findings.error(
                namesake.place, "duplicate-flow", f"a sub-agent has the name '{name}' too", "rename one of them"
            )


def _check_circles(assistant: Assistant, findings: Findings) -> None:
    for circle in loops({flow.id: flow.calls for flow in assistant.flows.values()}):
        flow = next(flow for flow_id, flow in assistant.flows.items() if flow_id in circle)
        if flow.place is not None:
            names = ", ".join([flow_id for flow_id in assistant.flows if flow_id in circle][:8])
            message = (
                f"these flows call each other in a circle: {names}" if len(circle) > 1 else "this flow calls itself"
            )
            findings.warning(flow.place, "call-circle", message, "use 'link' or a loop inside one flow")


def _check_started(assistant: Assistant, findings: Findings, named_in_code: set[str]) -> None:
    tasks = [step.task for flow in assistant.flows.values() for step in flow.steps]
    started = {task.flow_id for task in tasks if isinstance(task, LinkTask)}
    started |= {name for flow in assistant.flows.values() for name in flow.calls if name != flow.id}
    for flow in assistant.user_flows:
        is_started = flow.id in started or flow.nlu_trigger or flow.id in named_in_code
        if flow.is_only_called and not is_started and flow.place is not None:
            message = f"nothing starts flow '{flow.id}': its 'if' never holds, and no flow links to it or calls it"
            findings.warning(flow.place, "never-started", message)


def _check_pattern(flow: Flow, findings: Findings) -> None:
    if flow.place is None:
        return
    if flow.id in _REMOVED_PATTERNS:
        findings.warning(flow.place, "removed-key", f"'{flow.id}' is never started any more")
    elif flow.id not in PATTERNS:
        suggestion = did_you_mean(flow.id, PATTERNS)
        findings.warning(flow.place, "unknown-pattern", f"there is no pattern '{flow.id}'", suggestion)
    names = {step.task.name for step in flow.steps if isinstance(step.task, ActionTask)}
    links = any(isinstance(step.task, LinkTask) for step in flow.steps)
    for action in _ESSENTIAL.get(flow.id, ()):
        if action not in names and not links:
            message = f"'{flow.id}' does not run {action}, so its situation is never resolved"
            findings.warning(flow.place, "pattern-incomplete", message, f"add '- action: {action}'")
