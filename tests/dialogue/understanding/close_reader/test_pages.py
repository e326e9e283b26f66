"""What a turn is read beside, and how it is written as tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from dialogue.understanding.close_reader.page import BEGIN, END, MAX_TOKENS, MAX_WORDS, Item, Page, page_of
from dialogue.understanding.close_reader.pages import MOST_WISHES, beginning_page, open_page
from dialogue.understanding.reader.deciding import slots_of
from dialogue.understanding.reader.index import build_index
from flows.model import Assistant
from tests.dialogue.understanding.reader.scripted import FILES, asked, open_turn
from tests.dialogue.understanding.reader.test_reading import WordReader
from tests.support.assistant_files import load_files


class Letters:
    """A tokenizer whose tokens are words, each the length of it and 100."""

    def tokens(self, text: str) -> tuple[Sequence[int], Sequence[tuple[int, int]]]:
        found = list(re.finditer(r"\S+", text))
        return [100 + len(one[0]) for one in found], [one.span() for one in found]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return load_files(tmp_path_factory.mktemp("assistant"), FILES)


def test_a_page_has_the_question_the_words_and_the_items_in_this_order() -> None:
    page = Page("for whom", "for Ada Byron", (Item("wish", "book", "a table"), Item("asked", "guest", "who", "text")))

    written = page_of(page, Letters())

    assert written.ids == (BEGIN, 103, 104, END, 103, 103, 105, END, 104, 101, 105, 105, 103, END)
    assert written.first == 4
    assert written.places == ((0, 3), (4, 7), (8, 13))
    assert written.stretches == ((8, 11), (11, 13))


def test_a_question_of_yes_or_no_and_a_number_say_so() -> None:
    items = (Item("asked", "agreed", "shall I", "bool"), Item("open", "party", "how many", "float"))

    written = page_of(Page("", "well", items), Letters())

    assert written.ids[written.stretches[0][0] : written.stretches[0][1]] == (105, 105, 101, 104, 102, 103)
    assert written.ids[written.stretches[1][0] : written.stretches[1][1]] == (104, 103, 104, 108)


def test_what_finds_no_room_is_left_out_and_long_turns_are_cut() -> None:
    items = tuple(Item("wish", f"flow {number}", "word " * 27) for number in range(40))

    written = page_of(Page("word " * 100, "word " * 10_000, items), Letters())

    assert len(written.ids) <= MAX_TOKENS
    assert len(written.places) == MAX_WORDS
    assert len(written.items) == len(written.stretches) < len(items)


async def test_an_open_page_has_what_runs_what_is_asked_and_known_and_the_nearest_wishes(assistant: Assistant) -> None:
    index = await build_index(assistant, WordReader())  # type: ignore[arg-type]
    situation = asked(assistant, "area", guest="Ada", party=2)

    page = open_page("outside", situation, [assistant.flows["hours"], assistant.flows["book"]], index)

    assert page.asked == index.slot_texts["area"]
    assert [(item.kind, item.name) for item in page.items] == [
        ("current", "book"), ("wish", "hours"), ("known", "guest"), ("known", "party"), ("asked", "area"),
        ("choice", "terrace"), ("choice", "dining room"), ("open", "high_chair"), ("open", "agreed"),
    ]  # fmt: skip
    assert [item.slot for item in page.items if item.kind == "choice"] == ["area", "area"]


async def test_before_anything_runs_only_wishes_stand_there_and_not_all_of_them(assistant: Assistant) -> None:
    index = await build_index(assistant, WordReader())  # type: ignore[arg-type]
    near = [assistant.flows["book"], assistant.flows["hours"]] * 5

    page = open_page("a table", open_turn(assistant), near, index)

    assert [item.kind for item in page.items] == ["wish"] * MOST_WISHES


async def test_a_beginning_page_has_all_that_the_flow_asks_for(assistant: Assistant) -> None:
    index = await build_index(assistant, WordReader())  # type: ignore[arg-type]
    flow = assistant.flows["book"]

    page = beginning_page("a table", open_turn(assistant), flow, slots_of(flow, assistant), index)

    assert [item.name for item in page.items if item.kind == "field"] == [
        "guest", "party", "area", "high_chair", "agreed",
    ]  # fmt: skip
    assert page.items[0].text == index.flow_texts["book"]
