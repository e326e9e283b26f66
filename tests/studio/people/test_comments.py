"""Comments stay with what they are about, through renamings of steps and flows."""

from __future__ import annotations

from studio.people.comments import Comment, Comments


def comment(number: int, flow: str, step: str | None) -> Comment:
    return Comment(str(number), flow, step, "Why?", "anna", "Anna", float(number))


def test_comments_follow_steps_and_flows() -> None:
    before = Comments((comment(1, "order", "ask"), comment(2, "order", None), comment(3, "pay", "ask")))

    after = before.moved({"order": {"ask": "ask_title"}}).renamed({"order": "buy"})

    assert [(one.flow, one.step) for one in after.all] == [("buy", "ask_title"), ("buy", None), ("pay", "ask")]
    assert before.moved({"other": {"ask": "x"}}).renamed({}) == before


def test_a_text_that_is_no_list_of_comments_keeps_nobody_from_working() -> None:
    for text in ("", "{", "[]", "null", '{"comments": 3}', '{"comments": [{"id": 1}]}'):
        assert Comments.from_text(text) == Comments()
