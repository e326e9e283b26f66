"""Every place in an assistant's files where something is named: which characters, of what kind.

One walk serves "see where this is used" and "rename it everywhere". It knows the format's keys; inside texts it finds
`slots.x` in predicates and templates, `{x}` in responses, `/SetSlots(x=…)` and `/intent{"x": …}` in payloads,
`[words](x)` in examples, and commands in recorded lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from studio.authoring.tree import Node

Kind = Literal["flows", "slots", "responses", "actions", "intents", "entities"]
_SLOT: Final = re.compile(r"\bslots\.(\w+(?:-\w+)*)|\bslots\[\s*['\"]([\w-]+)['\"]\s*\]")
_FILLED: Final = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_PAIRS: Final = re.compile(r"/SetSlots\(([^)]*)\)")
_PAIR: Final = re.compile(r"([^\s=,()]+)\s*=")
_INTENT: Final = re.compile(r"^['\"]?/(?!SetSlots\b)([\w.+/-]+)")
_ENTITY_IN_PAYLOAD: Final = re.compile(r"\\?\"([\w-]+)\\?\"\s*:")
_MARKED: Final = re.compile(r"\]\(([\w-]+)(?::[^)]*)?\)|\]\{[^}]*?\\?\"entity\\?\"\s*:\s*\\?\"([\w-]+)\\?\"")
_COMMANDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("flows", re.compile(r"\b(?:StartFlow\(\s*|start flow\s+)['\"`]?([\w-]+)")),
    ("slots", re.compile(r"\b(?:SetSlot\(\s*|set slot\s+)['\"`]?([\w-]+)")),
)
_SEVERAL: Final = re.compile(r"\b(?:Clarify\(|disambiguate flows\s)([^)]*)")
_WORD: Final = re.compile(r"[\w-]+")
_RESPONSE_KEYS: Final = frozenset({"utter", "utter_name", "refill_utter", "response", "template"})
_PREDICATE_KEYS: Final = frozenset({"if", "exit_if"})
_FLOW_KEYS: Final = frozenset(
    {"link", "call", "flow_started", "flow_completed", "flow_cancelled", "flow_interrupted", "flow_id", "flow_ids",
     "active_flow", "pattern_clarification_contains"}
)  # fmt: skip
_SLOT_KEYS: Final = frozenset(
    {"slot", "persisted_slots", "required_slots", "consent_slot", "slot_was_set", "slot_was_not_set", "set_slots",
     "initial_slots", "requested_slot"}
)  # fmt: skip
_ACTION_KEYS: Final = frozenset({"action", "action_executed", "run_action_every_turn", "refill_action", "action_name"})
_INTENT_KEYS: Final = frozenset({"intent", "not_intent", "nlu_trigger"})
_ENTITY_KEYS: Final = frozenset({"entity", "lookup"})


@dataclass(frozen=True, slots=True)
class Mention:
    """`start` to `end` are the characters of the name in the text; `is_definition` says that it is made here."""

    kind: Kind
    name: str
    start: int
    end: int
    is_definition: bool = False


def mentions(text: str, root: Node | None, section: str | None) -> list[Mention]:
    """Return what one entry of a file names.

    Args:
        text: the entry's text.
        root: it parsed.
        section: the top key of the file that it stands under, None for a file without sections.
    """
    walk = _Walk(text, section or "")
    if root is not None:
        walk.top(root)
    return walk.found


class _Walk:
    def __init__(self, text: str, section: str) -> None:
        self.text, self.section = text, section
        self.found: list[Mention] = []

    def top(self, root: Node) -> None:
        known: dict[str, Callable[[Node], None]] = {
            "flows": lambda node: self.defined(node, "flows"),
            "slots": lambda node: self.defined(node, "slots"),
            "responses": lambda node: self.defined(node, "responses", self.response),
            "actions": lambda node: self.listed(node, "actions"),
            "intents": lambda node: self.listed(node, "intents"),
            "entities": lambda node: self.listed(node, "entities"),
            "nlu": self.nlu,
            "fixtures": lambda node: self.fixtures(node),
            "stub_custom_actions": self.stubs,
            "forms": lambda node: self.inside(node),
        }
        node = root
        if root.kind == "map" and len(root.pairs) == 1 and root.pairs[0][0].text == self.section:
            node = root.pairs[0][1]  # a section in one piece
            if node.kind == "map" and self.section in ("flows", "slots", "responses"):
                known[self.section](node)
                return
        known.get(self.section, self.inside)(node)

    # names

    def add(self, kind: Kind, name: str, start: int, *, is_definition: bool = False) -> None:
        self.found.append(Mention(kind, name, start, start + len(name), is_definition))

    def whole(self, node: Node, kind: Kind, *, is_definition: bool = False) -> None:
        """A scalar that is a name as a whole."""
        if node.kind == "scalar" and node.text:
            # from behind: an anchor or a tag before it may be of the same name
            at = self.text.rfind(node.text, node.start, node.end)
            if at >= 0:
                self.add(kind, node.text, at, is_definition=is_definition)
            elif node.style == '"':  # with escapes: all between the quotes is the name
                first = self.text.index('"', node.start) + 1
                self.found.append(Mention(kind, node.text, first, node.end - 1, is_definition))

    def within(self, node: Node, pattern: re.Pattern[str], kind: Kind) -> None:
        """Names inside a scalar's text."""
        for found in pattern.finditer(self.text, node.start, node.end):
            group = next(index for index in range(1, (found.lastindex or 1) + 1) if found[index] is not None)
            self.add(kind, found[group], found.start(group))

    def names(self, node: Node, kind: Kind) -> None:
        """A name, or a list of them, or maps from them to values."""
        if node.kind == "scalar":
            self.whole(node, kind)
        for item in node.items:
            self.names(item, kind)
        for key, value in node.pairs:
            if key.text in ("name", "flow_id", "slot") and value.kind == "scalar":
                self.whole(value, kind)
            elif key.text in ("flow_ids", "name"):
                self.names(value, kind)
            elif kind in ("slots",) and key.text != "value":
                self.whole(key, kind)
                self.texts(value)
            elif key.text in _INTENT_KEYS and kind == "intents":
                self.names(value, kind)

    # sections

    def defined(self, node: Node, kind: Kind, inner: Callable[[Node], None] | None = None) -> None:
        for key, value in node.pairs:
            self.whole(key, kind, is_definition=True)
            (inner or self.inside)(value)

    def listed(self, node: Node, kind: Kind) -> None:
        if node.kind == "scalar":
            self.whole(node, kind, is_definition=True)
        for item in node.items:
            self.listed(item, kind)
        for key, value in node.pairs:
            self.whole(key, kind, is_definition=True)
            self.inside(value)

    def response(self, node: Node) -> None:
        for one in node.walk():
            if one.kind == "scalar":
                self.within(one, _FILLED, "slots")
                self.texts(one)
        for item in node.items:
            condition = item.pair("condition")
            for entry in condition[1].items if condition else ():
                name = entry.pair("name")
                if name:
                    self.whole(name[1], "slots")

    def nlu(self, node: Node) -> None:
        for item in node.items or [node]:
            for key, value in item.pairs:
                if key.text == "intent":
                    self.whole(value, "intents", is_definition=True)
                elif key.text in ("lookup", "regex"):
                    self.whole(value, "entities")
                elif key.text == "examples":
                    for one in value.walk():
                        self.within(one, _MARKED, "entities") if one.kind == "scalar" else None

    def fixtures(self, node: Node) -> None:
        tables = node.items if node.kind == "list" else [node]
        for table in tables:
            for _, value in table.pairs:
                self.names(value, "slots")

    def stubs(self, node: Node) -> None:
        for key, value in node.pairs:
            at = key.text.rpartition("::")[2]
            place = self.text.rfind(at, key.start, key.end)
            if place >= 0:
                self.add("actions", at, place)
            self.inside(value)

    # anything else

    def inside(self, node: Node) -> None:
        """Walk what stands under known keys, whatever it is."""
        if node.kind == "scalar":
            self.texts(node)
        for item in node.items:
            self.inside(item)
        is_slot_event = any(key.text == "event" and value.text == "slot" for key, value in node.pairs)
        for key, value in node.pairs:
            if is_slot_event and key.text == "name":
                self.whole(value, "slots")
            else:
                self.under(key, value)

    def under(self, key: Node, value: Node) -> None:
        name = key.text
        if name in _RESPONSE_KEYS:
            self.whole(value, "responses")
            self.texts(value)
        elif name in _PREDICATE_KEYS or (name == "condition" and value.kind == "scalar"):
            for one in value.walk():
                self.within(one, _SLOT, "slots") if one.kind == "scalar" else None
        elif name == "collect" or name in _SLOT_KEYS:
            self.names(value, "slots")
        elif name in _FLOW_KEYS:
            self.names(value, "flows")
        elif name in _ACTION_KEYS:
            self.whole(value, "responses" if value.text.startswith("utter_") else "actions")
            self.texts(value)
        elif name in _INTENT_KEYS:
            self.names(value, "intents")
        elif name in _ENTITY_KEYS:
            self.names(value, "entities")
        elif name == "fixtures" and self.section != "test_cases":
            self.fixtures(value)
        elif name == "stub_custom_actions":
            self.stubs(value)
        else:
            self.inside(value)

    def texts(self, node: Node) -> None:
        """Names inside free text: payloads, templates, commands."""
        if node.kind != "scalar":
            for child in node.children():
                self.texts(child)
            return
        self.within(node, _SLOT, "slots")
        text = self.text[node.start : node.end]
        for found in _PAIRS.finditer(text):
            for pair in _PAIR.finditer(found[1]):
                self.add("slots", pair[1], node.start + found.start(1) + pair.start(1))
        intent = _INTENT.match(text)
        if intent:
            self.add("intents", intent[1], node.start + intent.start(1))
            for entity in _ENTITY_IN_PAYLOAD.finditer(text, intent.end()):
                self.add("entities", entity[1], node.start + entity.start(1))
        for kind, pattern in _COMMANDS:
            self.within(node, pattern, kind)
        for found in _SEVERAL.finditer(text):
            for word in _WORD.finditer(found[1]):
                self.add("flows", word[0], node.start + found.start(1) + word.start())


def used(found: list[Mention]) -> Iterator[tuple[Kind, str]]:
    """Yield what is named, definitions left out."""
    for one in found:
        if not one.is_definition:
            yield one.kind, one.name
