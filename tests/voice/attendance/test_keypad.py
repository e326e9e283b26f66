"""Keys of the telephone become one turn, at once, and win over speech."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.payload import parse_payload
from flows.commands import SetSlot
from flows.effects import Dtmf, Expectation
from flows.model import Assistant
from voice.attendance import keypad
from voice.attendance.keypad import Answer, AskForPerson, DropSpeech, KeyIgnored, KeypadPolicy, KeypadState, StopReply

POLICY = KeypadPolicy()
SIX = Expectation("text", "patient_number", dtmf=Dtmf(length=6))
HASH = Expectation("text", "results_code", dtmf=Dtmf(finish_on_key="#"))
AMOUNT = Expectation("number", "amount")
NAME = Expectation("text", "name")
YES_NO = Expectation("yes_no", "confirmed")
OPEN = Expectation()


class Keys:
    """A caller who presses keys 300 ms apart."""

    def __init__(self, expectation: Expectation) -> None:
        self.state = KeypadState()
        self.at_ms = 0
        self.effects: list[keypad.KeypadEffect] = []
        self.take(keypad.QuestionChanged(expectation))

    def take(self, given: keypad.KeypadInput) -> list[keypad.KeypadEffect]:
        self.state, effects = keypad.step(self.state, given, POLICY)
        self.effects += effects
        return list(effects)

    def press(self, keys: str, **over: bool) -> Keys:
        for key in keys:
            self.at_ms += 300
            self.take(keypad.KeyPressed(key, self.at_ms, **over))
        return self

    def wait(self, duration_ms: int) -> Keys:
        for _ in range(duration_ms // 20):
            self.at_ms += 20
            self.take(keypad.Tick(self.at_ms))
        return self

    @property
    def answers(self) -> list[str]:
        return [effect.text for effect in self.effects if isinstance(effect, Answer)]

    def has(self, kind: type) -> bool:
        return any(isinstance(effect, kind) for effect in self.effects)


def test_so_many_digits_answer_at_once() -> None:
    assert Keys(SIX).press("123456").answers == ["/SetSlots(patient_number=123456)"]


def test_the_payload_is_one_that_understanding_reads() -> None:
    text = Keys(SIX).press("012345").answers[0]
    assistant = Assistant(id="a", name="a", folder="a", language="en", flows={}, slots={}, responses={})
    assert parse_payload(text, assistant) == (SetSlot("patient_number", "012345", "payload"),)


def test_a_key_finishes() -> None:
    keys = Keys(HASH).press("42")
    assert keys.answers == []
    assert keys.press("#").answers == ["/SetSlots(results_code=42)"]


def test_no_key_for_three_seconds_finishes_as_well() -> None:
    keys = Keys(SIX).press("123").wait(2_900)
    assert keys.answers == []
    assert keys.wait(200).answers == ["/SetSlots(patient_number=123)"]


def test_another_key_may_finish() -> None:
    star = Expectation("text", "code", dtmf=Dtmf(finish_on_key="*"))
    assert Keys(star).press("12*").answers == ["/SetSlots(code=12)"]


def test_a_star_begins_again() -> None:
    assert Keys(SIX).press("12*654321").answers == ["/SetSlots(patient_number=654321)"]


def test_a_number_or_text_takes_digits_even_if_its_step_says_nothing_of_keys() -> None:
    assert Keys(AMOUNT).press("250#").answers == ["/SetSlots(amount=250)"]
    assert Keys(AMOUNT).press("250").wait(3_000).answers == ["/SetSlots(amount=250)"]


def test_a_closed_question_takes_one_key_as_it_is() -> None:
    assert Keys(YES_NO).press("1").answers == ["1"]


def test_the_first_key_stops_the_reply_and_drops_speech() -> None:
    keys = Keys(SIX)
    assert keys.take(keypad.KeyPressed("1", 300, is_replying=True)) == [StopReply(), DropSpeech()]
    assert keys.state.is_entering
    assert keys.take(keypad.KeyPressed("2", 600)) == [DropSpeech()]


def test_what_may_not_be_interrupted_is_not_but_the_keys_are_kept() -> None:
    keys = Keys(SIX).press("123456", is_replying=True, is_interruptible=False)
    assert not keys.has(StopReply)
    assert keys.answers == ["/SetSlots(patient_number=123456)"]


def test_zero_asks_for_a_person_where_digits_are_no_answer() -> None:
    assert Keys(OPEN).press("0").effects == [DropSpeech(), AskForPerson()]
    over = Keys(YES_NO).press("0", is_replying=True, is_interruptible=False).effects
    assert over == [StopReply(), DropSpeech(), AskForPerson()], "always, also over what may not be interrupted"


def test_zero_is_a_digit_where_keys_are_asked_for() -> None:
    assert Keys(SIX).press("000123").answers == ["/SetSlots(patient_number=000123)"]
    assert Keys(AMOUNT).press("0").wait(3_000).answers == ["/SetSlots(amount=0)"]


@pytest.mark.parametrize("expectation", [SIX, HASH, NAME])
def test_a_lone_zero_asks_for_a_person_in_the_end(expectation: Expectation) -> None:
    keys = Keys(expectation).press("0").wait(3_000)
    assert keys.answers == []
    assert keys.has(AskForPerson)


def test_a_finish_key_out_of_habit_does_nothing() -> None:
    keys = Keys(SIX).press("123456")
    keys.take(keypad.QuestionChanged(Expectation("text", "other", dtmf=Dtmf(finish_on_key="*"))))
    effects = keys.take(keypad.KeyPressed("#", keys.at_ms + 400, is_replying=True))
    assert effects == [KeyIgnored("#", "the entry was complete")]
    assert not keys.state.is_entering


def test_nothing_entered_is_no_answer() -> None:
    keys = Keys(HASH).press("#", is_replying=True)
    assert keys.effects == [KeyIgnored("#", "nothing was entered")]


def test_keys_are_ignored_while_nothing_is_awaited() -> None:
    keys = Keys(SIX)
    keys.take(keypad.QuestionChanged(SIX, awaits=False))
    assert keys.press("5").effects == [KeyIgnored("5", "the assistant is still answering")]


def test_an_entry_belongs_to_its_question() -> None:
    keys = Keys(SIX).press("12")
    keys.take(keypad.QuestionChanged(HASH))
    assert keys.press("34#").answers == ["/SetSlots(results_code=34)"]
    again = Keys(SIX).press("12")
    again.take(keypad.QuestionChanged(SIX))  # the same question was only repeated
    assert again.press("3456").answers == ["/SetSlots(patient_number=123456)"]


def test_a_stuck_key_does_not_grow_memory() -> None:
    keys = Keys(HASH).press("7" * 500)
    assert len(keys.state.keys) == keypad.MAX_KEYS
    assert len(keys.press("#").answers[0]) < 100


def test_speech_may_be_shut_out() -> None:
    assert keypad.hears_speech(SIX)
    assert keypad.hears_speech(OPEN)
    assert not keypad.hears_speech(Expectation("text", "pin", dtmf=Dtmf(4, allow_audio_input=False)))


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ({"type": "key", "key": "5"}, "5"),
        ({"type": "key", "key": "#"}, "#"),
        ({"type": "key", "key": "a"}, "A"),
        ({"type": "key"}, None),
        ({"type": "key", "key": 5}, None),
        ({"type": "key", "key": ""}, None),
        ({"type": "key", "key": "12"}, None),
        ({"type": "key", "key": "E"}, None),
        ({"type": "key", "key": "٣"}, None),
        ({"type": "key", "key": ["5"]}, None),
        ({"type": "key", "key": "5" * 1_000_000}, None),
    ],
)
def test_keys_of_messages(message: dict[str, object], key: str | None) -> None:
    assert keypad.key_of(message) == key


expectations = st.sampled_from([SIX, HASH, AMOUNT, NAME, YES_NO, OPEN])
inputs = st.lists(
    st.one_of(
        st.tuples(st.just("key"), st.text(alphabet="0123456789*#ABCDx€", min_size=1, max_size=1)),
        st.tuples(st.just("ask"), expectations),
        st.tuples(st.just("work"), expectations),
        st.tuples(st.just("wait"), st.sampled_from([100, 3_100])),
    ),
    max_size=80,
)


@given(inputs)
def test_any_schedule_gives_whole_answers_only(schedule: list[tuple[str, object]]) -> None:
    keys = Keys(SIX)
    for what, value in schedule:
        match what:
            case "key":
                keys.press(str(value))
            case "ask" | "work":
                assert isinstance(value, Expectation)
                keys.take(keypad.QuestionChanged(value, awaits=what == "ask"))
            case _:
                assert isinstance(value, int)
                keys.wait(value)
        assert len(keys.state.keys) <= keypad.MAX_KEYS
    for answer in keys.answers:
        assert set(answer.rpartition("=")[2].removesuffix(")")) & keypad.KEYS
        if "patient_number" in answer:
            assert len(answer.partition("=")[2]) <= 6 + 1


@given(st.text(alphabet="123456789", min_size=6, max_size=6))
def test_digits_arrive_as_they_were_pressed(digits: str) -> None:
    assert Keys(SIX).press(digits).answers == [f"/SetSlots(patient_number={digits})"]
