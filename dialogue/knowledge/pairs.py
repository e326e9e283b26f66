"""Reads questions with their answers from data: JSON, JSON lines and YAML. Pure.

    - question: When do you open?            {"page_content": "When do you open?",
      answer: At nine, every weekday.         "metadata": {"title": "hours", "answer": "At nine, every weekday."}}

Both shapes are read in each format, the second being that of the format's vector stores; `question` may be a list of
wordings. An entry without an answer is a passage of its `text` or `page_content`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dialogue.knowledge.passages import Passage
from dialogue.knowledge.sentences import split_sentences
from flows.commands import Json
from flows.findings import Findings
from flows.source import read_yaml

MOST_ANSWER_CHARACTERS: Final = 2_000


class NoPairs(ValueError):
    """Data has no questions and answers; the message says what is wrong and where."""


def read_pairs(text: str, source: str, suffix: str) -> Iterator[Passage]:
    """Return the pairs, and the passages, of one file. Raises NoPairs."""
    listed = _data(text, source, suffix)
    if isinstance(listed, Mapping):
        listed = next((value for value in listed.values() if isinstance(value, list)), [listed])
    if not isinstance(listed, list):
        raise NoPairs("it has no list of questions and answers: write entries with 'question' and 'answer'")
    for number, entry in enumerate(listed, 1):
        if not isinstance(entry, Mapping):
            raise NoPairs(f"entry {number} is no map with 'question' and 'answer'")
        yield from _passages(entry, source, number)


def _passages(entry: Mapping[str, Json], source: str, number: int) -> Iterator[Passage]:
    metadata = entry.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    title = str(entry.get("title") or metadata.get("title") or "")
    answer = entry.get("answer") or metadata.get("answer")
    asked = entry.get("question") or entry.get("questions") or entry.get("page_content") or entry.get("text")
    wordings = [asked] if isinstance(asked, str) else asked
    if not isinstance(wordings, list) or not wordings or not all(isinstance(one, str) and one for one in wordings):
        raise NoPairs(f"entry {number} has no 'question': a text, or a list of texts")
    if answer is not None and not (isinstance(answer, str) and len(answer) <= MOST_ANSWER_CHARACTERS):
        raise NoPairs(f"entry {number} has an answer that is no text of at most {MOST_ANSWER_CHARACTERS} characters")
    for wording in wordings:
        yield Passage(
            source, title, split_sentences(wording), number, None if answer is None else " ".join(answer.split())
        )


def _data(text: str, source: str, suffix: str) -> Json:
    try:
        if suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        if suffix == ".json":
            return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise NoPairs(f"it is not JSON: {problem}") from None
    findings = Findings()
    value = read_yaml(text, source, findings)
    if value is None or findings.has_errors():
        found: Sequence[object] = findings.sorted()
        raise NoPairs(f"it is not YAML that can be read: {found[0]}" if found else "it is empty")
    return value.plain()
