"""Speech over a reply, drawn: p paused, r resumed, B barge-in, D dropped, E committed, A answer begun, R taken back."""

from __future__ import annotations

import pytest

from flows.effects import Expectation
from tests.support.timeline import Timeline
from voice.turns import effects as turn_effects
from voice.turns.overlap import Verdict, is_echo, is_escape, is_hum, is_like_laughter, judge_words
from voice.turns.policy import TurnPolicy

YES_NO = Expectation(kind="yes_no", slot="confirmation")
NAME = Expectation(kind="text", slot="payee")
OPEN = Expectation()


@pytest.mark.parametrize(
    ("words", "expectation", "is_question_out", "expected"),
    [
        ("Mm-hmm.", OPEN, False, "backchannel"),
        ("mhm", YES_NO, True, "backchannel"),
        ("Uh-huh, okay.", OPEN, False, "backchannel"),
        ("yeah yeah, right", OPEN, True, "backchannel"),
        ("Yes.", YES_NO, False, "backchannel"),
        ("Yes.", YES_NO, True, "takes_floor"),
        ("Okay.", YES_NO, True, "takes_floor"),
        ("Yes.", NAME, True, "backchannel"),
        ("No.", OPEN, False, "takes_floor"),
        ("Yeah but I wanted the other one", OPEN, False, "takes_floor"),
        ("Right, stop it.", OPEN, False, "takes_floor"),
        ("Ohio", NAME, True, "takes_floor"),
        ("okra", NAME, True, "takes_floor"),
        ("Ha ha ha ha ha ha", OPEN, False, "backchannel"),
        ("Uh-uh.", OPEN, False, "backchannel"),
        ("Uh-oh", OPEN, False, "backchannel"),
        ("Ja, genau.", OPEN, False, "backchannel"),
        ("Genau.", YES_NO, True, "takes_floor"),
        ("Uh, wait", OPEN, False, "takes_floor"),
        ("Ham and eggs", OPEN, False, "takes_floor"),
        ("M H N.", OPEN, False, "backchannel"),
        ("Mmm", OPEN, False, "backchannel"),
        ("i c.", OPEN, False, "backchannel"),
        ("...", OPEN, False, "noise"),
        ("", YES_NO, True, "noise"),
    ],
)
def test_words_over_a_reply(words: str, expectation: Expectation, is_question_out: bool, expected: Verdict) -> None:
    assert judge_words(words, expectation, is_question_out=is_question_out) == expected


@pytest.mark.parametrize(
    ("heard", "said", "expected"),
    [
        ("would you like to send fifty dollars", "Would you like to send 50 dollars to Joe?", True),
        ("Thank you for calling. Goodbye.", "Thank you for calling. Goodbye.", True),
        ("the debit card", "Is it the debit card or the credit card?", False),  # too few: may be the answer
        ("no I would like to send sixty to Anna", "Would you like to send 50 dollars to Joe?", False),
        ("send fifty dollars to my sister", "", False),
    ],
)
def test_the_assistants_own_words_are_an_echo(heard: str, said: str, expected: bool) -> None:
    assert is_echo(heard, said) == expected


def test_an_echo_is_dropped_and_the_reply_goes_on() -> None:
    line = Timeline(
        caller="....##########.............",
        assistant="=" * 27,
        transcripts=["you have ninety dollars left"],
        said="You have ninety dollars left on your account.",
        partial_ms=5_000,
        policy=TurnPolicy(barge_in_ms=2_000),
    ).run()
    assert not line.of(turn_effects.StopReply)
    assert len(line.of(turn_effects.ResumeReply)) == 1
    assert not line.of(turn_effects.CommitTurn)


def test_an_echo_that_stopped_the_reply_before_its_words_were_known_is_no_turn() -> None:
    line = Timeline(
        caller="....##############.............",
        assistant="=" * 31,
        transcripts=["you have ninety dollars left on your account"],
        said="You have ninety dollars left on your account.",
        partial_ms=5_000,
    ).run()
    assert len(line.of(turn_effects.StopReply)) == 1
    assert not line.of(turn_effects.CommitTurn)
    assert len(line.of(turn_effects.DropTurn)) == 1, "and the reply is said again"


def test_escapes_are_short() -> None:
    assert is_escape("I want to talk to an agent")
    assert is_escape("Stop!")
    assert not is_escape("my travel agent told me that I can change it for free")  # a story, not an order
    assert not is_escape("bus stops")


