"""§1.4 `link` and `call`, and §8 (20), (22): flows that lead to flows."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import AssistantInvalid
from flows.loader import find_problems
from tests.conformance.assistant import Talk
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

COMPLETED = "utter_ask_continue_conversation"
TEXT = {"a": "text", "b": "text", "c": "text"}


def _flows(**flows: str) -> str:
    """Write flows: a keyword's value is the flow's keys, `>` first where it is only called or linked."""
    lines = ["flows:"]
    for name, body in flows.items():
        lines += [f"  {name}:", f"    description: does {name}"]
        if body.startswith(">"):
            lines.append("    if: False")
        lines += [f"    {line}" for line in body.lstrip(">").strip().splitlines()]
    return "\n".join(lines) + "\n"


LINKED = _flows(
    first="steps: [{collect: a}, {link: second}]",
    second="steps: [{collect: b}, {action: utter_done}]",
)


def test_s8_20_link_completes_the_source_and_then_starts_the_target(write: Write) -> None:
    talk = Talk(write(LINKED, domain(TEXT, say=["utter_done"])))
    talk.hear("start flow first")
    turn = talk.hear("set slot a 1")
    assert turn.flows == ("completed first", "started second")
    assert turn.said == ("utter_ask_b",)
    assert ("a", None) in turn.slot_events
    assert talk.user_stack == ("second",)


def test_s8_20_persisted_slots_survive_a_link(write: Write) -> None:
    flows = LINKED.replace("does first\n", "does first\n    persisted_slots: [a]\n")
    talk = Talk(write(flows, domain(TEXT, say=["utter_done"])))
    talk.hear("start flow first")
    talk.hear("set slot a 1")
    assert talk.slots["a"] == "1"
    assert COMPLETED in talk.said("set slot b 2")
    assert talk.slots["a"] == "1"


def test_s1_4_a_linked_flow_completes_once_and_there_is_no_question_to_go_on(write: Write) -> None:
    talk = Talk(write(LINKED, domain(TEXT, say=["utter_done"])))
    talk.hear("start flow first", "set slot a 1")
    assert talk.said("set slot b 2") == ("utter_done", COMPLETED)


@pytest.mark.parametrize("profile", ["3.13", "3.14", "3.16"])
def test_s4_4_a_link_back_to_what_was_interrupted_below(write: Write, profile: str) -> None:
    """The digression links on: what was interrupted is taken up only behind the linked flow."""
    flows = LINKED + _flows(main="steps: [{collect: c}, {action: utter_main}]").removeprefix("flows:\n")
    talk = Talk(write(flows, domain(TEXT, say=["utter_done", "utter_main"]), profile=profile))
    talk.hear("start flow main")
    talk.hear("start flow first")
    assert talk.said("set slot a 1") == ("utter_ask_b",)
    said = talk.said("set slot b 2")
    assert said[0] == "utter_done"
    assert said[1] in ("utter_ask_continue_interrupted_flow_confirmation", "utter_flow_continue_interrupted")


def test_s4_3_10_slots_of_a_linked_flow_may_be_given_beforehand(write: Write) -> None:
    talk = Talk(write(LINKED, domain(TEXT, say=["utter_done"])))
    talk.hear("start flow first")
    talk.hear("set slot a 1", "set slot b 2")
    assert talk.user_stack == ()
    assert "utter_done" in talk.turns[-1].said


def test_s4_3_10_a_linked_flow_may_be_cancelled(write: Write) -> None:
    talk = Talk(write(LINKED, domain(TEXT, say=["utter_done"])))
    talk.hear("start flow first", "set slot a 1")
    turn = talk.hear("cancel flow")
    assert "cancelled second" in turn.flows
    assert talk.stack == ()


def test_s4_3_2_a_linked_flow_counts_as_active(write: Write) -> None:
    talk = Talk(write(LINKED, domain(TEXT, say=["utter_done"])))
    talk.hear("start flow first", "set slot a 1")
    assert talk.said("start flow second") == ("utter_ask_b",)
    assert talk.user_stack == ("second",)


def test_s8_files_link_may_have_an_id_and_stand_in_mid_list(write: Write) -> None:
    flows = _flows(
        first="""
steps:
  - collect: a
    next:
      - if: slots.a = 'go'
        then: jump
      - else: stay
  - id: jump
    link: second
  - id: stay
    action: utter_stay
""",
        second="steps: [{action: utter_done}]",
    )
    assistant = write(flows, domain(TEXT, say=["utter_done", "utter_stay"]))
    assert Talk(assistant).said("start flow first", "set slot a go")[0] == "utter_done"
    assert Talk(assistant).said("start flow first", "set slot a no")[0] == "utter_stay"


def test_s1_4_link_in_a_nested_list(write: Write) -> None:
    flows = _flows(
        first="""
steps:
  - collect: a
    next:
      - if: slots.a = 'go'
        then:
          - action: utter_stay
          - link: second
      - else: END
