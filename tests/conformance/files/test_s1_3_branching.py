"""§1.2 step keys and §1.3 branching: which step comes next."""

from __future__ import annotations

import pytest

from flows.errors import AssistantInvalid
from tests.conformance.assistant import Talk
from tests.conformance.conftest import Write
from tests.conformance.files.domains import domain

HEAD = """
flows:
  f:
    description: a flow
    run_pattern_completed: false
    steps:
"""
LETTERS = [f"utter_{letter}" for letter in "abcdefg"]
DOMAIN = domain({"n": "float", "word": "text", "flag": "bool"}, say=LETTERS)


def _said(write: Write, steps: str, *lines: str) -> str:
    """Run the flow and return the letters that it says."""
    talk = Talk(write(HEAD + steps, DOMAIN))
    said = talk.said("start flow f", *lines)
    return "".join(name.removeprefix("utter_") for name in said)


def test_s1_2_without_next_the_following_step_comes(write: Write) -> None:
    assert _said(write, "      - action: utter_a\n      - action: utter_b\n") == "ab"


def test_s1_2_next_is_a_step_id(write: Write) -> None:
    steps = """
      - action: utter_a
        next: last
      - action: utter_b
      - id: last
        action: utter_c
    """
    assert _said(write, steps) == "ac"


@pytest.mark.parametrize("end", ["END", '"END"', "'END'"])
def test_s1_2_next_is_end_quoted_or_not(write: Write, end: str) -> None:
    assert _said(write, f"      - action: utter_a\n        next: {end}\n      - action: utter_b\n") == "a"


def test_s1_2_next_is_a_list_of_steps(write: Write) -> None:
    steps = """
      - action: utter_a
        next:
          - action: utter_b
          - action: utter_c
            next: END
      - action: utter_d
    """
    assert _said(write, steps) == "abc"


def test_s1_2_next_is_a_list_of_branches(write: Write) -> None:
    steps = """
      - collect: n
        next:
          - if: slots.n < 10
            then: small
          - if: slots.n < 100
            then:
              - action: utter_b
                next: END
          - else:
              - action: utter_c
                next: END
      - id: small
        action: utter_a
    """
    assert _said(write, steps, "set slot n 5") == "a"
    assert _said(write, steps, "set slot n 50") == "b"
    assert _said(write, steps, "set slot n 500") == "c"


def test_s1_3_the_first_true_branch_wins(write: Write) -> None:
    steps = """
      - noop: true
        next:
          - if: "1 = 1"
            then: [{action: utter_a, next: END}]
          - if: "2 = 2"
            then: [{action: utter_b, next: END}]
          - else: [{action: utter_c, next: END}]
    """
    assert _said(write, steps) == "a"


def test_s1_3_then_and_else_may_be_end(write: Write) -> None:
    steps = """
      - collect: flag
        next:
          - if: slots.flag
            then: END
          - else: go_on
      - id: go_on
        action: utter_a
        next:
          - if: slots.flag
            then: skipped
          - else: "END"
      - id: skipped
        action: utter_b
    """
    assert _said(write, steps, "set slot flag True") == ""
    assert _said(write, steps, "set slot flag False") == "a"


def test_s1_3_nested_lists_nest_and_any_step_may_stand_in_them(write: Write) -> None:
    steps = """
      - collect: n
        next:
          - if: slots.n > 0
            then:
              - action: utter_a
              - collect: flag
                next:
                  - if: slots.flag
                    then:
                      - set_slots: [{word: deep}]
                      - noop: true
                        next:
                          - if: slots.word = 'deep'
                            then: [{action: utter_b}, {call: g}, {link: h}]
                          - else: END
                  - else: after
          - else: END
      - id: after
        action: utter_c
  g:
    description: called
    if: False
    steps: [{action: utter_d}]
  h:
    description: linked
    run_pattern_completed: false
    steps: [{action: utter_e}]
    """
    assert _said(write, steps, "set slot n 1", "set slot flag True") == "abde"
    assert _said(write, steps, "set slot n 1", "set slot flag False") == "ac"
    assert _said(write, steps, "set slot n 0") == ""


def test_s1_3_an_unterminated_nested_list_ends_the_flow(write: Write) -> None:
    steps = """
      - collect: flag
        next:
          - if: slots.flag
            then:
              - action: utter_a
              - action: utter_b
          - else: after
      - id: after
        action: utter_c
    """
    assert _said(write, steps, "set slot flag True") == "ab"
    assert _said(write, steps, "set slot flag False") == "c"


def test_s1_3_a_loop_by_next_with_ask_before_filling(write: Write) -> None:
    flows = (
        HEAD
        + """
      - id: again
        collect: word
        ask_before_filling: true
      - collect: flag
        ask_before_filling: true
        next:
          - if: slots.flag
            then: again
          - else: done
      - id: done
        action: utter_a
    """
    )
    talk = Talk(write(flows, DOMAIN))
    assert talk.said("start flow f") == ("utter_ask_word",)
    for number in range(5):
        assert talk.said(f"set slot word w{number}") == ("utter_ask_flag",)
        assert talk.said("set slot flag True") == ("utter_ask_word",)
    talk.hear("set slot word last")
    assert talk.said("set slot flag False") == ("utter_a",)


