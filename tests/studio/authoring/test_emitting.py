"""Any value that is put into a file reads back as itself, here and in a reader of YAML 1.1."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.authoring import plain_data
from studio.authoring.emitting import Manner, inline, item_lines, pair_lines
from studio.authoring.errors import EditRefused
from studio.authoring.fragment import Fragment, Setting
from studio.authoring.tree import parse_text
from tests.studio.authoring.assistants import edit, project, taken_back, texts

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    [
        "yes",
        "12:30",
        "0x1F",
        "1_000",
        "2024-01-01",
        "null",
        "~",
        "- a",
        "a: b",
        "# c",
        "a #b",
        "x\n",
        "\nx",
        " x",
        "x ",
        "a\n\nb\n\n",
        "a\n  b",
        "é",
        "{slot}",
        "{{slots.x}}",
        "'",
        '"',
        "'\"",
        "\\",
        "*a",
        "&a",
        "!b",
        "%c",
        "@d",
        "`e",
        "|",
        ">",
        "=",
        "<<",
        "a\tb",
        "\tx",
        "---",
        "...",
        "a:",
        ":a",
        "[x",
        "a, b",
        "no",
        "1e5",
        ".5",
        "1.",
        "0o7",
        "x\r\ny",
        "\x85",
        "\u2028",
        "\0",
        "\ufeff",
    ]
)
KEYS = TEXTS.filter(lambda text: text not in ("", "<<"))
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
MANNERS = st.builds(
    Manner, st.integers(1, 4), st.integers(0, 4), st.sampled_from(["'", '"']), st.sampled_from(["\n", "\r\n"])
)


@given(VALUES, MANNERS)
@example({"a": ["x\n", {"b": "y\n\n"}], "c": "\n"}, Manner())
@example([["a\n b"], {"x": []}], Manner(4, 0))
def test_a_value_reads_back_as_itself(value, manner):
    for lines in (pair_lines("key", value, 2, manner), ["key: " + inline(value, manner)]):
        text = manner.newline.join([*lines, ""])

        assert plain_data.same(parse_text(text).plain(), {"key": value})
    text = manner.newline.join(["l:", *item_lines(value, 0, manner), *item_lines(1, 0, manner), ""])
    assert plain_data.same(parse_text(text).plain(), {"l": [value, 1]})


@given(TEXTS)
def test_a_text_is_a_text_for_readers_of_yaml_1_1_too(text):
    written = "\n".join([*pair_lines("key", text, 0, Manner()), ""])

    assert yaml.safe_load(written) == {"key": text}


@settings(deadline=None)
@given(
    st.dictionaries(KEYS, VALUES, min_size=1, max_size=5),
    st.dictionaries(KEYS, VALUES, min_size=1, max_size=5),
    MANNERS,
)
def test_one_value_becomes_another(old, new, manner):
    fragment = Fragment(manner.newline.join([*pair_lines("key", old, 0, manner), ""]), Setting("x", manner))
    fragment.update(("key",), new)

    assert plain_data.same(fragment.data, {"key": new})
    assert plain_data.same(parse_text(fragment.text).plain(), {"key": new})


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), VALUES | st.just("delete")), max_size=5))
def test_slots_are_written_and_taken_back(changes):
    files = project(
        domain='version: "3.1"\n\nslots:\n  # the first\n  a:\n    type: text  # free\n\n  b: {type: bool}\n'
    )
    for name, value in changes:
        known = files.domain_entry("slots", name) is not None
        command = {"op": "put", "section": "slots", "name": name}
        if value == "delete" and not known:
            continue
        after = edit(files, command if value == "delete" else {**command, "value": value}).files
        found = after.domain_entry("slots", name)
        if value == "delete":
            assert found is None
        else:
            file, spot = found
            assert plain_data.same(file.fragment(spot.part).at(spot.path), value)
            assert plain_data.same(parse_text(file.text).plain()["slots"][name], value)
        assert texts(taken_back(files, after)) == texts(files)
        files = after


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, ["a", {"b": "\ud800"}], float("nan"), {"": 1}, {"<<": {}}])
def test_what_no_file_can_hold_is_refused(value):
    with pytest.raises(EditRefused):
        edit(project(domain="slots: {}\n"), {"op": "put", "section": "slots", "name": "a", "value": value})
