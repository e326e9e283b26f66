"""How far an answer is, by its words."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dialogue.understanding.lexicon import words_of
from voice.endpointing.answer_shape import AnswerShape
from voice.endpointing.completeness import completeness_of
from voice.endpointing.dictation import digits_of

CATEGORY = AnswerShape("category", ("checking", "savings", "savings plus"))
FULL_NAME = AnswerShape("name", lengths=(2, 3, 4))
BIRTH = AnswerShape("date", needs_year=True)


def digits(*lengths):
    return AnswerShape("digits", lengths=lengths)


def state(text, shape):
    found = completeness_of(text, shape)
    return f"{found.state}, may go on" if found.may_go_on else found.state


@pytest.mark.parametrize(
    ("text", "shape", "expected"),
    [
        ("four seven double one", digits(4), "complete"),
        ("four seven double", digits(4), "incomplete"),
        ("(415) 867-5309.", digits(10), "complete"),
        ("415.867.5309", digits(10), "complete"),
        ("Twenty-three, forty-five, sixty-seven, eighty-nine, ten.", digits(10), "complete"),
        ("four one five um eight six seven", digits(10), "incomplete"),
        ("my number is", digits(10), "open"),
        ("order number", digits(10), "incomplete"),
        ("I don't have the number", digits(10), "open"),
        ("four forty", digits(3), "open"),  # "one" makes it 441
        ("four forty one", digits(3), "complete"),
        ("four thousand five", digits(4), "open"),  # "hundred" makes it 4500
        ("four one two three four", digits(4), "open"),  # one too many
        ("eight eight three one no wait eight eight four one", digits(8), "open"),
        ("eight eight three one no wait eight eight four one two two oh six", digits(8), "complete"),
        ("one nine eight four", digits(4, 5, 6), "open"),
        ("one nine eight four two two", digits(4, 5, 6), "complete"),
        ("four five three nine one four eight eight oh three three four three oh", digits(13, 16), "incomplete"),
        ("eight eight three one", digits(), "open"),
        ("eight eight three one double", digits(), "incomplete"),
        ("x seven q two two b", AnswerShape("code", lengths=(6,)), "complete"),
        ("X7Q 22B", AnswerShape("code", lengths=(6,)), "complete"),
        ("b as in bravo four", AnswerShape("code", lengths=(6,)), "incomplete"),
        ("b as in", AnswerShape("code"), "incomplete"),
        ("BA", AnswerShape("code"), "incomplete"),
        ("BA 117", AnswerShape("code"), "open"),
        ("joe dot smith at example", AnswerShape("email"), "incomplete"),
        ("joe dot smith at example dot", AnswerShape("email"), "incomplete"),
        ("joe dot smith at example dot com", AnswerShape("email"), "complete"),
        ("joe.smith@example. com", AnswerShape("email"), "complete"),
        ("info at northwind dot co", AnswerShape("email"), "complete, may go on"),
        ("maria at gmail", AnswerShape("email"), "incomplete"),
        ("b as in bob", AnswerShape("email"), "incomplete"),
        ("I have none", AnswerShape("email"), "open"),
        ("fifty", AnswerShape("amount"), "complete"),
        ("fifty and", AnswerShape("amount"), "incomplete"),
        ("two hundred", AnswerShape("amount"), "complete, may go on"),
        ("200", AnswerShape("amount"), "complete, may go on"),
        ("two hundred dollars", AnswerShape("amount"), "complete"),
        ("twelve point", AnswerShape("amount"), "incomplete"),
        ("fifty no sixty", AnswerShape("amount"), "complete"),
        ("fifty for my brother", AnswerShape("amount"), "open"),
        ("two adults and", AnswerShape("count"), "incomplete"),
        ("just me", AnswerShape("count"), "complete"),
        ("the third of", AnswerShape("date"), "incomplete"),
        ("the third", AnswerShape("date"), "complete, may go on"),
        ("March", AnswerShape("date"), "complete, may go on"),
        ("the third of May", AnswerShape("date"), "complete"),
        ("next", AnswerShape("date"), "incomplete"),
        ("in two weeks", AnswerShape("date"), "complete"),
        ("the third of May", BIRTH, "incomplete"),
        ("the third of May nineteen", BIRTH, "incomplete"),
        ("the third of May nineteen eighty", BIRTH, "complete, may go on"),
        ("the third of May nineteen eighty four", BIRTH, "complete"),
        ("seven", AnswerShape("time"), "complete, may go on"),
        ("half", AnswerShape("time"), "incomplete"),
        ("half past six", AnswerShape("time"), "complete"),
        ("quarter to", AnswerShape("time"), "incomplete"),
        ("John", AnswerShape("name"), "complete, may go on"),
        ("John", FULL_NAME, "incomplete"),
        ("John Smith", FULL_NAME, "complete"),
        ("Vincent van", AnswerShape("name"), "incomplete"),
        ("S-M-I-T-H", AnswerShape("name"), "complete, may go on"),
        ("I don't know", AnswerShape("name"), "open"),
        ("yes please", AnswerShape("yes_no"), "complete"),
        ("correct", AnswerShape("yes_no"), "complete"),
        ("yes but", AnswerShape("yes_no"), "open"),
        ("that's all thanks", AnswerShape("yes_no", slot="order_more"), "complete"),
        ("savings", CATEGORY, "complete, may go on"),
        ("savings plus", CATEGORY, "complete"),
        ("I want to pay my bill", AnswerShape("open"), "open"),
        ("", digits(4), "open"),
        ("...", digits(4), "open"),
    ],
)
def test_golden(text, shape, expected):
    assert state(text, shape) == expected


def test_it_says_how_far_a_number_is():
    found = completeness_of("oh seven seven one two three", digits(10))

    assert (found.have, found.want) == (6, 10)


figure_words = st.sampled_from(words_of("oh zero one two three four five six seven eight nine"))
dictated = st.lists(
    st.one_of(
        figure_words,
        figure_words,
        st.builds("{} {}".format, st.sampled_from(["double", "triple"]), figure_words),
        st.sampled_from(
            ["eleven", "nineteen", "forty", "twenty seven", "ninety-nine", "eight hundred", "two thousand"]
        ),
        st.sampled_from(["47", "555", "0113", "9 0 1"]),
    ),
    min_size=2,
    max_size=9,
).map(" ".join)


@given(dictated)
@example("four forty one")
@example("four thousand five hundred")
@example("two thousand nineteen")
def test_a_part_of_a_dictated_number_is_never_complete(whole):
    shape = digits(len(digits_of(whole)))
    assume(shape.lengths[0] > 0)
    words = whole.split()

    for count in range(1, len(words)):
        assert state(" ".join(words[:count]), shape) != "complete"


@given(dictated)
def test_no_part_of_a_number_of_unknown_length_is_complete(whole):
    assert state(whole, digits()) != "complete"


more = st.lists(
    st.one_of(
        figure_words,
        st.sampled_from(["please", "thank you", "and", "um", "no wait", "that's it", "is that right", "."]),
    ),
    min_size=1,
    max_size=5,
).map(" ".join)


@given(dictated, more)
def test_more_words_never_make_a_whole_number_incomplete(whole, added):
    n_digits = len(digits_of(whole))
    assume(n_digits > 2)

    if state(whole, digits(n_digits)) == "complete":
        assert state(f"{whole} {added}", digits(n_digits)) in ("complete", "open")
        assert state(f"{whole} {added}", digits(n_digits - 1, n_digits)) in ("complete", "open")


shapes = st.builds(
    AnswerShape,
    st.sampled_from(
        ["yes_no", "category", "digits", "count", "amount", "date", "time", "name", "email", "code", "text", "open"]
    ),
    st.sampled_from([(), ("small", "large"), ("a",)]),
    st.sampled_from([(), (4,), (7, 8, 9)]),
    st.booleans(),
)
spoken = st.lists(
    st.sampled_from(
        words_of("one double at dot com the third of may nineteen um no wait and 47 @ , . … ' é b as in half past john")
    ),
    max_size=12,
).map(" ".join)


@given(st.one_of(st.text(max_size=400), spoken), shapes)
def test_any_words_are_judged_whatever_is_asked(text, shape):
    assert completeness_of(text, shape).state in ("complete", "incomplete", "open")
