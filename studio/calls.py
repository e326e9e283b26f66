"""How one call is held: its models, its settings from voice.yml, and its recorder, put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dialogue.conversation import Conversation
from flows.model import Assistant
from studio.recording_settings import recording_policy
from studio.recordings import Recordings
from studio.speech import Speech
from studio.voice_settings import voice_settings
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.link import MediaLink
from voice.recording.notice import notice_to_say
from voice.speech.pronounced import PronouncedSpeech

PATIENT_MS: Final = 3_600_000
"""How long somebody who types may be silent before the assistant asks: our own choice, longer than a pause at work."""


async def hold_call(
    link: MediaLink,
    conversation: Conversation,
    speech: Speech,
    recordings: Recordings | None = None,
    version: str = "",
    *,
    is_chat: bool = False,
) -> None:
    """Hold a call as its assistant's voice.yml says, and record it in `recordings` where that says so.

    `version` is the assistant's, as it stands in a recording; `is_chat`: the caller types, and is not asked whether
    they are still there. Raises VoiceError for settings that do not exist.
    """
    assistant = conversation.assistant
    settings = voice_settings(assistant)
    if is_chat:
        settings = replace(settings, turns=replace(settings.turns, silence_timeout_ms=PATIENT_MS))
    recorder = None
    if recordings is not None:
        recorder = recordings.new_call(
            link.call_id,
            assistant,
            settings.turns,
            output_rate_hz=link.output_rate_hz,
            version=version,
            transport=link.transport,
        )
    about = {**link.about, "call_id": link.call_id, "direction": "inbound"}
    voice = PronouncedSpeech(speech.rendered, settings.lexicon, assistant.language)
    notice = notice_to_say(recording_policy(assistant), assistant) if recorder is not None else None
    call = CallSettings(settings.turns, settings.call, notice)
    engines = replace(speech.engines, synthesiser=voice, speak_in=voice.speak_in)
    await run_call(link, conversation, engines, call, about, recorder)


def check_calls(assistant: Assistant) -> None:
    """Raise VoiceError for what voice.yml says of calls and cannot be used."""
    voice_settings(assistant)
    recording_policy(assistant)