""",
        second="steps: [{action: utter_done}]",
    )
    talk = Talk(write(flows, domain(TEXT, say=["utter_done", "utter_stay"])))
    assert talk.said("start flow first", "set slot a go")[:2] == ("utter_stay", "utter_done")


def test_s1_4_a_flow_may_link_to_itself(write: Write) -> None:
    flows = _flows(
        again="""
steps:
  - collect: a
    ask_before_filling: true
    next:
      - if: slots.a = 'more'
        then: [{link: again}]
      - else: END
"""
    )
    talk = Talk(write(flows, domain(TEXT)))
    talk.hear("start flow again")
    for _ in range(20):
        turn = talk.hear("set slot a more")
        assert turn.said == ("utter_ask_a",)
        assert turn.flows == ("completed again", "started again")
        assert len(talk.stack) == 2
    assert talk.said("set slot a enough") == (COMPLETED,)


@pytest.mark.parametrize("target", ["pattern_chitchat", "pattern_search", "pattern_completed", "pattern_cancel_flow"])
def test_s1_4_user_flows_may_link_to_no_pattern_but_the_hand_off(write: Write, target: str) -> None:
    with pytest.raises(AssistantInvalid):
        write(_flows(first=f"steps: [{{link: {target}}}]"), domain())
    talk = Talk(write(_flows(first="steps: [{link: pattern_human_handoff}]"), domain()))
    assert talk.said("start flow first")[0] == "utter_human_handoff_not_available"


@pytest.mark.parametrize("target", ["second", "pattern_human_handoff", "pattern_chitchat"])
def test_s1_4_patterns_may_link_to_user_flows_and_to_two_patterns(write: Write, target: str) -> None:
    flows = _flows(
        second="steps: [{action: utter_done}]",
        pattern_search=f"steps: [{{action: utter_here}}, {{link: {target}}}]",
    )
    talk = Talk(write(flows, domain(say=["utter_done", "utter_here"])))
    said = talk.said("search and reply")
    expected = {
        "second": "utter_done",
        "pattern_human_handoff": "utter_human_handoff_not_available",
        "pattern_chitchat": "utter_cannot_handle",
    }
    assert said[:2] == ("utter_here", expected[target])


def test_s1_4_the_internal_error_pattern_links_to_nothing(write: Write) -> None:
    with pytest.raises(AssistantInvalid):
        write(
            _flows(
                second="steps: [{action: utter_done}]",
                pattern_internal_error="steps: [{action: utter_done}, {link: second}]",
            ),
            domain(say=["utter_done"]),
        )


def test_s1_4_no_other_property_beside_link(tmp_path: Path) -> None:
    flows = _flows(first="steps: [{link: second, next: END}]", second="steps: [{action: utter_done}]")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "flows.yml").write_text(flows)
    (tmp_path / "domain.yml").write_text(domain(say=["utter_done"]))
    assert [finding.line for finding in find_problems(tmp_path)] == [4]


CALLS = _flows(
    parent="steps: [{collect: a}, {call: child}, {action: utter_middle}, {call: child2}, {action: utter_done}]",
    child=">steps: [{collect: b}]",
    child2=">steps: [{collect: c}]",
)
CALL_DOMAIN = domain(TEXT, say=["utter_middle", "utter_done"])


def test_s1_4_a_childs_end_returns_to_the_parent(write: Write) -> None:
    talk = Talk(write(CALLS, CALL_DOMAIN))
    assert talk.said("start flow parent", "set slot a 1") == ("utter_ask_b",)
    assert talk.user_stack == ("parent", "child")
    assert talk.said("set slot b 2") == ("utter_middle", "utter_ask_c")
    assert talk.said("set slot c 3") == ("utter_done", COMPLETED)


def test_s1_4_child_slots_may_be_given_beforehand(write: Write) -> None:
    talk = Talk(write(CALLS, CALL_DOMAIN))
    said = talk.said("start flow parent", "set slot c 3", "set slot a 1", "set slot b 2")
    assert said == ("utter_middle", "utter_done", COMPLETED)


def test_s1_4_child_slots_may_be_corrected_while_the_parent_is_active(write: Write) -> None:
    talk = Talk(write(CALLS, CALL_DOMAIN))
    talk.hear("start flow parent", "set slot a 1")
    talk.hear("set slot b 2")
    turn = talk.hear("set slot b changed")
    assert turn.said == ("utter_corrected_previous_input", "utter_middle", "utter_ask_c")
    assert talk.slots["b"] == "changed"


def test_s1_4_the_parents_slots_may_be_set_in_the_child(write: Write) -> None:
    talk = Talk(write(CALLS, CALL_DOMAIN))
    talk.hear("start flow parent", "set slot a 1")
    turn = talk.hear("set slot a changed")
    assert turn.said == ("utter_corrected_previous_input", "utter_ask_b")
    assert talk.slots["a"] == "changed"


def test_s1_4_cancel_in_the_child_cancels_the_parent(write: Write) -> None:
    talk = Talk(write(CALLS, CALL_DOMAIN))
    talk.hear("start flow parent", "set slot a 1")
    turn = talk.hear("cancel flow")
    assert {"cancelled parent", "cancelled child"} <= set(turn.flows)
    assert "parent" in " ".join(turn.texts)
    assert talk.stack == ()
    assert (talk.slots["a"], talk.slots["b"]) == (None, None)


def test_s1_4_no_reset_on_entry_or_exit_of_a_child(write: Write) -> None:
    talk = Talk(write(CALLS, CALL_DOMAIN))
    talk.hear("start flow parent", "set slot a 1")
    turn = talk.hear("set slot b 2")
    assert ("b", None) not in turn.slot_events
    assert talk.slots["b"] == "2"


def test_s8_files_the_same_flow_may_be_called_several_times_in_a_run(write: Write) -> None:
    flows = _flows(
        parent="""
