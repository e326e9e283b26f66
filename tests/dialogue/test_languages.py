"""The language of a tag, however it is written."""

from __future__ import annotations

import pytest

from dialogue.languages import primary_language


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de", "de"), ("de-AT", "de"), ("de_AT", "de"), ("DE", "de"), ("zh-Hant-TW", "zh"), ("", "")],
)
def test_the_region_is_left_out(tag: str, language: str) -> None:
    assert primary_language(tag) == language
