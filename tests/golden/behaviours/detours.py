"""Behaviours of callers who leave a flow: for another one and back, for good, or for a word in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.golden.behaviours.places import answerable
from tests.golden.rules import answering, asked, at_question, begun, ended, first_turn, led_to, opening
from tests.golden.script import Aside, Path, Script
from tests.golden.turns import (
    Expect,
    GoldenCase,
    Turn,
    cancels,
    completes,
    does,
    keeps_quiet,
    offers,
    runs,
    says,
    sets,
    starts,
)

CONTINUE = "utter_ask_continue_interrupted_flow_confirmation"
CONTINUE_SLOT = "continue_interrupted_flow_confirmation"
WHICH = "utter_ask_interrupted_flow_to_continue"
WHICH_SLOT = "interrupted_flow_to_continue"
GO_ON = "utter_flow_continue_interrupted"
OPTIONS = "utter_clarification_options_rasa"
RESUME_LINES = (CONTINUE, WHICH, GO_ON)


def digression(script: Script, profile: str) -> Iterator[GoldenCase]:
    """At every question the caller asks for something else; then yes, no, the answer itself, or stop."""
    for number, (path, index) in enumerate(answerable(script)):
        aside = _aside(script, number)
        before = led_to(path, index, script, profile)
        question = path.questions[index]
        right = answering(at_question(path, index), script, profile)
        name = f"{path.title}: {aside.name} at {question.slot}"
        if profile == "3.13":
            told = (*_told(aside), *says(GO_ON, question.asks))
            turn = Turn(aside.says, (f"start flow {aside.flow}",), told, is_ordered=True)
            yield GoldenCase(f"{name}, and back at once", (*before, turn, right), path.fixture)
            continue
        turn = Turn(aside.says, (f"start flow {aside.flow}",), (*_told(aside), *says(CONTINUE)), is_ordered=True)
        yes = Turn(
            "yes",
            (f"set slot {CONTINUE_SLOT} true",),
            (*runs("action_continue_interrupted_flow"), *says(question.asks)),
        )
        yield GoldenCase(f"{name}, and back", (*before, turn, yes, right), path.fixture)
        no = Turn(
            "no",
            (f"set slot {CONTINUE_SLOT} false",),
            (
                *runs("action_cancel_interrupted_flows"),
                *cancels(path.flow),
                *_resets_before(path, index),
                *keeps_quiet(question.asks),
            ),
        )
        yield GoldenCase(f"{name}, and not back", (*before, turn, no), path.fixture)
        direct = replace(right, expects=(*right.expects, *keeps_quiet(CONTINUE)))
        yield GoldenCase(f"{name}, and straight on", (*before, turn, direct), path.fixture)
        if index in (0, len(path.questions) - 1):
            stop = Turn("stop that", ("cancel flow",), _cancelled(path))
            yield GoldenCase(f"{name}, and stopped", (*before, turn, stop), path.fixture)


def cancellation(script: Script, profile: str) -> Iterator[GoldenCase]:
    """At every question the flow is cancelled: its slots are reset, and it begins anew when asked for."""
    for path, index in answerable(script):
        question = path.questions[index]
        told = [*_cancelled(path), *_resets_before(path, index), *keeps_quiet(question.asks)]
        told += keeps_quiet(script.completed[profile]) if profile == "3.16" else says(script.completed[profile])
        commands = ("cancel flow", "cancel flow") if index == 1 else ("cancel flow",)
        turns = [*led_to(path, index, script, profile), Turn("forget about it", commands, tuple(told))]
        if not path.questions[0].is_kept:
            turns.append(first_turn(path, script, profile))
        yield GoldenCase(f"{path.title}: cancelled at {question.slot}", tuple(turns), path.fixture)


def small_talk(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Small talk in between is answered, and the answer that was asked for still counts."""
    for path, index in answerable(script):
        question = path.questions[index]
        told: tuple[Expect, ...] = (*starts("pattern_chitchat"), *says(script.small_talk))
        if profile != "3.16":
            told = (*told, *says(question.asks), *keeps_quiet(*RESUME_LINES))
        turn = Turn("how are you today", ("offtopic reply",), told)
        right = answering(at_question(path, index), script, profile)
        name = f"{path.title}: small talk at {question.slot}"
        yield GoldenCase(name, (*led_to(path, index, script, profile), turn, right), path.fixture)


