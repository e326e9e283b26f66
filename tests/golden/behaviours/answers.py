"""Behaviours of callers who answer: in turn, all at once, by payload, wrongly, with a no, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.golden.behaviours.places import answerable, positions
from tests.golden.rules import (
    END,
    answered,
    answering,
    asked,
    at_question,
    begun,
    first_turn,
    led_to,
    opening,
    passed,
    resets,
    set_slot,
    walked,
)
from tests.golden.script import Path, Question, Script
from tests.golden.turns import (
    Expect,
    GoldenCase,
    Turn,
    cancels,
    completes,
    does,
    is_unset,
    keeps_quiet,
    runs,
    says,
    sets,
    starts,
)

CORRECTED = "utter_corrected_previous_input"
RESUME = ("utter_ask_continue_interrupted_flow_confirmation", "utter_flow_continue_interrupted")


def happy_path(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Every question is answered in turn; the flow's start shows as well."""
    for path in script.paths:
        turns = walked(path, script, profile)
        yield GoldenCase(f"{path.title}: question by question", turns, path.fixture)
        start = replace(turns[0], expects=(*starts(path.flow), *turns[0].expects))
        yield GoldenCase(f"{path.title}: the other answers", (start, *_others(path, script, profile)), path.fixture)
    for aside in script.asides:
        expects = (*starts(aside.flow), *does(*aside.does), *completes(aside.flow), *says(script.completed[profile]))
        turn = Turn(aside.says, (f"start flow {aside.flow}",), expects, is_ordered=True)
        yield GoldenCase(f"{aside.name}: at once", (turn,))


def _others(path: Path, script: Script, profile: str) -> Iterator[Turn]:
    for index, question in enumerate(path.questions):
        other = None if question.is_always_asked else question.other
        turn = answering(at_question(path, index), script, profile, other)
        is_open = question.other is not None and index + 1 < len(path.questions)
        told = keeps_quiet(question.asks) if is_open else ()
        yield replace(turn, expects=(*turn.expects, *told))


def prefilled(script: Script, profile: str) -> Iterator[GoldenCase]:
    """The first k answers come with the sentence that starts the flow, and all that the flow will ask."""
    for path in script.paths:
        for count in range(1, len(path.questions) + 1):
            given = [question for question in path.questions[:count] if not question.is_always_asked]
            if count > 1 and path.questions[count - 1].is_always_asked:
                continue
            if not given or any(question.is_forced for question in given):
                continue
            yield GoldenCase(
                f"{path.title}: {count} answered in the first sentence",
                tuple(_prefilled(path, given, script, profile)),
                path.fixture,
            )


def _prefilled(path: Path, given: list[Question], script: Script, profile: str) -> Iterator[Turn]:
    words, commands = opening(path, [(question, question.answer) for question in given])
    standing = begun(path, [question.slot for question in given])
    expects: list[Expect] = [*does(*path.first)]
    for question in given:
        expects += sets(question.slot, question.answer.stored)
        expects += keeps_quiet(question.asks)
    yield Turn(words, commands, (*expects, *passed(path, 0, standing), *asked(standing, script, profile)))
    while standing.at != END:
        yield answering(standing, script, profile)
        standing = answered(standing)


