"""Reads plain text, Markdown and HTML as blocks: headings, paragraphs, items of lists, rows of tables. Pure.

What cannot be said is left out: code, pictures, addresses of links, comments, scripts, menus. Words stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Final, Literal, TypeAlias

BlockKind: TypeAlias = Literal["heading", "paragraph", "item", "row", "question", "answer"]

_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE: Final = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
_ITEM: Final = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(.*)$")
_FENCE: Final = re.compile(r"^ {0,3}(```|~~~)")
_RULE: Final = re.compile(r"^ {0,3}([-*_])(?:\s*\1){2,}\s*$")
_TABLE_RULE: Final = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PAIR: Final = re.compile(r"^\s*\**(q|question|a|answer)\**\s*[:.)]\**\s+(.+)$", re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IMAGE: Final = re.compile(r"!\[[^\[\]]{0,300}\]\([^()]{0,600}\)")
_LINK: Final = re.compile(r"\[([^\[\]]{0,300})\](?:\([^()]{0,600}\)|\[[^\[\]]{0,300}\])")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_ADDRESS: Final = re.compile(r"<(?:https?|mailto):[^<>]{0,600}>")
_UNSPOKEN: Final = re.compile(r"<(script|style)\b[^<>]{0,2000}>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_STRAY: Final = re.compile(r"<(?![a-zA-Z/!][^<>]{0,2000}>)")
"""A `<` that opens no tag: the parser of the standard library takes its time with each, looking for the end."""
_MARKED: Final = re.compile(r"<!\[[^<>]{0,2000}>")
"""`<![if …]>`, `<![CDATA[…]]>`: nothing of them is shown, and the parser raises at those it does not know."""
_EMPHASIS: Final = re.compile(r"(\*\*\*|\*\*|\*|__|~~|`{1,3})(?=\S)(.{1,300}?)(?<=\S)\1")
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_TITLE_WORDS: Final = 9
_TITLE_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document. `level` is that of a heading, from 1; `line` counts from 1."""

    kind: BlockKind
    text: str
    line: int
    level: int = 0


def text_blocks(text: str) -> Iterator[Block]:
    """Read plain text: paragraphs between empty lines; short lines without an end are headings."""
    lines: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            lines.append(line)
            continue
        yield from _text_part(lines, number - len(lines))
        lines = []


def _text_part(lines: list[str], first: int) -> Iterator[Block]:
    if len(lines) > 1 and _UNDERLINE.match(lines[1]):
        yield Block("heading", lines[0].strip(), first, 1)
        lines, first = lines[2:], first + 2
    elif lines and _is_title(lines[0], is_alone=len(lines) == 1):
        yield Block("heading", lines[0].strip().rstrip(":"), first, 1)
        lines, first = lines[1:], first + 1
    yield from _flowing(lines, first)


def _is_title(line: str, *, is_alone: bool) -> bool:
    """Tell whether a line of plain text is a heading: short, and not a sentence."""
    bare = line.strip()
    if len(bare) > _TITLE_CHARACTERS or len(bare.split()) > _TITLE_WORDS or _ITEM.match(line) or _PAIR.match(line):
        return False
    if bare.endswith("?"):
        return True
    return bare[-1:] not in tuple(".!,;…") and (is_alone or bare.isupper()) and any(map(str.isalpha, bare))


def markdown_blocks(text: str) -> Iterator[Block]:
    """Read Markdown: headings of both forms, paragraphs, lists, tables."""
    lines = _without_front_matter(_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)).splitlines()
    part: list[str] = []
    fence: str | None = None
    for number, line in enumerate([*lines, ""], 1):
        mark = _FENCE.match(line)
        if mark and fence in (None, mark[1]):
            fence = None if fence else mark[1]
            line = ""
        elif fence is not None:
            line = ""
        underlined = _UNDERLINE.match(line) if len(part) == 1 and not _is_special(part[0]) else None
        heading = _HEADING.match(line)
        if line.strip() and not heading and not underlined and not _RULE.match(line):
            part.append(line)
            continue
        if underlined:
            yield Block("heading", _plain(part[0]), number - 1, 1 if underlined[1][0] == "=" else 2)
        else:
            yield from _markdown_part(part, number - len(part))
        part = []
        if heading and heading[2]:
            yield Block("heading", _plain(heading[2]), number, len(heading[1]))


def _is_special(line: str) -> bool:
    return bool(_ITEM.match(line) or "|" in line)


def _markdown_part(lines: list[str], first: int) -> Iterator[Block]:
    if not lines:
        return
    if len(lines) > 1 and "|" in lines[0] and _TABLE_RULE.match(lines[1]):
        yield from _rows([_cells(line) for line in (lines[0], *lines[2:])], first)
    else:
        yield from _flowing([re.sub(r"^\s*(?:>\s?)+", "", line) for line in lines], first)


