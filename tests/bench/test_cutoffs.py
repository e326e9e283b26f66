"""Cut-offs: what counts as one, and the speech that they are measured with."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from flows.loader import load_assistant
from tests.bench.cutoffs import ASKED, OFFICE, Outcome, Speaker, as_text, asked_for, early_ends, summarise
from tests.bench.hesitant_speech import (
    DIGITS,
    GROUPINGS,
    Hesitant,
    group_text,
    join,
    recorded_group,
    split_number,
    trim,
)
from tests.bench.machine import describe_machine, load_average
from tests.support.wav import join as join_samples
from tests.support.wav import silence, tone
from voice.caller.log import ServerEvent
from voice.caller.measure import audible_stretches
from voice.caller.wav import CALL_RATE_HZ, load_utterance, make_utterance


def event(at_ms: float, kind: str, **fields: object) -> ServerEvent:
    return ServerEvent(at_ms, {"type": kind, **fields})


def test_a_turn_that_ends_while_the_caller_goes_on_is_a_cut_off():
    events = [event(900, "turn_ended", revision=1), event(2_000, "turn_ended", revision=2)]
    assert early_ends(events, 0, 3_000) == (2, 2)
    assert early_ends(events, 0, 1_500) == (1, 1)
    assert early_ends(events, 0, 800) == (0, 0)


def test_what_was_taken_back_is_no_cut_off():
    events = [event(900, "turn_ended", revision=1), event(1_100, "turn_retracted", revision=1)]
    assert early_ends(events, 0, 3_000) == (1, 0)


def test_turns_of_an_earlier_utterance_do_not_count():
    assert early_ends([event(900, "turn_ended", revision=1)], 1_000, 3_000) == (0, 0)


def test_the_last_known_response_says_what_is_asked():
    assert asked_for([]) == "request"
    events = [event(1, "assistant_said", response="utter_ask_card_number")]
    assert asked_for(events) == "16 digits"
    assert asked_for([*events, event(2, "assistant_said", response="utter_wrong_number")]) == "16 digits"
    assert asked_for([*events, event(2, "assistant_said", response="utter_what_else")]) == "request"


def test_a_speaker_says_what_is_asked_and_hangs_up_in_the_end():
    one = Hesitant(make_utterance(tone(200), 48_000, "number"), (), 8, "recorded")
    speaker = Speaker({"8 digits": iter([one] * 20)})
    asked = [event(1, "assistant_said", response="utter_ask_account_number")]
    said = [speaker(asked) for _ in range(13)]
    assert said[:12] == [one.utterance] * 12
    assert said[12] is None
    assert speaker.said == [("8 digits", one)] * 12


def test_figures_and_both_ways_to_print_them():
    found = [
        Outcome("8 digits", "recorded", 0, 0, 400),
        Outcome("8 digits", "synthesised", 1, 1, None),
        Outcome("16 digits", "recorded", 1, 0, None),
        Outcome("request", "synthesised", 0, 0, 700),
    ]
    result = summarise(found, ["gone"])
    assert (result["dictation"]["n"], result["dictation"]["cut_off"], result["dictation"]["taken_back"]) == (3, 1, 1)
    assert result["dictation"]["by_speaker"]["recorded"]["share"] == 0.0
    assert result["open"]["share_95"][0] == 0.0
    assert result["by_kind"]["story"]["share"] is None
    result |= {"line": "clean", "machine": describe_machine() | {"load_before": load_average(), "load_after": []}}
    assert json.loads(json.dumps(result))["dictation"]["gap"]["p50_ms"] == 400
    assert "33.3%" in as_text(result)
    assert "gone" in as_text(result)


def test_pauses_are_as_long_as_they_are_said_to_be():
    utterance, pauses = join("two", [tone(300), tone(200), tone(100)], [400, 1_500])
    stretches = audible_stretches(utterance.samples, CALL_RATE_HZ, join_ms=100)
    between = [(a.end // 48, b.start // 48) for a, b in pairwise(stretches)]
    assert [end - start for start, end in between] == [400, 1_500]
    assert [(pause.start_ms, pause.end_ms) for pause in pauses] == between
    assert utterance.speech_end // 48 == stretches[-1].end // 48


def test_pieces_and_pauses_must_fit():
    with pytest.raises(ValueError, match="2 pieces need 1 pauses"):
        join("two", [tone(100), tone(100)], [])


def test_a_recording_is_cut_to_its_sound():
    assert len(trim(join_samples(silence(200), tone(300), silence(500)))) == 300 * 48
    assert len(trim(silence(100))) == 0


def test_groups_are_split_and_written_as_they_are_spoken():
    assert split_number("12345678", (3, 3, 2)) == ["123", "456", "78"]
    assert group_text("407", is_last=False) == "four zero seven,"
    assert group_text("9", is_last=True) == "nine."
    assert all(sum(grouping) == digits for digits, groupings in GROUPINGS.items() for grouping in groupings)


def test_a_recorded_group_has_as_many_digits_as_it_is_long():
    import random

    group = recorded_group("0815", random.Random(1))
    assert 1_500 <= len(group) / 48 <= 4_000


@pytest.mark.parametrize("digit", range(10))
def test_every_recorded_digit_is_one_sound_of_less_than_a_second(digit):
    samples = load_utterance(DIGITS / f"{digit}.wav").samples
    assert 300 <= len(trim(samples)) / 48 <= 900
    assert int(np.abs(samples).max()) > 8_000


def test_every_response_that_asks_is_one_of_the_office():
    responses = YAML(typ="safe").load(Path(OFFICE / "domain.yml"))["responses"]
    assert set(ASKED) <= set(responses)


def test_the_office_is_an_assistant_without_a_fault():
    assistant = load_assistant(OFFICE)
    assert "register_person" in assistant.flows
