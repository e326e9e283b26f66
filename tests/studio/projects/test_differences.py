"""What differs between two states, as a designer sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.projects.differences import content_differences, flow_differences, text_difference
from studio.projects.graphs import read_flows, with_flow_of
from tests.studio.projects.conftest import whole

EXAMPLES = Path(__file__).parents[3] / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())

BOOK = """\
flows:
  book:
    description: Book a table.
    steps:
      - collect: day
      - collect: guests
      - id: confirm
        collect: sure
        next:
          - if: slots.sure
            then:
              - action: utter_booked
                next: END
          - else:
              - action: utter_dropped
                next: END
"""


def compared(before: str, after: str) -> dict[str, object]:
    found = flow_differences({"data/f.yml": before.encode()}, {"data/f.yml": after.encode()}, read_flows)
    assert len(found) == 1
    return found[0]


def test_the_same_is_no_difference() -> None:
    files = {"data/f.yml": BOOK.encode()}
    assert flow_differences(files, {"data/g.yml": f"# moved\n{BOOK}".encode()}, read_flows) == []


def test_a_step_before_the_others_is_the_only_one_that_is_new() -> None:
    found = compared(
        BOOK, BOOK.replace("      - collect: day\n", "      - action: utter_hello\n      - collect: day\n")
    )
    assert found["steps"] == {"~steps.0": "added"}
    assert found["was"] == {"~steps.1": "~steps.0", "~steps.2": "~steps.1"} | {
        key: was for key, was in found["was"].items() if key.startswith("~steps.3")
    }
    assert {(edge["from"], edge["to"], edge["state"]) for edge in found["edges"]} == {
        ("START", "~steps.0", "removed"),
        ("START", "~steps.0", "added"), ("~steps.0", "~steps.1", "added"),
    }  # fmt: skip


def test_a_step_that_says_something_else() -> None:
    found = compared(BOOK, BOOK.replace("collect: guests", "collect: guests\n        description: how many"))
    assert (found["change"], found["steps"], found["edges"]) == ("changed", {"~steps.1": "changed"}, [])


def test_a_step_that_is_gone() -> None:
    found = compared(BOOK, BOOK.replace("      - collect: guests\n", ""))
    assert found["steps"] == {"~steps.1": "removed"}


def test_a_step_that_has_moved() -> None:
    found = compared(
        BOOK,
        BOOK.replace(
            "      - collect: day\n      - collect: guests\n", "      - collect: guests\n      - collect: day\n"
        ),
    )
    assert list(found["steps"].values()) == ["moved"]


def test_a_step_in_another_branch_has_moved_and_its_edge_with_it() -> None:
    found = compared(
        BOOK,
        BOOK.replace("utter_booked", "x").replace("utter_dropped", "utter_booked").replace(" x\n", " utter_dropped\n"),
    )
    assert set(found["steps"].values()) <= {"moved", "changed"}
    assert found["steps"]


def test_a_condition_is_an_edge() -> None:
    found = compared(BOOK, BOOK.replace("if: slots.sure", "if: slots.sure and slots.day"))
    assert found["steps"] == {}
    assert [(edge["state"], edge["condition"]) for edge in found["edges"]] == [
        ("removed", "slots.sure"), ("added", "slots.sure and slots.day"),
    ]  # fmt: skip


def test_a_flow_that_is_new_or_gone() -> None:
    added = compared("flows: {}\n", BOOK)
    assert (added["change"], added["before"], set(added["steps"].values())) == ("added", None, {"added"})
    removed = compared(BOOK, "flows: {}\n")
    assert (removed["change"], removed["after"], set(removed["steps"].values())) == ("removed", None, {"removed"})


def test_properties() -> None:
    found = compared(
        BOOK, BOOK.replace("    steps:", "    if: False\n    steps:").replace("Book a table.", "Book one.")
    )
    assert (found["steps"], found["properties"]) == ({}, {"description": "changed", "if": "added"})


def test_content() -> None:
    before = {
        "domain.yml": b"slots: {a: {type: text}, b: {type: text}}\nintents: [x, y]\nresponses: {utter_x: [text: X]}\n",
        "data/nlu.yml": b"nlu:\n  - intent: x\n    examples: |\n      - one\n",
        "config.yml": b"language: en\n",
    }
    after = {
        "domain/all.yml": b"slots: {a: {type: bool}, c: {type: text}}\nintents: [x]\nresponses: {utter_x: [text: X]}\n",
        "data/nlu.yml": b"nlu:\n  - intent: x\n    examples: |\n      - one\n      - two\n",
        "config.yml": b"language: de\n",
    }
    found = {(one["section"], one["name"]): one["change"] for one in content_differences(before, after)}
    assert found == {
        ("slots", "a"): "changed", ("slots", "b"): "removed", ("slots", "c"): "added", ("intents", "y"): "removed",
        ("examples", "x"): "changed", ("files", "config.yml"): "changed",
    }  # fmt: skip


def test_text() -> None:
    told = text_difference(
        {"a": b"1\n2", "b": b"\0", "gone": b"x\n"}, {"a": b"1\n3\n", "b": b"\0\0", "new": "ü\n".encode()}
    )
    assert "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+3\n" in told
    assert "(not text: 1 → 2 bytes)" in told
    assert "--- a/gone\n+++ /dev/null" in told
    assert "--- /dev/null\n+++ b/new" in told
    assert "too long" in text_difference({"a": b"x\n" * 30_000}, {"a": b"y\n" * 30_000})


@pytest.mark.parametrize(
    "broken", [b"flows: [", b"\xff", b"flows: 1\n", b"- 1\n", b"flows:\n  a: 1\n", b"", b"\0", b"a: &a [*a]\n"]
)
def test_files_that_are_none(broken: bytes) -> None:
    files = {"data/f.yml": broken, "domain.yml": broken, ".studio/positions.json": broken}
    text_difference(files, {})
    content_differences(files, {})
    flow_differences(files, {}, read_flows)
    flow_differences({}, files, read_flows)


@pytest.mark.parametrize("name", NAMES)
def test_every_flow_of_the_examples_comes_back_as_it_was(name: str) -> None:
    """A flow that was deleted and restored says the same, and nothing else has changed."""
    then = {path: content for path, content in whole(EXAMPLES / name).items() if path.endswith(".yml")}
    flows = read_flows(then)
    assert flows
    for flow_id in list(flows)[:6]:
        without = with_flow_of(
            then, {path: content for path, content in then.items() if not path.startswith("data/")}, flow_id
        )
        assert flow_id not in read_flows(without)
        restored = with_flow_of(without, then, flow_id)
        assert flow_differences(then, restored, read_flows) == []
        assert flow_differences(then, without, read_flows)[0]["change"] == "removed"


@pytest.mark.parametrize("name", NAMES)
def test_adding_a_step_to_any_flow_adds_one(name: str) -> None:
    then = {path: content for path, content in whole(EXAMPLES / name).items() if path.endswith(".yml")}
    for path in (path for path in then if path.startswith("data/")):
        text = then[path].decode()
        if "\n    steps:\n      - " in text:
            head, _, tail = text.partition("\n    steps:\n")
            now = {**then, path: f"{head}\n    steps:\n      - action: utter_new\n{tail}".encode()}
            (found,) = flow_differences(then, now, read_flows)
            assert list(found["steps"].values()).count("added") == 1
            assert set(found["steps"].values()) == {"added"}
