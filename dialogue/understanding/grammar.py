"""The copy grammar: what the language model may write in this turn, as GBNF.

It can name only flows that may be started and slots that may be filled; numbers only from those said, categories
only where the turn names them (or any, for a model that may be trusted so far), free text only as a stretch of what
was said. Yes-or-no slots are left out altogether: only the fast path may confirm anything. So whatever the model
writes is valid, and nothing in it is invented.

    root     ::= (sets (between starts)? | (cancel between)? starts | clarify | "repeat" | ...) end
    sets     ::= slots of the running flows, as many as there are, in any order
    starts   ::= start-0 (between others-0)? | "f7" between bare-0 between sets of any of the flows | start-1 ...
    start-0  ::= "f7" (between "s3 " ("50" | "60") ...)?
    others-0 ::= start-1 | start-2 ...          at most two flows start, the second never the first
    bare-0   ::= "f1" | "f2" ...                their names alone
    span     ::= span-0 | span-1 | ...          shared by all slots of free text
    span-0   ::= "fifty" (" dollars" (" to" " John")?)?

Size and time are linear in the words of the turn, and in the flows that are offered beyond MAX_DISTINCT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from dialogue.understanding import gbnf
from dialogue.understanding.filling import number_fits
from dialogue.understanding.naming import Naming, is_named, slots_of
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import kind_of
from dialogue.understanding.spans import find_categories
from dialogue.understanding.wording import write_value
from dialogue.understanding.words import Word, split_words
from flows.model import Flow, Slot

Categories: TypeAlias = Literal["said", "asked", "any"]
"""Which values of a category may be written: those said; any of the asked slot, else those said; any."""

MAX_SPAN_WORDS = 10
"""A stretch of free text ends within this many words, or farther on where a clause ends."""
MAX_CLAUSE_WORDS = 24
MAX_ENDS = 14
MAX_SPAN_STARTS = 48
LAST_SPAN_STARTS = 16
"""Of a longer turn, stretches begin among its first and its last words."""
MAX_VALUES = 64
MAX_SETS = 6
"""Slots that one turn fills at most."""
MAX_TEXT_CHARACTERS = 1000
MAX_DISTINCT = 12
"""Up to so many flows neither a clarification nor two starts can name the same one twice: the rules for that grow with
the square of the flows. With more, `Admission` drops the second."""
_CLAUSE_END = re.compile(r"[.!?;,\n]")


def turn_grammar(
    text: str, situation: Situation, flows: Sequence[Flow], naming: Naming, categories: Categories = "said"
) -> str:
    """The grammar for one turn, with `flows` as those that may be started."""
    return _TurnGrammar(text[:MAX_TEXT_CHARACTERS], situation, naming, categories).write(flows)


def allowed_slots(situation: Situation) -> tuple[Slot, ...]:
    """Slots of the running flows that a model may fill or correct: never a yes or no."""
    asked = situation.asked
    slots = [*situation.fillable, *([asked] if asked is not None and asked not in situation.fillable else [])]
    return tuple(slot for slot in slots if is_named(slot))


def values_said(text: str, slot: Slot, situation: Situation, categories: Categories = "said") -> tuple[str, ...] | None:
    """What a model may write as the value of `slot`; None where it is any stretch of the turn."""
    about = situation.description(slot)
    match slot.type:
        case "float":
            kind = kind_of(slot, about)
            fitting = [one for one in find_numbers(text) if number_fits(one, slot, about, kind) > 0]
            return tuple(dict.fromkeys(str(one.value) for one in fitting))[:MAX_VALUES]
        case "categorical" | "strict_categorical":
            is_asked = situation.asked is not None and situation.asked.name == slot.name
            if categories == "any" or (categories == "asked" and is_asked):
                return slot.values[:MAX_VALUES]
            return tuple(dict.fromkeys(span.value for span in find_categories(text, slot.values)))
        case _:
            return None


def is_stretch(value: str, text: str) -> bool:
    """Say whether `value` is a stretch of the turn that the grammar offers as free text."""
    return any(value in texts for texts in _stretches(text[:MAX_TEXT_CHARACTERS]))


class _TurnGrammar:
    """The grammar of one turn while it is written: what was said, and the rules so far."""

    def __init__(self, text: str, situation: Situation, naming: Naming, categories: Categories) -> None:
        self._text = text
        self._situation = situation
        self._naming = naming
        self._categories = categories
        self._between = gbnf.literal(naming.words.between)
        self._rules: list[str] = []
        self._set_rules: dict[str, str] = {}
        self._has_spans: bool | None = None

    def write(self, flows: Sequence[Flow]) -> str:
        words = self._naming.words
        sets = self._several("own", allowed_slots(self._situation))
        named = [flow for flow in flows if flow.id in self._naming.flows]
        self._starts(named)
        choices = []
        if sets:
            self._rules.append(f"sets ::= {sets}")
            choices.append(f"sets ({self._between} starts)?" if named else "sets")
        if named:
            choices.append("starts")
        if named and self._situation.is_flow_running:
            choices.append(f"{gbnf.literal(words.cancel)} {self._between} starts")
        if len(named) > 1:
            choices.append(f"{gbnf.literal(words.clarify)} pair")
        choices.append(gbnf.one_of(self._single()))
        root = f'root ::= ({" | ".join(choices)}) "\\n"'
        return "\n".join([root, *self._rules]) + "\n"

    def _single(self) -> list[str]:
        """Commands that stand alone."""
        words = self._naming.words
        running = [words.cancel] if self._situation.is_flow_running else []
        asked = [words.skip] if self._situation.asked is not None else []
        return [*running, *asked, words.repeat, words.person, words.search, words.chat, words.nothing]

    def _starts(self, flows: Sequence[Flow]) -> None:
        if not flows:
            return
        names = [self._naming.flows[flow.id] for flow in flows]
        written = [self._naming.words.start + name for name in names]
        filled = [
            self._several(f"of-{place}", slots_of(flow, self._situation.assistant)) for place, flow in enumerate(flows)
        ]
        if len(flows) > 1:
            slots = {slot.name: slot for flow in flows for slot in slots_of(flow, self._situation.assistant)}
            behind = self._several("any", list(slots.values()))
            two_starts = self._two_of_few if len(flows) <= MAX_DISTINCT else self._two_of_many
            two_starts(written, filled, f"{self._between} {behind}" if behind else "")
            self._clarifications(names)
        else:
            self._rules.append(f"starts ::= {self._start(written[0], filled[0])}")

    def _start(self, name: str, sets: str) -> str:
        return gbnf.literal(name) + (f" ({self._between} {sets})?" if sets else "")

    def _two_of_few(self, names: Sequence[str], filled: Sequence[str], behind: str) -> None:
        """Each with its slots, or both and then the slots: of which those of a third flow are not admitted later."""
        choices = []
        for place, (name, sets) in enumerate(zip(names, filled, strict=True)):
            others = [other for other in range(len(names)) if other != place]
            self._rules.append(f"start-{place} ::= {self._start(name, sets)}")
            self._rules.append(f"others-{place} ::= {' | '.join(f'start-{other}' for other in others)}")
            choices.append(f"start-{place} ({self._between} others-{place})?")
            if behind:
                self._rules.append(f"bare-{place} ::= {gbnf.one_of(names[other] for other in others)}")
                choices.append(f"{gbnf.literal(name)} {self._between} bare-{place} {behind}")
        self._rules.append(f"starts ::= {' | '.join(choices)}")

    def _two_of_many(self, names: Sequence[str], filled: Sequence[str], behind: str) -> None:
        """The same where the second may be the first again."""
        bare = gbnf.one_of(name for name, sets in zip(names, filled, strict=True) if not sets)
        starts = [self._start(name, sets) for name, sets in zip(names, filled, strict=True) if sets]
        self._rules.append(f"start ::= {' | '.join([*starts, *([bare] if bare else [])])}")
        self._rules.append(f"name ::= {gbnf.one_of(names)}")
        both = f" | name {self._between} name {behind}" if behind else ""
        self._rules.append(f"starts ::= start ({self._between} start)?{both}")

    def _clarifications(self, names: Sequence[str]) -> None:
        """Two or three flows to choose from, the second never the first."""
        self._rules.append(f"flow ::= {gbnf.one_of(f' {name}' for name in names)}")
        if len(names) > MAX_DISTINCT:
            self._rules.append("pair ::= flow flow flow?")
            return
        pairs = [
            f"{gbnf.literal(f' {name}')} {gbnf.one_of(f' {other}' for other in names if other != name)}"
            for name in names
        ]
        self._rules.append(f"pair ::= ({' | '.join(pairs)}) flow?")

    def _several(self, name: str, slots: Sequence[Slot]) -> str:
        """At least one of the slots, as many as there are, in any order; empty where nothing said fits one."""
        rules = [rule for rule in map(self._set_rule, slots) if rule]
        if not rules:
            return ""
        self._rules.append(f"{name} ::= {' | '.join(rules)}")
        more = ""
        for _ in range(min(len(rules), MAX_SETS) - 1):
            more = f" ({self._between} {name}{more})?"
        return name + more

    def _set_rule(self, slot: Slot) -> str:
        """The name of the rule that fills `slot`, shared by the flows that have it; empty where nothing said fits."""
        if slot.name not in self._set_rules:
            self._set_rules[slot.name] = self._new_set_rule(slot)
        return self._set_rules[slot.name]

    def _new_set_rule(self, slot: Slot) -> str:
        name = self._naming.slots.get(slot.name)
        values = values_said(self._text, slot, self._situation, self._categories)
        if name is None or values == () or (values is None and not self._offers_spans()):
            return ""
        written = "span" if values is None else gbnf.one_of(write_value(one, self._naming) for one in values)
        rule = f"slot-{len(self._set_rules)}"
        self._rules.append(f"{rule} ::= {gbnf.literal(f'{self._naming.words.fill}{name} ')} {written}")
        return rule

    def _offers_spans(self) -> bool:
        """Write the rules for stretches of the turn, once; say whether there are any."""
        if self._has_spans is None:
            rules = (rule for texts in _stretches(self._text) for rule in _span_rules(texts, self._naming))
            numbered = list(enumerate(dict.fromkeys(rules)))
            self._has_spans = bool(numbered)
            if numbered:
                self._rules.append("span ::= " + " | ".join(f"span-{place}" for place, _ in numbered))
                self._rules += [f"span-{place} ::= {rule}" for place, rule in numbered]
        return self._has_spans


def _stretches(text: str) -> Iterator[tuple[str, ...]]:
    """Stretches by the word they begin in: every text is the beginning of the next.

    They may begin and end in any word ("the garage", "this one"): where a value ends is what a model is asked for.
    """
    words = split_words(text)
    firsts = list(range(len(words)))
    if len(firsts) > MAX_SPAN_STARTS + LAST_SPAN_STARTS:
        firsts = [*firsts[:MAX_SPAN_STARTS], *firsts[-LAST_SPAN_STARTS:]]
    for first in firsts:
        yield tuple(text[words[first].start : end] for end in _ends(text, words, first))


def _ends(text: str, words: Sequence[Word], first: int) -> Iterator[int]:
    """Where a stretch from word `first` may end: in a word near it, or where a clause ends."""
    n_ends = 0
    for place in range(first, min(first + MAX_CLAUSE_WORDS, len(words))):
        is_near = place - first < MAX_SPAN_WORDS
        following = words[place + 1].start if place + 1 < len(words) else len(text)
        if is_near or following == len(text) or _CLAUSE_END.search(text, words[place].end, following):
            yield words[place].end
            n_ends += 1
            if n_ends == MAX_ENDS:
                return


def _span_rules(texts: Sequence[str], naming: Naming) -> list[str]:
    """The texts as nested options: "fifty" (" dollars" (" to John")?)?; those that need quotes by themselves."""
    # What makes a text need quotes stands inside it or at its beginning: a text's beginnings need them no more than it.
    is_plain = write_value(texts[-1], naming) == texts[-1]
    plain = [text for text in texts if is_plain or write_value(text, naming) == text]
    rule = ""
    for shorter, longer in zip(reversed(["", *plain[:-1]]), reversed(plain), strict=True):
        part = gbnf.literal(longer[len(shorter) :])
        rule = f"{part} ({rule})?" if rule else part
    quoted = [gbnf.literal(write_value(text, naming)) for text in texts if text not in plain]
    return [*([rule] if rule else []), *quoted]