def test_a_nod_pauses_the_reply_and_lets_it_go_on() -> None:
    line = Timeline(caller="....###.............", assistant="=" * 20, transcripts=["Mm-hmm."]).run()
    assert line.drawn() == "    p   rD"
    (resumed,) = [e.event for _, e in line.of(turn_effects.Emit) if type(e.event).__name__ == "ReplyResumed"]
    assert resumed.reason == "unknown"  # its words so far are known before the final transcript, and are nods
    assert not line.of(turn_effects.CommitTurn)
    assert [effect.revision for _, effect in line.of(turn_effects.DropTurn)] == [1]


def test_a_cough_lets_the_reply_go_on_within_400_ms_of_its_end() -> None:
    caller = "....##............."
    line = Timeline(caller, "=" * 19, transcripts=["..."], transcript_ms=900, partial_ms=900).run()
    ((paused_ms, _),) = line.of(turn_effects.PauseReply)
    ((resumed_ms, _),) = line.of(turn_effects.ResumeReply)
    assert paused_ms == 460
    assert resumed_ms - 600 <= 400
    assert resumed_ms - 600 == TurnPolicy().overlap_decide_ms


def test_a_short_word_that_turns_out_to_be_an_order_stops_the_reply_after_all() -> None:
    caller = "....##.............."
    line = Timeline(caller, "=" * 20, transcripts=["Stop."], transcript_ms=500, partial_ms=900).run()
    assert line.drawn() == "    p    r E"
    assert len(line.of(turn_effects.StopReply)) == 1
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == ["Stop."]


def test_yes_to_the_question_that_is_being_asked_is_an_answer() -> None:
    line = Timeline(
        caller="....###............",
        assistant="=" * 19,
        transcripts=["Yes."],
        expectation=YES_NO,
        is_certain=True,
        is_question_out=True,
    ).run()
    assert not line.of(turn_effects.ResumeReply)
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == ["Yes."]


def test_yes_over_a_statement_is_a_nod() -> None:
    line = Timeline(
        caller="....###............", assistant="=" * 19, transcripts=["Yes."], expectation=YES_NO, is_certain=True
    ).run()
    assert not line.of(turn_effects.CommitTurn)
    assert len(line.of(turn_effects.ResumeReply)) == 1


def test_a_yes_that_goes_on_is_one_turn_and_nothing_of_the_reply_is_heard_within_it() -> None:
    line = Timeline(
        caller="....###...#######............",
        assistant="=" * 29,
        transcripts=["Yes.", "Yes, but I wanted to register."],
        is_certain=True,
    ).run()
    assert line.drawn().startswith("    p         B")
    assert not line.of(turn_effects.ResumeReply)
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == ["Yes, but I wanted to register."]


@pytest.mark.parametrize(("words", "silence_ms"), [("Okay.", TurnPolicy().overlap_decide_ms), ("Mm-hmm.", 160)])
def test_what_may_begin_a_sentence_holds_the_reply_longer_than_a_hum(words: str, silence_ms: int) -> None:
    line = Timeline(caller="....####............", assistant="=" * 20, transcripts=[words]).run()
    ((resumed_ms, _),) = line.of(turn_effects.ResumeReply)
    assert resumed_ms - 800 == silence_ms
    assert len(line.of(turn_effects.DropTurn)) == 1


def test_a_reply_does_not_go_on_while_the_caller_makes_a_sound_again() -> None:
    caller = "....##...######............."  # words come late, and the second sound begins as the first is let go
    line = Timeline(caller, "=" * 28, transcripts=["No.", "No, wait."], transcript_ms=900, partial_ms=900).run()
    assert not line.of(turn_effects.ResumeReply)
    assert len(line.of(turn_effects.StopReply)) == 1


@pytest.mark.parametrize("text", ["mhm", "Uh-huh.", "M H N.", "Mm-hmm, mm.", "Ha ha ha ha", "Hmm", "..."])
def test_hums_and_laughter_begin_nothing(text: str) -> None:
    assert is_hum(text)


@pytest.mark.parametrize("text", ["Ah-ho", "Aho.", "Oh-ho", "Ah ha", "Uh-huh"])
def test_interjections_of_two_syllables_are_nods(text: str) -> None:
    assert judge_words(text, Expectation(), is_question_out=False) == "backchannel"
    assert is_hum(text)


@pytest.mark.parametrize(
    "text", ["Sa-sa-sa", "Sasa, sasa, sasa.", "sa-ha-ha-ha", "Sa-da-sa-da-sa-da", "Sada, sada, sada", "Ha ha ha"]
)
def test_one_syllable_over_and_over_is_like_laughter(text: str) -> None:
    assert is_like_laughter(text)


