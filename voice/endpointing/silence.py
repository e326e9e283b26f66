"""Endpointing: how much silence ends the caller's turn, from what was said, how it sounded and what was asked.

Theory of operation. Silence ends every turn; how much of it, four witnesses say, the surest first:

    the step      `voice: wait_ms`
    the words     "hold on", "um", a sentence that breaks off
    the flow      how far the words are an answer to what was asked: 6 of 10 digits, an e-mail without its end
    the turn model  for open speech, what it sounded like

Where an answer is complete and cannot go on, the wait is short; where more has to come it is long enough for the
longest usual pause within such an answer. All but the shortest and the longest waits are stretched or shrunk for the
caller (`pauses.CallerPauses`). Silence is counted from the last audible sample, and the wait is asked for again
whenever more is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flows.effects import Expectation
from voice.endpointing.answer_shape import AnswerShape, rough_shape
from voice.endpointing.completeness import Completeness, completeness_of
from voice.endpointing.hesitation import Ending, ending_of
from voice.endpointing.pauses import CallerPauses
from voice.turns.policy import TurnPolicy

SURELY_FINISHED_PROBABILITY: Final = 0.8
"""Turn-model estimate from which it is believed against a last word that is as often none ("I want it on")."""
LONGER_THAN_PAUSES: Final = 1.6
"""By so much a silence has to be longer than the pauses between the groups of a number of unknown length to be its
end. Callers keep their rhythm within a number, more or less; our own choice."""
LATE_DIGITS: Final = 3
"""So many digits above the fewest that are a number, it is more often over than not: the tenth of a telephone number is
the last one in most countries; our own choice."""
LONGER_WHEN_LATE: Final = 1.25
"""What `LONGER_THAN_PAUSES` is for such a number."""
_POLITE_END: Final = re.compile(r"\w.*\b(?:please|thanks|thank you)\W*$", re.IGNORECASE)
_BARE_NO: Final = re.compile(r"(?:(?:oh|um+|uh+|well)\W+)?(?:no|nope|nah)\W*", re.IGNORECASE)
USUAL_CALLER: Final = CallerPauses()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one revision of a turn; None or False while it is not known yet."""

    text: str | None = None
    is_certain: bool = False
    probability: float | None = None


def wait_ms(
    evidence: Evidence,
    expectation: Expectation | AnswerShape,
    policy: TurnPolicy,
    pauses: CallerPauses = USUAL_CALLER,
) -> int:
    """Return the silence, counted from the last audible sample, after which the turn is over.

    Args:
        evidence: of the revision that is being ended.
        expectation: what the caller is expected to say; `shape_of` derives the finer form.
        policy: the settings, which name every wait.
        pauses: what the call has shown of the caller.
    """
    shape = rough_shape(expectation) if isinstance(expectation, Expectation) else expectation
    if evidence.text is None:
        return _stretched(policy.unfinished_wait_ms, pauses)
    ending = ending_of(evidence.text, is_asked=shape.expects != "open", is_english=shape.is_english)
    if ending == "asks_for_time":
        return policy.hold_on_wait_ms
    if shape.wait_ms is not None:
        return shape.wait_ms
    said = completeness_of(evidence.text, shape)
    if said.state == "complete":
        return _complete_wait_ms(evidence, said, ending, shape, policy, pauses)
    if ending == "hesitates":
        return _stretched(policy.hesitation_wait_ms, pauses)
    if said.state == "incomplete":
        is_number = shape.expects == "digits"
        return _stretched(policy.incomplete_number_wait_ms if is_number else policy.incomplete_wait_ms, pauses)
    if shape.is_dictated and said.have:
        return _open_number_wait_ms(said, shape, policy, pauses)
    if shape.is_dictated and ending != "ends":  # "the number is"
        return _stretched(policy.incomplete_number_wait_ms, pauses)
    if shape.is_dictated and evidence.probability is None and not evidence.is_certain:
        return _stretched(policy.unfinished_wait_ms, pauses)
    return _stretched(_open_wait_ms(evidence, ending, shape, policy), pauses)


def _stretched(wait: int, pauses: CallerPauses) -> int:
    return round(wait * pauses.factor)


def _complete_wait_ms(
    evidence: Evidence,
    said: Completeness,
    ending: Ending,
    shape: AnswerShape,
    policy: TurnPolicy,
    pauses: CallerPauses,
) -> int:
    """The wait after a whole answer, which is short unless it may go on or its last word says that it will."""
    is_yes_no = shape.expects == "yes_no"
    is_cut = ending == "breaks_off" or ending == ("may_break_off" if is_yes_no else "hesitates")  # "mm" is half a yes
    if said.may_go_on and not is_cut and _is_closed_off(evidence, shape):
        return _stretched(policy.finished_wait_ms, pauses)
    if said.may_go_on or is_cut:
        return _stretched(policy.may_go_on_wait_ms, pauses)
    if is_yes_no and evidence.text is not None and _BARE_NO.fullmatch(evidence.text.strip()):
        return _stretched(policy.bare_no_wait_ms, pauses)
    if shape.is_dictated:
        return policy.complete_wait_ms
    return _stretched(policy.certain_wait_ms if shape.is_closed else policy.finished_wait_ms, pauses)


def _is_closed_off(evidence: Evidence, shape: AnswerShape) -> bool:
    """Whether an answer that could go on does not: it ends politely, or a name sounds finished."""
    is_polite = evidence.text is not None and _POLITE_END.search(evidence.text) is not None
    sounds_finished = evidence.probability is not None and evidence.probability >= SURELY_FINISHED_PROBABILITY
    return is_polite or (shape.expects == "name" and sounds_finished)


def _open_number_wait_ms(said: Completeness, shape: AnswerShape, policy: TurnPolicy, pauses: CallerPauses) -> int:
    """A number that may be over at any group: the pauses between its groups tell how long the next one is."""
    longest = pauses.longest_of_turn_ms
    if not longest:
        return _stretched(policy.open_number_wait_ms, pauses)
    is_late = bool(shape.lengths) and said.have >= shape.lengths[0] + LATE_DIGITS
    grown = round(longest * (LONGER_WHEN_LATE if is_late else LONGER_THAN_PAUSES))
    return min(max(grown, policy.unsure_wait_ms), _stretched(policy.incomplete_number_wait_ms, pauses))


def _open_wait_ms(evidence: Evidence, ending: Ending, shape: AnswerShape, policy: TurnPolicy) -> int:
    """Open speech, and answers of which the words do not tell how far they are."""
    probability = evidence.probability
    if evidence.is_certain and shape.expects != "text":  # any words are a certain answer where any words are asked for
        return policy.certain_wait_ms if shape.is_closed else policy.finished_wait_ms
    if ending == "breaks_off":
        return policy.unfinished_wait_ms
    if ending == "may_break_off" and (probability is None or probability < SURELY_FINISHED_PROBABILITY):
        return policy.unfinished_wait_ms
    if probability is None:
        return policy.unsure_wait_ms
    if probability >= policy.finished_probability:
        return policy.finished_wait_ms if ending == "ends" else policy.unsure_wait_ms
    if probability <= policy.unfinished_probability:
        return policy.unfinished_wait_ms
    return policy.unsure_wait_ms
