"""The pure parts of the bank: names, money and periods."""

from __future__ import annotations

from datetime import date

import pytest

CONTACTS = ("Anna", "Joe", "John Miller", "John Smith", "Mary")
THURSDAY = date(2026, 3, 19)


@pytest.mark.parametrize(
    ("heard", "kind", "names"),
    [
        ("Joe", "found", ("Joe",)),
        ("joe.", "found", ("Joe",)),
        ("Jo", "found", ("Joe",)),
        ("to Anna", "found", ("Anna",)),
        ("Ana", "found", ("Anna",)),
        ("Hannah", "found", ("Anna",)),
        ("my friend Mary", "found", ("Mary",)),
        ("john smith", "found", ("John Smith",)),
        ("Jon Smith", "found", ("John Smith",)),
        ("Smith", "found", ("John Smith",)),
        ("John Millar", "found", ("John Miller",)),
        ("John", "ambiguous", ("John Miller", "John Smith")),
        ("Peter", "unknown", ()),
        ("", "unknown", ()),
        ("50", "unknown", ()),
    ],
)
def test_a_heard_name_finds_its_contact(bank, heard, kind, names):
    found = bank("names").match(heard, CONTACTS)

    assert (found.kind, found.names) == (kind, names)


def test_a_new_name_is_written_tidily(bank):
    assert bank("names").tidy("  peter   o'hara. ") == "Peter O'hara"


@pytest.mark.parametrize(
    ("items", "sentence"),
    [((), ""), (("Joe",), "Joe"), (("Joe", "Anna"), "Joe and Anna"), (("a", "b", "c"), "a, b and c")],
)
def test_a_list_is_said_as_a_sentence_does(bank, items, sentence):
    assert bank("names").say_list(items) == sentence


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (5000, "50 dollars"),
        (125_000, "1,250 dollars"),
        (100, "1 dollar"),
        (1, "1 cent"),
        (450, "4 dollars and 50 cents"),
        (0, "0 dollars"),
        (-2000, "minus 20 dollars"),
    ],
)
def test_money_is_written_as_it_is_spoken(bank, cents, words):
    assert bank("money").say_money(cents) == words


@pytest.mark.parametrize(("amount", "cents"), [(50, 5000), (50.0, 5000), ("12.34", 1234), (0.1 + 0.2, 30)])
def test_amounts_become_exact_cents(bank, amount, cents):
    assert bank("money").to_cents(amount) == cents


@pytest.mark.parametrize("amount", [None, "much", float("nan"), float("inf"), 1e12])
def test_what_is_no_amount_is_refused(bank, amount):
    money = bank("money")

    with pytest.raises(money.AmountUnusable):
        money.to_cents(amount)


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [
        ("today", date(2026, 3, 19), date(2026, 3, 19), "today"),
        ("Yesterday.", date(2026, 3, 18), date(2026, 3, 18), "yesterday"),
        ("the day before yesterday", date(2026, 3, 17), date(2026, 3, 17), "on Tuesday"),
        ("last week", date(2026, 3, 9), date(2026, 3, 15), "last week"),
        ("for this week, please", date(2026, 3, 16), date(2026, 3, 19), "this week"),
        ("this month", date(2026, 3, 1), date(2026, 3, 19), "this month"),
        ("last month", date(2026, 2, 1), date(2026, 2, 28), "last month"),
        ("on Monday", date(2026, 3, 16), date(2026, 3, 16), "on Monday"),
        ("last Thursday", date(2026, 3, 12), date(2026, 3, 12), "on Thursday"),
        ("the last three days", date(2026, 3, 16), date(2026, 3, 19), "in the last 3 days"),
        ("since Monday", date(2026, 3, 16), date(2026, 3, 19), "since Monday"),
        ("in February", date(2026, 2, 1), date(2026, 2, 28), "in February"),
        ("May", date(2025, 5, 1), date(2025, 5, 31), "in May"),
        ("recently", date(2026, 2, 17), date(2026, 3, 19), "in the last 30 days"),
        ("the 3rd of May", date(2025, 5, 3), date(2025, 5, 3), "on the 3rd of May"),
        ("May 3rd", date(2025, 5, 3), date(2025, 5, 3), "on the 3rd of May"),
        ("the third of May", date(2025, 5, 3), date(2025, 5, 3), "on the 3rd of May"),
        ("the twenty first of January", date(2026, 1, 21), date(2026, 1, 21), "on the 21st of January"),
        ("two days ago", date(2026, 3, 17), date(2026, 3, 17), "on Tuesday"),
        ("2026-03-02", date(2026, 3, 2), date(2026, 3, 2), "on the 2nd of March"),
        ("blue", None, None, None),
        ("", None, None, None),
    ],
)
def test_a_period_means_these_days(bank, text, first, last, name):
    period = bank("periods").parse_period(text, THURSDAY)

    assert (period and (period.first, period.last, period.name)) == (first and (first, last, name))


def test_the_future_is_no_period(bank):
    assert bank("periods").parse_period("2027-01-01", THURSDAY) is None
