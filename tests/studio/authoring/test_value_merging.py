"""Entries that two people changed: what only one of them touched is taken, and what both did is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.authoring.value_merging import ABSENT, is_same, merge_entry, merge_sentences

HELLO: list[Any] = [{"text": "Hello."}, {"text": "Hi.", "channel": "sms"}]


def responses(base: Any, theirs: Any, mine: Any, prefers: Any = "theirs") -> tuple[Any, bool]:
    made = merge_entry("responses", base, theirs, mine, prefers)
    return made.value, made.is_clash


def test_two_variations_are_two_parts() -> None:
    theirs, mine = [{"text": "Good day."}, HELLO[1]], [HELLO[0], {"text": "Hey.", "channel": "sms"}]
    assert responses(HELLO, theirs, mine) == ([theirs[0], mine[1]], False)


def test_two_keys_of_one_variation_are_two_parts() -> None:
    theirs, mine = [{"text": "Good day."}, HELLO[1]], [{"text": "Hello.", "condition": "slots.a"}, HELLO[1]]
    assert responses(HELLO, theirs, mine) == ([{"text": "Good day.", "condition": "slots.a"}, HELLO[1]], False)


def test_translations_into_two_languages_are_two_parts() -> None:
    base = [{"text": "Hello.", "translation": {"de": "Hallo."}}]
    theirs = [{"text": "Hello.", "translation": {"de": "Guten Tag."}}]
    mine = [{"text": "Hello.", "translation": {"de": "Hallo.", "fr": "Bonjour."}}]
    both = [{"text": "Hello.", "translation": {"de": "Guten Tag.", "fr": "Bonjour."}}]
    assert responses(base, theirs, mine) == (both, False)


def test_variations_that_both_added_stay_both() -> None:
    theirs, mine = [*HELLO, {"text": "Theirs."}], [*HELLO, {"text": "Mine."}]
    assert responses(HELLO, theirs, mine) == ([*HELLO, {"text": "Theirs."}, {"text": "Mine."}], False)


@pytest.mark.parametrize(("prefers", "text"), [("theirs", "Good day."), ("mine", "Welcome.")])
def test_the_same_text_clashes_and_the_rest_is_merged(prefers: str, text: str) -> None:
    theirs, mine = [{"text": "Good day."}, HELLO[1]], [{"text": "Welcome."}, {"text": "Hey.", "channel": "sms"}]
    assert responses(HELLO, theirs, mine, prefers) == ([{"text": text}, mine[1]], True)


def test_what_one_deletes_and_the_other_changes_clashes() -> None:
    theirs = [{"text": "Good day."}, HELLO[1]]
    assert responses(HELLO, theirs, ABSENT) == (theirs, True)
    assert responses(HELLO, ABSENT, theirs)[1]
    assert responses(HELLO, theirs, [HELLO[1]]) == (theirs, True)
    assert responses(HELLO, HELLO, ABSENT) == (ABSENT, False)


def test_two_who_make_an_entry_of_one_name_clash_unless_they_write_the_same() -> None:
    assert responses(ABSENT, [{"text": "a"}], [{"text": "b"}])[1]
    assert responses(ABSENT, [{"text": "a"}], [{"text": "a"}]) == ([{"text": "a"}], False)


def test_a_slot_is_merged_by_its_keys() -> None:
    base = {"type": "float", "min_value": 1.0, "mappings": [{"type": "from_llm"}]}
    theirs, mine = {**base, "max_value": 9}, {**base, "voice": {"sensitive": True}}
    made = merge_entry("slots", base, theirs, mine, "theirs")
    assert (made.value, made.is_clash) == ({**theirs, "voice": {"sensitive": True}}, False)
    # A browser gives 1.0 back as 1: that is no change.
    made = merge_entry("slots", base, base, {**mine, "min_value": 1}, "theirs")
    assert not made.is_clash


def test_another_type_of_a_slot_goes_with_what_its_values_may_be() -> None:
    base = {"type": "text", "initial_value": "red", "mappings": []}
    theirs, mine = {"type": "float", "mappings": []}, {**base, "initial_value": "blue"}
    assert merge_entry("slots", base, theirs, mine, "theirs").is_clash
    made = merge_entry("slots", base, theirs, {**base, "shared_for_coexistence": True}, "theirs")
    assert (made.value, made.is_clash) == ({**theirs, "shared_for_coexistence": True}, False)


def test_no_mapping_comes_out_that_nobody_wrote() -> None:
    base = {"type": "text", "mappings": [{"type": "from_llm"}]}
    theirs = {"type": "text", "mappings": [{"type": "from_entity", "entity": "x"}]}
    mine = {"type": "text", "mappings": [{"type": "from_llm", "allow_nlu_correction": True}]}
    made = merge_entry("slots", base, theirs, mine, "theirs")
    assert (made.value, made.is_clash) == (theirs, True)


def test_sentences_of_two_people_are_all_kept() -> None:
    made = merge_sentences(["a", "b"], ["a", "b", "theirs"], ["a", "b", "mine"], "theirs")
    assert (made.value, made.is_clash) == (["a", "b", "theirs", "mine"], False)
    made = merge_sentences(["a", "b", "c"], ["a2", "b", "c"], ["a", "b2", "c"], "theirs")
    assert (made.value, made.is_clash) == (["a2", "b2", "c"], False)
    made = merge_sentences(["a"], ["a", "both"], ["both", "a"], "theirs")
    assert (sorted(made.value), made.is_clash) == (["a", "both"], False)


def test_one_sentence_changed_by_two_people_clashes() -> None:
    made = merge_sentences(["a", "b"], ["theirs", "b"], ["mine", "b", "more"], "theirs")
    assert (made.value, made.is_clash) == (["theirs", "b", "more"], True)
    assert merge_sentences(["a", "b"], ["b"], ["mine", "b"], "mine").value == ["mine", "b"]


SENTENCES = st.lists(st.sampled_from("abcdefgh"), max_size=7, unique=True)


@given(SENTENCES, SENTENCES, SENTENCES)
def test_no_sentence_is_lost_that_one_side_added_or_comes_back_that_one_took_away(
    base: list[str], theirs: list[str], mine: list[str]
) -> None:
    made = merge_sentences(base, theirs, mine, "theirs")
    if not made.is_clash:
        assert (set(theirs) | set(mine)) - set(base) <= set(made.value)
        assert set(made.value) <= set(theirs) | set(mine)
        assert len(set(made.value)) == len(made.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["x", "y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_one_sides_change_alone_is_taken_whole(base: Any, other: Any) -> None:
    for section in ("slots", "responses"):
        for prefers in ("theirs", "mine"):
            assert is_same(merge_entry(section, base, other, base, prefers).value, other)
            assert is_same(merge_entry(section, base, base, other, prefers).value, other)
            assert is_same(merge_entry(section, base, other, other, prefers).value, other)


@given(VALUES, VALUES, VALUES)
def test_without_a_clash_it_is_the_same_whoever_is_preferred(base: Any, theirs: Any, mine: Any) -> None:
    one, other = (merge_entry("responses", base, theirs, mine, side) for side in ("theirs", "mine"))
    assert one.is_clash == other.is_clash
    assert one.is_clash or is_same(one.value, other.value)


def test_a_value_that_both_added_stands_there_once() -> None:
    made = merge_entry("slots", {"values": ["a"]}, {"values": ["a", "b"]}, {"values": ["a", "b", "c"]}, "theirs")
    assert (made.value, made.is_clash) == ({"values": ["a", "b", "c"]}, False)


def test_numbers_in_a_list_stay_as_they_are_written() -> None:
    made = merge_entry("slots", {"values": [1, 2]}, {"values": [1.0, 2.0]}, {"values": [1, 2, 3]}, "mine")
    assert repr(made.value) == "{'values': [1.0, 2.0, 3]}"


@given(*[st.lists(st.sampled_from("abcd"), max_size=6)] * 3, st.sampled_from(["theirs", "mine"]))
def test_a_sentence_that_both_have_is_never_lost(base: Any, theirs: Any, mine: Any, prefers: Any) -> None:
    made = merge_sentences(base, theirs, mine, prefers)
    assert set(theirs) & set(mine) <= set(made.value)
