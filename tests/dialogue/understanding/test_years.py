"""Years as callers say them, and dates that have one."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from dialogue.understanding.dates import read_date
from dialogue.understanding.spans import find_dates, find_times
from dialogue.understanding.years import full_year, read_year

NOW = datetime(2026, 11, 18, 10, 0)


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("nineteen ninety one", 1991),
        ("nineteen oh five", 1905),
        ("two thousand and four", 2004),
        ("twenty twenty one", 2021),
        ("nineteen hundred and eighty", 1980),
        ("'95", 1995),
        ("seventy nine", 1979),
        ("oh four", 2004),
        ("1984", 1984),
        ("3000", None),
        ("three hundred", None),
        ("next year", None),
        ("", None),
    ],
)
def test_years(said: str, year: int | None) -> None:
    assert read_year(said) == year
    assert read_year(said, NOW) == year


def test_two_figures_are_of_the_last_hundred_years() -> None:
    assert full_year(27, NOW) == 2027
    assert full_year(28, NOW) == 1928
    assert full_year(28, datetime(2030, 1, 1)) == 2028


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("born third of may nineteen ninety one", "third of may nineteen ninety one"),
        ("second of november seventy nine, yes", "second of november seventy nine"),
        ("it was the third of July '95", "the third of July '95"),
        ("july third ninety five", "july third ninety five"),
        ("12/3/79", "12/3/79"),
        ("march five nineteen eighty", "march five nineteen eighty"),
        ("on the third of May at nine", "the third of May"),
        ("twelfth of June two people", "twelfth of June"),
        ("the third of may twenty two people", "the third of may"),
        ("june 3rd 20 people", "june 3rd"),
        ("march 5th 50 dollars", "march 5th"),
        ("for the weekend", "the weekend"),
        ("at the end of the month", "the end of the month"),
        ("saturday the third", "saturday the third"),
    ],
)
def test_one_date_with_its_year(said: str, found: str) -> None:
    assert [span.value for span in find_dates(said)] == [found]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("at half past seven", "half past seven"),
        ("half seven in the morning", "half seven in the morning"),
        ("eleven o clock", "eleven o clock"),
        ("four in the afternoon", "four in the afternoon"),
        ("twenty to nine", "twenty to nine"),
        ("quarter past eight tonight", "quarter past eight tonight"),
        ("at nine a m for six hours", "nine a m"),
        ("wednesday four p m", "four p m"),
        ("at six in the evening", "six in the evening"),
        ("7.30 pm", "7.30 pm"),
        ("two and a half hours", None),
        ("a table for two tonight", None),
        ("from two to three people", None),
        ("I live at 5 Main Street", None),
        ("I am at 20 percent", None),
    ],
)
def test_times_are_found_whole(said: str, found: str | None) -> None:
    assert [span.value for span in find_times(said)] == ([found] if found else [])


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("second of november seventy nine", date(1979, 11, 2)),
        ("the third of July '95", date(1995, 7, 3)),
        ("13/3/79", date(1979, 3, 13)),
        ("12/3/79", None),
        ("december twenty fourth nineteen eighty four", date(1984, 12, 24)),
    ],
)
def test_days_with_short_years_are_read(said: str, day: date | None) -> None:
    assert read_date(said, NOW) == day
