"""What voice.yml says of a call beside its turns."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.attendance.policy import SECTIONS, CallPolicy, languages_of, read_call_policy
from voice.turns.policy import PolicyInvalid

SETTINGS = Path(__file__).parents[3] / "docs" / "settings.md"


def test_an_empty_file_gives_the_defaults() -> None:
    assert read_call_policy({}) == CallPolicy()


def test_what_is_said_is_taken() -> None:
    policy = read_call_policy(
        {
            "turns": {"min_gap_ms": 300},
            "silence": {"prompts": 2},
            "background": {"louder_db": 6},
            "fillers": {"after_ms": 0},
            "languages": ["en", "de"],
        }
    )
    assert policy.silence.prompts == 2
    assert policy.background.louder_db == 6.0
    assert policy.fillers.after_ms == 0
    assert policy.language.languages == ("en", "de")


@pytest.mark.parametrize(
    ("voice", "told"),
    [
        ({"silence": {"promts": 2}}, "'promts' is not a setting; there is prompts"),
        ({"silence": [2]}, "silence: must be a map"),
        ({"fillers": {"after_ms": "soon"}}, "fillers: after_ms must be a number, not 'soon'"),
        ({"fillers": {"after_ms": True}}, "must be a number"),
        ({"limits": {"max_call_ms": -1}}, "between 0 and"),
        ({"limits": {"max_call_ms": 1.5}}, "whole number"),
        ({"limits": {"max_call_ms": float("nan")}}, "between"),
        ({"limits": {"max_call_ms": 10**30}}, "between"),
        ({"background": {"drops": 0}}, "between 1 and"),
        ({"languages": "en"}, "a list such as"),
        ({"languages": []}, "a list such as"),
        ({"languages": [False]}, "is no language"),
        ({"languages": ["en", "the German one"]}, "is no language"),
        ({"languages": ["en"] * 100}, "a list such as"),
    ],
)
def test_what_cannot_be_is_told_to_people(voice: dict[str, object], told: str) -> None:
    with pytest.raises(PolicyInvalid, match=re.escape(told)) as error:
        read_call_policy(voice)
    assert str(error.value).startswith("voice.yml: ")
    assert len(str(error.value)) < 400


def test_languages_come_from_config_where_voice_lists_none() -> None:
    languages = languages_of("en", {"additional_languages": ["de", "en", 7]})
    assert languages == ("en", "de")
    assert read_call_policy({}, languages=languages).language.languages == ("en", "de")
    assert languages_of("", {"additional_languages": "de"}) == ("en",)


def test_every_setting_is_documented_with_its_default() -> None:
    text = SETTINGS.read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(\w+\.\w+)` \| (.*?) \|", text, re.MULTILINE))
    expected = {f"{name}.{one.name}": str(one.default) for name, kind in SECTIONS.items() for one in fields(kind)}
    assert documented == expected


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*SECTIONS, "languages", "voices", "turns"]), json, max_size=4))
def test_any_file_gives_a_policy_or_an_error_for_people(voice: dict[str, object]) -> None:
    try:
        policy = read_call_policy(voice)
    except PolicyInvalid:
        return
    assert policy.language.languages
