"""YAML as it is read: scalars of YAML 1.2, places, and files that are hostile or broken."""

from __future__ import annotations

from typing import Any

import pytest

from flows.findings import Findings
from flows.source import MAX_DEPTH, MAX_FILE_CHARACTERS, Rows, Scalar, Table, read_yaml


def plain(text: str) -> Any:
    findings = Findings()
    value = read_yaml(text, "x.yml", findings)
    assert findings.sorted() == ()
    return None if value is None else value.plain()


def problem(text: str) -> tuple[str, int, int]:
    findings = Findings()
    read_yaml(text, "x.yml", findings)
    (finding,) = findings.sorted()
    return finding.code, finding.line, finding.column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("Off", "Off"), ("y", "y"),
        ("true", True), ("FALSE", False), ("null", None), ("~", None), ("", None),
        ("5", 5), ("-5", -5), ("+5", 5), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1_000", "1_000"),
        ("0x1F", "0x1F"), ("12:30:00", "12:30:00"), ("2024-01-01", "2024-01-01"), ("3.14.16", "3.14.16"),
        ("'5'", "5"), ('"yes"', "yes"), ("'it''s'", "it's"), ('"a\\/b"', "a/b"), ('"\\u00e9"', "é"),
        ("!!str 5", "5"), ("!!int '5'", 5), ("!custom x", "x"), ("1" * 30, 1e29 + 1e28 + 1.1111111111111e27),
        ("|\n  two\n  lines\n", "two\nlines\n"), (">-\n  one\n  line\n", "one line"),
        ("{a: 1, 'b': [x, y]}", {"a": 1, "b": ["x", "y"]}), ('{"a":1}', {"a": 1}),
        ("- url: http://x", [{"url": "http://x"}]),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}), ("# nothing\n", None), ("---\n", None), ("---\n# x\n...\n", None),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("ключ: значение\n鍵: 値\n🙂: 🙃", {"ключ": "значение", "鍵": "値", "🙂": "🙃"}),
        ("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3", {"base": {"x": 1, "y": 2}, "more": {"x": 1, "y": 3}}),
        ("a: &a {x: 1}\nc:\n  <<: [*a, {x: 2, z: 4}]", {"a": {"x": 1}, "c": {"x": 1, "z": 4}}),
        ("1: a\ntrue: b", {"1": "a", "true": "b"}), ("a: &x\nb: *x", {"a": None, "b": None}),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    if isinstance(value, float):
        assert plain(text) == pytest.approx(value)
    else:
        assert plain(text) == value


def test_places() -> None:
    findings = Findings()
    table = read_yaml("a:\n  - b: 'x'\n    é: y\n", "f.yml", findings)
    assert isinstance(table, Table)
    rows = table.get("a")
    assert isinstance(rows, Rows)
    assert (rows.place.line, rows.place.column) == (2, 3)
    inner = rows.items[0]
    assert isinstance(inner, Table)
    assert (inner.keys["é"].line, inner.keys["é"].column) == (3, 5)
    quoted = inner.get("b")
    assert isinstance(quoted, Scalar)
    assert (quoted.place.line, quoted.place.column, quoted.offset) == (2, 8, 1)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: [\n", "yaml", 2, 1),
        ("a:\n\tb: 1", "yaml", 2, 1),
        ("a: b: c", "yaml", 1, 5),
        ("a: *x", "yaml", 1, 4),
        ("a: &x [*x]", "yaml", 1, 8),
        ("a: 1\na: 2", "duplicate-key", 2, 1),
        ("{[a]: 1}", "yaml", 1, 2),
        ("a: 1\n---\nb: 2", "yaml", 2, 1),
        ("é: 1\nb: \x07", "yaml", 2, 4),
        ("'a", "yaml", 1, 3),
        ("@a", "yaml", 1, 1),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "too-deep", 1, MAX_DEPTH + 1),
    ],
)
def test_what_does_not_parse(text: str, code: str, line: int, column: int) -> None:
    assert problem(text) == (code, line, column)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_any_depth_is_survived(opening: str) -> None:
    assert problem(opening * 100_000)[0] in ("too-deep", "yaml")


def test_depth_through_aliases() -> None:
    lines = ["a0: &a0 [x]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 1_000))]
    assert problem("\n".join(lines))[0] == "too-deep"


def test_a_billion_laughs() -> None:
    lines = ["a0: &a0 [" + ", ".join(["x"] * 10) + "]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    assert problem("\n".join(lines))[0] == "too-many-values"


def test_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.source.MAX_NODES", 1_000)
    assert problem("a" * (MAX_FILE_CHARACTERS + 1)) == ("file-too-large", 1, 1)
    assert problem("[" + "1," * 1_001 + "]")[0] == "too-many-values"
