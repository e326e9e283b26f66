"""Behaviours of callers who change what they said: one answer, several, one of a called flow, or to the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.golden.behaviours.places import answerable, changeable, correctable
from tests.golden.rules import Standing, answering, at_question, corrected, led_to, set_slot
from tests.golden.script import Path, Question, Script
from tests.golden.turns import (
    Expect,
    GoldenCase,
    Turn,
    cancels,
    completes,
    is_not,
    keeps_quiet,
    runs,
    says,
    sets,
    starts,
)

CORRECTED = "utter_corrected_previous_input"
CONFIRM_SLOT = "confirm_correction"


def correction(script: Script, profile: str) -> Iterator[GoldenCase]:
    """At every question, every earlier answer is changed; the flow goes on where the reference says."""
    for path, index in changeable(script):
        for earlier in correctable(path, index):
            question = path.questions[earlier]
            name = f"{path.title}: {question.slot} changed at {path.questions[index].slot}"
            if question.is_always_asked:
                turns, standing = _reset(path, index, earlier)
            else:
                turns, standing = _changed(script, path, index, [earlier])
            goes_on = earlier % 2 == 0 or question.is_always_asked
            after = (answering(standing, script, profile),) if goes_on else ()
            yield GoldenCase(name, (*led_to(path, index, script, profile), *turns, *after), path.fixture)


def corrections(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Several answers changed in one sentence are one correction."""
    for path, index in changeable(script):
        plain = _plain(path, index)
        if len(plain) > 1:
            turns, standing = _changed(script, path, index, plain)
            name = f"{path.title}: {len(plain)} answers changed at {path.questions[index].slot}"
            after = answering(standing, script, profile)
            yield GoldenCase(name, (*led_to(path, index, script, profile), *turns, after), path.fixture)


