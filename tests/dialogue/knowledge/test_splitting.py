"""Documents to passages: headings, lists and tables of Markdown, HTML and plain text; nothing that cannot be said."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogue.knowledge.markup import html_blocks, markdown_blocks, text_blocks
from dialogue.knowledge.passages import Passage
from dialogue.knowledge.sentences import split_sentences
from dialogue.knowledge.splitting import MOST_WORDS, split_blocks

MARKDOWN = """---
title: settings of a generator
---
# Opening *hours*
We open at 9 a.m. on weekdays. See [the map](http://example.com/map).
<!-- not for readers -->

Holidays
--------
Closed on **public** holidays &amp; Sundays.

```python
print("code")
```
### What to bring
You need:
- a passport
- proof of address
"""


def passages(blocks) -> list[tuple[str, str]]:
    return [(one.heading, one.text) for one in split_blocks(blocks, "file")]


def test_markdown():
    assert passages(markdown_blocks(MARKDOWN)) == [
        ("Opening hours", "We open at 9 a.m. on weekdays. See the map."),
        ("Opening hours > Holidays", "Closed on public holidays & Sundays."),
        ("Opening hours > Holidays > What to bring", "You need: a passport; proof of address"),
    ]


def test_lines_of_passages_are_those_of_the_file():
    assert [one.line for one in split_blocks(markdown_blocks(MARKDOWN), "file")] == [5, 10, 16]


def test_a_table_is_said_with_the_names_of_its_columns():
    table = "| Plan | Price |\n|---|---|\n| Basic | 10 euros |\n| Pro | 20 euros |\n"

    assert next(split_blocks(markdown_blocks(table), "file")).sentences == (
        "Plan: Basic, Price: 10 euros",
        "Plan: Pro, Price: 20 euros",
    )


def test_html():
    page = """<html><head><title>Help</title><script>var x = "<p>no</p>"</script></head><body>
    <nav><a href=/>Home</a></nav><h2>Returns</h2><p>You have <b>30</b> days&nbsp;to return it.</p>
    <h2>Sizes</h2><ul><li>Small fits a child.</li><li>Large fits you.</li></ul>
    <table><tr><th>Size<th>Price</tr><tr><td>Small</td><td>9 euros</td></tr></table><p>Unclosed"""

    assert passages(html_blocks(page)) == [
        ("Help > Returns", "You have 30 days to return it."),
        ("Help > Sizes", "Small fits a child. Large fits you. Size: Small, Price: 9 euros Unclosed"),
    ]


def test_plain_text_with_titles():
    text = "OPENING HOURS\n\nWe open at nine.\nEvery day.\n\nCan I park?\n\nYes, behind the house.\n"

    assert passages(text_blocks(text)) == [
        ("OPENING HOURS", "We open at nine. Every day."),
        ("Can I park?", "Yes, behind the house."),
    ]


def test_questions_with_answers_in_text():
    text = "Q: When do you open?\nA: At nine.\n\nQ: Nobody knows?\n\nA line of its own stands here."

    assert list(split_blocks(text_blocks(text), "faq.txt")) == [
        Passage("faq.txt", "", ("When do you open?",), 1, "At nine."),
        Passage("faq.txt", "", ("A line of its own stands here.",), 6),
    ]


def test_a_long_list_is_kept_item_by_item():
    items = [f"Item {number} has some words of its own to say." for number in range(12)]
    markdown = "We have:\n" + "\n".join(f"- {item}" for item in items)
    sentences = [sentence for one in split_blocks(markdown_blocks(markdown), "file") for sentence in one.sentences]

    assert set(items) & set(sentences)
    assert all(len(sentence.split()) <= MOST_WORDS for sentence in sentences)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("We open at 9 a.m. on Monday. Dr. Smith is in.", ["We open at 9 a.m. on Monday.", "Dr. Smith is in."]),
        ("It costs 4.90 euros. Really!", ["It costs 4.90 euros.", "Really!"]),
        ("We close at 6 p.m. The door is locked.", ["We close at 6 p.m.", "The door is locked."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("Ask J. Miller, e.g. by email.", ["Ask J. Miller, e.g. by email."]),
        ("", []),
    ],
)
def test_sentences(text, sentences):
    assert list(split_sentences(text)) == sentences


@given(st.text(max_size=400))
def test_no_sentence_loses_a_word(text):
    assert " ".join(split_sentences(text)).split() == text.split() or "。" in text or "！" in text or "？" in text


@given(st.text(alphabet=st.sampled_from(list("ab #*-|=`<>[]()!&;:.?\n\t\"'/QA")), max_size=300))
@example("<![>")
@example("<<![>![>")
def test_any_text_is_read(text):
    for reader in (text_blocks, markdown_blocks, html_blocks):
        for passage in split_blocks(reader(text), "file"):
            assert passage.sentences
            assert all(sentence.strip() for sentence in passage.sentences)
