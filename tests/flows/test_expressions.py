"""Regular expressions: the same answers as `re`, and an end to every match."""

from __future__ import annotations

import re
import tracemalloc
from random import Random
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.ambiguity import is_ambiguous
from flows.automaton import Automaton, Look
from flows.automaton_builder import NoAutomaton, build
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
LARGE = r"^(?:[ab]{1,80}c?){4,6}(x|y)*(x|y)*z$"
"""Too much for `re`, and an automaton of about a thousand instructions."""


class Counted(list[int]):
    """The kinds of an automaton's instructions; each look at one is an instruction that is visited."""

    n_visits = 0

    def __getitem__(self, at: Any) -> Any:
        self.n_visits += 1
        return super().__getitem__(at)


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


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("(?i)URGENT", "long words " * 9_000 + "urgent", True),
        ("urgent$", "urgent " * 14_000, False),
        ("^[^0-9]+$", "long words " * 9_000, True),
        (r"^(\w+\s?)+$", "word " * 20_000, True),
        (r"^(\w+\s?)+$", "word " * 19_999 + "!", False),
        (r"^(?!.*\.\.)(\w+\.?)+$", "a." * 50_000, True),
        (r"^(?!.*\.\.)(\w+\.?)+$", "a." * 49_999 + ".", False),
        (r"(\w+ ?)+(?<=d d)(?=!$)", "word d" + " d" * 40_000 + "!", True),
        (r"\bfoo\b.*\bbar\b$", "foo " * 20_000 + "bar\n", True),
        (r"\bfoo\b.*\bbar\b$", "foo " * 20_000 + "bar\n\n", False),
        (".", "a" * MAX_MATCHED_CHARACTERS, True),
        (".", "a" * (MAX_MATCHED_CHARACTERS + 1), False),
        ("(a+)+$", "a" * (MAX_MATCHED_CHARACTERS + 1), False),
    ],
)
def test_long_texts_match_as_short_ones_do(pattern: str, text: str, is_found: bool) -> None:
    assert compile_expression(pattern).search(text) is is_found


@pytest.mark.parametrize("pattern", [*EXPLODING, r".*foo.*bar", r"(?<=a)\w+(?=.*x)", r"(.*a){25}", LARGE])
def test_the_steps_of_an_automaton_grow_with_the_text_alone(pattern: str) -> None:
    random = Random(7)
    for text in ("ab" * 1_000, "".join(random.choice("ab. ") for _ in range(2_000))):
        automaton = build(_parser.parse(pattern))
        counted = [Counted(one.kinds) for one in family(automaton)]
        for one, kinds in zip(family(automaton), counted, strict=True):
            one.kinds = kinds
        automaton.search(text)
        assert sum(kinds.n_visits for kinds in counted) <= automaton.size * (len(text) + 1)


def family(automaton: Automaton) -> list[Automaton]:
    inner = [test.inner for test in automaton.tests if isinstance(test, Look)]
    return [automaton, *(one for look in inner for one in family(look))]


def test_steps_that_were_made_are_not_made_again() -> None:
    automaton = build(_parser.parse(r"^(\w+\s?)+$"))
    automaton.kinds = kinds = Counted(automaton.kinds)
    assert automaton.search("word " * 20_000)
    assert kinds.n_visits < 200


def test_what_is_remembered_of_a_text_is_bounded_and_changes_no_answer() -> None:
    random = Random(3)
    text = "".join(random.choice("ab") for _ in range(6_000))
    automaton = build(_parser.parse("[ab]*a[ab]{60}c"))
    tracemalloc.start()
    try:
        assert not automaton.search(text)
        assert automaton.search(text + "c") is (text[-61] == "a")
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_a_very_large_automaton_has_a_longest_text() -> None:
    expression = compile_expression(LARGE)
    assert 10_000 < expression.longest_for_automaton < MAX_MATCHED_CHARACTERS
    text = "ab" * (expression.longest_for_automaton // 2 - 1)
    assert not expression.search(text)
    assert expression.search("abab" * 40 + "xyz")
    assert not expression.search("ab" * expression.longest_for_automaton + "z")


def test_looks_count_as_part_of_an_automaton() -> None:
    with pytest.raises(NoAutomaton):
        build(_parser.parse("(?:(?=a{0,300})b){20}"))


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
        r"\Z", "(?i:a)", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "(?s:.)", "(?m:^)", "(?m:$)", " ", "ß", "(?=a.*b)",
        "(?!.*(a|b1)$)", "(?<=ab)", r"(?<!\b1)", "(?=a(?!b)c?)", "(?<=(?=ab).)", "(?=^a|b$)",
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
