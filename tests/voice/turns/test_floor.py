"""Short and long sounds over a reply: which of them may stop it. Letters as in `test_overlap`."""

from __future__ import annotations

import pytest

from flows.effects import Expectation
from tests.support.timeline import Timeline
from voice.turns import effects as turn_effects
from voice.turns.policy import TurnPolicy

CATEGORY = Expectation(kind="category", slot="card", values=("visa", "debit card"))


def over_a_reply(columns: int, words: str, **options: object) -> Timeline:
    """So many tenths of a second of caller over a reply, recognised as these words, and five seconds of quiet."""
    caller = "...." + "#" * columns + "." * 50
    return Timeline(caller=caller, assistant="=" * len(caller), transcripts=[words], **options).run()  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["Emma.", "Bye-bye.", "Come on.", "Bye."])
def test_a_sound_too_brief_for_its_words_is_a_nod(words: str) -> None:
    line = over_a_reply(2, words)  # what the recogniser wrote for "mm", "uh-huh", "mhm", "ah"
    assert not line.of(turn_effects.StopReply)
    assert not line.of(turn_effects.CommitTurn)
    assert len(line.of(turn_effects.ResumeReply)) == 1


@pytest.mark.parametrize(
    "words", ["Stop.", "No.", "Wait.", "What?", "Hey.", "No, wait.", "Skip it.", "Next.", "Nah.", "Agent"]
)
@pytest.mark.parametrize("log_probability", [-0.3, -0.94])
def test_what_people_break_in_with_stops_a_reply_however_brief_or_unclear(words: str, log_probability: float) -> None:
    line = over_a_reply(2, words, log_probability=log_probability)
    assert len(line.of(turn_effects.StopReply)) == 1
    assert [effect.text for _, effect in line.of(turn_effects.CommitTurn)] == [words]


@pytest.mark.parametrize(
    ("columns", "words", "log_probability"), [(4, "Namah.", -0.73), (4, "Namah", -0.7), (3, "I had", -0.63)]
)
def test_a_hum_of_two_syllables_is_a_nod_though_its_words_are_not_quite_mumbled(
    columns: int, words: str, log_probability: float
) -> None:
    line = over_a_reply(columns, words, log_probability=log_probability)  # what was written for "mhm" and "uh-huh"
    assert not line.of(turn_effects.StopReply)
    assert not line.of(turn_effects.CommitTurn)
    assert len(line.of(turn_effects.ResumeReply)) == 1


@pytest.mark.parametrize(("columns", "words"), [(4, "Cards."), (5, "Refund.")])
def test_a_word_that_was_heard_as_well_as_words_are_is_one(columns: int, words: str) -> None:
    log_probability = -0.55 if columns == 4 else -0.74
    assert len(over_a_reply(columns, words, log_probability=log_probability).of(turn_effects.StopReply)) == 1


@pytest.mark.parametrize(("words", "log_probability"), [("Sa-sa-sa", -0.81), ("Sada, sada, sada", -1.02)])
def test_laughter_written_as_syllables_pauses_a_reply_and_does_not_stop_it(words: str, log_probability: float) -> None:
    line = over_a_reply(9, words, log_probability=log_probability)
    assert not line.of(turn_effects.StopReply)
    assert not line.of(turn_effects.CommitTurn)
    assert len(line.of(turn_effects.ResumeReply)) == 1


def test_a_name_that_is_said_three_times_and_heard_well_is_no_laughter() -> None:
    assert len(over_a_reply(9, "Sarah, Sarah, Sarah", log_probability=-0.4).of(turn_effects.StopReply)) == 1


def test_a_longer_sound_is_what_its_words_are() -> None:
    line = over_a_reply(4, "Emma.")
    assert len(line.of(turn_effects.StopReply)) == 1


def test_a_brief_value_of_what_is_asked_is_no_nod() -> None:
    assert len(over_a_reply(2, "Visa.", expectation=CATEGORY).of(turn_effects.StopReply)) == 1


