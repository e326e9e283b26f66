"""Local agreement: what two partials agree on is committed, and then never changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.recognition.agreement import Agreement, bare, join_words, split_words

_TEXT = st.lists(
    st.sampled_from(
        ["I", "want", "to", "two", "check", "checking,", "my", "Balance.", "-", "25", "twenty", "予", "約"]
    ),
    max_size=8,
).map(" ".join)


def _after(*partials: str) -> Agreement:
    agreement = Agreement()
    for partial in partials:
        agreement = agreement.heard(partial)
    return agreement


def test_one_run_commits_nothing() -> None:
    assert _after("send fifty") == Agreement((), ("send", "fifty"))


def test_what_two_runs_agree_on_is_committed_whatever_its_case_and_marks() -> None:
    agreement = _after("send fifty dollars", "Send fifty, dollars to")
    assert agreement.committed_text == "Send fifty,"
    assert agreement.tail == ("dollars", "to")
    assert agreement.text == "Send fifty, dollars to"


def test_a_word_that_the_audio_may_have_cut_waits_for_another_run() -> None:
    assert _after("Pass", "Pass incorrect").committed == ()
    assert _after("Pass", "Pass incorrect", "Password incorrect").committed == ()
    assert _after("Pass", "Pass").committed_text == "Pass", "nothing followed it"


def test_the_flickering_end_waits() -> None:
    assert _after("I want to check", "I want to checking").committed_text == "I want to"
    assert _after("I want to check", "I want to checking", "I want to checking").committed_text == "I want to checking"


@pytest.mark.parametrize(
    ("partials", "committed", "tail"),
    [
        # The beginning is written differently later on: the last committed words are found again.
        (("send twenty five dollars",) * 2 + ("Send 25 dollars to the",), "send twenty five dollars", "to the"),
        (("my pin is four", "my pin is four five", "my pen is four five"), "my pin is four five", ""),
        # And if nothing of it is found again, it goes by number, at the price of a word.
        (("send twenty dollars",) * 2 + ("Send $20 to Joe", "Send $20 to Joe"), "send twenty dollars Joe", ""),
        # A shorter run takes nothing back.
        (("book a table", "book a table", "book a"), "book a table", ""),
        (("book a table", "book a table", ""), "book a table", ""),
        (("four four", "four four", "four four four"), "four four", "four"),
    ],
)
def test_later_runs_that_differ(partials: tuple[str, ...], committed: str, tail: str) -> None:
    agreement = _after(*partials)
    assert (agreement.committed_text, join_words(agreement.tail)) == (committed, tail)


def test_scripts_without_spaces_are_compared_by_character() -> None:
    agreement = _after("予約した", "予約した", "予約したい。")
    assert (agreement.committed_text, join_words(agreement.tail)) == ("予約した", "い。")


def test_marks_alone_are_no_words() -> None:
    assert split_words("... - Yes , please !") == ("Yes", "please")
    assert split_words("") == ()


@given(st.lists(_TEXT, max_size=10))
def test_a_committed_word_never_changes(partials: list[str]) -> None:
    before = Agreement()
    for partial in partials:
        after = before.heard(partial)
        assert after.committed[: len(before.committed)] == before.committed
        before = after


@given(st.lists(_TEXT, min_size=1, max_size=10))
def test_only_what_two_runs_in_a_row_wrote_is_committed(partials: list[str]) -> None:
    before, last = Agreement(), ""
    for partial in partials:
        after = before.heard(partial)
        new = [bare(word) for word in after.committed[len(before.committed) :]]
        for run in (last, partial):
            written = [bare(word) for word in split_words(run)]
            assert any(written[at : at + len(new)] == new for at in range(len(written) + 1))
        before, last = after, partial


@given(_TEXT)
def test_the_same_partial_twice_commits_it_whole(text: str) -> None:
    agreement = _after(text, text)
    assert agreement.committed == split_words(text)
    assert agreement.tail == ()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_taken(text: str) -> None:
    agreement = _after(text, text)
    assert [bare(word) for word in split_words(agreement.text)] == [bare(word) for word in split_words(text)]
