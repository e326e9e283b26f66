"""Comments of two copies become one list: nothing that anybody said is lost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from studio.people.comments import FILE, Comment, Comments
from studio.projects.comment_merging import merge_comments
from studio.projects.text_merging import merge_texts
from studio.projects.three_way import merge

FIRST = Comment("a", "pay", "ask", "Is this right?", "p1", "Ana", 1.0)
SECOND = Comment("b", "pay", None, "Too long.", "p2", "Bo", 2.0)
MINE = Comment("c", "pay", "ask", "I think so.", "p1", "Ana", 4.0, thread="a")
THEIRS = Comment("d", "pay", "ask", "No.", "p2", "Bo", 3.0, thread="a")


def text(*comments: Comment) -> str:
    return Comments(comments).to_text()


def merged(base: str, mine: str, theirs: str) -> tuple[Comment, ...]:
    return Comments.from_text(merge_comments(base, mine, theirs)).all


def test_what_both_sides_said_stays() -> None:
    found = merge(
        {FILE: text(FIRST).encode()},
        {FILE: text(FIRST, MINE).encode()},
        {FILE: text(FIRST, THEIRS).encode()},
        merge_texts,
    )
    assert found.conflicts == ()
    assert found.changes == {FILE: text(FIRST, THEIRS, MINE).encode()}


def test_fields_are_taken_from_who_changed_them() -> None:
    settled, said = replace(FIRST, is_settled=True), replace(FIRST, text="Is it?", changed_at=9.0)
    assert merged(text(FIRST), text(settled), text(said)) == (replace(said, is_settled=True),)
    assert merged(text(FIRST), text(replace(FIRST, text="Mine")), text(said))[0].text == "Mine"


def test_what_one_side_deletes_goes_unless_the_other_answers_or_changes_it() -> None:
    assert merged(text(FIRST, SECOND), text(FIRST), text(FIRST, SECOND)) == (FIRST,)
    changed = replace(SECOND, text="Much too long.")
    assert merged(text(FIRST, SECOND), text(FIRST), text(FIRST, changed)) == (FIRST, changed)
    assert merged(text(FIRST), text(), text(FIRST, THEIRS)) == (FIRST, THEIRS)


def test_a_broken_file_loses_nothing_of_the_other_side() -> None:
    for mine, theirs in ((b"{", text(FIRST).encode()), (text(FIRST).encode(), b"{")):
        found = merge({FILE: text(SECOND).encode()}, {FILE: mine}, {FILE: theirs}, merge_texts)
        assert {**{FILE: mine}, **found.changes}[FILE] == text(FIRST).encode()


COMMENTS = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.sampled_from(["x", "y", "z"]), st.booleans()), max_size=6
).map(
    lambda rows: text(
        *(
            Comment(key, "f", None, said, "p", "P", float(ord(key)), is_settled=is_settled)
            for key, (said, is_settled) in rows.items()
        )
    )
)


@given(COMMENTS, COMMENTS, COMMENTS)
def test_nothing_said_since_is_lost(base: str, mine: str, theirs: str) -> None:
    was, ours, others = ({one.id: one for one in Comments.from_text(each).all} for each in (base, mine, theirs))
    found = {one.id for one in merged(base, mine, theirs)}
    assert {key for key in ours if ours[key] != was.get(key)} <= found
    assert {key for key in others if others[key] != was.get(key)} <= found
    assert (
        merge_comments(base, base, theirs) == Comments(tuple(sorted(others.values(), key=lambda one: one.at))).to_text()
    )