def payloads(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Buttons answer every question, and an intent starts the flow."""
    for path in script.paths:
        start = first_turn(path, script, profile)
        if path.intent:
            start = replace(start, says=f"/{path.intent}", commands=())
            yield GoldenCase(f"{path.title}: started by an intent", (start,), path.fixture)
        turns = [start]
        for index, question in enumerate(path.questions):
            turn = answering(at_question(path, index), script, profile)
            if not set(question.answer.value) & set(",()="):
                turn = replace(turn, says=f"/SetSlots({question.slot}={question.answer.value})", commands=())
            turns.append(turn)
        yield GoldenCase(f"{path.title}: answered with buttons", tuple(turns), path.fixture)


def rejection(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A wrong answer is refused as often as it is given; then a right one counts."""
    for path, index in positions(script):
        question = path.questions[index]
        if question.refused is None or question.is_always_asked:
            continue
        refused = question.refused
        told = (*says(refused.response, question.asks_again), *sets(question.slot, None))
        wrong = Turn(refused.answer.says, (set_slot(question, refused.answer),), told)
        standing = at_question(path, index)
        before, right = led_to(path, index, script, profile), answering(standing, script, profile)
        yield GoldenCase(f"{path.title}: a wrong {question.slot}", (*before, wrong, right), path.fixture)
        yield GoldenCase(f"{path.title}: twice a wrong {question.slot}", (*before, wrong, wrong, right), path.fixture)
        given = [one for one in path.questions[:index] if not one.is_always_asked]
        if len(given) == index and not any(one.is_forced for one in given):
            pairs = [*((one, one.answer) for one in given), (question, refused.answer)]
            words, commands = opening(path, pairs)
            start = Turn(words, commands, (*does(*path.first), *told))
            yield GoldenCase(f"{path.title}: a wrong {question.slot} at once", (start, right), path.fixture)


def validation(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A slot with checks of its own is checked wherever it is set; nothing goes on before it is right."""
    for path, index in positions(script):
        question = path.questions[index]
        for later in range(index + 1, len(path.questions)):
            other = path.questions[later]
            if other.refused is None or not other.refused.at_once or question.is_forced or question.is_always_asked:
                continue
            before = led_to(path, index, script, profile)
            commands = (set_slot(question, question.answer), set_slot(other, other.refused.answer))
            told = (*says(other.refused.response, other.asks_again), *sets(other.slot, None))
            hurried = path.questions[index + 1].asks if later > index + 1 else question.asks
            wrong = Turn(question.answer.says, commands, (*told, *keeps_quiet(hurried)))
            standing = at_question(path, index)
            both = answered(replace(standing, filled=standing.filled | {other.slot}))
            told = (*sets(other.slot, other.answer.stored), *asked(both, script, profile))
            right = Turn(other.answer.says, (set_slot(other, other.answer),), told)
            name = f"{path.title}: a wrong {other.slot} at {question.slot}"
            yield GoldenCase(name, (*before, wrong, right), path.fixture)
    yield from _several_wrong(script, profile)


def _several_wrong(script: Script, profile: str) -> Iterator[GoldenCase]:
    """8(27): several wrong answers at once are refused last one first, before the first question is asked."""
    for path in script.paths:
        wrong = [(q, q.refused) for q in path.questions if q.refused is not None and q.refused.at_once]
        if len(wrong) < 2:
            continue
        words, commands = opening(path, [(question, refused.answer) for question, refused in wrong])
        turns: list[Turn] = []
        for place, (question, refused) in reversed(list(enumerate(wrong))):
            told = says(refused.response, question.asks_again)
            later = [*(sets(one.slot, one.answer.stored) for one, _ in wrong[place + 1 : place + 2])]
            expects = (*(expect for value in later for expect in value), *told)
            turns.append(Turn(words, commands, expects, is_ordered=True))
            words, commands = question.answer.says, (set_slot(question, question.answer),)
        standing = begun(path, [question.slot for question, _ in wrong])
        value = sets(wrong[0][0].slot, wrong[0][0].answer.stored)
        turns.append(Turn(words, commands, (*value, *asked(standing, script, profile))))
        yield GoldenCase(f"{path.title}: {len(wrong)} wrong answers at once", tuple(turns), path.fixture)


def negation(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A no where a yes was hoped for ends the flow, and nothing is done."""
    for path, index in positions(script):
        question = path.questions[index]
        if question.denial is None:
            continue
        denial = question.denial
        expects = (
            *sets(question.slot, denial.answer.stored),
            *does(*denial.does),
            *keeps_quiet(denial.not_said),
            *completes(path.flow),
            *resets(path),
            *says(script.completed[profile]),
        )
        turn = Turn(denial.answer.says, (set_slot(question, denial.answer),), expects)
        yield GoldenCase(
            f"{path.title}: no at {question.slot}", (*led_to(path, index, script, profile), turn), path.fixture
        )


def skip(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Whoever does not want to answer is told that it is needed, and asked again."""
    for path, index in answerable(script):
        question = path.questions[index]
        told = (
            *starts("pattern_skip_question"),
            *says("utter_skip_question_answer"),
            *completes("pattern_skip_question"),
            *says(question.asks),
        )
        turn = Turn("I'd rather not say", ("skip question",), told, is_ordered=True)
        right = answering(at_question(path, index), script, profile)
        yield GoldenCase(
            f"{path.title}: skipping {question.slot}",
            (*led_to(path, index, script, profile), turn, right),
            path.fixture,
        )


def repeat(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Whoever did not hear hears the question again."""
    for path, index in answerable(script):
        question = path.questions[index]
        told = (
            *starts("pattern_repeat_bot_messages"),
            *runs("action_repeat_bot_messages"),
            *says(question.asks),
        )
        turn = Turn("what did you say", ("repeat message",), told)
        right = answering(at_question(path, index), script, profile)
        yield GoldenCase(
            f"{path.title}: {question.slot} said again",
            (*led_to(path, index, script, profile), turn, right),
            path.fixture,
        )


def silence(script: Script, profile: str) -> Iterator[GoldenCase]:
    """The first silence repeats, the second asks, the third hangs up; an answer goes on as if nothing had been."""
    count = "consecutive_silence_timeouts"
    told = (
        (*starts("pattern_user_silence"), *runs("action_repeat_bot_messages"), *sets(count, 1.0)),
        (*starts("pattern_user_silence"), *says("utter_ask_still_there"), *sets(count, 2.0)),
        (*starts("pattern_user_silence"), *says("utter_inform_hangup"), *runs("action_hangup")),
    )
    silences = [Turn("/silence_timeout", (), expects) for expects in told]
    for path, index in answerable(script):
        slot = path.questions[index].slot
        before = led_to(path, index, script, profile)
        right = answering(at_question(path, index), script, profile)
        times = index % 2 + 1
        yield GoldenCase(
            f"{path.title}: silent {times} times at {slot}", (*before, *silences[:times], right), path.fixture
        )
        if index == len(path.questions) - 1:
            yield GoldenCase(f"{path.title}: silent three times at {slot}", (*before, *silences), path.fixture)


def forced(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Where a step forces its slot, nothing but its value counts, whatever else was understood."""
    aside = script.asides[0]
    for path, index in positions(script):
        question = path.questions[index]
        if not question.is_forced:
            continue
        standing = at_question(path, index)
        before = led_to(path, index, script, profile)
        right = answering(standing, script, profile)
        earlier = [one for one in path.questions[:index] if one.other is not None and not one.is_always_asked]
        intruders = [
            ("a stop", "cancel flow", keeps_quiet(path.cancelled)),
            ("another flow", f"start flow {aside.flow}", keeps_quiet(*_said(aside.does))),
            ("a skip", "skip question", keeps_quiet("utter_skip_question_answer")),
            *(("a correction", set_slot(one, one.other), keeps_quiet(CORRECTED)) for one in earlier[:1] if one.other),
        ]
        for name, command, unheard in intruders:
            turn = replace(right, commands=(command, *right.commands), expects=(*right.expects, *unheard))
            yield GoldenCase(f"{path.title}: {question.slot} and {name}", (*before, turn), path.fixture)


def _said(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name.startswith("utter_"))


def not_understood(script: Script, profile: str) -> Iterator[GoldenCase]:
    """What does not exist or may not be said is refused; beside a proper answer it does not count."""
    slot, value = script.closed_slot
    refused = (*starts("pattern_cannot_handle"), *says(script.rephrase))
    for path, index in answerable(script):
        question = path.questions[index]
        standing = at_question(path, index)
        before, right = led_to(path, index, script, profile), answering(standing, script, profile)
        unknown = Turn("blah blah", ("set slot no_such_slot_anywhere 1",), (*refused, *says(question.asks)))
        closed = Turn("it is like that", (f"set slot {slot} {value}",), (*refused, *is_unset(slot)))
        odd = unknown if index % 2 == 0 else closed
        yield GoldenCase(f"{path.title}: not understood at {question.slot}", (*before, odd, right), path.fixture)
        beside = replace(right, commands=("start flow no_such_flow", *right.commands))
        again = replace(right, commands=(f"start flow {path.flow}", *right.commands))
        turn = beside if index % 2 else again
        kind = "an unknown flow" if index % 2 else "the same flow"
        yield GoldenCase(f"{path.title}: {question.slot} and {kind}", (*before, turn), path.fixture)


def kept(script: Script, profile: str) -> Iterator[GoldenCase]:
    """What is persisted is not asked for when the flow runs again; everything else is."""
    for path in script.paths:
        slots = [question.slot for question in path.questions if question.is_kept]
        if not slots or path.links_to or path.runs_once:
            continue
        turns = [*walked(path, script, profile)]
        standing = begun(path, slots)
        turns.append(replace(first_turn(path, script, profile), expects=asked(standing, script, profile)))
        while standing.at != END:
            turns.append(answering(standing, script, profile))
            standing = answered(standing)
        yield GoldenCase(f"{path.title}: a second time", tuple(turns), path.fixture)


def restart(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A restart forgets everything: the flow begins with its first question."""
    told = (*starts("pattern_restart"), *runs("action_restart"))
    for path, index in answerable(script):
        if index in (0, len(path.questions) - 1) and path.fixture is None and script.restarts:
            turns = (*led_to(path, index, script, profile), Turn("/restart", (), told))
            name = f"{path.title}: started over at {path.questions[index].slot}"
            yield GoldenCase(name, (*turns, first_turn(path, script, profile)))


def linked(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A link ends its flow first; the flow behind it takes slots of the same sentence and can be left by itself."""
    targets = {path.flow: path for path in script.paths}
    for source in script.paths:
        target = targets.get(source.links_to or "")
        if target is None:
            continue
        index = len(source.questions) - 1
        before = led_to(source, index, script, profile)
        question, first = source.questions[index], target.questions[0]
        into = answering(at_question(source, index), script, profile)
        name = f"{source.title}, then {target.title}"
        rest = [answering(at_question(target, i), script, profile) for i in range(len(target.questions))]
        yield GoldenCase(f"{name}: to the end", (*before, into, *rest), source.fixture)
        told = (*runs("action_cancel_flow"), *cancels(target.flow), *says(target.cancelled), *keeps_quiet(*RESUME))
        stop = Turn("stop that", ("cancel flow",), told)
        yield GoldenCase(f"{name}: stopped there", (*before, into, stop), source.fixture)
        standing = begun(target, [first.slot])
        given = Turn(
            f"{question.answer.says}, {first.answer.says}",
            (set_slot(question, question.answer), set_slot(first, first.answer)),
            (
                *completes(source.flow),
                *starts(target.flow),
                *sets(first.slot, first.answer.stored),
                *keeps_quiet(first.asks),
                *asked(standing, script, profile),
            ),
        )
        yield GoldenCase(f"{name}: its first answer with the link", (*before, given), source.fixture)
