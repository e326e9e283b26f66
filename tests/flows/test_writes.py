"""Which questions decide whether an action writes."""

from pathlib import Path

import pytest

from flows.loader import load_assistant
from flows.writes import deciding_slots

DOMAIN = """
version: "3.1"
slots:
  agreed: {type: bool, mappings: [{type: from_llm}]}
  chair: {type: bool, mappings: [{type: from_llm}]}
  chairs: {type: float, mappings: [{type: from_llm}]}
actions: [book_table]
responses:
  utter_ask_agreed: [{text: Shall I?}]
  utter_ask_chair: [{text: A high chair?}]
  utter_ask_chairs: [{text: How many?}]
  utter_done: [{text: Done.}]
"""
RIGHT_BEHIND = "{collect: agreed, next: [{if: slots.agreed, then: [{action: book_table, next: END}]}, {else: END}]}"
BEHIND_A_QUESTION = (
    "{collect: agreed, next: [{if: not slots.agreed, then: END}, {else: ask}]}, {id: ask, collect: chair}, "
    "{action: book_table}"
)
BACK_AGAIN = (
    "{id: again, collect: agreed, next: [{if: slots.agreed, then: ask}, {else: retry}]}, "
    "{id: retry, set_slots: [{agreed: null}], next: again}, {id: ask, collect: chair}, {action: book_table}"
)
BESIDE = (
    "{collect: chair, next: [{if: slots.chair, then: [{collect: chairs, next: book}]}, {else: book}]}, "
    "{id: book, action: book_table}"
)


@pytest.mark.parametrize(
    ("steps", "deciding"),
    [(RIGHT_BEHIND, {"agreed"}), (BEHIND_A_QUESTION, {"agreed"}), (BACK_AGAIN, {"agreed"}), (BESIDE, set())],
)
def test_slots_that_decide_on_a_write(tmp_path: Path, steps: str, deciding: set[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "config.yml").write_text("recipe: default.v1\nlanguage: en\npipeline: []\n")
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "data/flows.yml").write_text(f"flows:\n  book: {{description: Book, steps: [{steps}]}}\n")
    assert deciding_slots(load_assistant(tmp_path), {"agreed", "chair"}) == deciding