@pytest.mark.parametrize(
    "text", ["No, no, no", "Stop stop stop", "Canada", "Panama", "Mama", "two two two", "Nah nah nah no", "data", ""]
)
def test_words_are_not_like_laughter(text: str) -> None:
    assert not is_like_laughter(text)


@pytest.mark.parametrize("text", ["Yes.", "Okay", "Oh, mhm", "Right", "Um", "Emma.", "ham", "Ahoy", "Ah, how"])
def test_words_may_begin_something(text: str) -> None:
    assert not is_hum(text)


def test_long_speech_stops_the_reply_before_its_words_are_known() -> None:
    line = Timeline(caller="..##############....", assistant="=" * 20, transcripts=["uh"], partial_ms=5000).run()
    ((stopped_ms, _),) = line.of(turn_effects.StopReply)
    assert stopped_ms == 200 + TurnPolicy().barge_in_ms


def test_escape_words_work_over_what_may_not_be_interrupted() -> None:
    line = Timeline(
        caller="..#####.............", assistant="=" * 20, transcripts=["Agent, please."], is_interruptible=False
    ).run()
    assert not line.of(turn_effects.PauseReply)
    assert len(line.of(turn_effects.StopReply)) == 1
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == ["Agent, please."]


def test_a_caller_who_goes_on_within_the_window_takes_the_turn_back() -> None:
    line = Timeline(
        caller="..######........####..........." + "." * 20,
        transcripts=["I want to transfer money", "to my sister", "I want to transfer money to my sister"],
        has_preview=True,
    ).run()
    assert [effect.revision for _, effect in line.of(turn_effects.BeginReply)] == [1, 3]
    assert [effect.revision for _, effect in line.of(turn_effects.RetractTurn)] == [1]
    committed = [(effect.revision, effect.text) for _, effect in line.of(turn_effects.CommitTurn)]
    assert committed == [(3, "I want to transfer money to my sister")]
    tried = [effect for _, effect in line.of(turn_effects.TryTurn)]
    assert tried[0].from_ms == tried[-1].from_ms == 0  # the whole of it is recognised again


def test_a_word_that_is_known_only_as_a_whole_takes_the_turn_back_as_well() -> None:
    line = Timeline(
        caller="..######........#............." + "." * 20,
        transcripts=["send fifty dollars", "to Joe", "send fifty dollars to Joe"],
        has_preview=True,
    ).run()
    assert [effect.revision for _, effect in line.of(turn_effects.RetractTurn)] == [1]
    assert [(e.from_ms, e.revision) for _, e in line.of(turn_effects.TryTurn)] == [(0, 1), (1300, 2), (0, 3)]
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == ["send fifty dollars to Joe"]


def test_a_nod_within_the_window_takes_nothing_back() -> None:
    line = Timeline(
        caller="..######........##............." + "." * 20,
        transcripts=["check my balance", "Mm-hmm."],
        has_preview=True,
    ).run()
    assert not line.of(turn_effects.RetractTurn)
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == ["check my balance"]
    assert len(line.of(turn_effects.ResumeReply)) == 1


def test_a_turn_is_committed_when_the_window_is_over_and_after_that_never_taken_back() -> None:
    line = Timeline(
        caller="..######" + "." * 14 + "####" + "." * 20, transcripts=["my balance please", "stop"], has_preview=True
    )
    line.run()
    ((begun_ms, _), *_) = line.of(turn_effects.BeginReply)
    ((committed_ms, commit), *_) = line.of(turn_effects.CommitTurn)
    assert commit.revision == 1
    assert begun_ms + TurnPolicy().retract_ms <= committed_ms <= begun_ms + 100 + TurnPolicy().retract_ms
    assert not line.of(turn_effects.RetractTurn)


def test_a_short_reply_that_is_over_is_committed_at_once() -> None:
    line = Timeline(caller="..######" + "." * 14, transcripts=["check it"], has_preview=True, reply_ms=300).run()
    ((begun_ms, _),) = line.of(turn_effects.BeginReply)
    ((committed_ms, _),) = line.of(turn_effects.CommitTurn)
    assert committed_ms == begun_ms + 400


def test_a_reply_that_never_sounds_does_not_hold_its_turn_back() -> None:
    line = Timeline(caller="..######" + "." * 50, transcripts=["a balance"], has_preview=True)
    line.reply_ms = 60_000
    original = line._take

    line._take = lambda given, at_ms: None if type(given).__name__ == "ReplyAudible" else original(given, at_ms)  # type: ignore[method-assign]
    line.run()
    ((begun_ms, _),) = line.of(turn_effects.BeginReply)
    ((committed_ms, _),) = line.of(turn_effects.CommitTurn)
    assert committed_ms == begun_ms + 3000
