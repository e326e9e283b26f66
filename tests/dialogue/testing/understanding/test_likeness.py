"""Commands are the same where a caller would say so, and never where a number or a name differs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.testing.understanding.likeness import items, key, kind, lenient_value
from dialogue.testing.understanding.scores import added, compare, percentile
from dialogue.understanding.parsing import parse_commands
from flows.commands import CannotHandle, CorrectSlots, Noop, SetSlot
from flows.model import Assistant, Slot


@pytest.mark.parametrize(
    ("slot", "one", "other"),
    [
        ("amount", "100", 100),
        ("amount", 50, "fifty"),
        ("amount", 100, 100.0),
        ("amount", "1,200.50", 1200.5),
        ("recipient", "Joe", " joe."),
        ("recipient", "Baker Street 12", "baker  street, 12."),
        ("recipient", "８８３１", "8831"),
        ("confirmed", "yes", True),
        ("confirmed", "False", False),
        ("recipient", "null", None),
        ("no_such_slot", "1.50", 1.5),
    ],
)
def test_values_that_are_the_same(bank: Assistant, slot: str, one: object, other: object) -> None:
    assert lenient_value(one, slot, bank) == lenient_value(other, slot, bank)


@pytest.mark.parametrize(
    ("slot", "one", "other"),
    [
        ("recipient", "007", "7"),
        ("recipient", "1.50", "150"),
        ("recipient", "$1.50", "$150"),
        ("recipient", "-5", "5"),
        ("recipient", "Joe", "Jo"),
        ("confirmed", "yes", False),
        ("recipient", "?", "!"),
    ],
)
def test_values_that_differ(bank: Assistant, slot: str, one: object, other: object) -> None:
    assert lenient_value(one, slot, bank) != lenient_value(other, slot, bank)


@given(text=st.text(max_size=60))
def test_any_text_has_a_lenient_value(bank: Assistant, text: str) -> None:
    assert lenient_value(text, "recipient", bank) == lenient_value(text, "recipient", bank)


def test_order_of_commands_and_options_does_not_count(bank: Assistant) -> None:
    expected = parse_commands("StartFlow(transfer_money), SetSlot(amount, 50)\nClarify(a, b)")
    predicted = parse_commands("disambiguate flows b a\nset slot amount 50.0\nstart flow transfer_money")
    assert compare(expected, predicted, "lenient", bank).is_exact
    strictly = compare(expected, predicted, "strict", bank)
    assert strictly.met == ("start flow transfer_money",)
    assert strictly.missing == ("set slot amount 50", "disambiguate flows a b")
    assert strictly.extra == ("disambiguate flows b a", "set slot amount 50.0")


def test_nothing_is_that_nothing_was_understood(bank: Assistant) -> None:
    assert items((Noop(),)) == (CannotHandle(),)
    assert compare((), (CannotHandle("cannot_handle_default"),), "lenient", bank).is_exact
    assert items((CorrectSlots((("amount", 5),)),)) == (SetSlot("amount", 5),)


def test_a_command_said_twice_counts_twice(bank: Assistant) -> None:
    once, twice = parse_commands("StartFlow(a)"), parse_commands("StartFlow(a)\nStartFlow(a)")
    assert compare(once, twice, "lenient", bank).extra == ("start flow a",)


@pytest.mark.parametrize("line", ["start flow a", "set slot a b", "search and reply", "cancel flow", "restart", "noop"])
def test_kinds_are_the_words_of_a_command(bank: Assistant, line: str) -> None:
    (command,) = parse_commands(line)
    assert line.startswith(kind(command))
    assert key(command, "strict", bank) == line


def test_scores_add_up(bank: Assistant) -> None:
    score = added(
        [
            compare(parse_commands("StartFlow(a)"), parse_commands("StartFlow(a)"), "lenient", bank),
            compare(parse_commands("SetSlot(x, 1)"), parse_commands("SetSlot(x, 2)"), "lenient", bank),
        ]
    )
    assert score.to_json() == {
        "accuracy": 0.5,
        "micro": {"tp": 1, "fp": 1, "fn": 1, "precision": 0.5, "recall": 0.5, "f1": 0.5},
        "macro": {"precision": 0.5, "recall": 0.5, "f1": 0.5},
    }


def test_percentiles() -> None:
    assert [percentile(list(range(1, 101)), percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([], 50) == 0.0
    assert percentile([7.0], 1) == 7.0


@pytest.mark.parametrize(
    ("name", "said", "value", "another"),
    [
        ("order_number", "four four seven one eight", "44718", "four four seven one nine"),
        ("contact_email", "joe at example dot org", "joe@example.org", "jo at example dot org"),
    ],
)
def test_a_value_as_said_is_the_value_it_stands_for(
    bank: Assistant, name: str, said: str, value: str, another: str
) -> None:
    assistant = replace(bank, slots={**bank.slots, name: Slot(name, "text")})
    assert lenient_value(said, name, assistant) == lenient_value(value, name, assistant)
    assert lenient_value(another, name, assistant) != lenient_value(value, name, assistant)
