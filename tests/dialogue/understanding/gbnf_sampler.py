"""A reader of GBNF, in the part of it that `dialogue.understanding.gbnf` writes: samples texts and recognises them.

Written apart from the writer, so that a mistake there (an escape, a bracket, a rule that nobody defines) shows here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

_TOKEN = re.compile(r'\s*(?:(?P<text>"(?:\\.|[^"\\\n])*")|(?P<name>[a-z][a-z0-9-]*)|(?P<mark>[()|?]))')
_ESCAPE = re.compile(r"\\(?:x([0-9A-F]{2})|u([0-9A-F]{4})|U([0-9A-F]{8})|(.))")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    name: str


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Maybe:
    node: Node


Node = Text | Rule | Sequence | Choice | Maybe


class Grammar:
    """One grammar, read. Raises ValueError where it is malformed or names a rule that it has not."""

    def __init__(self, written: str) -> None:
        self.rules: dict[str, Node] = {}
        for line in written.splitlines():
            name, arrow, body = line.partition(" ::= ")
            if not arrow or not re.fullmatch(r"[a-z][a-z0-9-]*", name) or name in self.rules:
                raise ValueError(f"no rule: {line!r}")
            tokens = list(_tokens(body))
            node, rest = _choice(tokens)
            if rest:
                raise ValueError(f"left over in {line!r}: {rest}")
            self.rules[name] = node
        missing = {one.name for node in self.rules.values() for one in _rules_in(node)} - self.rules.keys()
        if missing or "root" not in self.rules:
            raise ValueError(f"undefined: {missing or 'root'}")

    def sample(self, random: Random) -> str:
        return self._sample(self.rules["root"], random)

    def admits(self, text: str) -> bool:
        @cache
        def ends(node: Node, start: int) -> frozenset[int]:
            match node:
                case Text(text=literal):
                    return frozenset([start + len(literal)] if text.startswith(literal, start) else [])
                case Rule(name=name):
                    return ends(self.rules[name], start)
                case Choice(options=options):
                    return frozenset(end for option in options for end in ends(option, start))
                case Maybe(node=inner):
                    return ends(inner, start) | {start}
                case Sequence(parts=parts):
                    places = frozenset([start])
                    for part in parts:
                        places = frozenset(end for place in places for end in ends(part, place))
                    return places

        return len(text) in ends(self.rules["root"], 0)

    def _sample(self, node: Node, random: Random) -> str:
        match node:
            case Text(text=text):
                return text
            case Rule(name=name):
                return self._sample(self.rules[name], random)
            case Choice(options=options):
                return self._sample(random.choice(options), random)
            case Maybe(node=inner):
                return self._sample(inner, random) if random.random() < 0.6 else ""
            case Sequence(parts=parts):
                return "".join(self._sample(part, random) for part in parts)


def _tokens(body: str) -> Iterator[tuple[str, str]]:
    at = 0
    while body[at:].strip(" "):
        found = _TOKEN.match(body, at)
        if found is None or found.lastgroup is None:
            raise ValueError(f"unreadable: {body[at:]!r}")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def _choice(tokens: list[tuple[str, str]]) -> tuple[Node, list[tuple[str, str]]]:
    options = []
    while True:
        option, tokens = _sequence(tokens)
        options.append(option)
        if not tokens or tokens[0] != ("mark", "|"):
            return (options[0] if len(options) == 1 else Choice(tuple(options))), tokens
        tokens = tokens[1:]


def _sequence(tokens: list[tuple[str, str]]) -> tuple[Node, list[tuple[str, str]]]:
    parts: list[Node] = []
    while tokens and tokens[0] not in (("mark", "|"), ("mark", ")")):
        (kind, token), *tokens = tokens
        if kind == "text":
            parts.append(Text(_ESCAPE.sub(_unescaped, token[1:-1])))
        elif kind == "name":
            parts.append(Rule(token))
        elif token == "(":
            node, tokens = _choice(tokens)
            if not tokens or tokens[0] != ("mark", ")"):
                raise ValueError("an open bracket")
            tokens = tokens[1:]
            parts.append(node)
        else:
            parts.append(Maybe(parts.pop()))
    if not parts:
        raise ValueError("an empty alternative")
    return Sequence(tuple(parts)), tokens


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else _PLAIN[found[4]]


def _rules_in(node: Node) -> Iterator[Rule]:
    match node:
        case Rule():
            yield node
        case Maybe(node=inner):
            yield from _rules_in(inner)
        case Sequence(parts=parts) | Choice(options=parts):
            for part in parts:
                yield from _rules_in(part)
        case Text():
            pass
