"""Which paths a project may have."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.projects.paths import check_id, clashes, left_out_because, normal_path, problem_of_path, slug


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../../x", "a/..", "C:/x", "c:x", "a//b", "a/./b", "a/b\x00c", "a\nb",
        "x\u202egpj.yml", "con", "data/NUL.yml", "aux", "com1.txt", "LPT9", "COM¹", "a.", "a ", "a /b",
        "file.yml:stream", "a\\b", "\ud800", "a" * 256, "é" * 128,
        "/".join("abcdefghijklmnopqrstuvwxyzabcdefghi"), "a/" * 600 + "b",
    ],
)  # fmt: skip
def test_tricks(path: str) -> None:
    assert problem_of_path(path) is not None


@pytest.mark.parametrize(
    "path",
    [
        "config.yml", "data/flows/überweisung.yml", "docs/你好.md", "docs/مرحبا.md", "docs/नमस्ते.md", "docs/👩‍👩‍👧.md",
        "docs/what is this?.md", "a..b", "...a", "-x", "data/می‌خواهم.yml", "console.yml", "com10",
        "auxiliary/nulls.yml", "é" * 127,
    ],
)  # fmt: skip
def test_names_in_every_script(path: str) -> None:
    assert problem_of_path(path) is None


def test_one_normal_form() -> None:
    assert normal_path("./docs\\u\u0308ber.md/") == "docs/über.md"
    assert normal_path("/") == "/"


@pytest.mark.parametrize(
    ("paths", "pair"),
    [
        (["a.yml", "A.yml"], ("a.yml", "A.yml")),
        (["straße", "STRASSE"], ("straße", "STRASSE")),
        (["docs/é.md", unicodedata.normalize("NFD", "docs/é.md")], None),
        (["a", "a/b"], ("a", "a")),
        (["A/x", "a/y"], ("A", "a")),
        (["ﬁle", "file"], ("ﬁle", "file")),
    ],
)
def test_names_that_are_one_file_somewhere(paths: list[str], pair: tuple[str, str] | None) -> None:
    found = list(clashes(paths))
    assert found
    assert pair is None or pair in found


def test_names_that_are_not() -> None:
    assert list(clashes(["a/b", "a/c", "b/a", "i", "ı"])) == []


@given(st.text())
def test_every_name_has_an_id(name: str) -> None:
    assert check_id(slug(name))


@given(st.text(max_size=40))
def test_what_passes_stays_in_the_folder(name: str) -> None:
    from pathlib import PurePosixPath

    if problem_of_path(name) is None:
        path = PurePosixPath("/project") / name
        assert path.is_relative_to("/project")
        assert ".." not in path.parts
        assert str(path) == f"/project/{name}"


@pytest.mark.parametrize(
    ("path", "is_part"),
    [
        ("config.yml", True), (".studio/positions.json", True), (".gitignore", True),
        ("actions/models/x.py", True), (".studio/remote.json", False), (".studio/pending/0", False),
        ("models/2024.tar.gz", False), (".rasa/cache.db", False), (".env", False), ("a/.git/config", False),
        ("actions/__pycache__/x.pyc", False), ("flows.yml.theirs", False), ("a/.studio/x", False),
        ("bank.sqlite", False), ("calls/one.wav", True), ("docs/plan.pdf", True),
    ],
)  # fmt: skip
def test_what_belongs_to_a_project(path: str, is_part: bool) -> None:
    assert (left_out_because(path) is None) == is_part
