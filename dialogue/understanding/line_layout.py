"""Where one command of a line ends and the next begins, whatever the values hold. One pass, linear in the line.

A comma parts two commands where the next one's name follows it, but not within a quoted value, nor within the
brackets of a call:

    start flow pay, SetSlot(note, "wait, cancel flow"), set slot to Joe (north)
                  ^                                   ^

A quote opens only at the start of a word and only where one closes at the end of a word, so that apostrophes and
inches are no quotes. A backslash hides the quote behind it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

QUOTES = "\"'`"
_BEFORE_VALUE = "(,[{:="
_CLOSING = re.compile(rf"\\.|[{QUOTES}](?=[\s),.;:\]}}]|$)", re.DOTALL)
_MARK = re.compile(rf"[{QUOTES}(),]")


class LineLayout:
    """One line with its quoted values found. `calls` are the places behind the opening brackets of known calls."""

    def __init__(self, line: str, call: re.Pattern[str]) -> None:
        self.line = line
        self.calls = {found.end(): found[1].lower() for found in call.finditer(line)}
        self._closing: dict[str, list[int]] = {quote: [] for quote in QUOTES}
        for found in _CLOSING.finditer(line):
            if found[0] in self._closing:
                self._closing[found[0]].append(found.start())

    def pieces(self, command: re.Pattern[str]) -> Iterator[str]:
        """Yield what stands between the commas that part commands; `command` matches such a comma and what is next."""
        start = depth = 0
        for at, mark in self._marks(0):
            if mark == "(":
                depth += 1 if depth or at + 1 in self.calls else 0
            elif mark == ")":
                depth = max(0, depth - 1)
            elif depth == 0 and at >= start and (found := command.match(self.line, at)):
                yield self.line[start:at]
                start = found.end()
        yield self.line[start:]

    def closing_bracket(self, start: int) -> int:
        """Find the bracket that closes the one before `start`; where it is missing, the line's last one, or its end."""
        depth = 1
        for at, mark in self._marks(start):
            if mark == "(":
                depth += 1
            elif mark == ")":
                depth -= 1
                if depth == 0:
                    return at
        last = self.line.rfind(")")
        return last if last >= start else len(self.line)

    def _marks(self, start: int) -> Iterator[tuple[int, str]]:
        """Yield the brackets and commas that stand outside of quotes, with their places."""
        position = start
        while found := _MARK.search(self.line, position):
            at, mark = found.start(), found[0]
            position = at + 1
            if mark not in self._closing:
                yield at, mark
            elif at == 0 or (before := self.line[at - 1]).isspace() or before in _BEFORE_VALUE:
                closing = self._closing[mark]
                following = bisect_right(closing, at)
                position = closing[following] + 1 if following < len(closing) else position
