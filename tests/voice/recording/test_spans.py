"""What is silenced, in calls where things come in another order than one would think."""

from __future__ import annotations

from dialogue.events import AssistantSaid, UserSaid
from flows.commands import SetSlot
from flows.effects import Expectation
from voice.events import (
    BargeIn,
    FinalTranscript,
    ReplyFinished,
    ReplyStarted,
    SpeechStarted,
    TurnDropped,
    TurnEnded,
    TurnRetracted,
)
from voice.recording.masking import Vault
from voice.recording.spans import AFTER_MS, BEFORE_MS, SpeechSpans
from voice.turns.inputs import QuestionChanged

PIN = frozenset({"pin"})
KNOWN = Vault(PIN).with_value("pin", "48151623")
SETS = (SetSlot("pin", "48151623"),)


def masked(spans: SpeechSpans) -> list[tuple[str, int, int | None]]:
    return [(span.side, span.from_ms, span.to_ms) for span in spans.all if span.is_masked(KNOWN)]


def turn(spans: SpeechSpans, from_ms: int, to_ms: int, text: str = "it is that", revision: int = 1) -> None:
    spans.take(SpeechStarted(from_ms), from_ms)
    spans.take(FinalTranscript(revision, text, -0.1, to_ms), to_ms)
    spans.take(TurnEnded(revision, text, to_ms - 300, to_ms), to_ms)


def test_a_turn_that_was_taken_back_is_one_with_what_followed():
    spans = SpeechSpans(PIN)
    turn(spans, 1_000, 2_000, "four eight")
    spans.take(SpeechStarted(2_400), 2_500)
    spans.take(TurnRetracted(1, 2_500), 2_500)
    spans.take(TurnEnded(2, "four eight one five", 3_000, 3_400), 3_400)
    spans.understood(UserSaid("four eight one five", SETS, "llm"), 3_400)

    assert masked(spans) == [("caller", 1_000 - BEFORE_MS, 3_400 + AFTER_MS)]


def test_a_turn_taken_back_before_more_was_heard_goes_on():
    spans = SpeechSpans(PIN)
    turn(spans, 1_000, 2_000)
    spans.take(TurnRetracted(1, 2_100), 2_100)
    assert spans.unsettled_from_ms() == 1_000 - BEFORE_MS
    spans.take(TurnEnded(2, "it is that, yes", 2_400, 2_700), 2_700)
    spans.understood(UserSaid("it is that, yes", SETS, "llm"), 3_400)

    assert masked(spans) == [("caller", 600, 2_700 + AFTER_MS)]


def test_a_reply_that_was_over_before_its_turn_was_committed_is_masked():
    spans = SpeechSpans(PIN)
    turn(spans, 1_000, 2_000)
    spans.take(ReplyStarted(1, 2_200), 2_200)
    spans.take(ReplyFinished(1, 500, 2_700), 2_700)
    spans.understood(UserSaid("it is that", (), "llm"), 3_400)
    spans.said(AssistantSaid("So 4815 1623."))

    assert masked(spans) == [("assistant", 2_200 - BEFORE_MS, 2_700 + AFTER_MS)]


def test_a_read_back_that_follows_on_another_reply_masks_that_one_alone():
    spans = SpeechSpans(PIN)
    spans.said(AssistantSaid("Hello."))
    spans.take(ReplyStarted(1, 100), 100)
    turn(spans, 1_000, 2_000)
    spans.understood(UserSaid("it is that", (), "llm"), 2_020)
    spans.said(AssistantSaid("So 4815 1623."))
    spans.take(BargeIn(1, 900, 2_050), 2_050)
    spans.take(ReplyStarted(2, 2_400), 2_400)
    spans.take(ReplyFinished(2, 900, 3_400), 3_400)
    turn(spans, 4_000, 5_000, "thanks", 2)
    spans.take(ReplyStarted(3, 5_100), 5_100)
    spans.understood(UserSaid("thanks", (), "llm"), 5_200)
    spans.said(AssistantSaid("Goodbye."))

    assert masked(spans) == [("assistant", 2_000, 3_700)]


def test_what_is_said_again_unasked_is_masked_again():
    spans = SpeechSpans(PIN)
    for at_ms in (1_000, 9_000):
        spans.understood(UserSaid("", (), "none"), at_ms)
        spans.said(AssistantSaid("So 4815 1623."))
        spans.take(ReplyStarted(1, at_ms + 500), at_ms + 500)
        spans.take(ReplyFinished(1, 900, at_ms + 1_500), at_ms + 1_500)

    assert masked(spans) == [("assistant", 1_100, 2_800), ("assistant", 9_100, 10_800)]


def test_a_reply_told_by_a_clock_that_is_ahead_is_masked_by_the_audio():
    spans = SpeechSpans(PIN)
    spans.said(AssistantSaid("So 4815 1623."))
    spans.take(ReplyStarted(1, 5_000), 3_000)
    spans.take(ReplyFinished(1, 900, 6_000), 4_000)

    assert masked(spans) == [("assistant", 3_000 - BEFORE_MS, 6_000 + AFTER_MS)]


def test_noise_while_a_secret_is_asked_for_is_masked_and_waits_for_nothing():
    spans = SpeechSpans(PIN)
    spans.take_input(QuestionChanged(Expectation("text", "pin")))
    spans.take(SpeechStarted(1_000), 1_000)
    spans.take(TurnDropped(1, "noise", 1_600), 1_600)

    assert spans.unsettled_from_ms() is None
    assert masked(spans) == [("caller", 600, 1_900)]


def test_a_turn_is_settled_by_the_next_question():
    spans = SpeechSpans(PIN)
    turn(spans, 1_000, 2_000)
    spans.take_input(QuestionChanged(Expectation()))
    assert spans.unsettled_from_ms() == 600
    spans.understood(UserSaid("it is that", (), "llm"), 3_400)
    spans.take_input(QuestionChanged(Expectation("text", "amount")))

    assert spans.unsettled_from_ms() is None
    assert masked(spans) == []


def test_a_typed_turn_takes_no_speech_with_it():
    spans = SpeechSpans(PIN)
    assert spans.understood(UserSaid("48151623", SETS, "payload"), 100).slots == {"pin"}
    assert masked(spans) == []


def test_a_value_told_in_two_sentences_silences_both_and_no_other():
    spans = SpeechSpans(PIN)
    for place, text in enumerate(["I have it.", "It is 4815.", "1623.", "What else?"]):
        spans.sentence(text, 1_000 * (place + 1))
    spans.take(ReplyFinished(1, 4_000, 5_000), 5_000)
    spans.sentence("1623 is another reply.", 6_000)
    assert [(begin, end) for _, begin, end in masked(spans)] == [(1_900, 3_000), (2_900, 4_000)]


def test_what_is_told_later_is_judged_again():
    spans = SpeechSpans(PIN)
    unknowing = Vault(PIN)
    turn(spans, 1_000, 2_000, "it is 48 15 16 23")
    spans.sentence("That is 4815,", 3_000)
    (caller, reply) = spans.all
    assert [caller.is_masked(unknowing), reply.is_masked(unknowing)] == [False, False]
    assert [caller.is_masked(KNOWN), reply.is_masked(KNOWN)] == [True, False], "a value became known"
    spans.sentence("and then 1623.", 3_500)
    assert reply.is_masked(KNOWN), "the reply went on"
    turn(spans, 6_000, 7_000, "yes")
    last = spans.all[-1]
    assert not last.is_masked(KNOWN)
    last.texts.append("yes it is 48151623")
    assert last.is_masked(KNOWN), "another transcript came"
