"""Two people's changes of one text: both are kept where they are apart, and nobody's is lost where they are not."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from studio.authoring.merging import merge
from studio.authoring.tree import parse_text

BASE = """\
  pay:
    description: Pay.
    steps:
      - id: one
        collect: a
      - id: two
        collect: b
        next:
          - if: slots.b
            then:
              - action: utter_yes
              - action: utter_more
          - else: END
      - id: three
        collect: c
"""


def test_two_steps_beside_each_other_are_merged():
    theirs, mine = BASE.replace("collect: a", "collect: x"), BASE.replace("collect: b", "collect: y")
    merged = merge(BASE, theirs, mine)

    assert merged.conflicts == []
    assert merged.text == theirs.replace("collect: b", "collect: y")


def test_a_nested_step_and_the_step_around_it_are_merged():
    theirs, mine = BASE.replace("utter_more", "utter_less"), BASE.replace("collect: b", "collect: y")

    assert merge(BASE, theirs, mine).text == theirs.replace("collect: b", "collect: y")


def test_one_deletes_what_the_other_leaves():
    theirs, mine = BASE[: BASE.index("      - id: three")], BASE.replace("collect: a", "collect: x")

    assert merge(BASE, theirs, mine).text == theirs.replace("collect: a", "collect: x")


def test_both_add_a_step_at_the_end():
    theirs, mine = BASE + "      - action: utter_t\n", BASE + "      - action: utter_m\n"

    assert merge(BASE, theirs, mine).text == BASE + "      - action: utter_t\n      - action: utter_m\n"


def test_the_same_step_is_a_conflict_that_shows_theirs():
    theirs, mine = BASE.replace("collect: a", "collect: x"), BASE.replace("collect: a", "collect: y")
    merged = merge(BASE, theirs, mine)

    assert merged.text == theirs
    assert [(one.start_line, one.end_line) for one in merged.conflicts] == [(4, 5)]


def test_one_deletes_what_the_other_changes():
    theirs, mine = BASE.replace("      - id: one\n        collect: a\n", ""), BASE.replace("collect: a", "collect: y")

    assert merge(BASE, theirs, mine).conflicts != []


def test_lines_of_other_text():
    base = "a\nb\nc\nd\ne\n"
    merged = merge(base, base.replace("a", "A"), base.replace("e", "E"), is_yaml=False)

    assert (merged.text, merged.conflicts) == ("A\nb\nc\nd\nE\n", [])
    assert merge(base, base.replace("b", "B"), base.replace("c", "C"), is_yaml=False).conflicts != []


ENTRIES = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=6, unique_by=lambda one: one[0])


def written(entries: list[tuple[str, int]]) -> str:
    return "slots:\n" + "".join(f"  {name}:\n    type: {value}\n" for name, value in entries) + "responses: {}\n"


@example([("a", 0)], [("a", 1)], [("b", 0)])
@given(ENTRIES, ENTRIES, ENTRIES)
def test_a_merge_parses_and_loses_nothing_that_one_side_alone_changed(base, theirs, mine):
    merged = merge(written(base), written(theirs), written(mine))
    data = parse_text(merged.text).plain()
    old, one, other, new = (dict(entries) for entries in (base, theirs, mine, (data["slots"] or {}).items()))
    is_clean = not merged.conflicts

    for name in "abcdef" if is_clean else "":
        changes = {side.get(name) for side in (one, other) if side.get(name) != old.get(name)}
        if len(changes) == 1:
            assert (new.get(name) or {}).get("type") == changes.pop()


@given(ENTRIES, ENTRIES)
def test_one_sides_change_alone_is_taken_whole(base, theirs):
    assert merge(written(base), written(theirs), written(base)).text == written(theirs)
    assert merge(written(base), written(base), written(theirs)).text == written(theirs)