steps:
  - call: child
  - set_slots: [{b: null}]
  - call: child
  - set_slots: [{b: null}]
  - call: child
  - action: utter_done
""",
        child=">steps: [{collect: b}, {action: utter_middle}]",
    )
    talk = Talk(write(flows, CALL_DOMAIN))
    assert talk.said("start flow parent") == ("utter_ask_b",)
    assert talk.said("set slot b 1") == ("utter_middle", "utter_ask_b")
    assert talk.said("set slot b 2") == ("utter_middle", "utter_ask_b")
    assert talk.said("set slot b 3") == ("utter_middle", "utter_done", COMPLETED)


def test_s8_files_a_second_call_finds_the_slots_filled(write: Write) -> None:
    flows = _flows(
        parent="steps: [{call: child}, {call: child}, {action: utter_done}]",
        child=">steps: [{collect: b}, {action: utter_middle}]",
    )
    talk = Talk(write(flows, CALL_DOMAIN))
    talk.hear("start flow parent")
    assert talk.said("set slot b 1") == ("utter_middle", "utter_middle", "utter_done", COMPLETED)


def test_s8_23_called_flows_emit_started_and_completed(write: Write) -> None:
    talk = Talk(write(CALLS, CALL_DOMAIN))
    turn = talk.hear("start flow parent", "set slot a 1")
    assert turn.flows == ("started parent", "started child")
    turn = talk.hear("set slot b 2")
    assert turn.flows == ("completed child", "started child2")


def test_s1_4_children_may_call_children(write: Write) -> None:
    flows = _flows(
        parent="steps: [{call: child}, {action: utter_done}]",
        child=">steps: [{collect: a}, {call: grandchild}, {action: utter_middle}]",
        grandchild=">steps: [{collect: b}]",
    )
    talk = Talk(write(flows, CALL_DOMAIN))
    talk.hear("start flow parent", "set slot a 1")
    assert talk.user_stack == ("parent", "child", "grandchild")
    turn = talk.hear("set slot b 2")
    assert turn.said == ("utter_middle", "utter_done", COMPLETED)
    assert (talk.slots["a"], talk.slots["b"]) == (None, None)


def test_s1_4_children_may_not_link_and_patterns_may_not_call(write: Write) -> None:
    with pytest.raises(AssistantInvalid, match="link"):
        write(
            _flows(
                parent="steps: [{call: child}]",
                child=">steps: [{action: utter_done}, {link: other}]",
                other="steps: [{action: utter_middle}]",
            ),
            CALL_DOMAIN,
        )
    with pytest.raises(AssistantInvalid, match="call"):
        write(_flows(child="steps: [{action: utter_done}]", pattern_search="steps: [{call: child}]"), CALL_DOMAIN)


def test_s1_4_a_flow_that_is_also_called_may_be_started_by_the_caller(write: Write) -> None:
    flows = _flows(
        parent="steps: [{collect: a}, {call: child}, {action: utter_done}]",
        child="steps: [{collect: b}, {action: utter_middle}]",
    )
    talk = Talk(write(flows, CALL_DOMAIN))
    talk.hear("start flow child")
    assert talk.said("set slot b 1") == ("utter_middle", COMPLETED)


def test_s1_4_end_in_a_childs_branch_returns_to_the_parent(write: Write) -> None:
    flows = _flows(
        parent="steps: [{call: child}, {action: utter_done}]",
        child=""">
steps:
  - collect: a
    next:
      - if: slots.a = 'out'
        then: END
      - else: more
  - id: more
    action: utter_middle
""",
    )
    assistant = write(flows, CALL_DOMAIN)
    assert Talk(assistant).said("start flow parent", "set slot a out") == ("utter_done", COMPLETED)
    assert Talk(assistant).said("start flow parent", "set slot a in") == ("utter_middle", "utter_done", COMPLETED)


@pytest.mark.parametrize(
    "missing", ["{link: nowhere}", "{call: nowhere}", "{action: utter_nothing}", "{collect: nothing}"]
)
def test_s1_8_unresolved_references_are_errors(write: Write, missing: str) -> None:
    with pytest.raises(AssistantInvalid, match=r"noth|nowhere"):
        write(_flows(f=f"steps: [{missing}]"), domain())
