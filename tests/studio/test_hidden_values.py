"""What is in a server's variables is told nobody, however it stands in a message."""

from __future__ import annotations

from pathlib import Path

from studio.hidden_values import named_values, without_values

LONG = "sk-" + "0123456789abcdef" * 20


def test_a_value_is_its_variable_again() -> None:
    values = {"KEY": LONG, "KIND": "quiet-heron"}
    assert without_values(f"there is no '{LONG}'", values) == "there is no '${KEY}'"
    assert without_values(f"there is no '{LONG[:60]}' here", values) == "there is no '${KEY}' here", "it was cut"
    assert without_values("QUIET-HERON and quiet-heron", values) == "${KIND} and ${KIND}"
    assert without_values("quietly, a quiet heron", values) == "quietly, a quiet heron"


def test_only_what_the_folder_names_and_no_switches(tmp_path: Path) -> None:
    (tmp_path / "endpoints.yml").write_text("a: ${ONE}\nb: http://${TWO:-x}/\nc: ${FLAG}\n")
    (tmp_path / "config.yml").write_bytes(b"d: ${THREE} \xff\n")
    environment = {"ONE": "first", "TWO": "second-one", "THREE": "third", "FLAG": "1", "HOME": "/root"}
    assert next(iter(named_values(tmp_path, environment))) == "TWO", "the longest value first"
    assert set(named_values(tmp_path, environment)) == {"ONE", "TWO", "THREE"}


def test_a_value_that_is_its_own_variable_ends() -> None:
    assert without_values("say ${KEY}key", {"KEY": "${KEY}"}) == "say ${KEY}key"
    assert without_values("key key", {"KEY": "key"}) == "${KEY} ${KEY}"
