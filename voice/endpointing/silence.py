"""Endpointing: how much silence ends the caller's turn, from what was said, how it sounded and what was asked.

Theory of operation. Silence ends every turn; how much of it, four witnesses say, the surest first:

    the step      `voice: wait_ms`
    the words     "hold on", "um", a sentence that breaks off
    the flow      how far the words are an answer to what was asked: 6 of 10 digits, an e-mail without its end
    the turn model, understanding  for open speech: what it sounded like, and how sure it is what is wanted

Where an answer is complete and cannot go on, the wait is short; where more has to come it is long enough for the
longest usual pause within such an answer. All but the shortest and the longest waits are stretched or shrunk for the
caller (`pauses.CallerPauses`). Open speech has no shape that could be complete, and the turn model takes the first
pause of most sentences for their end: there all witnesses have to agree before the wait is short, a caller who has
paused within the turn is waited for as long again, and a story is never taken for finished (docs/decisions/0017).

Silence is counted from the last audible sample, and the wait is asked for again
whenever more is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flows.effects import Expectation
from voice.endpointing.answer_shape import AnswerShape, rough_shape
from voice.endpointing.completeness import Completeness, completeness_of
from voice.endpointing.dictation import ends_in_digits
from voice.endpointing.hesitation import Ending, ending_of
from voice.endpointing.open_speech import is_over, progress_of
from voice.endpointing.pauses import CallerPauses
from voice.turns.policy import TurnPolicy

SURELY_FINISHED_PROBABILITY: Final = 0.8
"""Turn-model estimate from which it is believed against a last word that is as often none ("I want it on")."""
LONGER_THAN_PAUSES: Final = 1.6
"""By so much a silence has to be longer than the pauses between the groups of a number of unknown length to be its
end. Callers keep their rhythm within a number, more or less; our own choice."""
SURE_REQUEST: Final = 0.65
"""How sure understanding has to be of a request that is answered soon: so sure it was of 85 of 104 fluent requests to
the bank and the records office, and of 19 of 136 that had only been begun (tests/bench/open_pauses.py)."""
SURER_REQUEST: Final = 0.9
"""And how sure to be believed where the voice sounds unfinished and the caller has paused, or words tell nothing."""
UNDERSTOOD_WITHIN_MS: Final = 2_500
"""So long a request is left open for understanding to judge it, since the reply cannot come sooner and a turn that is
open can go on: recognition takes 0.3 s, the language model 1.5 s at most (VIVAVOCE_LLM_BUDGET_S)."""
LEAST_MISHEARD: Final = 5
"""A number with so many digits of which one is missing was more often misheard than left off there: callers pause
between groups, and hardly ever before a last digit by itself (4 of 93 dictated numbers in tests/voice/endpointing, for
700 ms at most). It is waited for like one that may be over, but never less than pauses of 0.4 to 1.5 s are long, be
the caller ever so quick, and longer by `LONGER_THAN_PAUSES` than those in which it was dictated so far."""
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
    """What is known about one revision of a turn; None or False while it is not known yet.

    `probability` is the turn model's, `confidence` how sure understanding is of commands that do something: 0.0 where
    there are none, as of a greeting; `is_understood` once it has judged this text.
    """

    text: str | None = None
    is_certain: bool = False
    probability: float | None = None
    is_understood: bool = False
    confidence: float = 0.0
    is_asked_back: bool = False


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
        if _is_misheard(evidence.text, said, shape):
            return max(policy.open_number_wait_ms, _open_number_wait_ms(said, shape, policy, pauses))
        is_number = shape.expects == "digits"
        return _stretched(policy.incomplete_number_wait_ms if is_number else policy.incomplete_wait_ms, pauses)
    if shape.is_dictated and said.have:
        return _open_number_wait_ms(said, shape, policy, pauses)
    if shape.is_dictated and ending != "ends":  # "the number is"
        return _stretched(policy.incomplete_number_wait_ms, pauses)
    if shape.is_dictated and evidence.probability is None and not evidence.is_certain:
        return _stretched(policy.unfinished_wait_ms, pauses)
    if shape.expects == "open" and not evidence.is_understood:
        wait = max(policy.unfinished_wait_ms, UNDERSTOOD_WITHIN_MS)
    elif shape.expects == "open":
        wait = _request_wait_ms(evidence, ending, shape, policy, has_paused=pauses.longest_of_turn_ms > 0)
    elif shape.is_story:
        wait = policy.request_wait_ms if is_over(evidence.text) else policy.story_wait_ms
    else:
        wait = _open_wait_ms(evidence, ending, shape, policy)
    if shape.expects in ("open", "text"):
        wait = max(wait, min(round(pauses.longest_of_turn_ms * LONGER_THAN_PAUSES), policy.unfinished_wait_ms))
    return _stretched(wait, pauses)


def _request_wait_ms(
    evidence: Evidence, ending: Ending, shape: AnswerShape, policy: TurnPolicy, *, has_paused: bool
) -> int:
    """Anything may be asked for. Nothing that is done so far says that this is all, so that the wait is short only
    where the words are a whole request, understanding is sure of it and the voice sounds finished."""
    assert evidence.text is not None
    if evidence.is_certain and evidence.confidence:  # "stop", "say that again": the fast path knows all of the words
        return policy.finished_wait_ms
    probability = evidence.probability
    progress = progress_of(evidence.text, is_english=shape.is_english)
    if progress == "opens" or ending == "breaks_off":
        return policy.unfinished_wait_ms
    is_sure = evidence.confidence >= SURE_REQUEST
    sounds_finished = probability is not None and probability >= policy.finished_probability and ending == "ends"
    if (progress == "asks" and is_sure and sounds_finished) or (progress == "closes" and (is_sure or sounds_finished)):
        return policy.request_wait_ms
    is_whole = progress == "asks" and ending == "ends" and shape.is_english  # elsewhere all words "ask"
    # Of 198 first pauses of requests none was one of these, of 149 fluent ends 12 (tests/bench/open_pauses.py).
    if is_whole and not has_paused and (is_sure or (evidence.is_asked_back and sounds_finished)):
        return policy.unsure_wait_ms
    if not evidence.confidence:  # the reply would be that nothing was understood, which is worth waiting with
        return policy.unfinished_wait_ms
    is_unfinished = probability is not None and probability <= policy.unfinished_probability
    if is_unfinished and not (progress == "asks" and evidence.confidence >= SURER_REQUEST):
        return policy.unfinished_wait_ms
    return policy.unsure_request_wait_ms


def _is_misheard(text: str, said: Completeness, shape: AnswerShape) -> bool:
    """Whether a number of known length lacks one digit, and no word behind it says that it goes on."""
    is_short = len(shape.lengths) == 1 and said.have == shape.lengths[0] - 1 >= LEAST_MISHEARD
    return shape.expects == "digits" and is_short and ends_in_digits(text)


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
    if is_cut:
        return _stretched(policy.may_go_on_wait_ms, pauses)
    if shape.is_dictated and not said.may_go_on:
        return policy.complete_wait_ms
    if _ends_politely(evidence):
        return _stretched(policy.certain_wait_ms, pauses)
    sounds_finished = shape.expects == "name" and (evidence.probability or 0.0) >= SURELY_FINISHED_PROBABILITY
    if said.may_go_on:  # as a first name does, unless it sounds like all
        return _stretched(policy.finished_wait_ms if sounds_finished else policy.may_go_on_wait_ms, pauses)
    if is_yes_no and evidence.text is not None and _BARE_NO.fullmatch(evidence.text.strip()):
        return _stretched(policy.bare_no_wait_ms, pauses)
    is_all = shape.is_closed or sounds_finished
    return _stretched(policy.certain_wait_ms if is_all else policy.finished_wait_ms, pauses)


def _ends_politely(evidence: Evidence) -> bool:
    return evidence.text is not None and _POLITE_END.search(evidence.text) is not None


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
