"""A conversation that is over stays so."""

from __future__ import annotations

from pathlib import Path

from dialogue.events import ConversationEnded
from tests.support.conversations import new_conversation, script
from tests.support.small_bank import small_bank


async def test_a_conversation_that_is_over_takes_no_slot_and_ends_once(tmp_path: Path) -> None:
    """A language switch while the goodbye plays comes too late."""
    conversation = new_conversation(small_bank(tmp_path))
    await script(conversation, "start flow transfer_money")
    await conversation.end("caller gone")
    log = tuple(conversation.events)
    await conversation.set_slots({"nickname": "Ann"})
    assert conversation.is_over
    await conversation.end("hangup")
    assert tuple(conversation.events) == log
    assert [event for event in log if isinstance(event, ConversationEnded)] == [ConversationEnded("caller gone")]
