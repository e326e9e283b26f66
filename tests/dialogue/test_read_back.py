"""What is said back to a caller, and that hearing it again gives the same value."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.read_back import FILTERS, Spoken, speakable
from dialogue.templates import Values, render_jinja
from dialogue.understanding.dates import read_date, read_time
from dialogue.understanding.normalising import normalise_value, phone

SAID: list[tuple[Spoken, Any, str]] = [
    ("digits", "8831", "8 8 3 1"),
    ("digits", 8831.0, "8 8 3 1"),
    ("digits", "5550199", "5 5 5, 0 1 9 9"),
    ("digits", "+44 7911 123456", "plus 4 4 7, 9 1 1, 1 2 3, 4 5 6"),
    ("digits", "none yet", "none yet"),
    ("code", "AB441", "A, B, 4, 4, 1"),
    ("code", "ab-1", "A, B, dash, 1"),
    ("money", 1250.5, "1,250.50"),
    ("number", 1250000, "1,250,000"),
    ("number", 3.5, "3.5"),
    ("date", "2026-12-24", "December 24th, 2026"),
    ("date", "2026-12-03", "December 3rd, 2026"),
    ("date", "next Friday", "next Friday"),
    ("date", "2026-13-40", "2026-13-40"),
    ("time", "19:00", "7 pm"),
    ("time", "07:30", "7:30 am"),
    ("time", "12:00", "noon"),
    ("time", "half past seven", "half past seven"),
    ("email", "joe.smith22@example.co.uk", "joe dot smith 2 2 at example dot co dot uk"),
    ("email", "one@example.com", "o n e at example dot com"),
    ("email", "nobody", "nobody"),
    ("money", None, ""),
]


@pytest.mark.parametrize(("kind", "value", "said"), SAID)
def test_how_values_are_said(kind: Spoken, value: Any, said: str) -> None:
    assert speakable(value, kind) == said


def test_money_has_its_currency() -> None:
    assert speakable(1250.5, "money", currency="dollars") == "1,250 dollars and 50 cents"
    assert speakable(1, "money", currency="EUR") == "1 euro"
    assert speakable(0.01, "money", currency="£") == "1 penny"
    assert speakable(0, "money", currency="dollars") == "0 dollars"
    assert speakable(7, "money", currency="crowns") == "7 crowns"


def test_letters_with_a_word_for_each() -> None:
    assert speakable("B5", "code", spells=True) == "B as in Bravo, 5"


def test_other_languages_hear_figures_only() -> None:
    assert speakable("2026-12-24", "date", "de") == "2026-12-24"
    assert speakable("8831", "digits", "de-AT") == "8 8 3 1"


def test_templates_of_responses_have_them() -> None:
    values = Values(slots={"card": "8831", "amount": 50.0, "code": "AB1"})
    text = '{{ slots.card | spoken_digits }}; {{ slots.amount | spoken_money("dollars") }}'
    text += "; {{ slots.code | spoken_code(true) }}"
    assert render_jinja(text, values) == "8 8 3 1; 50 dollars; A as in Alpha, B as in Bravo, 1"


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_figures_come_back(figures: str) -> None:
    assert normalise_value("code", speakable(figures, "digits")) == figures
    assert phone(speakable(f"+{figures}", "digits")) == f"+{figures}"


CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=3, max_size=12)


@given(CODES.filter(lambda code: sum(map(str.isalpha, code)) > 1), st.booleans())
def test_codes_come_back(code: str, spells: bool) -> None:
    assert normalise_value("code", speakable(code, "code", spells=spells)) == code


@given(st.integers(0, 10**9), st.sampled_from(["dollars", "euros", "pounds", ""]))
def test_amounts_come_back(cents: int, currency: str) -> None:
    amount = cents / 100
    assert normalise_value("money", speakable(amount, "money", currency=currency)) == pytest.approx(amount)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_days_come_back(day: date) -> None:
    assert read_date(speakable(day.isoformat(), "date")) == day


@given(st.times())
def test_times_come_back(moment: time) -> None:
    assert read_time(speakable(f"{moment:%H:%M}", "time")) == moment.replace(second=0, microsecond=0)


WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=8)
ADDRESSES = st.builds(
    lambda words, mark, number, hosts: f"{mark.join(words)}{number}@{'.'.join(hosts)}",
    st.lists(WORDS, min_size=1, max_size=3),
    st.sampled_from("._-"),
    st.one_of(st.just(""), st.integers(0, 999)),
    st.lists(WORDS, min_size=2, max_size=3),
)


@given(ADDRESSES)
def test_addresses_come_back(address: str) -> None:
    assert normalise_value("email", speakable(address, "email")) == address


@given(
    st.sampled_from(list(FILTERS)),
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(), st.lists(st.text())),
)
def test_any_value_is_said_somehow(name: str, value: Any) -> None:
    assert isinstance(FILTERS[name](value), str)
