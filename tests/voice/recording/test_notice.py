"""Whoever is recorded by announcement hears it first, from a step of the assistant or else from the call."""

from __future__ import annotations

from dialogue.turn import Said
from tests.support.conversations import new_conversation, outputs_of
from tests.support.small_bank import small_bank
from voice.recording.notice import notice_to_say, with_notice
from voice.recording.policy import RecordingPolicy

ANNOUNCE = RecordingPolicy(enabled=True, consent="announce")
NOTICE = """
version: "3.1"
responses:
  utter_recording_notice: [{text: This call is recorded.}]
"""
SAYS_IT = """
flows:
  pattern_session_start:
    description: Begin
    steps:
      - action: utter_recording_notice
      - action: action_session_start
"""


async def test_the_notice_comes_before_everything_else(tmp_path):
    bank = small_bank(tmp_path, domain=NOTICE)
    notice = notice_to_say(ANNOUNCE, bank)
    outputs = await outputs_of(with_notice(notice, new_conversation(bank).start()))

    assert notice == Said("This call is recorded.", "utter_recording_notice")
    assert outputs[0] == notice
    assert len(outputs) > 1


async def test_nothing_is_said_twice_or_without_need(tmp_path):
    assert notice_to_say(ANNOUNCE, small_bank(tmp_path / "said", flows=SAYS_IT, domain=NOTICE)) is None
    assert notice_to_say(ANNOUNCE, small_bank(tmp_path / "none")) is None
    bank = small_bank(tmp_path / "bank", domain=NOTICE)
    assert notice_to_say(RecordingPolicy(enabled=True, consent="ask"), bank) is None
    assert notice_to_say(RecordingPolicy(enabled=False, consent="announce"), bank) is None
    assert Said("x") not in await outputs_of(with_notice(None, new_conversation(bank).start()))
