"""Cuts documents into passages: a few sentences under their headings, never across one. Pure.

    # Opening hours                      Passage(heading="Opening hours", sentences=("We open at nine.", …))
    We open at nine. …          ──▶      Passage(heading="Opening hours > Holidays", …)
    ## Holidays
    Closed on public holidays.

A list stays with the sentence that introduces it, as one sentence, if that can be listened to: "You need: a passport,
proof of address". A passage ends before `MOST_WORDS`; the next one repeats nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from dialogue.knowledge.markup import Block
from dialogue.knowledge.passages import Passage
from dialogue.knowledge.sentences import split_sentences

MOST_WORDS: Final = 80
"""Of a passage: about half a minute of reading, and less than the 128 word pieces that the encoder takes in."""
MOST_WORDS_OF_LIST: Final = 45
"""A list is one sentence with what introduces it up to here; one that is longer is kept item by item."""
_MOST_CHARACTERS: Final = 1_000
_SEPARATOR: Final = " > "


@dataclass(slots=True)
class _Section:
    """What stands under one heading so far."""

    source: str
    headings: list[tuple[int, str]] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    line: int = 1
    question: Block | None = None
    is_in_list: bool = False

    @property
    def heading(self) -> str:
        return _SEPARATOR.join(text for _, text in self.headings)

    def enter(self, block: Block) -> None:
        """Go on under a heading: it replaces those of its level and below."""
        self.headings = [*(above for above in self.headings if above[0] < block.level), (block.level, block.text)]

    def taken(self) -> Iterator[Passage]:
        """Yield the passage that was gathered, if there is one."""
        if self.sentences:
            yield Passage(self.source, self.heading, tuple(self.sentences), self.line)
        self.sentences = []
        self.is_in_list = False


def split_blocks(blocks: Iterable[Block], source: str) -> Iterator[Passage]:
    """Return the passages of one document, in their order."""
    section = _Section(source)
    for block in blocks:
        if section.question is not None and block.kind == "answer":
            question, section.question = section.question, None
            yield Passage(source, section.heading, (question.text,), question.line, block.text)
            continue
        section.question = None
        match block.kind:
            case "heading":
                yield from section.taken()
                section.enter(block)
            case "question":
                yield from section.taken()
                section.question = block
            case _:
                yield from _added(section, block)
    yield from section.taken()


def _added(section: _Section, block: Block) -> Iterator[Passage]:
    if block.kind == "item" and section.sentences and _joins(section.sentences[-1], block.text, section.is_in_list):
        mark = " " if section.sentences[-1].endswith(":") else "; "
        section.sentences[-1] = f"{section.sentences[-1].rstrip(';,.')}{mark}{block.text}"
        section.is_in_list = True
        return
    section.is_in_list = False
    sentences = (block.text,) if block.kind == "row" else split_sentences(block.text)
    for sentence in (part for whole in sentences for part in _bounded(whole)):
        n_words = sum(len(one.split()) for one in section.sentences) + len(sentence.split())
        if section.sentences and n_words > MOST_WORDS:
            yield from section.taken()
        if not section.sentences:
            section.line = block.line
        section.sentences.append(sentence)


def _joins(before: str, item: str, is_in_list: bool) -> bool:
    """Tell whether an item goes on with the sentence that introduced the list."""
    if not (is_in_list or before.endswith(":")):
        return False
    is_short = len(before.split()) + len(item.split()) <= MOST_WORDS_OF_LIST
    return is_short and len(split_sentences(item)) == 1


def _bounded(sentence: str) -> Iterator[str]:
    """Cut what is no sentence of a person, such as a table that was pasted, at spaces."""
    while len(sentence) > _MOST_CHARACTERS:
        cut = sentence.rfind(" ", 1, _MOST_CHARACTERS)
        cut = cut if cut > 0 else _MOST_CHARACTERS
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
