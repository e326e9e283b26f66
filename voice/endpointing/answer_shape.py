"""What the step that waits for the caller expects to hear, as finely as listening needs it.

The flow's own `Expectation` knows the type of a slot. Endpointing needs more: a telephone number of ten digits is
complete at the tenth, a name at the second word, and a day of birth only with its year. All of that stands in the
assistant already, in names, descriptions, questions and rejections, and is read from there; what a step says under
`voice:` goes before it.

    voice: of the step ─┐
    rejections ─────────┤
    description ────────┼─> shape_of ─> AnswerShape ─> completeness, waits, the longest turn, whether it may be cut
    question text ──────┤
    type of the slot ───┘
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from dialogue.understanding.lexicon import words_of
from dialogue.understanding.slot_kinds import is_birth_date, is_phone, is_year, kind_of
from dialogue.understanding.words import label, split_words
from flows.effects import Expectation
from flows.model import Assistant, CollectTask, Rejection, Slot, Step
from voice.endpointing.answer_lengths import accepted_codes, accepted_digits, described_lengths, has_letters
from voice.endpointing.step_voice import Expects, StepVoice, StepVoiceInvalid, read_step_voice

PHONE_DIGITS: Final = tuple(range(7, 16))
"""Digits of a telephone number where the author says no more: 15 at most (ITU-T E.164); with fewer than 7, which short
national numbers have, more often some are still to come."""
PIN_DIGITS: Final = tuple(range(4, 13))
"""ISO 9564-1."""
FULL_NAME_WORDS: Final = (2, 3, 4)
_OF_DIGITS: Final = frozenset(words_of("phone mobile telephone cell callback pin otp passcode digits digit"))
"""Words in the name of a slot whose value has no letters."""
_FULL_NAME: Final = re.compile(
    r"\b(?:full|whole|complete) name|\bfirst (?:name )?and (?:last|family|second)|\bfirst name and (?:sur|last|family)"
    r"|\bname and surname",
    re.IGNORECASE,
)
_ONE_NAME: Final = re.compile(r"\b(?:first|last|given|family|middle) name|\b(?:fore|sur|nick|user)name", re.IGNORECASE)

_STORY: Final = re.compile(
    r"\b(?:what (?:has )?happened|what went wrong|what brings you"
    r"|what (?:is|was|seems to be) (?:wrong|the (?:matter|problem|issue|trouble))"
    r"|how (?:did|has) (?:it|this|that) happen(?:ed)?|own words|in (?:some |more |as much )?detail"
    r"|tell (?:me|us) (?:more|everything|about|why|a little|a bit|the story|your story)"
    r"|describe|description of (?:the|what)|explain|incident|story|complaint|feedback|course of events|details? of)\b",
    re.IGNORECASE,
)
"""Words of a question, a description or a slot's name to which the answer is a story."""


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """What is expected of the caller now.

    `lengths`: admissible counts of digits, characters of a code or words of a name, ascending; empty where unknown.
    `values`: of a category. `needs_year`: a date is complete only with its year. `slot`: the one that is asked for.
    `is_story`: of a text that takes several sentences, as to "what happened?".
    `is_english`: of the call's language, in which words of the caller can be judged; elsewhere only figures are.
    `wait_ms`, `max_turn_ms`, `is_interruptible`: what the step says itself; None where voice.yml decides.
    """

    expects: Expects = "open"
    values: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    needs_year: bool = False
    slot: str = ""
    is_english: bool = True
    wait_ms: int | None = None
    max_turn_ms: int | None = None
    is_interruptible: bool | None = None
    is_story: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether few words are the whole answer, and are known as such when they have been said."""
        return self.expects in ("yes_no", "category", "amount", "count", "date", "time")

    @property
    def is_dictated(self) -> bool:
        """Whether callers read the answer out in groups, with pauses between them."""
        return self.expects in ("digits", "code", "email")


OPEN: Final = AnswerShape()
_OF_KIND: Final[dict[str, Expects]] = {
    "yes_no": "yes_no", "category": "category", "money": "amount", "count": "count", "person": "name", "place": "name",
    "date": "date", "time": "time", "code": "code", "email": "email", "address": "text", "free": "text",
}  # fmt: skip


def shape_of(expectation: Expectation, assistant: Assistant, language: str = "") -> AnswerShape:
    """Derive what is expected while the flow waits so.

    Raises nothing: a `voice:` that cannot be read is passed over, since `check_step_voices` told of it at load.

    Args:
        expectation: what the conversation waits for.
        assistant: whose flow waits.
        language: of the call, where it is not the assistant's own ("de", "en-GB").
    """
    is_english = (language or assistant.language).lower().startswith("en")
    slot = assistant.slots.get(expectation.slot or "")
    if slot is None:
        return replace(rough_shape(expectation), is_english=is_english)
    flow = assistant.flows.get(expectation.flow_id or "")
    step = flow.by_id.get(expectation.step_id or "") if flow is not None else None
    own = _own_words(step)
    shape = _derived(slot, step, expectation, assistant)
    if own.expects is not None and own.expects != shape.expects:
        shape = replace(shape, expects=own.expects, lengths=(), needs_year=False)
    return replace(
        shape,
        lengths=own.lengths or shape.lengths,
        is_english=is_english,
        wait_ms=own.wait_ms,
        max_turn_ms=own.max_turn_ms,
        is_interruptible=own.is_interruptible,
    )


def rough_shape(expectation: Expectation) -> AnswerShape:
    """What an expectation says without its assistant."""
    match expectation.kind:
        case "yes_no" | "category" | "text" | "open":
            return AnswerShape(expectation.kind, values=expectation.values, slot=expectation.slot or "")
        case _:
            return AnswerShape("amount", slot=expectation.slot or "")


def _own_words(step: Step | None) -> StepVoice:
    if step is None or not step.voice:
        return StepVoice()
    try:
        return read_step_voice(step.voice)
    except StepVoiceInvalid:
        return StepVoice()


def _derived(slot: Slot, step: Step | None, expectation: Expectation, assistant: Assistant) -> AnswerShape:
    task = step.task if step is not None and isinstance(step.task, CollectTask) else None
    description = (task.description if task else "") or assistant.slot_descriptions.get(slot.name, "")
    texts = (description, *_questions(slot, task, assistant))
    kind = kind_of(slot, description)
    expects = _OF_KIND["free" if slot.is_default and kind == "person" else kind]  # "which flow?" has names, of flows
    shape = AnswerShape(expects, values=slot.values, slot=slot.name)
    if shape.expects in ("yes_no", "category"):
        return shape
    if is_year(slot, description):
        return replace(shape, expects="date")
    if shape.expects == "date":
        return replace(shape, needs_year=is_birth_date(slot, description))
    if shape.expects == "name":
        return replace(shape, lengths=_name_words(f"{label(slot.name)}. {' '.join(texts)}", is_place=kind == "place"))
    if shape.expects in ("email", "time") or kind == "address":
        return shape
    return _counted(shape, slot, task, texts, expectation)


def _counted(
    shape: AnswerShape, slot: Slot, task: CollectTask | None, texts: tuple[str, ...], expectation: Expectation
) -> AnswerShape:
    """Tell digits and codes, with how many there are, from amounts and free text."""
    conditions = [one.condition for one in (*(task.rejections if task else ()), *_validation(slot))]
    own = tuple(one for one in conditions if one.slots <= {slot.name})
    is_text = slot.type not in ("float", "bool")
    if is_text and own:
        digits = accepted_digits(slot.name, own)
        codes = () if digits else accepted_codes(slot.name, own)
        if digits or codes:
            return replace(shape, expects="digits" if digits else "code", lengths=digits or codes)
    keys = expectation.dtmf.length if expectation.dtmf is not None else None
    lengths = described_lengths(texts) or ((keys,) if keys else ())
    if lengths and (is_text or shape.expects == "count"):
        return replace(shape, expects="code" if has_letters(texts) else "digits", lengths=lengths)
    if shape.expects == "text":
        return replace(shape, is_story=_STORY.search(f"{label(slot.name)}. {' '.join(texts)}") is not None)
    if shape.expects != "code":
        return shape
    named = set(label(slot.name).split())
    if is_phone(slot, texts[0]):
        return replace(shape, expects="digits", lengths=PHONE_DIGITS)
    if named & {"pin", "otp", "passcode"}:
        return replace(shape, expects="digits", lengths=PIN_DIGITS)
    is_digits = expectation.dtmf is not None or named & _OF_DIGITS or "digits" in _words(texts[0])
    return replace(shape, expects="digits") if is_digits else shape


def _validation(slot: Slot) -> tuple[Rejection, ...]:
    return slot.validation.rejections if slot.validation is not None else ()


def _questions(slot: Slot, task: CollectTask | None, assistant: Assistant) -> tuple[str, ...]:
    """The texts of the question, where a response asks it."""
    name = (task.utter if task else "") or f"utter_ask_{slot.name}"
    return tuple(one.text for one in assistant.responses.get(name, ()) if one.text)


def _name_words(texts: str, *, is_place: bool) -> tuple[int, ...]:
    if is_place:
        return ()
    return FULL_NAME_WORDS if _FULL_NAME.search(texts) else (1, 2) if _ONE_NAME.search(texts) else ()


def _words(text: str) -> set[str]:
    return {word.lower for word in split_words(text)}