def knowledge(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A question for which there is no flow: since 3.16 the way back is asked for, before the question comes again."""
    for path, index in answerable(script):
        question = path.questions[index]
        told: tuple[Expect, ...] = (*starts("pattern_search"), *says(script.knowledge))
        before = led_to(path, index, script, profile)
        right = answering(at_question(path, index), script, profile)
        name = f"{path.title}: a question at {question.slot}"
        if profile == "3.16":
            turn = Turn("and who was Napoleon", ("provide info",), (*told, *says(CONTINUE)))
            yes = Turn("yes", (f"set slot {CONTINUE_SLOT} true",), says(question.asks))
            rest = (turn, right) if index % 2 else (turn, yes, right)
        else:
            told = (*told, *says(question.asks), *keeps_quiet(*RESUME_LINES))
            rest = (Turn("and who was Napoleon", ("provide info",), told), right)
        yield GoldenCase(name, (*before, *rest), path.fixture)


def handoff(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A person is asked for at every question: by the command up to 3.15, by a flow that links since."""
    flow, words = script.handoff
    for path, index in answerable(script):
        question = path.questions[index]
        told = (*starts("pattern_human_handoff"), *says(script.handed_over))
        by_flow = Turn(words, (f"start flow {flow}",), (*starts(flow), *completes(flow), *told))
        by_command = Turn(words, ("hand over",), (*told, *says(question.asks), *keeps_quiet(*RESUME_LINES)))
        turn = by_flow if profile == "3.16" else by_command
        right = answering(at_question(path, index), script, profile)
        name = f"{path.title}: a person asked for at {question.slot}"
        yield GoldenCase(name, (*led_to(path, index, script, profile), turn, right), path.fixture)


def clarification(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Flows are offered; one is chosen, or another one. One option is no question."""
    for number, path in enumerate(script.paths):
        aside = _aside(script, number)
        other = next(one for one in script.asides if one is not aside)
        told = (
            *starts("pattern_clarification"),
            *offers(path.name, aside.name),
            *says(OPTIONS),
            *keeps_quiet(script.completed[profile]),
        )
        ask = Turn("well, about that", (f"disambiguate flows {path.flow} {aside.flow}",), told)
        start = first_turn(path, script, profile)
        yield GoldenCase(f"{path.title}: chosen of two", (ask, start), path.fixture)
        yield GoldenCase(
            f"{path.title}: {aside.name} chosen instead", (ask, _alone(aside, script, profile)), path.fixture
        )
        yield GoldenCase(f"{path.title}: neither of two", (ask, _alone(other, script, profile)), path.fixture)
        single = replace(start, commands=(f"disambiguate flows {path.flow}",))
        single = replace(single, expects=(*single.expects, *keeps_quiet(OPTIONS)))
        yield GoldenCase(f"{path.title}: the only option", (single,), path.fixture)
        beside = replace(start, commands=(f"disambiguate flows {path.flow} {aside.flow}", *start.commands))
        beside = replace(beside, expects=(*beside.expects, *keeps_quiet(OPTIONS)))
        yield GoldenCase(f"{path.title}: offered and started", (beside,), path.fixture)
        at = len(path.questions) - 1
        if not path.questions[at].is_forced:
            within = replace(ask, commands=(f"disambiguate flows {other.flow} {aside.flow}",))
            told = (*starts("pattern_clarification"), *offers(other.name, aside.name), *says(OPTIONS))
            within = replace(within, expects=told)
            chosen = Turn(aside.says, (f"start flow {aside.flow}",), _told(aside))
            turns = (*led_to(path, at, script, profile), within, chosen)
            yield GoldenCase(f"{path.title}: something else offered within", turns, path.fixture)
    flows: list[Aside | Path] = list(script.asides)
    flows = [*flows, *script.first_paths][:4]
    told = (*offers(*(flow.name for flow in flows[:3])), *says(OPTIONS))
    commands = (f"disambiguate flows {' '.join(flow.flow for flow in flows)}",)
    yield GoldenCase("of four options three are offered", (Turn("hm", commands, told),))


def several_flows(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Two wishes in one sentence run in the order given; a cancellation and a start do so too."""
    first, second = script.asides[:2]
    both = (*_told(first), *_told(second), *says(script.completed[profile]))
    turn = Turn(f"{first.says}, and {second.says}", _starts(first, second), both, is_ordered=True)
    yield GoldenCase("two short wishes", (turn,))
    for number, path in enumerate(script.paths):
        aside = _aside(script, number)
        start = first_turn(path, script, profile)
        told = (*_told(aside), *start.expects, *keeps_quiet(*RESUME_LINES))
        turn = Turn(f"{aside.says}, and {path.opening}", (f"start flow {aside.flow}", *start.commands), told)
        yield GoldenCase(f"{path.title}: after {aside.name}", (turn,), path.fixture)
        yield GoldenCase(
            f"{path.title}: before {aside.name}", _one_after_another(path, aside, script, profile), path.fixture
        )
        if len(path.questions) > 1 and not path.questions[1].is_forced:
            told = (*_told(first), *_told(second), *says(CONTINUE if profile != "3.13" else GO_ON))
            turn = Turn(f"{first.says}, and {second.says}", _starts(first, second), told)
            turns = (*led_to(path, 1, script, profile), turn)
            yield GoldenCase(f"{path.title}: two short wishes within", turns, path.fixture)


def _one_after_another(path: Path, aside: Aside, script: Script, profile: str) -> tuple[Turn, ...]:
    start = first_turn(path, script, profile)
    start = Turn(
        f"{path.opening}, and {aside.says}",
        (*start.commands, f"start flow {aside.flow}"),
        (*start.expects, *keeps_quiet(*(name for name in aside.does if name.startswith("utter_")))),
    )
    last = len(path.questions) - 1
    end = answering(at_question(path, last), script, profile)
    if not path.links_to:
        end = replace(end, expects=(*end.expects, *_told(aside), *keeps_quiet(*RESUME_LINES)))
    return (start, *led_to(path, last, script, profile)[1:], end)


def cancel_and_start(script: Script, profile: str) -> Iterator[GoldenCase]:
    """A cancellation and a start in one sentence: the line, the new flow and its end; new slots are not wiped."""
    for number, (path, index) in enumerate(answerable(script)):
        before = led_to(path, index, script, profile)
        aside = _aside(script, number)
        told = (*cancels(path.flow), *says(path.cancelled), *_told(aside), *says(script.completed[profile]))
        turn = Turn(f"no, leave it, {aside.says}", ("cancel flow", f"start flow {aside.flow}"), told, is_ordered=True)
        name = f"{path.title}: left at {path.questions[index].slot}"
        yield GoldenCase(f"{name} for {aside.name}", (*before, turn), path.fixture)
        first = path.questions[0]
        if index and first.other and not first.is_always_asked and not first.is_kept and first.child is None:
            yield GoldenCase(f"{name} and begun anew", (*before, _anew(path, script, profile)), path.fixture)


def _anew(path: Path, script: Script, profile: str) -> Turn:
    first = path.questions[0]
    other = first.other or first.answer
    words, commands = opening(path, [(first, other)])
    given = [first.slot, *(question.slot for question in path.questions if question.is_kept)]
    shown = () if len(given) > 1 else asked(begun(path, given), script, profile)
    value = sets(first.slot, other.stored)
    told = (*cancels(path.flow), *says(path.cancelled), *value, *does(*path.first), *shown, *keeps_quiet(first.asks))
    return Turn(f"stop, again: {words}", ("cancel flow", *commands), told)


def resumption(script: Script, profile: str) -> Iterator[GoldenCase]:
    """An interrupted flow is resumed by its name; of several, the caller says which."""
    outer, inner = script.paths[:2]
    if profile == "3.13" or outer.fixture or inner.fixture:
        return
    start = replace(first_turn(inner, script, profile))
    for index, question in enumerate(outer.questions):
        if question.is_forced:
            continue
        before = led_to(outer, index, script, profile)
        named = Turn(f"back to {outer.name}", (f"start flow {outer.flow}",), says(question.asks))
        right = answering(at_question(outer, index), script, profile)
        if index == len(outer.questions) - 1:
            after = (*_without_completed(ended(outer, script, profile), script, profile), *says(CONTINUE))
            right = replace(right, expects=after)
        yield GoldenCase(f"{outer.title}: named again at {question.slot}", (*before, start, named, right))
        aside = _aside(script, index)
        short = Turn(aside.says, (f"start flow {aside.flow}",), (*_told(aside), *says(WHICH)))
        told = (*runs("action_continue_interrupted_flow"), *says(question.asks))
        chosen = Turn(outer.name, (f"set slot {WHICH_SLOT} {outer.name}",), told)
        yield GoldenCase(f"{outer.title}: chosen of two at {question.slot}", (*before, start, short, chosen))
        told = (*runs("action_cancel_interrupted_flows"), *cancels(outer.flow), *cancels(inner.flow))
        none = Turn("none of them", (f"set slot {WHICH_SLOT} none",), told)
        yield GoldenCase(f"{outer.title}: none of two at {question.slot}", (*before, start, short, none))


def inner_cancellation(script: Script, profile: str) -> Iterator[GoldenCase]:
    """Cancelling a flow that interrupted another takes nothing from the other."""
    outer, inner = script.paths[:2]
    if outer.fixture or inner.fixture:
        return
    for index, question in enumerate(outer.questions):
        if question.is_forced or inner.questions[0].is_forced:
            continue
        stop = Turn("no, not that", ("cancel flow",), _cancelled(inner))
        right = answering(at_question(outer, index), script, profile)
        turns = (*led_to(outer, index, script, profile), first_turn(inner, script, profile), stop, right)
        yield GoldenCase(f"{outer.title}: {inner.name} begun and left at {question.slot}", turns)


def _aside(script: Script, number: int) -> Aside:
    return script.asides[number % len(script.asides)]


def _told(aside: Aside) -> tuple[Expect, ...]:
    return (*starts(aside.flow), *does(*aside.does), *completes(aside.flow))


def _alone(aside: Aside, script: Script, profile: str) -> Turn:
    return Turn(aside.says, (f"start flow {aside.flow}",), (*_told(aside), *says(script.completed[profile])))


def _starts(*asides: Aside) -> tuple[str, ...]:
    return tuple(f"start flow {aside.flow}" for aside in asides)


def _cancelled(path: Path) -> tuple[Expect, ...]:
    return (
        *starts("pattern_cancel_flow"), *runs("action_cancel_flow"), *cancels(path.flow), *says(path.cancelled),
    )  # fmt: skip


def _resets_before(path: Path, index: int) -> tuple[Expect, ...]:
    given = [question for question in path.questions[:index] if not question.is_kept]
    return tuple(expect for question in given for expect in sets(question.slot, None))


def _without_completed(expects: tuple[Expect, ...], script: Script, profile: str) -> tuple[Expect, ...]:
    unwanted = says(script.completed[profile])
    return tuple(expect for expect in expects if expect not in unwanted)
