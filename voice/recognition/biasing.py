"""Which names and words recognition is told to listen for, by what the assistant has just asked.

Pure. Whisper reads them as text that was said before, which takes names that it does not know from 0 to 6 of 10 right
(speech-models reference), and sometimes makes it write one that was not said: so the list is short, and empty where a
word that was never said could do harm, at a yes or no and at whatever lets an action with outside effects run. How
often a hint was invented is in docs/decisions/0015-recognition.md.

| asked for | hints |
|---|---|
| yes or no, a number, what confirms a write | none |
| a category | its values, and what its buttons call them |
| a text | names that the assistant knows or has just said, unless the question is for digits, a date, an amount |
| anything | names that the assistant has just said, then the words of the flows' names |
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from flows.commands import Json
from flows.effects import Expectation
from flows.model import Assistant, CollectTask

MAX_HINTS = 12
"""More make the decoder slower (their tokens are read first) and invent more; our own choice."""
_MAX_WORDS = 4
_MAX_CHARACTERS = 40
_HISTORY_LINES = 2
"""Names said longer ago are in the slots, or no longer talked about."""

# Words that decide: never suggested to the recogniser, whatever they are a value of.
_DECIDING = frozenset(
    re.findall(
        r"\w+",
        "yes yeah yep no nope not none ok okay sure true false confirm confirmed deny decline accept agree cancel stop",
    )
)
# What a text is asked for where a known name is no likely answer.
_NOT_A_NAME = re.compile(
    r"\b(?:numbers?|digits?|codes?|pins?|passwords?|dates?|days?|months?|years?|periods?|times?|hours?|amounts?|sums?|"
    r"prices?|quantity|e-?mails?|phone|zip|postcodes?|reasons?|descriptions?|problems?|messages?|texts?|comments?)\b",
    re.IGNORECASE,
)
# Words of flow names that every sentence has.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "about ahead all and are ask can change check for from get give have hear help how into make new off out "
        "please say see show take tell that the their them this want what when where which who why with you your",
    )
)
_SEPARATORS = re.compile(r"\s*(?:[,;/\n]|\band\b|\bor\b|\bund\b|\boder\b|\bet\b|\bou\b|\by\b)\s*", re.IGNORECASE)
# One to three words in a row that begin with a capital, within a sentence.
_NAME_IN_SENTENCE = re.compile(r"(?<=[\w,:] )[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+){0,2}")


def hints_for(
    expectation: Expectation, assistant: Assistant, slots: Mapping[str, Json], history: Sequence[str]
) -> tuple[str, ...]:
    """Return at most twelve names or words that may well be said next; none where they could do harm.

    Args:
        expectation: what the waiting step expects.
        assistant: for its slots, responses and flows.
        slots: the values they have now; those of sensitive slots are never used.
        history: what was said, oldest first, as `USER: …` and `AI: …` lines.
    """
    if expectation.confirms_write:
        return ()
    match expectation.kind:
        case "yes_no" | "number":
            found: Iterable[str] = ()
        case "category":
            found = _categories(expectation, assistant)
        case "text":
            found = (
                (*_said_names(history), *_known_names(assistant, slots)) if _wants_name(expectation, assistant) else ()
            )
        case "open":
            found = (*_said_names(history), *_flow_words(assistant))
    return _short_list(found)


def _short_list(found: Iterable[str]) -> tuple[str, ...]:
    """Return the first different ones that are short and decide nothing."""
    hints: dict[str, str] = {}
    for hint in found:
        hint = " ".join(hint.replace("_", " ").split())
        words = re.findall(r"[\w'’-]+", hint.casefold())
        if not words or len(words) > _MAX_WORDS or len(hint) > _MAX_CHARACTERS or hint.isdigit():
            continue
        if _DECIDING.isdisjoint(words):
            hints.setdefault(hint.casefold(), hint)
    return tuple(hints.values())[:MAX_HINTS]


def _categories(expectation: Expectation, assistant: Assistant) -> Iterator[str]:
    yield from expectation.values
    for response in assistant.responses.get(f"utter_ask_{expectation.slot}", ()):
        for button in response.buttons:
            yield button.title


def _wants_name(expectation: Expectation, assistant: Assistant) -> bool:
    flow = assistant.flows.get(expectation.flow_id or "")
    step = flow.by_id.get(expectation.step_id or "") if flow is not None else None
    asked = (expectation.slot or "").replace("_", " ")
    if step is not None and isinstance(step.task, CollectTask):
        asked = f"{asked} {step.task.description}"
    return _NOT_A_NAME.search(asked) is None


def _known_names(assistant: Assistant, slots: Mapping[str, Json]) -> Iterator[str]:
    """Find names in the values of slots: single ones, lists, and enumerations in a text ("Ana, Ben and Cleo")."""
    for name, value in slots.items():
        slot = assistant.slots.get(name)
        if slot is None or slot.is_sensitive or slot.is_default or slot.type not in ("text", "list", "any"):
            continue
        for text in _texts(value):
            yield from (piece for piece in _SEPARATORS.split(text) if _is_name(piece))


def _texts(value: Json) -> Iterator[str]:
    """Yield the texts of a value, of a list of them, or of the names and titles in a list of objects."""
    if isinstance(value, str):
        yield value[:1000]
    elif isinstance(value, list):
        for each in value[:100]:
            if isinstance(each, str):
                yield each[:_MAX_CHARACTERS]
            elif isinstance(each, Mapping):
                yield from (str(each[key]) for key in ("name", "title") if isinstance(each.get(key), str))


def _is_name(piece: str) -> bool:
    words = piece.split()
    return 0 < len(words) <= _MAX_WORDS and all(word[0].isupper() for word in words if word[0].isalpha())


def _said_names(history: Sequence[str]) -> Iterator[str]:
    for line in reversed(history[-_HISTORY_LINES:]):
        if line.startswith("AI:"):
            yield from _NAME_IN_SENTENCE.findall(line[3:1000])


def _flow_words(assistant: Assistant) -> Iterator[str]:
    for flow in assistant.user_flows:
        for word in re.findall(r"[^\W\d_]{4,}", flow.named(assistant.language)):
            if word.casefold() not in _COMMON:
                yield word
