"""Merging two states: what one side changed is taken, nothing is lost, and what clashes is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.projects.text_merging import merge_texts
from studio.projects.three_way import MergedText, changed_paths, merge

PATHS = st.sampled_from(["a.yml", "b.md", "c/d.txt", "e.bin"])
CONTENTS = st.sampled_from(
    [b"one: 1\ntwo: 2\nthree: 3\n", b"one: 9\ntwo: 2\nthree: 3\n", b"one: 1\ntwo: 2\nthree: 8\n", b"\0\1", b""]
)
FILES = st.dictionaries(PATHS, CONTENTS)


def applied(mine: dict[str, bytes], changes: dict[str, bytes | None]) -> dict[str, bytes]:
    return {path: content for path, content in {**mine, **changes}.items() if content is not None}


def unmergeable(path: str, base: str, mine: str, theirs: str) -> MergedText:
    return MergedText(mine, ((1, 1),))


@given(FILES, FILES)
def test_only_they_changed(base: dict[str, bytes], theirs: dict[str, bytes]) -> None:
    found = merge(base, base, theirs, unmergeable)
    assert found.conflicts == ()
    assert applied(base, dict(found.changes)) == theirs


@given(FILES, FILES)
def test_only_we_changed(base: dict[str, bytes], mine: dict[str, bytes]) -> None:
    found = merge(base, mine, base, unmergeable)
    assert (found.changes, found.conflicts) == ({}, ())


@given(FILES, FILES, FILES)
def test_nothing_of_anybody_is_lost_unseen(
    base: dict[str, bytes], mine: dict[str, bytes], theirs: dict[str, bytes]
) -> None:
    found = merge(base, mine, theirs, merge_texts)
    result = applied(mine, dict(found.changes))
    told = {conflict.path for conflict in found.conflicts}
    for path in {*base, *mine, *theirs}:
        if path in told:
            assert result.get(path) == mine.get(path)
            assert base.get(path) not in (mine.get(path), theirs.get(path))
        elif mine.get(path) == base.get(path):
            assert result.get(path) == theirs.get(path)
        elif theirs.get(path) == base.get(path):
            assert result.get(path) == mine.get(path)


@given(FILES, FILES, FILES)
def test_both_ways_give_the_same(base: dict[str, bytes], mine: dict[str, bytes], theirs: dict[str, bytes]) -> None:
    one, other = merge(base, mine, theirs, merge_texts), merge(base, theirs, mine, merge_texts)
    assert {conflict.path for conflict in one.conflicts} == {conflict.path for conflict in other.conflicts}
    if not one.conflicts:
        assert applied(mine, dict(one.changes)) == applied(theirs, dict(other.changes))


def test_two_entries_of_one_file() -> None:
    base = b"one: 1\ntwo: 2\nthree: 3\n"
    mine, theirs = base.replace(b"one: 1", b"one: 9"), base.replace(b"three: 3", b"three: 8")
    found = merge({"a.yml": base}, {"a.yml": mine}, {"a.yml": theirs}, merge_texts)
    assert (found.changes, found.merged) == ({"a.yml": b"one: 9\ntwo: 2\nthree: 8\n"}, ("a.yml",))


def test_the_same_key_added_twice_is_told() -> None:
    base = "slots:\n  a: 1\n"
    merged = merge_texts("domain.yml", base, base + "  b: 2\n", base + "  b: 3\n")
    assert merged.conflicts


def test_a_name_in_another_case_is_told() -> None:
    found = merge({}, {"Docs/a.md": b"1"}, {"docs/A.md": b"2"}, merge_texts)
    assert (found.changes, [conflict.path for conflict in found.conflicts]) == ({}, ["docs/A.md"])


def test_what_is_no_text() -> None:
    found = merge({"x": b"\0"}, {"x": b"\0\1"}, {"x": b"\0\2"}, merge_texts)
    (conflict,) = found.conflicts
    told = conflict.to_json()
    assert (told["is_text"], told["mine"], told["theirs"]) == (False, None, None)


def test_positions_are_merged_by_their_keys() -> None:
    path = ".studio/positions.json"
    base, mine = b'{"f": {"a": [0, 0], "b": [0, 0], "c": [0, 0]}}', b'{"f": {"a": [1, 1], "b": [0, 0], "c": [0, 0]}}'
    theirs = b'{"f": {"a": [2, 2], "b": [5, 5]}, "g": {}}'
    found = merge({path: base}, {path: mine}, {path: theirs}, merge_texts)
    assert found.conflicts == ()
    assert b'"c"' not in (found.changes[path] or b"")
    assert __import__("json").loads(found.changes[path] or b"") == {"f": {"a": [1, 1], "b": [5, 5]}, "g": {}}


def test_changed_paths() -> None:
    assert changed_paths({"a": b"1", "b": b"1"}, {"b": b"2", "c": b""}) == {
        "a": "removed",
        "b": "changed",
        "c": "added",
    }
