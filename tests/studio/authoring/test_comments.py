"""Golden texts: comments travel with what they stand above, and everything else stays where it is."""

from __future__ import annotations

import pytest

from studio.authoring.errors import EditRefused
from tests.studio.authoring.assistants import edit, project, taken_back, texts

FLOWS = """\
# Flows of the shop.
flows:
  # Ordering.
  # Since spring.
  order:   # the main one
    description: Order.  # short

    steps:
      # which
      - id: which   # by title
        collect: title
        # odd: a comment behind the keys

      # a note that belongs to nobody

      # how many
      - collect: copies
        next:
          # none left
          - if: slots.copies > 3
            then:
              # too many
              - action: utter_too_many
                next: END
          - else: END
      # never

  # Asking.
  ask:
    description: Ask.
    steps:
      - action: utter_asked
# the end
"""


def flows_after(*commands: dict, text: str = FLOWS) -> str:
    before = project(data__flows=text)
    after = edit(before, *({"flow": "order", **command} for command in commands)).files
    assert texts(taken_back(before, after)) == texts(before)
    return after.text("data/flows.yml")


def test_a_moved_step_takes_its_comments_along():
    text = flows_after({"op": "move_step", "key": "~steps.1", "after": "START"})

    assert text == FLOWS.replace(
        """\
      # which
      - id: which   # by title
        collect: title
        # odd: a comment behind the keys

      # a note that belongs to nobody

      # how many
      - collect: copies
        next:
          # none left
          - if: slots.copies > 3
            then:
              # too many
              - action: utter_too_many
                next: END
          - else: END
      # never
""",
        """\
      # how many
      - id: ask_copies
        collect: copies
        next:
          # none left
          - if: slots.copies > 3
            then:
              # too many
              - action: utter_too_many
                next: END
          - else: END
      # which
      - id: which   # by title
        collect: title
        next: ask_copies
        # odd: a comment behind the keys

      # a note that belongs to nobody
      # never
""",
    )


def test_a_deleted_step_takes_its_comments_along():
    text = flows_after({"op": "delete_step", "key": "which"})

    assert text == FLOWS.replace(
        """\
      # which
      - id: which   # by title
        collect: title
        # odd: a comment behind the keys

""",
        "",
    )


def test_a_deleted_flow_takes_its_comments_along():
    text = flows_after({"op": "delete_flow", "flow": "order"})

    assert text == "# Flows of the shop.\nflows:\n" + FLOWS[FLOWS.index("  # Asking.") :]


def test_the_last_flow_goes_without_the_blank_line_above_it():
    text = flows_after({"op": "delete_flow", "flow": "ask"})

    assert text == FLOWS[: FLOWS.index("\n  # Asking.")] + "# the end\n"


def test_a_field_that_is_changed_keeps_the_comment_behind_it():
    text = flows_after({"op": "set_field", "key": None, "path": ["description"], "value": "Order: a book."})

    assert text == FLOWS.replace("description: Order.  # short", 'description: "Order: a book."  # short')


def test_a_nested_step_that_comes_out_of_its_branch_keeps_its_comment():
    text = flows_after({"op": "delete_branch", "from": "~steps.1", "index": 0})

    assert "      # too many\n      - action: utter_too_many\n        next: END\n" in text
    assert "next:\n          # none left" not in text


def test_what_is_pasted_keeps_its_comments_and_gets_fresh_ids():
    pasted = "# first\n- id: which  # again\n  collect: other\n  next: which\n"
    text = flows_after({"op": "paste_steps", "at": {"from": "START"}, "yaml": pasted})

    assert (
        """\
    steps:
      # first
      - id: which_2  # again
        collect: other
        next: which_2

      # which
      - id: which   # by title
"""
        in text
    )


ALIASED = """\
flows:
  a:
    description: &said Said.
    steps:
      - &step
        action: utter_a
      - *step
  b:
    description: *said
    steps:
      - <<: *step
        effect: none
"""


@pytest.mark.parametrize(
    "command",
    [
        {"op": "set_field", "flow": "a", "key": None, "path": ["description"], "value": "x"},
        {"op": "set_field", "flow": "a", "key": "~steps.0", "path": ["action"], "value": "utter_b"},
        {"op": "set_field", "flow": "a", "key": "~steps.1", "path": ["action"], "value": "utter_b"},
        {"op": "delete_step", "flow": "a", "key": "~steps.0"},
        {"op": "delete_flow", "flow": "a"},
    ],
)
def test_what_is_used_in_several_places_is_not_changed_silently(command):
    with pytest.raises(EditRefused, match=r"anchor|alias"):
        edit(project(data__flows=ALIASED), command)


def test_an_alias_is_replaced_by_what_is_given_for_it():
    files = project(data__flows=ALIASED)
    after = edit(files, {"op": "set_field", "flow": "b", "key": None, "path": ["description"], "value": "Own."}).files

    assert after.text("data/flows.yml") == ALIASED.replace("description: *said", "description: Own.")


def test_unknown_keys_and_odd_values_survive_a_change_beside_them():
    text = FLOWS.replace("collect: title\n", "collect: title\n        ours: [1, {a: 'b'}]   # x\n        at: 12:30\n")
    after = flows_after({"op": "set_field", "key": "which", "path": ["ask_before_filling"], "value": True}, text=text)

    assert [line for line in after.split("\n") if line not in text.split("\n")] == ["        ask_before_filling: true"]
    assert [line for line in text.split("\n") if line not in after.split("\n")] == []


def test_every_comment_of_a_pasted_step_comes_along():
    pasted = """\
# how many
# of them
- collect: copies  # a number
  # what then
  next:
    # none left
    - if: slots.copies > 3
      then: too_many
    - else: END

# too many
- id: too_many
  action: utter_too_many
  # behind the keys
"""
    before = project(data__flows=FLOWS)
    at = {"from": "~steps.0", "kind": "next", "index": 0}
    after = edit(before, {"op": "paste_steps", "flow": "ask", "at": at, "yaml": pasted}).files
    written = [line.strip() for line in pasted.splitlines() if line.strip()]

    text = after.text("data/flows.yml")
    assert [line.strip() for line in text.split("- action: utter_asked\n")[1].splitlines()] == [*written, "# the end"]
    assert texts(taken_back(before, after)) == texts(before)