def test_s1_3_a_loop_with_a_way_out_is_no_reason_to_refuse_an_assistant(write: Write) -> None:
    steps = """
      - collect: flag
      - id: look
        action: utter_a
        next:
          - if: slots.flag
            then: look
          - else: END
    """
    assert _said(write, steps, "set slot flag False") == "a"


def test_s1_3_a_loop_by_next_that_clears_its_slots(write: Write) -> None:
    flows = (
        HEAD
        + """
      - id: first
        collect: word
      - collect: flag
        next:
          - if: slots.flag
            then:
              - set_slots: [{word: null}, {flag: null}]
                next: first
          - else: END
    """
    )
    talk = Talk(write(flows, DOMAIN))
    talk.hear("start flow f", "set slot word w")
    assert talk.said("set slot flag True") == ("utter_ask_word",)
    assert talk.said("set slot word w2") == ("utter_ask_flag",)
    talk.hear("set slot flag False")
    assert talk.stack == ()


def test_s8_files_nested_ids_are_jump_targets_from_anywhere(write: Write) -> None:
    steps = """
      - collect: n
        next:
          - if: slots.n = 1
            then:
              - action: utter_a
              - id: inner
                action: utter_b
                next: END
          - if: slots.n = 2
            then: inner
          - else:
              - id: 2nd_inner
                action: utter_c
                next: inner
    """
    assert _said(write, steps, "set slot n 1") == "ab"
    assert _said(write, steps, "set slot n 2") == "b"
    assert _said(write, steps, "set slot n 3") == "cb"


def test_s8_files_ids_may_begin_with_a_digit(write: Write) -> None:
    steps = """
      - action: utter_a
        next: 2_next
      - id: 1
        action: utter_b
        next: END
      - id: 2_next
        action: utter_c
        next: 1
    """
    assert _said(write, steps) == "acb"


def test_s1_3_end_names_the_end_and_never_a_step(write: Write) -> None:
    steps = """
      - action: utter_a
        next: finish
      - id: finish
        action: utter_b
        next: END
      - id: 3
        action: utter_c
    """
    assert _said(write, steps) == "ab"


def test_s1_2_step_ids_are_unique_within_a_flow_only(write: Write) -> None:
    steps = """
      - id: same
        action: utter_a
      - call: g
  g:
    description: called
    if: False
    steps:
      - id: same
        action: utter_b
    """
    assert _said(write, steps) == "ab"
    doubled = "      - id: same\n        action: utter_a\n      - id: same\n        action: utter_b\n"
    with pytest.raises(AssistantInvalid, match="same"):
        write(HEAD + doubled, DOMAIN)


def test_s1_2_description_and_metadata_are_allowed_on_any_step(write: Write) -> None:
    steps = """
      - action: utter_a
        description: says a
        metadata: {author: me}
      - noop: true
        description: nothing
        next: END
    """
    assert _said(write, steps) == "a"


def test_s1_4_noop_must_carry_next(write: Write) -> None:
    with pytest.raises(AssistantInvalid, match="noop"):
        write(HEAD + "      - noop: true\n      - action: utter_a\n", DOMAIN)


def test_s1_4_an_action_does_not_wait(write: Write) -> None:
    steps = "      - action: utter_a\n      - action: action_x\n      - action: utter_b\n      - collect: n\n"
    talk = Talk(write(HEAD + steps, domain({"n": "float"}, say=LETTERS, actions=["action_x"])))
    turn = talk.hear("start flow f")
    assert turn.said == ("utter_a", "utter_b", "utter_ask_n")
    assert turn.ran == ("action_x",)


def test_s1_4_a_default_action_is_an_action_step(write: Write) -> None:
    steps = "      - action: utter_a\n      - action: action_listen\n      - action: utter_b\n"
    talk = Talk(write(HEAD + steps, DOMAIN))
    assert talk.said("start flow f") == ("utter_a",)
    assert "utter_b" in talk.said("offtopic reply")


@pytest.mark.parametrize("value", ["5", "five", "true", "[1, 2]", "{a: 1}", "1.5", "''"])
@pytest.mark.parametrize("form", ["[{{any_slot: {value}}}]", "{{any_slot: {value}}}"])
def test_s1_4_set_slots_is_a_list_or_a_bare_map(write: Write, form: str, value: str) -> None:
    steps = f"      - set_slots: {form.format(value=value)}\n      - collect: word\n"
    talk = Talk(write(HEAD + steps, domain({"any_slot": "any", "word": "text"})))
    talk.hear("start flow f")
    from flows.findings import Findings
    from flows.source import read_yaml

    expected = read_yaml(value, "x", Findings())
    assert expected is not None
    assert talk.slots["any_slot"] == expected.plain()


def test_s1_4_set_slots_null_resets(write: Write) -> None:
    steps = """
      - collect: word
      - set_slots: [{word: null}, {n: 3}]
      - collect: word
        utter: utter_b
    """
    talk = Talk(write(HEAD + steps, DOMAIN))
    assert talk.said("start flow f", "set slot word x") == ("utter_b",)
    assert talk.slots["word"] is None
    assert talk.slots["n"] == 3


def test_s1_4_exactly_one_type_key_a_step(write: Write) -> None:
    with pytest.raises(AssistantInvalid):
        write(HEAD + "      - action: utter_a\n        collect: n\n", DOMAIN)
    with pytest.raises(AssistantInvalid):
        write(HEAD + "      - id: nothing\n", DOMAIN)
