"""What a caller is going to say."""

from __future__ import annotations

from tests.support.wav import tone
from voice.caller.script import Interjection, Said, as_chooser, names_of
from voice.caller.wav import make_utterance

ONE, TWO, COUGH = (make_utterance(tone(200), 48_000, name) for name in ("one", "two", "cough"))
SCRIPT = [ONE, Said(TWO, Interjection(COUGH, 500, expects_answer=False))]


def test_a_list_is_said_in_order_and_then_the_caller_hangs_up():
    choose = as_chooser(SCRIPT)
    assert [choose([]), choose([]), choose([]), choose([])] == [*SCRIPT, None, None]


def test_a_chooser_is_itself():
    def choose(_):
        return None

    assert as_chooser(choose) is choose
    assert names_of(choose) == []


def test_interjections_are_named_where_they_come():
    assert names_of(SCRIPT) == ["one", "two", "cough"]