def test_a_brief_answer_to_the_question_that_is_out_is_no_nod() -> None:
    line = over_a_reply(2, "Emma.", expectation=Expectation(kind="text", slot="payee"), is_question_out=True)
    assert len(line.of(turn_effects.StopReply)) == 1


@pytest.mark.parametrize("words", ["Hmm hmm hmm", "Ha ha ha ha ha ha", "Yeah, yeah, okay."])
def test_a_long_run_of_nods_pauses_a_reply_and_does_not_stop_it(words: str) -> None:
    line = over_a_reply(12, words)
    assert not line.of(turn_effects.StopReply)
    assert not line.of(turn_effects.CommitTurn)
    assert len(line.of(turn_effects.ResumeReply)) == 1


def test_a_reply_goes_on_over_laughter_that_does_not_end() -> None:
    line = over_a_reply(60, "Ha ha ha ha")
    ((paused_ms, _),) = line.of(turn_effects.PauseReply)
    ((resumed_ms, _),) = line.of(turn_effects.ResumeReply)
    assert resumed_ms - paused_ms <= 1_800
    assert not line.of(turn_effects.StopReply)


def test_words_after_nods_stop_it() -> None:
    caller = "...." + "#" * 30 + "." * 20
    line = Timeline(caller=caller, assistant="=" * len(caller), transcripts=["yeah"])
    told = iter(["yeah", "yeah okay", "yeah okay but I wanted the other one"])
    line.transcripts = _Told(told)  # type: ignore[assignment]
    line.run()
    assert len(line.of(turn_effects.StopReply)) == 1


def test_half_a_nod_that_was_recognised_as_words_does_not_stop_it() -> None:
    caller = "...." + "#" * 7 + "." * 20
    line = Timeline(caller=caller, assistant="=" * len(caller), partial_ms=350)
    line.transcripts = _Told(iter(["And make", "Okay, yeah."]))  # type: ignore[assignment]
    line.run()
    assert not line.of(turn_effects.StopReply)


def test_what_was_heard_to_be_nods_does_not_wait_for_its_final_transcript() -> None:
    line = over_a_reply(9, "Mhm, mhm, mhm", transcript_ms=2_000)
    ((resumed_ms, _),) = line.of(turn_effects.ResumeReply)
    assert resumed_ms - 1_300 <= 200


def test_a_hum_whose_transcript_takes_long_does_not_hold_the_reply() -> None:
    line = over_a_reply(7, "Hmm", transcript_ms=2_500, partial_ms=5_000)
    ((resumed_ms, _),) = line.of(turn_effects.ResumeReply)
    assert resumed_ms - 1_100 <= 620
    assert not line.of(turn_effects.StopReply)


def test_what_sounded_like_words_waits_for_its_final_transcript() -> None:
    line = over_a_reply(5, "Stop it", transcript_ms=800, partial_ms=100, policy=TurnPolicy(overlap_short_ms=600))
    assert not line.of(turn_effects.ResumeReply)
    assert len(line.of(turn_effects.StopReply)) == 1


def test_an_unlikely_partial_stops_nothing() -> None:
    line = over_a_reply(12, "Sasa, sasa, sasa", log_probability=-1.5)
    assert not line.of(turn_effects.CommitTurn)


def test_a_nod_that_stopped_a_reply_unheard_is_no_turn() -> None:
    line = over_a_reply(16, "Yeah, yeah, right.", partial_ms=5_000, policy=TurnPolicy(barge_in_ms=900))
    assert len(line.of(turn_effects.StopReply)) == 1
    assert not line.of(turn_effects.CommitTurn)
    assert len(line.of(turn_effects.DropTurn)) == 1, "and the reply is said again"


@pytest.mark.parametrize("words", ["Stop.", "No.", "Wait a second", "Actually"])
def test_words_known_in_the_silence_behind_them_hold_the_reply_for_the_final(words: str) -> None:
    line = over_a_reply(3, words, partial_ms=250, transcript_ms=600)  # the partial comes after the soft end
    assert not line.of(turn_effects.ResumeReply)
    assert len(line.of(turn_effects.StopReply)) == 1


