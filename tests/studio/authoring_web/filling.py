"""Filling in forms as a person does, and looking at what it does to the files.

A row is a gesture, the lines of YAML that it takes out (`-`) and puts in (`+`), and how a page that is opened anew
shows it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from playwright.sync_api import Locator, Page, expect

from tests.studio.authoring_web.conftest import node, saved, settled

Gesture: TypeAlias = Callable[["Form"], None]
Told: TypeAlias = Callable[["Form"], None]


@dataclass(frozen=True, slots=True)
class Form:
    """The form beside the canvas, or that of an entry of the content."""

    page: Page
    name: str = "inspector"

    @property
    def at(self) -> Locator:
        return self.page.locator("main") if self.name == "main" else self.page.get_by_test_id(self.name)

    def opens(self, key: str | None) -> None:
        """Select a step; None is the flow itself."""
        self.page.get_by_test_id("tool-fit").click()
        settled(self.page)
        if key is None:
            self.page.keyboard.press("Escape")
            expect(self.page.get_by_test_id("flow-name")).to_be_visible()
            return
        node(self.page, key).click(position={"x": 24, "y": 24})  # beside what stands on its edges
        expect(self.page.get_by_test_id("inspector-step")).to_have_attribute("data-key", key)

    def unfolds(self, title: str, within: str | None = None) -> None:
        details = self.place(within).locator("details").filter(has=self.page.locator("summary", has_text=title))
        if details.get_attribute("open") is None:
            details.locator("summary").click()

    def field(self, label: str) -> Locator:
        return self.at.get_by_label(label, exact=True).last

    def place(self, within: str | None) -> Locator:
        """A part of the form: a named group, or by `#` what a test may find."""
        if within is None:
            return self.at
        return (
            self.at.get_by_test_id(within[1:])
            if within[0] == "#"
            else self.at.get_by_role("group", name=within, exact=True)
        )


def writes(label: str, text: str, within: str | None = None) -> Gesture:
    def gesture(form: Form) -> None:
        field = form.place(within).get_by_label(label, exact=True).last
        field.fill(text)
        field.blur()

    return gesture


def ticks(label: str, is_on: bool = True, within: str | None = None) -> Gesture:
    def gesture(form: Form) -> None:
        box = form.place(within).get_by_label(label, exact=True).last
        expect(box).to_be_checked(checked=not is_on)
        box.click()
        expect(box).to_be_checked(checked=is_on)

    return gesture


def selects(label: str, value: str, within: str | None = None) -> Gesture:
    def gesture(form: Form) -> None:
        form.place(within).get_by_label(label, exact=True).last.select_option(value)

    return gesture


def presses(name: str, within: str | None = None) -> Gesture:
    def gesture(form: Form) -> None:
        form.place(within).get_by_role("button", name=name, exact=True).last.click()

    return gesture


def picks(label: str, name: str, within: str | None = None, *, is_new: bool = False) -> Gesture:
    """Choose from a list that is searched by typing."""

    def gesture(form: Form) -> None:
        place = form.place(within)
        place.get_by_role("combobox", name=label).last.click()
        form.page.keyboard.type(name)
        options = form.page.locator("[role=option]")
        (options.filter(has_text="Create") if is_new else options.filter(has_text=name)).first.click()

    return gesture


def unfolds(title: str, within: str | None = None) -> Gesture:
    return lambda form: form.unfolds(title, within)


def opens(key: str | None, *unfolded: str) -> Gesture:
    def gesture(form: Form) -> None:
        form.opens(key)
        for title in unfolded:
            form.unfolds(title)

    return gesture


@dataclass(frozen=True, slots=True)
class Row:
    """A gesture, what it does to the file, and how a page that is opened anew shows it."""

    does: Gesture
    lines: str = ""
    shown: Told | None = None


def has(label: str, value: str, within: str | None = None) -> Told:
    def told(form: Form) -> None:
        expect(form.place(within).get_by_label(label, exact=True).last).to_have_value(value)

    return told


def is_ticked(label: str, is_on: bool = True) -> Told:
    return lambda form: expect(form.field(label)).to_be_checked(checked=is_on)


def names(label: str, value: str, within: str | None = None) -> Told:
    """A list to choose from shows what is chosen."""

    def told(form: Form) -> None:
        place = form.place(within)
        expect(place.get_by_role("combobox", name=f"{label}: {value}").last).to_be_visible()

    return told


def difference(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "+-"]


def wanted(lines: str) -> list[str]:
    """`- a + b + c` as the lines taken out and put in."""
    lines = re.sub(r"(^| )([+-]) (?=[+-] )", r"\1\2\t", lines)  # a sign before an item of a list
    return sorted(line.replace("\t", " ") for line in re.split(r" (?=[+-][ \t])", lines) if line)


def texts_of(files: Sequence[Path]) -> str:
    return "".join(f"{file.name}\n{file.read_bytes().decode()}\n" for file in files)


def filled_in(form: Form, files: Sequence[Path], rows: Sequence[Row]) -> list[str]:
    """Do all gestures one after another; return the texts of the files, from before the first of them."""
    texts = [texts_of(files)]
    for number, row in enumerate(rows):
        row.does(form)
        saved(form.page)
        after = texts_of(files)
        told = difference(texts[-1], after)
        assert sorted(told) == wanted(row.lines), f"row {number}: {' '.join(told)}"
        if row.lines:
            texts.append(after)
    return texts


def undone(undo: Callable[[], None], page: Page, files: Sequence[Path], texts: Sequence[str]) -> None:
    """Undo everything; the files have the bytes of each step before."""
    for number, text in enumerate(reversed(texts[:-1])):
        undo()
        saved(page)
        assert texts_of(files) == text, f"undo {number}: {difference(text, texts_of(files))}"


def read_back(form: Form, rows: Sequence[Row]) -> None:
    """What a page that has been opened since shows."""
    for row in rows:
        if row.shown is not None:
            row.shown(form)


def refuses(label: str, text: str, message: str, instead: str = "", within: str | None = None) -> Gesture:
    """What is wrong is said at the field and not given on; then the field gets back what it had."""

    def gesture(form: Form) -> None:
        place = form.place(within)
        field = place.get_by_label(label, exact=True).last
        field.fill(text)
        field.blur()
        expect(place.get_by_role("alert").filter(has_text=message)).to_be_visible()
        expect(field).to_have_value(text)
        field.fill(instead)
        field.blur()
        expect(place.get_by_role("alert").filter(has_text=message)).to_have_count(0)

    return gesture


def keeps(key: str) -> Told:
    """What the form has no field for is shown."""
    return lambda form: expect(form.at.get_by_test_id("other-keys").filter(has_text=key)).to_be_visible()


def offers(button: str) -> Told:
    return lambda form: expect(form.at.get_by_role("button", name=button, exact=True)).to_be_visible()


def turn(*parts: str) -> Row:
    """Select a step, in both pages."""
    return Row(opens(parts[0] or None, *parts[1:]), shown=opens(parts[0] or None, *parts[1:]))
