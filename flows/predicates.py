"""The grammar of predicates: from text to a syntax tree, with the exact position of every error.

    either     = both ("or" both)*
    both       = denied ("and" denied)*
    denied     = "not" denied | comparison
    comparison = operand (operator operand)?
    operand    = "(" either ")" | "{" literal* "}" | literal | ("slots" | "context") ("." name)+
    operator   = "=" "==" "!=" "is" "is not" "<" "<=" ">" ">=" "contains" "matches"

Keywords ignore case. Backslashes in quoted text are kept, because they mostly belong to regular expressions; only
a backslash before the quote itself is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never, cast

from flows.commands import Json
from flows.errors import PredicateInvalid

MAX_CHARACTERS: Final = 20_000
MAX_DEPTH: Final = 50
"""Of parentheses and denials in each other: far more than anyone writes, far less than would exhaust the stack."""
_MAX_INTEGER_CHARACTERS: Final = 300

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "matches"]


class Empty:
    """The literal `empty`: equal to null and to whatever has no elements."""


EMPTY: Final = Empty()
_WORDS: Final[dict[str, Json]] = {
    "true": True, "false": False, "null": None, "undefined": None, "none": None, "empty": EMPTY,
}  # fmt: skip
_OPERATORS: Final[dict[str, Operator]] = {
    "=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "is": "=", "is not": "!=",
    "contains": "contains", "matches": "matches",
}  # fmt: skip
_HINTS: Final = {
    "&&": "write 'and'", "&": "write 'and'", "||": "write 'or'", "|": "write 'or'", "!": "write 'not'",
}  # fmt: skip
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    | (?P<reference>(?:slots|context)(?:\.\w+(?:-\w+)*)+)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<operator>==|!=|<=|>=|=|<|>)
    | (?P<mark>[(){},])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """`slots.a` or `context.a.b`."""

    root: str
    names: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Value:
    value: Json
    position: int


@dataclass(frozen=True, slots=True)
class Members:
    """`{'a' 'b'}`."""

    values: tuple[Json, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: Operator
    left: Tree
    right: Tree
    position: int


@dataclass(frozen=True, slots=True)
class Denied:
    inner: Tree
    position: int


@dataclass(frozen=True, slots=True)
class Joined:
    """`and` or `or` of two or more."""

    word: Literal["and", "or"]
    parts: tuple[Tree, ...]
    position: int


Tree: TypeAlias = Reference | Value | Members | Comparison | Denied | Joined


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse_tree(text: str) -> Tree:
    """Parse a predicate without templates.

    Raises:
        PredicateInvalid: with the position of the first thing that does not fit.
    """
    if len(text) > MAX_CHARACTERS:
        raise PredicateInvalid(f"the predicate is longer than {MAX_CHARACTERS} characters", MAX_CHARACTERS)
    parser = _Parser(_tokens(text), len(text))
    tree = parser.either()
    rest = parser.peek()
    if rest is not None:
        raise PredicateInvalid(f"'{rest.text}' was not expected here", rest.position, "join with 'and' or 'or'")
    return tree


def walk(tree: Tree) -> list[Tree]:
    """Return a tree and all trees in it."""
    found: list[Tree] = [tree]
    match tree:
        case Comparison(_, left, right, _):
            found += walk(left) + walk(right)
        case Denied(inner, _):
            found += walk(inner)
        case Joined(_, parts, _):
            for part in parts:
                found += walk(part)
        case _:
            pass
    return found


def written(tree: Tree) -> str:
    """Write a tree as a predicate that parses to the same tree."""
    match tree:
        case Reference(root, names, _):
            return ".".join((root, *names))
        case Value(value, _):
            return _written_literal(value)
        case Members(values, _):
            return "{" + " ".join(_written_literal(value) for value in values) + "}"
        case Comparison(operator, left, right, _):
            return f"{_within(left)} {operator} {_within(right)}"
        case Denied(inner, _):
            return f"not {_within(inner)}"
        case Joined(word, parts, _):
            return f" {word} ".join(_within(part) for part in parts)
    assert_never(tree)


def _within(tree: Tree) -> str:
    is_one_piece = isinstance(tree, Reference | Value | Members)
    return written(tree) if is_one_piece else f"({written(tree)})"


def _written_literal(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if value is EMPTY:
        return "empty"
    if isinstance(value, str):
        candidates = [quote + value.replace(quote, "\\" + quote) + quote for quote in "'\""]
        return next(text for text in candidates if _reads_as(text, value))
    return repr(value).replace("inf", "1e999")


def _reads_as(text: str, value: str) -> bool:
    match = _TOKEN.match(text)
    return match is not None and match.end() == len(text) and _literal(_Token("text", text, 0)) == value


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind = cast(str, match.lastgroup)
        if kind != "space":
            tokens.append(_Token(kind, match.group(), position))
        position = match.end()
    return tokens


def _unreadable(text: str, position: int) -> PredicateInvalid:
    if text[position] in "\"'":
        return PredicateInvalid("this quote is never closed", position)
    piece = text[position : position + 2]
    found = piece if piece in _HINTS else text[position]
    return PredicateInvalid(f"'{found}' is not part of the predicate language", position, _HINTS.get(found, ""))


class _Parser:
    """Recursive descent over the tokens of one predicate."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens, self._next, self._end, self._depth = tokens, 0, end, 0

    def peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def either(self) -> Tree:
        return self._joined("or")

    def _joined(self, word: Literal["and", "or"]) -> Tree:
        parts = [self._joined("and") if word == "or" else self._denied()]
        position = parts[0].position
        while self._takes_word(word):
            parts.append(self._joined("and") if word == "or" else self._denied())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts), position)

    def _denied(self) -> Tree:
        token = self.peek()
        if token is not None and self._takes_word("not"):
            self._go_down(token)
            denied = Denied(self._denied(), token.position)
            self._depth -= 1
            return denied
        return self._comparison()

    def _go_down(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise PredicateInvalid(f"nested more than {MAX_DEPTH} levels deep", token.position, "split it over steps")

    def _comparison(self) -> Tree:
        left = self._operand()
        token = self.peek()
        if token is None or (token.kind != "operator" and token.text.lower() not in _OPERATORS):
            return left
        self._next += 1
        name = token.text.lower()
        if name == "is" and self._takes_word("not"):
            name = "is not"
        return Comparison(_OPERATORS[name], left, self._operand(), token.position)

    def _operand(self) -> Tree:
        token = self._take("a value or a slot")
        match token.kind:
            case "reference":
                root, *names = token.text.split(".")
                return Reference(root, tuple(names), token.position)
            case "text" | "number":
                return Value(_literal(token), token.position)
            case "word" if token.text.lower() in _WORDS:
                return Value(_WORDS[token.text.lower()], token.position)
            case "word":
                raise _unknown_word(token)
            case _ if token.text == "(":
                self._go_down(token)
                inner = self.either()
                self._close(")", token)
                self._depth -= 1
                return inner
            case _ if token.text == "{":
                return self._members(token)
            case _:
                raise PredicateInvalid(f"expected a value or a slot, found '{token.text}'", token.position)

    def _members(self, opening: _Token) -> Members:
        values: list[Json] = []
        while (token := self.peek()) is not None and token.text != "}":
            self._next += 1
            if token.kind in ("text", "number"):
                values.append(_literal(token))
            elif token.kind == "word" and token.text.lower() in _WORDS:
                values.append(_WORDS[token.text.lower()])
            elif token.text != ",":
                raise PredicateInvalid(f"a set holds literals, not '{token.text}'", token.position, "quote it")
        self._close("}", opening)
        return Members(tuple(values), opening.position)

    def _close(self, mark: str, opening: _Token) -> None:
        token = self.peek()
        if token is None:
            raise PredicateInvalid(f"'{opening.text}' is never closed", opening.position)
        if token.text != mark:
            raise PredicateInvalid(f"expected '{mark}', found '{token.text}'", token.position)
        self._next += 1

    def _take(self, wanted: str) -> _Token:
        token = self.peek()
        if token is None:
            raise PredicateInvalid(f"expected {wanted}, found the end", self._end)
        self._next += 1
        return token

    def _takes_word(self, word: str) -> bool:
        token = self.peek()
        if token is None or token.kind != "word" or token.text.lower() != word:
            return False
        self._next += 1
        return True


def _literal(token: _Token) -> Json:
    if token.kind == "text":
        quote = token.text[0]
        return token.text[1:-1].replace("\\" + quote, quote)
    is_integer = len(token.text) <= _MAX_INTEGER_CHARACTERS and re.fullmatch(r"[-+]?\d+", token.text)
    return int(token.text) if is_integer else float(token.text)


def _unknown_word(token: _Token) -> PredicateInvalid:
    if token.text in ("slots", "context"):
        return PredicateInvalid(f"'{token.text}.' must be followed by a name", token.position)
    return PredicateInvalid(
        f"unknown name '{token.text}'",
        token.position,
        f"write slots.{token.text}, context.{token.text} or the text '{token.text}' in quotes",
    )
