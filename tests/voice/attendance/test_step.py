"""All that a call minds beside turns, together: what one part finds is told to the others."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.effects import Dtmf, Expectation
from voice.attendance import limits as call_limits
from voice.attendance import step as attendance
from voice.attendance.limits import HangUp, LimitPolicy
from voice.attendance.policy import CallPolicy
from voice.attendance.step import (
    AttendancePolicy,
    FrameTaken,
    SayPhrase,
    fillers,
    idle,
    keypad,
    language_switch,
    new_state,
    onset_gate,
    watchdog,
)

POLICY = AttendancePolicy(filler_texts=fillers.FillerTexts(("One moment.", "Let me look."), ("Nearly there.",)))
PIN = Expectation("text", "pin", dtmf=Dtmf(length=4))


class Call:
    """A call whose assistant says phrases and prompts for a second each and asks again after a prompt."""

    def __init__(self, policy: AttendancePolicy = POLICY, timeout_ms: int = 5_000) -> None:
        self.policy, self.state, self.at_ms, self.timeout_ms = policy, new_state(7), 0, timeout_ms
        self.effects: list[tuple[int, attendance.AttendanceEffect]] = []
        self._due: list[tuple[int, attendance.AttendanceInput]] = []
        self.asks()

    def asks(self, expectation: Expectation | None = None) -> None:
        asked = attendance.QuestionChanged(self.at_ms, expectation or Expectation(), True, self.timeout_ms)
        self.take(asked)

    def take(self, given: attendance.AttendanceInput) -> None:
        self.state, effects = attendance.step(self.state, given, self.policy)
        for effect in effects:
            self.effects.append((self.at_ms, effect))
            match effect:
                case SayPhrase(ends_call=ends_call):
                    self._says(1_000, is_filler=True)
                    if ends_call:
                        self._due.append((self.at_ms + 1_100, call_limits.GoodbyeOver(self.at_ms + 1_100)))
                case fillers.SayFiller(text):
                    self.take(fillers.FillerSaid(self.at_ms, text))
                case idle.PromptCaller():
                    self._says(1_000, is_filler=False)
                    self.asks()
                case _:
                    pass

    def _says(self, duration_ms: int, *, is_filler: bool) -> None:
        self.take(attendance.SoundChanged(self.at_ms, is_heard=True, is_filler=is_filler))
        end_ms = self.at_ms + duration_ms
        self._due.append((end_ms, attendance.SoundChanged(end_ms, is_heard=False, is_filler=is_filler)))

    def passes(
        self, duration_ms: int, *, level_db: float = -70.0, is_voiced: bool = False, is_real: bool = True
    ) -> None:
        for _ in range(duration_ms // 20):
            self.at_ms += 20
            for due in [each for each in self._due if each[0] <= self.at_ms]:
                self._due.remove(due)
                self.take(due[1])
            is_sounding = is_voiced and self.state.hears
            self.take(FrameTaken(self.at_ms, level_db, is_voiced, is_real=is_real, is_sounding=is_sounding))

    def of(self, kind: type) -> list[tuple[int, attendance.AttendanceEffect]]:
        return [(at_ms, effect) for at_ms, effect in self.effects if isinstance(effect, kind)]

    @property
    def phrases(self) -> list[str]:
        return [effect.kind for _, effect in self.effects if isinstance(effect, SayPhrase)]


def test_a_caller_who_never_speaks_is_asked_three_times_and_taken_leave_of() -> None:
    call = Call()
    call.passes(60_000)
    assert [at_ms for at_ms, _ in call.of(idle.PromptCaller)] == [5_000, 11_000, 17_000]
    assert call.phrases == ["goodbye_silent"]
    assert call.of(HangUp) == [(24_100, HangUp("caller-silent"))]


def test_music_is_held_through_and_the_caller_is_there_again() -> None:
    call = Call(replace(POLICY, call=CallPolicy(limits=LimitPolicy(max_silence_ms=60_000))))
    for _ in range(3):
        call.passes(2_500, level_db=-30, is_voiced=True)
        call.take(onset_gate.TurnWithoutWords(call.at_ms))
    assert not call.state.hears
    call.passes(120_000, level_db=-30, is_voiced=True)
    assert call.phrases == ["holding"]
    assert call.of(idle.PromptCaller) == []
    assert call.of(HangUp) == []
    call.passes(1_000)
    assert call.state.hears
    assert [type(effect).__name__ for _, effect in call.effects if "Background" in type(effect).__name__] == [
        "BackgroundBegan",
        "BackgroundEnded",
    ]
    call.passes(5_000)
    assert len(call.of(idle.PromptCaller)) == 1


def test_hold_on() -> None:
    call = Call()
    call.passes(1_000)
    call.take(attendance.TurnHadWords(call.at_ms, asks_for_time=True))
    call.passes(31_000)
    assert [(at_ms, effect) for at_ms, effect in call.effects] == [
        (16_000, SayPhrase("take_your_time")),
        (31_000, idle.PromptCaller(1)),
    ]


def test_a_slow_action_is_filled_and_an_endless_one_is_told() -> None:
    call = Call()
    call.take(attendance.QuestionChanged(0, Expectation(), False, 5_000))
    call.take(attendance.TurnCommitted(0))
    call.take(attendance.ActionChanged(0, "action_get_results", is_running=True))
    call.passes(20_000)  # the fillers themselves make no sound here: a dead voice
    assert [at_ms for at_ms, _ in call.of(fillers.SayFiller)][:1] == [900]
    assert "overdue" in call.phrases
    reports = [effect for _, effect in call.effects if isinstance(effect, watchdog.Report)]
    assert [report.code for report in reports] == ["reply-overdue"]
    assert "action: action_get_results" in reports[0].message
    assert call.of(idle.PromptCaller) == [], "nothing is awaited while the assistant works"


def test_keys_are_life() -> None:
    call = Call()
    call.asks(PIN)
    call.passes(4_000)
    call.take(keypad.KeyPressed("1", call.at_ms, is_replying=True))
    assert call.state.is_entering
    call.passes(2_900)
    call.take(keypad.KeyPressed("2", call.at_ms))
    call.passes(2_900)
    assert call.of(idle.PromptCaller) == []
    call.passes(200)
    assert [effect for _, effect in call.effects if isinstance(effect, keypad.Answer)] == [
        keypad.Answer("/SetSlots(pin=12)", "12")
    ]
    assert call.of(keypad.StopReply)


def test_the_end_of_a_long_call() -> None:
    limits = LimitPolicy(max_call_ms=120_000)
    call = Call(replace(POLICY, call=CallPolicy(limits=limits)), timeout_ms=100_000)
    call.passes(130_000)
    assert call.phrases == ["ends_soon", "goodbye_too_long"]
    assert [effect for _, effect in call.of(HangUp)] == [HangUp("call-too-long")]


def test_a_caller_who_hangs_up_in_mid_turn() -> None:
    call = Call()
    call.take(attendance.TurnCommitted(0))
    call.take(call_limits.CallerGone(0, "caller-hung-up"))
    assert [effect for _, effect in call.effects] == [
        call_limits.FinishTurn(12_000),
        HangUp("caller-hung-up-unanswered"),
    ]


def test_languages() -> None:
    spoken = language_switch.LanguagePolicy(("en", "de"))
    call = Call(replace(POLICY, call=CallPolicy(language=spoken)))
    call.take(language_switch.FinalHeard("Je voudrais voir mon compte", "fr", -0.1))
    call.take(language_switch.FinalHeard("Ich möchte mein Konto sehen", "de", -0.1))
    assert [effect for _, effect in call.effects] == [
        language_switch.RefuseLanguage("fr"),
        language_switch.SwitchLanguage("de"),
    ]


def test_missing_frames_are_told() -> None:
    call = Call()
    call.passes(1_000)
    call.passes(7_000, is_real=False)
    assert [effect.code for _, effect in call.effects if isinstance(effect, watchdog.Report)] == ["audio-missing"]


happenings = st.sampled_from(
    ["words", "hold", "none", "partial", "commit", "answer", "empty", "dismiss", "action", "done", "coming", "key",
     "ask", "work", "held", "free", "speech", "music", "quiet", "long", "lost", "final"]
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(happenings, max_size=40), st.integers(0, 3))
def test_any_call_ends_at_most_once_and_says_nothing_after(schedule: list[str], key: int) -> None:
    limits = LimitPolicy(max_call_ms=90_000, warn_ms=20_000, max_silence_ms=60_000)
    call = Call(replace(POLICY, call=CallPolicy(limits=limits)))
    for what in schedule:
        happen(call, what, "12#0"[key])
    ended = [index for index, (_, effect) in enumerate(call.effects) if isinstance(effect, HangUp)]
    assert len(ended) <= 1
    goodbyes = [effect for _, effect in call.effects if isinstance(effect, SayPhrase) and effect.ends_call]
    assert len(goodbyes) <= 1
    fillers_said = [at_ms for at_ms, effect in call.effects if isinstance(effect, fillers.SayFiller)]
    assert all(later - earlier >= 6_000 for earlier, later in pairwise(fillers_said))


def happen(call: Call, what: str, key: str) -> None:
    at_ms = call.at_ms
    simple: dict[str, attendance.AttendanceInput] = {
        "words": attendance.TurnHadWords(at_ms),
        "hold": attendance.TurnHadWords(at_ms, asks_for_time=True),
        "none": onset_gate.TurnWithoutWords(at_ms),
        "partial": onset_gate.PartialHeard(has_words=False),
        "commit": attendance.TurnCommitted(at_ms),
        "answer": attendance.TurnAnswered(at_ms, has_words=True),
        "empty": attendance.TurnAnswered(at_ms, has_words=False),
        "dismiss": attendance.TurnDismissed(at_ms),
        "action": attendance.ActionChanged(at_ms, "a", is_running=True),
        "done": attendance.ActionChanged(at_ms, "a", is_running=False),
        "coming": fillers.WordsComing(at_ms),
        "key": keypad.KeyPressed(key, at_ms),
        "work": attendance.QuestionChanged(at_ms, PIN, False, 5_000),
        "ask": attendance.QuestionChanged(at_ms, PIN, True, 5_000),
        "held": watchdog.ReplyHeld(at_ms, 1, is_held=True),
        "free": watchdog.ReplyHeld(at_ms, 1, is_held=False),
        "final": language_switch.FinalHeard("ja", "de", -0.1),
    }
    match what:
        case "speech":
            call.passes(600, level_db=-25, is_voiced=True)
        case "music":
            call.passes(4_000, level_db=-30, is_voiced=True)
        case "quiet" | "long":
            call.passes(1_000 if what == "quiet" else 9_000)
        case "lost":
            call.passes(6_000, is_real=False)
        case _:
            call.take(simple[what])
