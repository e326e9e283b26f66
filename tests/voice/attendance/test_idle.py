"""Silence while the assistant waits: prompts, "hold on", music, goodbye; and whose time-out counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.effects import Expectation
from flows.model import Assistant, Slot
from voice.attendance import idle
from voice.attendance.idle import IdlePolicy, IdleState, SilenceTimeouts

POLICY = IdlePolicy()
TIMEOUT_MS = 5_000
ASKED = idle.Asked(0, TIMEOUT_MS)


def run(line: str, *, timeout_ms: int = TIMEOUT_MS, policy: IdlePolicy = POLICY) -> str:
    """Draw what the assistant does, below what happens; one column is a second.

    Above: `.` silence, `#` a sound of the caller, `w` words, `h` "hold on", `=` the assistant is heard, `-` it works,
    `m` music. Below: `P` prompt, `T` take your time, `H` holding, `G` goodbye. After a prompt the flow asks again at
    once; its words are left out.
    """
    state, _ = idle.step(IdleState(), idle.Asked(0, timeout_ms), policy)
    drawn = [" "] * len(line)
    before = "."
    for at_ms in range(20, len(line) * 1000 + 1, 20):
        column = (at_ms - 1) // 1000
        now = line[column]
        given_inputs: list[idle.IdleInput] = []
        if now != before:
            given_inputs += changes(before, now, at_ms, timeout_ms)
            before = now
        given_inputs.append(idle.Tick(at_ms, is_sounding=now in "#wh"))
        for each in given_inputs:
            state, effects = idle.step(state, each, policy)
            for effect in effects:
                drawn[column] = {
                    idle.PromptCaller: "P", idle.Reassure: "T", idle.SayHolding: "H", idle.SayGoodbye: "G"
                }[type(effect)]  # fmt: skip
                if isinstance(effect, idle.PromptCaller):
                    state, _ = idle.step(state, idle.Asked(at_ms, timeout_ms), policy)
    return "".join(drawn).rstrip()


def changes(before: str, now: str, at_ms: int, timeout_ms: int) -> list[idle.IdleInput]:
    ended: dict[str, idle.IdleInput] = {
        "=": idle.ReplyChanged(at_ms, is_heard=False),
        "-": idle.Asked(at_ms, timeout_ms),
        "m": idle.BackgroundChanged(at_ms, is_on=False),
    }
    began: dict[str, idle.IdleInput] = {
        "=": idle.ReplyChanged(at_ms, is_heard=True),
        "-": idle.Working(at_ms),
        "m": idle.BackgroundChanged(at_ms, is_on=True),
        "w": idle.CallerActive(at_ms),
        "h": idle.HoldAsked(at_ms),
    }
    return [what for what in (ended.get(before), began.get(now)) if what is not None]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("......", "    P"),
        # As heard: the time-out begins when the reply has been played, not when it was made.
        ("====......", "         P"),
        # A cough starts nothing again; it only puts the question off until it has been quiet for a second.
        ("....##....", "      P"),
        (".#.#.....", "    P"),
        ("...w......", "        P"),
        ("..---......", "          P"),
        # Three prompts, then goodbye, once.
        ("." * 40, "    P    P    P    G"),
        # Words in between count from the start again.
        ("......w" + "." * 24, "    P      P    P    P    G"),
        # "Hold on": nothing for 15 s, then softly, and a question after 30 s.
        ("h" + "." * 33, " " * 15 + "T" + " " * 14 + "P"),
        ("h..........w......", " " * 16 + "P"),
        # Music: the assistant says once that it holds, and asks nothing.
        ("mmmmmmmmmmmmmmmmmmmmmmmm", "     H"),
        ("mmmmmmmm....", "     H"),
        ("mmmmmmmm......", "     H       P"),
    ],
)
def test_golden_silences(line: str, expected: str) -> None:
    assert run(line) == expected


def test_the_number_of_prompts_is_a_setting() -> None:
    assert run("." * 20, policy=IdlePolicy(prompts=1)) == "    P    G"
    assert run("." * 20, policy=IdlePolicy(prompts=0)) == "    G"


def test_prompts_are_numbered() -> None:
    state, numbers = IdleState(), []
    for at_ms in range(0, 40_000, 20):
        state, effects = idle.step(state, idle.Tick(at_ms), POLICY)
        for effect in effects:
            if isinstance(effect, idle.PromptCaller):
                numbers.append(effect.number)
        if not state.awaits:
            state, _ = idle.step(state, idle.Asked(at_ms, TIMEOUT_MS), POLICY)
    assert numbers == [1, 2, 3]


def test_music_is_no_reason_to_ask_or_to_hang_up() -> None:
    assert run("m" * 600) == "     H", "ten minutes, and nothing in the state grows"


def test_a_longer_time_out_of_the_step_goes_before_that_of_hold_on() -> None:
    assert run("h" + "." * 50, timeout_ms=45_000) == " " * 15 + "T" + " " * 29 + "P"


class Inputs:
    """Strategies for schedules: seconds of what is drawn above."""

    lines = st.text(alphabet=".#wh=-m", min_size=1, max_size=120)


@given(Inputs.lines, st.integers(1, 5))
def test_no_schedule_prompts_more_often_than_the_setting_without_words(line: str, prompts: int) -> None:
    drawn = run(line, policy=replace(POLICY, prompts=prompts)).ljust(len(line))
    in_a_row = 0
    for above, below in zip(line, drawn, strict=True):
        if above in "wh":
            in_a_row = 0
        in_a_row += below == "P"
        assert in_a_row <= prompts
    assert drawn.count("G") <= 1
    assert "P" not in drawn.partition("G")[2]


@given(Inputs.lines)
def test_nothing_is_said_over_the_caller_or_the_assistant_or_while_it_works(line: str) -> None:
    drawn = run(line).ljust(len(line))
    assert all(below == " " for above, below in zip(line, drawn, strict=True) if above in "#wh=-")
    assert all(below in " H" for above, below in zip(line, drawn, strict=True) if above == "m")


# --- the time-out --------------------------------------------------------------------------------------------------


def assistant(**changes: object) -> Assistant:
    blank = Assistant(id="a", name="a", folder="a", language="en", flows={}, slots={}, responses={})
    return replace(blank, **changes)  # type: ignore[arg-type]


def test_the_step_goes_before_all_by_channel_and_then_for_all() -> None:
    asked = Expectation(silence_timeout_s={"browser_audio": 3.0, "*": 4.0})
    known = SilenceTimeouts(channel_s=6.0, assistant_s=7.0)
    assert idle.timeout_ms(asked, "webrtc", known, 12_000) == 3_000
    assert idle.timeout_ms(asked, "sip", known, 12_000) == 4_000
    assert idle.timeout_ms(Expectation(silence_timeout_s={"twilio": 5.5}), "twilio", known, 12_000) == 5_500


def test_then_the_slot_the_channel_the_assistant_and_ours() -> None:
    known = SilenceTimeouts(channel_s=6.0, assistant_s=7.0)
    assert idle.timeout_ms(Expectation(), "webrtc", known, 12_000, slot_s=20) == 20_000
    assert idle.timeout_ms(Expectation(), "webrtc", known, 12_000, slot_s="soon") == 6_000
    assert idle.timeout_ms(Expectation(), "webrtc", SilenceTimeouts(assistant_s=7.0), 12_000) == 7_000
    assert idle.timeout_ms(Expectation(), "webrtc", SilenceTimeouts(), 12_000) == 12_000


def test_what_the_files_say() -> None:
    told = assistant(
        credentials={"browser_audio": {"silence_timeout": 6}, "rest": None},
        endpoints={"interaction_handling": {"global_silence_timeout": 8}},
    )
    assert idle.read_timeouts(told, "webrtc") == SilenceTimeouts(6.0, 8.0)
    assert idle.read_timeouts(told, "sip") == SilenceTimeouts(None, 8.0)
    ours = replace(told, voice={"turns": {"silence_timeout_ms": 9500}})
    assert idle.read_timeouts(ours, "sip") == SilenceTimeouts(None, 9.5)


def test_the_slot_counts_where_the_assistant_declares_it() -> None:
    slot = Slot("silence_timeout", "float", initial_value=11.0)
    assert idle.read_timeouts(assistant(slots={"silence_timeout": slot}), "webrtc").assistant_s == 11.0
    default = replace(slot, initial_value=7.0, is_default=True)
    assert idle.read_timeouts(assistant(slots={"silence_timeout": default}), "webrtc").assistant_s is None


@pytest.mark.parametrize("wrong", [None, "soon", True, 0, -3, float("nan"), float("inf"), [], {"a": 1}, "${SILENCE}"])
def test_what_is_no_number_of_seconds_is_not_given(wrong: object) -> None:
    told = assistant(
        credentials={"browser_audio": {"silence_timeout": wrong}},
        endpoints={"interaction_handling": wrong},
        voice={"turns": wrong},
    )
    assert idle.read_timeouts(told, "webrtc") == SilenceTimeouts()
