"""Assistants made by chance: any steps in any order, with jumps, calls, links, guards and patterns of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from flows.errors import AssistantInvalid
from flows.loader import load_assistant
from flows.model import Assistant

FLOWS = ("book", "pay", "check", "ask_back")
SLOTS = {
    "name": {"type": "text"},
    "amount": {"type": "float", "min_value": 0, "max_value": 100},
    "size": {"type": "categorical", "values": ["small", "large"]},
    "sure": {"type": "bool"},
    "member": {"type": "bool", "initial_value": True},
    "code": {
        "type": "text",
        "validation": {"rejections": [{"if": "not (slots.code matches '^[0-9]+$')", "utter": "utter_no_code"}]},
    },
}
ACTIONS = ("action_write", "validate_amount", "action_ask_size")
PREDICATES = (
    "slots.sure",
    "not slots.name",
    "slots.amount > 5",
    "slots.size is 'large'",
    "slots.member and slots.sure",
)
_IDS = ("a", "b", "c", "d")
_TARGETS = st.sampled_from([*_IDS, "END"])


def _collects() -> st.SearchStrategy[dict[str, Any]]:
    rejections = st.just([{"if": "slots.amount > 50", "utter": "utter_no"}])
    return st.fixed_dictionaries(
        {"collect": st.sampled_from(sorted(SLOTS))},
        optional={"ask_before_filling": st.booleans(), "force_slot_filling": st.booleans()},
    ) | st.fixed_dictionaries({"collect": st.just("amount"), "rejections": rejections})


_SETS = st.fixed_dictionaries(
    {"set_slots": st.lists(st.sampled_from([{"name": "Ann"}, {"sure": None}, {"amount": 7}]), min_size=1, max_size=2)}
)
_ACTIONS = st.fixed_dictionaries({"action": st.sampled_from([*ACTIONS[:1], "utter_no", "action_hangup"])})
_CALLS = st.fixed_dictionaries({"call": st.sampled_from(FLOWS)})
_LINKS = st.fixed_dictionaries({"link": st.sampled_from([*FLOWS, "pattern_human_handoff"])})
_TASKS = st.one_of(_collects(), _collects(), _collects(), _SETS, _ACTIONS, _ACTIONS, _CALLS)


@st.composite
def _steps(draw: st.DrawFn, *, depth: int = 0) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    ids = draw(st.permutations(_IDS)) if depth == 0 else []
    for index in range(draw(st.integers(1, 4 if depth == 0 else 2))):
        step = dict(draw(_TASKS))
        if depth == 0:
            step["id"] = ids[index]
        way = draw(st.integers(0, 5))
        if way == 1:
            step["next"] = draw(_TARGETS)
        elif way == 2 and depth < 2:
            then = draw(_steps(depth=depth + 1)) if draw(st.booleans()) else draw(_TARGETS)
            step["next"] = [{"if": draw(st.sampled_from(PREDICATES)), "then": then}, {"else": draw(_TARGETS)}]
        steps.append(step)
    if depth == 0 and draw(st.integers(0, 4)) == 0:
        steps.append(dict(draw(_LINKS)))
    return steps


@st.composite
def _flow(draw: st.DrawFn, name: str) -> dict[str, Any]:
    flow: dict[str, Any] = {"description": f"Does what {name} says", "steps": draw(_steps())}
    if draw(st.integers(0, 4)) == 0:
        flow["if"] = draw(st.sampled_from([False, *PREDICATES]))
    if draw(st.integers(0, 5)) == 0:
        flow["run_pattern_completed"] = False
    return flow


@st.composite
def files(draw: st.DrawFn) -> dict[str, str]:
    """Draw the files of an assistant; JSON is YAML. Jumps may lead nowhere: such an assistant is refused at load."""
    flows = {name: draw(_flow(name)) for name in FLOWS}
    if draw(st.integers(0, 3)) == 0:
        flows["pattern_correction"] = {
            "description": "Asks first",
            "steps": [
                {"collect": "confirm_correction", "ask_before_filling": True, "next": [
                    {"if": "slots.confirm_correction", "then": [{"action": "action_correct_flow_slot", "next": "END"}]},
                    {"else": "END"},
                ]},
            ],
        }  # fmt: skip
    questions = {
        f"utter_ask_{name}": [{"text": f"{name}?"}] for name in (*SLOTS, "confirm_correction") if name != "size"
    }
    domain = {
        "slots": SLOTS,
        "responses": {**questions, "utter_no": [{"text": "No."}], "utter_no_code": [{"text": "No code."}]},
        "actions": list(ACTIONS),
    }
    return {"data/flows.yml": json.dumps({"flows": flows}), "domain.yml": json.dumps(domain)}


def load(content: dict[str, str], folder: Path, profile: str = "3.16") -> Assistant | None:
    """Write and load an assistant; None for one that is refused."""
    for name, text in content.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    try:
        return load_assistant(folder, profile=profile)
    except AssistantInvalid:
        return None