def test_nods_known_in_the_silence_behind_them_let_it_go_on_before_the_final() -> None:
    line = over_a_reply(3, "Mm-hmm", partial_ms=180, transcript_ms=2_000)
    ((resumed_ms, _),) = line.of(turn_effects.ResumeReply)
    assert resumed_ms - 700 <= 200
    assert not line.of(turn_effects.StopReply)


def test_early_words_over_a_reply_are_not_given_up_for_a_final() -> None:
    ((_, asked), *_) = over_a_reply(3, "No.").of(turn_effects.RecognisePartial)
    assert isinstance(asked, turn_effects.RecognisePartial)
    assert asked.is_over_reply


def test_words_whose_beginning_was_taken_for_a_nod_hold_the_reply() -> None:
    caller = "...." + "#" * 6 + "..." + "#" * 6 + "." * 30
    line = Timeline(caller=caller, assistant="=" * len(caller), transcript_ms=400, partial_ms=250)
    line.transcripts = _Told(iter(["Right.", "Wait a moment.", "Wait a moment, I want to register."]))  # type: ignore[assignment]
    line.run()
    assert not line.of(turn_effects.ResumeReply)
    assert len(line.of(turn_effects.StopReply)) == 1


def test_whoever_thanks_is_waited_for_a_little_longer() -> None:
    caller = "...." + "####" + "...." + "#" * 10 + "." * 30
    line = Timeline(caller=caller, assistant="=" * len(caller))
    line.transcripts = _Told(iter(["Thank you.", "Thank you.", "Thank you, that is enough."]))  # type: ignore[assignment]
    line.run()
    assert not line.of(turn_effects.ResumeReply), "400 ms of silence behind it"
    assert len(line.of(turn_effects.StopReply)) == 1
    alone = over_a_reply(4, "Thank you.")
    ((resumed_ms, _),) = alone.of(turn_effects.ResumeReply)
    assert 600 <= resumed_ms - 800 <= 620
    assert not alone.of(turn_effects.StopReply)
    assert len(alone.of(turn_effects.DropTurn)) == 1


def test_thanks_whose_first_words_come_late_let_the_reply_go_on_and_are_over() -> None:
    """A partial of a part of it, after its final, was taken for words: the reply was held for 6 s."""
    caller = "...." + "#" * 6 + "." * 60
    line = Timeline(caller=caller, assistant="=" * len(caller), transcript_ms=100, partial_ms=700)
    line.transcripts = _Told(iter(["Okay, thank", "Okay, thank you."]))  # type: ignore[assignment]
    line.run()
    ((resumed_ms, _),) = line.of(turn_effects.ResumeReply)
    assert resumed_ms - 1_000 <= 640
    assert len(line.of(turn_effects.DropTurn)) == 1


def test_words_behind_thanks_wait_for_their_final() -> None:
    """What went on behind "thank you" was thrown away after 600 ms of silence, before its words had come."""
    caller = "...." + "#" * 4 + ".." + "#" * 14 + "." * 40
    line = Timeline(caller=caller, assistant="=" * len(caller), transcript_ms=900, partial_ms=150)
    line.transcripts = _Told(iter(["Thank you.", "Thank you.", "Thank you, please cancel the order."]))  # type: ignore[assignment]
    line.run()
    assert len(line.of(turn_effects.StopReply)) == 1
    assert not line.of(turn_effects.DropTurn)


class _Told(list[str]):
    """Transcripts that come one after the other, whoever asks; the last one goes on."""

    def __init__(self, told: object) -> None:
        super().__init__(told)  # type: ignore[call-overload]
        self._next = 0

    def __getitem__(self, index: object) -> str:  # type: ignore[override]
        place = min(self._next, len(self) - 1)
        self._next += 1
        return list(self)[place]
