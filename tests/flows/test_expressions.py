"""Regular expressions: the same answers as `re`, and an end to every match."""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.ambiguity import is_ambiguous
from flows.automaton import NoAutomaton, build
from flows.expressions import MAX_MATCHED_CHARACTERS, ExpressionInvalid, compile_expression

EXPLODING = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"^(\w+\s?)+$",
    r"(a*)*b",
    r"(x+x+)+y",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^\w+([.-]?\w+)*@\w+([.-]?\w+)*(\.\w{2,3})+$",
    r"(?:a|b|ab)*c",
    r"^(?!.*\.\.)(\w+\.?)+$",
]
HARMLESS = [
    r"^[0-9]+$",
    r"^[^@ ]+@[^@ ]+$",
    r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$",
    r"^(\d{3}-)+\d{4}$",
    r"(?i)rasa",
    r".*foo.*",
    r"^(?=.*[A-Z])(?=.*\d).{8,}$",
    r"^(foo|bar)*$",
    r"^([01]?\d|2[0-3]):[0-5]\d$",
    r"^\+?(\d[ -]?){7,15}$",
    r"^[A-Za-z]+(?: [A-Za-z]+)*$",
    r"^[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?$",
    r"(a?)*b",
    r"(a)\1$",
]
LONG = [
    "a" * MAX_MATCHED_CHARACTERS,
    "a" * (MAX_MATCHED_CHARACTERS - 1) + "!",
    "x" * MAX_MATCHED_CHARACTERS,
    "ab" * (MAX_MATCHED_CHARACTERS // 2),
    "1" * MAX_MATCHED_CHARACTERS,
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", [*EXPLODING, *HARMLESS, r"(.*a){25}", r"(.*)*(.*)*(.*)*!"])
@pytest.mark.parametrize("text", LONG, ids=["all a", "a and !", "all x", "ab", "all 1"])
def test_every_match_ends(pattern: str, text: str) -> None:
    assert compile_expression(pattern).search(text) in (True, False)


@pytest.mark.parametrize("pattern", EXPLODING)
def test_what_explodes_is_told(pattern: str) -> None:
    assert "ever more ways" in compile_expression(pattern).risk


@pytest.mark.parametrize("pattern", HARMLESS)
def test_what_does_not_explode_is_not_told(pattern: str) -> None:
    assert compile_expression(pattern).risk == ""


@pytest.mark.parametrize(
    ("pattern", "words", "position"),
    [
        ("(b", "does not compile", 0),
        ("a**", "multiple repeat", 2),
        ("a{99999999999}", "does not compile", 0),
        ("(" * 900 + ")" * 900, "regular expression", 0),
        ("a" * 2_001, "longer than", 0),
        (r"(a+)+\1$", "run for ever", 0),
        ("((a{0,100}){0,100}){0,100}$", "too large", 0),
    ],
)
def test_what_cannot_be_run_is_refused(pattern: str, words: str, position: int) -> None:
    with pytest.raises(ExpressionInvalid) as caught:
        compile_expression(pattern)
    assert words in caught.value.message
    assert caught.value.position == position


def test_a_text_that_is_too_long_matches_nothing() -> None:
    assert not compile_expression(".").search("a" * (MAX_MATCHED_CHARACTERS + 1))


def test_a_back_reference_has_a_longest_text() -> None:
    expression = compile_expression(r"^(\w+) (\w+) \1 \2")
    assert "texts longer than" in expression.risk
    assert expression.search("a b a b")
    assert not expression.search("a b a b" + " " * expression.longest)


def test_answers_do_not_change_where_the_automaton_takes_over() -> None:
    expression = compile_expression(r"^(\w+\s?)+$")
    for length in range(expression.longest + 4):
        assert expression.search("a" * length) is (length > 0)
        assert not expression.search("a" * length + "!")


_ATOMS = st.sampled_from(
    [
        "a", "b", "A", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\w", r"\s", "1", "é", r"\b", r"\B", "^", "$", r"\A",
        r"\Z", "(?i:a)", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "(?s:.)", "(?m:^)", "(?m:$)", " ", "ß",
    ]
)  # fmt: skip
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "*?", "+?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        )
    ),
    max_leaves=6,
)
_TEXTS = st.text("abcAB1é ß\n_", max_size=9)


@settings(max_examples=300, deadline=None)
@given(_PATTERNS, _TEXTS, st.sampled_from(["", "(?i)", "(?m)", "(?s)", "(?a)", "(?im)"]))
def test_an_automaton_answers_as_re_does(pattern: str, text: str, flags: str) -> None:
    found = re.search(flags + pattern, text) is not None
    assert build(_parser.parse(flags + pattern)).search(text) is found
    assert compile_expression(flags + pattern).search(text) is found


@settings(max_examples=200, deadline=None)
@given(st.text("ab()[]{}*+?|^$\\.-,0123456789:=!<>i", max_size=20), _TEXTS)
def test_any_text_is_an_expression_or_refused(pattern: str, text: str) -> None:
    answer = _answer_or_position(pattern, text)
    if isinstance(answer, bool):
        assert answer is (re.search(pattern, text) is not None)
    else:
        assert 0 <= answer <= len(pattern)


def _answer_or_position(pattern: str, text: str) -> bool | int:
    try:
        return compile_expression(pattern).search(text)
    except ExpressionInvalid as error:
        return error.position


@settings(max_examples=100, deadline=None)
@given(_PATTERNS)
def test_ambiguity_is_decided_for_any_pattern(pattern: str) -> None:
    try:
        assert is_ambiguous(build(_parser.parse(pattern))) in (True, False)
    except NoAutomaton:
        pytest.fail("these patterns are all within bounds")
