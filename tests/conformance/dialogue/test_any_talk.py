"""Random talks: whatever a caller says in whatever order, what must hold after any turn at all holds.

The driver itself checks that every turn ends in waiting or in the end, that the log replays to the same state and
that no part reported a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue.events import ActionFailed
from flows.model import Assistant
from flows.stack import COLLECT
from tests.conformance.assistant import Result, Talk, load, slot
from tests.conformance.conftest import PROFILES
from tests.conformance.dialogue.phone_company import DOMAIN, FLOWS
from tests.conformance.dialogue.test_corrections import ASKING_DOMAIN, ASKING_FIRST
from tests.conformance.dialogue.test_overridden_calls import HANDOFF, HANDOFF_SAYS
from tests.conformance.dialogue.test_overridden_endings import ASK_CANCEL, CANCEL_ASKING

NAMES = ("order_sim", "report_fault", "opening_hours", "change_address", "top_up", "receipt", "identify", "roaming")
VALUES: Mapping[str, tuple[str, ...]] = {
    "plan": ("Small", "Large", "Gigantic", "null"),
    "quantity": ("0", "2", "3", "lots"),
    "order_confirmed": ("True", "False", "maybe"),
    "customer_number": ("5", "6"),
    "postcode": ("7", "8"),
    "fault_kind": ("noise", "null"),
    "street": ("A", "B"),
    "city": ("Rome", "Oslo"),
    "credit": ("10",),
    "email": ("a@b",),
    "voucher_code": ("x",),
    "nickname": ("Bo",),
    "segment": ("gold",),
    "no_such_slot": ("x",),
    "continue_interrupted_flow_confirmation": ("True", "False"),
    "interrupted_flow_to_continue": ("none", "order a SIM card", "nonsense"),
    "continue_conversation": ("True", "False"),
    "csat_score": ("satisfied", "awful"),
    "confirm_correction": ("True", "False"),
    "confirm_cancel": ("True", "False"),
    "confirm_human_handoff": ("True", "False"),
}
LINES = [f"set slot {name} {value}" for name, values in VALUES.items() for value in values]
LINES += [f"start flow {name}" for name in NAMES]
LINES += ["cancel flow"] * 4 + ["disambiguate flows order_sim top_up", "disambiguate flows roaming", "skip question"]
LINES += ["search and reply", "offtopic reply", "repeat message", "hand over", "user silence", "cannot handle"]
PAYLOADS = ["/SetSlots(plan=Small, quantity=2)", "/SetSlots(no_such=1)", "/restart", "/session_start", "/nothing"]
turns = st.one_of(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=4).map("\n".join),
    st.sampled_from(PAYLOADS),
)


def _own(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines()) + "\n"


class Kinds(tuple[Assistant, ...]):
    """The assistants that are talked to, with a short name for hypothesis to print."""

    def __repr__(self) -> str:
        return "kinds"


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Kinds:
    says = "".join(
        f"  {line.strip()}\n" if ":" in line else f"  {line.strip()}: [{{text: {line.strip()}}}]\n"
        for line in (ASK_CANCEL + HANDOFF_SAYS).splitlines()
        if line.strip()
    )
    slots = "slots:\n  confirm_cancel: {type: bool}\n  confirm_human_handoff: {type: bool}"
    flows = FLOWS + _own(CANCEL_ASKING) + ASKING_FIRST.rstrip() + "\n" + _own(HANDOFF)
    domain = (DOMAIN.replace("slots:", slots, 1) + ASKING_DOMAIN.lstrip("\n") + says).replace(
        "action_identify]", "action_identify, action_human_handoff]"
    )
    assistants: list[Assistant] = []
    for profile in PROFILES:
        for number, files in enumerate(((FLOWS, DOMAIN), (flows, domain))):
            folder: Path = tmp_path_factory.mktemp(f"any{number}")
            assistants.append(load(folder, {"data/f.yml": files[0], "domain.yml": files[1]}, profile=profile))
    return Kinds(assistants)


def check(talk: Talk) -> None:
    """What must hold between any two turns."""
    counts = Counter(talk.stack)
    for pattern in ("pattern_correction", "pattern_cancel_flow", "pattern_completed"):
        assert counts[pattern] <= 1, f"{pattern} is stacked twice: {talk.stack}"
    assert counts[COLLECT] <= len(talk.stack) / 2, talk.stack
    assert talk.turns[-1].said or talk.asks is None, f"the caller is asked {talk.asks} in silence"


@pytest.mark.parametrize("is_failing", [False, True])
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(number=st.integers(0, 5), lines=st.lists(turns, max_size=12))
def test_any_talk(kinds: Kinds, is_failing: bool, number: int, lines: list[str]) -> None:
    assistant = kinds[number]
    identify: Result = ActionFailed("action_identify", "down") if is_failing else [slot("is_customer", True)]
    talk = Talk(assistant, {"action_identify": identify})
    talk.start()
    for line in lines:
        turn = talk.hear(line)
        if turn.is_over:
            return
        check(talk)
    talk.hear("/restart")
    assert talk.stack == ()
    assert talk.hear("start flow opening_hours").said[0] == "utter_opening_hours"