def _flowing(lines: list[str], first: int) -> Iterator[Block]:
    """Read lines as paragraphs, items and pairs of question and answer; an item goes on until the next begins."""
    kind: BlockKind = "paragraph"
    gathered: list[str] = []
    began = first
    for number, line in enumerate(lines, first):
        item, pair = _ITEM.match(line), _PAIR.match(line)
        if item or pair:
            if gathered:
                yield Block(kind, _plain(" ".join(gathered)), began)
            kind = "item" if item else "question" if pair and pair[1][0] in "qQ" else "answer"
            gathered, began = [item[1] if item else pair[2] if pair else line], number
        else:
            gathered.append(line.strip())
    if text := _plain(" ".join(gathered)):
        yield Block(kind, text, began)


def _rows(rows: list[list[str]], first: int) -> Iterator[Block]:
    """Say each row of a table with the names of its columns: "Plan: Basic, price: 10 euros"."""
    names = rows[0]
    for number, cells in enumerate(rows[1:], first + 2):
        told = [
            f"{names[index]}: {cell}" if index < len(names) and names[index] else cell
            for index, cell in enumerate(cells)
            if cell
        ]
        if told:
            yield Block("row", ", ".join(told), number)


def _cells(line: str) -> list[str]:
    return [_plain(cell) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _plain(text: str) -> str:
    """Return what a reader of rendered Markdown sees."""
    seen = _LINK.sub(lambda found: found[1], _IMAGE.sub("", text))
    seen = _TAG.sub("", _ADDRESS.sub("", seen))
    for _ in range(3):  # emphasis within emphasis
        seen = _EMPHASIS.sub(r"\2", seen)
    return " ".join(unescape(_ESCAPED.sub(r"\1", seen)).split())


def _without_front_matter(text: str) -> str:
    """Empty the block of settings that some generators want at the top; the lines keep their numbers."""
    found = re.match(r"---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text, re.DOTALL)
    return text if found is None else "\n" * found[0].count("\n") + text[found.end() :]


def html_blocks(text: str) -> Iterator[Block]:
    """Read HTML, well formed or not."""
    reader = _HtmlReader()
    for unspoken in (_COMMENT, _UNSPOKEN):
        text = unspoken.sub(lambda found: "\n" * found[0].count("\n"), text)
    reader.feed(_STRAY.sub("&lt;", _MARKED.sub(" ", text)))
    reader.close()
    reader.end_block()
    yield from reader.blocks


class _HtmlReader(HTMLParser):
    """Gathers the text of a page in blocks."""

    _IGNORED: Final = frozenset({"script", "style", "nav", "template", "noscript", "svg", "select", "button", "form"})
    _KINDS: Final[dict[str, BlockKind]] = {"li": "item", "dt": "heading", "summary": "heading", "title": "heading"}
    _ENDING: Final = frozenset(
        {"p", "div", "br", "section", "article", "ul", "ol", "dl", "dd", "blockquote", "main", "header", "footer"}
        | {"body", "head", "html", "details", "aside", "figure", "figcaption", "address", "pre", "hr", *_KINDS}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._kind: BlockKind = "paragraph"
        self._level = 0
        self._line = 1
        self._ignored = 0
        self._rows: list[list[str]] | None = None
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in self._IGNORED:
            self._ignored += 1
        elif tag == "table":
            self.end_block()
            self._rows = []
        elif tag in ("tr", "td", "th") and self._rows is not None:
            self._end_cell()
            if tag == "tr":
                self._rows.append([])
            self._is_in_cell = tag != "tr"
        elif tag in self._ENDING or self._is_heading(tag):
            self.end_block()
            self._kind = "heading" if self._is_heading(tag) else self._KINDS.get(tag, "paragraph")
            self._level = int(tag[1]) if self._is_heading(tag) else 1 if tag == "title" else 6
            self._line = self.getpos()[0]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._IGNORED:
            self._ignored = max(0, self._ignored - 1)
        elif tag in ("tr", "td", "th") and self._rows is not None:
            self._end_cell()
        elif tag == "table" and self._rows is not None:
            self._end_cell()
            rows, self._rows = self._rows, None
            self.blocks += _rows(rows, self._line) if len(rows) > 1 else ()
        elif tag in self._ENDING or self._is_heading(tag):
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self._ignored:
            if not self._text:
                self._line = self.getpos()[0]
            self._text.append(data)

    def end_block(self) -> None:
        """Close the block that is being gathered."""
        if self._rows is not None:
            return
        if text := self._taken():
            self.blocks.append(Block(self._kind, text, self._line, self._level if self._kind == "heading" else 0))
        self._kind = "paragraph"

    def _end_cell(self) -> None:
        """Close a cell of a table, whether or not the page closes it."""
        text, is_cell = self._taken(), self._is_in_cell
        self._is_in_cell = False
        if is_cell and self._rows:
            self._rows[-1].append(text)

    def _taken(self) -> str:
        text, self._text = " ".join("".join(self._text).split()), []
        return text

    @staticmethod
    def _is_heading(tag: str) -> bool:
        return len(tag) == 2 and tag[0] == "h" and tag[1] in "123456"