def correction_and_answer(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A change beside the answer that is asked for: both count. The same value again is no change."""
    for path, index in answerable(script):
        question = path.questions[index]
        ahead = led_to(path, index, script, profile)
        answer = answering(at_question(path, index), script, profile)
        for earlier in correctable(path, index)[-1:]:
            one = path.questions[earlier]
            other = one.other
            between = path.questions[earlier : index + 1]
            is_plain = one.child == question.child and not any(each.is_always_asked for each in between)
            if other is None or not is_plain or script.confirms:
                continue
            turn = Turn(
                f"{answer.says}, and {other.says} after all",
                (set_slot(one, other), *answer.commands),
                (*starts("pattern_correction"), *sets(one.slot, other.stored), *says(CORRECTED), *answer.expects),
            )
            yield GoldenCase(f"{path.title}: {one.slot} changed, {question.slot} given", (*ahead, turn), path.fixture)
        for one in path.questions[max(index - 1, 0) : index]:
            if one.answer.stored == one.answer.value and not one.is_always_asked:
                commands = (set_slot(one, one.answer), *answer.commands)
                turn = replace(answer, commands=commands, expects=(*answer.expects, *keeps_quiet(CORRECTED)))
                name = f"{path.title}: {one.slot} said again, {question.slot} given"
                yield GoldenCase(name, (*ahead, turn), path.fixture)


def correction_to_wrong(script: Script, profile: str) -> Iterator[GoldenCase]:
    """An answer that is changed to one that its question rejects is refused, and asked for again."""
    for path, index in answerable(script):
        for earlier in correctable(path, index)[-1:]:
            question = path.questions[earlier]
            if question.refused is None or question.is_always_asked:
                continue
            told = (*says(question.refused.response, question.asks_again), *sets(question.slot, None))
            answer = question.refused.answer
            turns = [Turn(f"no, {answer.says}", (set_slot(question, answer),), told)]
            if script.confirms:
                turns = [replace(turns[0], expects=says(script.confirms[0])), replace(_yes(), expects=told)]
            before = at_question(path, index)
            standing = corrected(replace(before, filled=before.filled - {question.slot}), [question.slot])
            right = answering(standing, script, profile)
            name = f"{path.title}: a refused {question.slot} at {path.questions[index].slot}"
            yield GoldenCase(name, (*led_to(path, index, script, profile), *turns, right), path.fixture)


def correction_by_button(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A button of an earlier question changes its answer like words do."""
    for path, index in answerable(script):
        for earlier in _plain(path, index)[:1]:
            question = path.questions[earlier]
            value = question.other.value if question.other else ""
            if set(value) & set(",()="):
                continue
            turns, _ = _changed(script, path, index, [earlier])
            button = replace(turns[0], says=f"/SetSlots({question.slot}={value})", commands=())
            name = f"{path.title}: {question.slot} changed by a button at {path.questions[index].slot}"
            yield GoldenCase(name, (*led_to(path, index, script, profile), button, *turns[1:]), path.fixture)


def pending_correction(script: Script, profile: str) -> Iterator[GoldenCase]:
    """8(2) to 8(4): while a correction waits for its yes, it is refused, replaced by another, or all is cancelled."""
    if script.confirms is None:
        return
    for path, index in answerable(script):
        plain = _plain(path, index)
        if not plain:
            continue
        question, asks = path.questions[plain[0]], path.questions[index].asks
        before = led_to(path, index, script, profile)
        turns, _ = _changed(script, path, index, plain[:1])
        other = question.other.stored if question.other else None
        name = f"{path.title}: a change of {question.slot} at {path.questions[index].slot}"
        kept = (*says(script.confirms[1], asks), *keeps_quiet(CORRECTED), *is_not(question.slot, other))
        no = Turn("no, leave it", (f"set slot {CONFIRM_SLOT} false",), kept)
        right = answering(at_question(path, index), script, profile)
        yield GoldenCase(f"{name}, and not", (*before, turns[0], no, right), path.fixture)
        told = (*cancels(path.flow), *says(path.cancelled), *keeps_quiet(CORRECTED), *is_not(question.slot, other))
        stop = Turn("stop it all", ("cancel flow",), told)
        yield GoldenCase(f"{name}, and stopped", (*before, turns[0], stop), path.fixture)
        if len(plain) > 1:
            second, _ = _changed(script, path, index, plain[1:2])
            yes = replace(second[1], expects=(*second[1].expects, *is_not(question.slot, other)), is_ordered=False)
            ask = replace(second[0], expects=says(script.confirms[0]), is_ordered=False)
            turns = (turns[0], ask, yes)
            yield GoldenCase(f"{name}, and another one", (*before, *turns), path.fixture)


def _plain(path: Path, index: int) -> list[int]:
    return [i for i in correctable(path, index) if not path.questions[i].is_always_asked]


def _changed(script: Script, path: Path, index: int, earlier: list[int]) -> tuple[tuple[Turn, ...], Standing]:
    """Return the turns of a correction and where the path stands behind it."""
    questions = [path.questions[i] for i in earlier]
    standing = corrected(at_question(path, index), [question.slot for question in questions])
    is_ordered = len(earlier) == 1 and (index + earlier[0]) % 2 == 0
    values = [] if is_ordered else [expect for question in questions for expect in _other(question)]
    asks = standing.question.asks
    unasked = () if is_ordered else keeps_quiet(*(one.asks for one in path.questions if one.asks != asks))
    told: tuple[Expect, ...] = (
        *runs("action_correct_flow_slot"),
        *values,
        *says(CORRECTED),
        *completes("pattern_correction"),
        *says(asks),
        *unasked,
    )
    words = " and ".join(question.other.says for question in questions if question.other)
    commands = tuple(set_slot(question, question.other) for question in questions if question.other)
    begun = starts("pattern_correction")
    if script.confirms is None:
        return (Turn(f"no wait, {words}", commands, (*begun, *told), is_ordered),), standing
    quiet = () if is_ordered else keeps_quiet(CORRECTED, path.questions[index].asks)
    ask = Turn(f"no wait, {words}", commands, (*begun, *says(script.confirms[0]), *quiet), is_ordered)
    return (ask, replace(_yes(), expects=told, is_ordered=is_ordered)), standing


def _yes() -> Turn:
    return Turn("yes", (f"set slot {CONFIRM_SLOT} true",), ())


def _reset(path: Path, index: int, earlier: int) -> tuple[tuple[Turn, ...], Standing]:
    """8(1): what is always asked is emptied and asked again, without a word about it."""
    question = path.questions[earlier]
    before = at_question(path, index)
    standing = corrected(replace(before, filled=before.filled - {question.slot}), [question.slot])
    turn = Turn(
        f"no wait, {question.other.says if question.other else ''}",
        (set_slot(question, question.other or question.answer),),
        (
            *starts("pattern_correction"),
            *sets(question.slot, None),
            *keeps_quiet(CORRECTED),
            *says(standing.question.asks),
        ),
    )
    return (turn,), standing


def _other(question: Question) -> tuple[Expect, ...]:
    return sets(question.slot, question.other.stored) if question.other else ()
