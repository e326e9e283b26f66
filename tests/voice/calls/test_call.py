"""Whole calls on a virtual clock: one column of the drawings is 100 ms."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from dialogue.turn import Ended, Said, Understood, Waiting
from flows.commands import SetSlot
from flows.effects import Expectation
from flows.model import Response, Slot
from tests.support.call import (
    BARE_ASSISTANT,
    FakeLink,
    ScriptedConversation,
    ScriptedRecogniser,
    ScriptedTurnModel,
    ToneSynthesiser,
    engines,
)
from tests.support.virtual_clock import run_virtually
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.engines import SpeechEngines
from voice.turns.policy import TurnPolicy


def hold(
    caller: str,
    conversation: ScriptedConversation,
    speech: SpeechEngines,
    policy: TurnPolicy | None = None,
    messages: dict[int, dict[str, object]] | None = None,
) -> FakeLink:
    """Run one call from greeting to hang-up."""

    async def main() -> FakeLink:
        link = FakeLink(caller, messages=messages)
        async with asyncio.timeout(600), asyncio.TaskGroup() as tasks:
            tasks.create_task(link.play())
            await run_call(link, conversation, speech, CallSettings(policy or TurnPolicy()))
        return link

    return run_virtually(main)


def test_a_turn_is_heard_answered_and_accounted_for() -> None:
    conversation = ScriptedConversation()
    link = hold("." * 20 + "######" + "." * 40, conversation, engines(ScriptedRecogniser(["check my balance"])))
    assert conversation.committed == ["check my balance"]
    assert [each["text"] for each in link.of("assistant_said")] == ["Hello there.", "You said check my balance"]
    (measured,) = link.of("latency_measured")
    assert sum(measured["parts"].values()) == measured["gap_ms"]
    # From the audio: the caller's last column is 25, and the reply's first frame follows after the gap.
    first_frame = link.played.index(True, 130)
    heard_gap_ms = (first_frame + 1) * 20 - 2600
    assert measured["gap_ms"] == pytest.approx(heard_gap_ms, abs=25)
    assert 400 <= measured["gap_ms"] <= 620
    assert conversation.ended == "caller-hung-up"
    assert link.sent[-1]["type"] == "call_ended"


def test_events_come_in_the_order_in_which_things_happened() -> None:
    link = hold("." * 20 + "#########" + "." * 30, ScriptedConversation(), engines(ScriptedRecogniser(["yes"])))
    kinds = [each["type"] for each in link.sent if each["type"] not in {"turn_probability"}]
    assert kinds == [
        "call_started",
        "assistant_said",
        "reply_started",
        "reply_finished",
        "speech_started",
        "partial_transcript",
        "speech_paused",
        "final_transcript",
        "turn_ended",
        "user_said",
        "assistant_said",
        "reply_started",
        "latency_measured",
        "reply_finished",
        "call_ended",
    ]


def test_barge_in_silences_the_reply_but_not_the_turn() -> None:
    replies = {"pay": [Said("One moment please, this is a long sentence."), Said("Paid."), Waiting(Expectation())]}
    conversation = ScriptedConversation(replies=replies)
    link = hold(
        "." * 15 + "####" + "." * 12 + "#####" + "." * 30,
        conversation,
        engines(ScriptedRecogniser(["pay", "stop"])),
    )
    (stopped,) = link.of("barge_in")
    assert conversation.heard == ["One moment"]  # and not the rest of it
    assert stopped["reply_id"] == 2
    assert 0 < stopped["heard_ms"] < 1500
    assert conversation.finished == ["pay", "stop"]
    assert link.drawn()[36:40] == "...."


def test_noise_over_a_reply_pauses_it_and_it_goes_on_from_the_same_sample() -> None:
    greeting = "A greeting that is long enough to be interrupted."
    conversation = ScriptedConversation(greeting=greeting)
    recogniser = ScriptedRecogniser(["Thank you."], log_probability=-1.4)
    link = hold("." * 8 + "##" + "." * 40, conversation, engines(recogniser))
    assert conversation.committed == []
    assert [each["type"] for each in link.sent if each["type"] in {"reply_paused", "reply_resumed", "barge_in"}] == [
        "reply_paused",
        "reply_resumed",
    ]
    (finished,) = link.of("reply_finished")
    assert finished["heard_ms"] == pytest.approx(len(greeting) * 60, abs=40)
    assert "==.." in link.drawn()
    assert "..==" in link.drawn().lstrip(".")


def test_long_noise_that_stopped_a_reply_has_it_said_again() -> None:
    conversation = ScriptedConversation(greeting="A greeting that is long enough to be interrupted.")
    recogniser = ScriptedRecogniser(["Thank you."], log_probability=-1.4, takes_s=2.0)  # its words come too late
    hold("." * 8 + "#" * 18 + "." * 60, conversation, engines(recogniser))
    assert conversation.committed == ["RepeatLastBotMessages"]


def test_long_noise_whose_words_come_in_time_does_not_stop_the_reply() -> None:
    conversation = ScriptedConversation(greeting="A greeting that is long enough to be interrupted.")
    recogniser = ScriptedRecogniser(["Thank you."], log_probability=-1.4)
    link = hold("." * 8 + "#" * 12 + "." * 40, conversation, engines(recogniser))
    assert conversation.committed == []
    assert not link.of("barge_in")
    assert len(link.of("reply_finished")) == 1


BALANCE = {"balance": [Said("You have ninety dollars in it."), Waiting(Expectation())]}


def test_a_foreseen_reply_begins_before_its_turn_is_committed() -> None:
    conversation = ScriptedConversation(replies=BALANCE, foreseen=["balance"])
    link = hold("." * 20 + "####" + "." * 40, conversation, engines(ScriptedRecogniser(["balance"])))
    assert conversation.finished == ["balance"]
    assert [each["text"] for each in link.of("assistant_said")][1:] == ["You have ninety dollars in it."]
    kinds = [each["type"] for each in link.sent]
    assert kinds.index("turn_ended") < kinds.index("user_said") < kinds.index("assistant_said", 4)
    (measured,) = link.of("latency_measured")
    assert sum(measured["parts"].values()) == measured["gap_ms"]


def test_a_caller_who_goes_on_takes_the_begun_turn_back() -> None:
    conversation = ScriptedConversation(replies=BALANCE, foreseen=["balance"])
    recogniser = ScriptedRecogniser(["balance", "balance of my savings"])
    link = hold("." * 20 + "####" + "." * 9 + "#####" + "." * 40, conversation, engines(recogniser))
    assert conversation.committed == ["balance of my savings"]
    assert [each["revision"] for each in link.of("turn_retracted")] == [1]
    assert [each["text"] for each in link.of("user_said")] == ["balance", "balance of my savings"]
    assert len(link.of("barge_in")) == 1


def test_a_caller_who_hangs_up_while_a_begun_reply_is_heard_has_said_what_he_said() -> None:
    conversation = ScriptedConversation(replies=BALANCE, foreseen=["balance"])
    hold("." * 20 + "####" + "." * 8, conversation, engines(ScriptedRecogniser(["balance"])))
    assert conversation.finished == ["balance"]


def test_a_reply_that_comes_out_otherwise_than_foreseen_is_said_as_it_is() -> None:
    class Fickle(ScriptedConversation):
        def preview(self, understood: Understood) -> tuple[Said, ...]:
            return (Said("One moment."),)

    conversation = Fickle(replies=BALANCE)
    link = hold("." * 20 + "####" + "." * 60, conversation, engines(ScriptedRecogniser(["balance"])))
    said = [each["text"] for each in link.of("assistant_said")][1:]
    assert said == ["One moment.", "You have ninety dollars in it."]


def test_answers_to_a_closed_question_are_rendered_ahead() -> None:
    class Closed(ScriptedConversation):
        def preview(self, understood: Understood) -> tuple[Said, ...]:
            match understood.commands:
                case (SetSlot(value=True),):
                    return (Said("Done. I sent it. Anything else?"),)
                case (SetSlot(value=False),):
                    return (Said("All right, I will not."),)
                case _:
                    return ()

    question = [Said("Shall I?"), Waiting(Expectation("yes_no", "sure", confirms_write=True))]
    voice = ToneSynthesiser()
    conversation = Closed(replies={"pay": question})
    hold("." * 20 + "####" + "." * 30, conversation, engines(ScriptedRecogniser(["pay"]), voice))
    assert voice.rendered == ["Done.", "All right, I will not.", "I sent it."]
    assert conversation.committed == ["pay"]


def test_a_dry_run_that_fails_costs_nothing_but_time() -> None:
    class Broken(ScriptedConversation):
        def preview(self, understood: Understood) -> tuple[Said, ...]:
            raise RuntimeError("a template is broken")

    conversation = Broken()
    hold("." * 20 + "####" + "." * 30, conversation, engines(ScriptedRecogniser(["pay"])))
    assert conversation.finished == ["pay"]


def test_the_assistant_hangs_up_after_its_last_word() -> None:
    conversation = ScriptedConversation(replies={"bye": [Said("Goodbye then."), Ended("hangup")]})
    link = hold("." * 20 + "####" + "." * 100, conversation, engines(ScriptedRecogniser(["bye"])))
    assert link.closed == "hangup"
    assert link.of("reply_finished")[-1]["heard_ms"] >= 13 * 60
    assert conversation.ended == "hangup"


def test_the_last_words_are_heard_to_their_end() -> None:
    conversation = ScriptedConversation(replies={"bye": [Said("Goodbye then, and thank you."), Ended("hangup")]})
    caller = "." * 20 + "####" + "." * 8 + "######" + "." * 40
    link = hold(caller, conversation, engines(ScriptedRecogniser(["bye"])))
    assert not link.of("barge_in")
    assert link.of("reply_finished")[-1]["heard_ms"] >= 28 * 60
    assert conversation.committed == ["bye"]


def test_a_recogniser_that_fails_is_answered_with_words() -> None:
    conversation = ScriptedConversation()
    link = hold("." * 20 + "####" + "." * 30, conversation, engines(ScriptedRecogniser(["?"], fails=True)))
    assert conversation.committed == ["Failed"]
    assert link.of("turn_dropped")[0]["reason"] == "the recogniser is gone"


def test_a_voice_that_fails_is_reported_and_the_call_goes_on() -> None:
    conversation = ScriptedConversation()
    speech = engines(ScriptedRecogniser(["one", "two"]), ToneSynthesiser(fails=True))
    link = hold("." * 5 + "####" + "." * 20 + "####" + "." * 20, conversation, speech)
    assert conversation.finished == ["one", "two"]
    assert {each["code"] for each in link.of("fault")} == {"synthesis-failed"}
    assert len(link.of("assistant_said")) == 3


def test_a_turn_model_that_fails_costs_only_time() -> None:
    conversation = ScriptedConversation(stage="llm")
    speech = engines(ScriptedRecogniser(["hello"]), turn_model=ScriptedTurnModel(RuntimeError("gone")))
    link = hold("." * 20 + "####" + "." * 40, conversation, speech)
    assert conversation.committed == ["hello"]
    assert link.of("latency_measured")[0]["parts"]["endpoint"] >= TurnPolicy().unsure_wait_ms - 30


def test_a_slow_action_does_not_disturb_the_order_of_turns() -> None:
    conversation = ScriptedConversation(turn_s=3.0)
    hold("." * 15 + "####" + "." * 10 + "####" + "." * 90, conversation, engines(ScriptedRecogniser(["a", "b"])))
    assert conversation.committed == ["a", "b"]
    assert conversation.finished == ["a", "b"]


def test_a_caller_who_hangs_up_during_an_action_leaves_it_finished() -> None:
    conversation = ScriptedConversation(turn_s=2.0)
    link = hold("." * 15 + "####" + "." * 10, conversation, engines(ScriptedRecogniser(["pay"])))
    assert conversation.finished == ["pay"]
    assert conversation.ended == "caller-hung-up"
    assert link.closed == "caller-hung-up"


def test_silence_is_prompted_and_the_clock_runs_without_audio() -> None:
    conversation = ScriptedConversation()
    policy = TurnPolicy(silence_timeout_ms=4000)
    hold("." * 20 + "x" * 40 + "." * 20, conversation, engines(ScriptedRecogniser(["?"])), policy)
    assert conversation.committed == ["UserSilence"]


def test_typed_turns_pings_and_unknown_messages() -> None:
    messages = {
        60: {"type": "say", "text": "/SetSlots(a=1)"},
        100: {"type": "ping", "client_ms": 7},
        101: {"type": "nonsense"},
        102: {"type": "say", "text": 5},
        140: {"type": "silence"},
        160: {"type": "hang_up"},
    }
    conversation = ScriptedConversation()
    link = hold("." * 80, conversation, engines(ScriptedRecogniser(["?"])), messages=messages)
    assert conversation.committed == ["/SetSlots(a=1)", "UserSilence"]
    assert link.of("pong")[0]["client_ms"] == 7
    assert [each["code"] for each in link.of("fault")] == ["message-unknown", "message-unknown"]
    assert link.of("call_ended")[0]["reason"] == "caller-hung-up"


def test_a_letter_in_a_number_is_the_figure_that_was_said_and_the_turn_is_over_at_the_last_digit() -> None:
    asked = {"utter_ask_account": (Response("What is the account number? It has eight digits."),)}
    bank = replace(BARE_ASSISTANT, slots={"account": Slot("account", "text")}, responses=asked)
    ask = [Said("Which account number?"), Waiting(Expectation("text", "account"))]
    conversation = ScriptedConversation(replies={"add": ask}, assistant=bank)
    caller = "." * 20 + "####" + "." * 40 + "##########" + "." * 40
    link = hold(caller, conversation, engines(ScriptedRecogniser(["add", "A311-0592"])))
    assert conversation.committed == ["add", "8311-0592"]
    assert [each["text"] for each in link.of("final_transcript")] == ["add", "8311-0592"]
    assert link.of("latency_measured")[1]["gap_ms"] < TurnPolicy().open_number_wait_ms


def test_a_letter_in_a_number_stays_in_languages_in_which_it_sounds_like_no_figure() -> None:
    asked = {"utter_ask_account": (Response("Die Kontonummer? 8 digits."),)}
    bank = replace(BARE_ASSISTANT, language="de", slots={"account": Slot("account", "text")}, responses=asked)
    ask = [Said("Die Kontonummer?"), Waiting(Expectation("text", "account"))]
    conversation = ScriptedConversation(replies={"add": ask}, assistant=bank)
    caller = "." * 20 + "####" + "." * 40 + "##########" + "." * 60
    hold(caller, conversation, replace(engines(ScriptedRecogniser(["add", "A311-0592"])), language="de"))
    assert conversation.committed == ["add", "A311-0592"]


def test_two_calls_on_one_loop_do_not_disturb_each_other() -> None:
    async def main() -> list[FakeLink]:
        callers = ["." * 20 + "####" + "." * 40, "." * 22 + "######" + "." * 40]
        links = [FakeLink(caller) for caller in callers]
        speech = [engines(ScriptedRecogniser([text])) for text in ("first", "second")]
        async with asyncio.TaskGroup() as tasks:
            for link, each in zip(links, speech, strict=True):
                tasks.create_task(link.play())
                tasks.create_task(run_call(link, ScriptedConversation(), each, CallSettings()))
        return links

    links = run_virtually(main)
    assert [link.of("user_said")[0]["text"] for link in links] == ["first", "second"]
    assert all(len(link.of("latency_measured")) == 1 for link in links)
