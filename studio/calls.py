"""How one call is held: its models, its settings from voice.yml, and its recorder, put together."""

from __future__ import annotations

from dataclasses import replace

from dialogue.conversation import Conversation
from flows.model import Assistant
from models.rendered import RenderedSpeech
from studio.recording_settings import recording_policy
from studio.voice_settings import voice_settings
from voice.calls.call import run_call
from voice.calls.settings import CallSettings
from voice.engines import SpeechEngines
from voice.link import MediaLink
from voice.recording.notice import notice_to_say
from voice.recording.port import Recorder
from voice.speech.pronounced import PronouncedSpeech


async def hold_call(
    link: MediaLink,
    conversation: Conversation,
    engines: SpeechEngines,
    rendered: RenderedSpeech,
    recorder: Recorder | None = None,
) -> None:
    """Hold a call as its assistant's voice.yml says. Raises VoiceError for settings that do not exist."""
    assistant = conversation.assistant
    settings = voice_settings(assistant)
    about = {**link.about, "call_id": link.call_id, "direction": "inbound"}
    voice = PronouncedSpeech(rendered, settings.lexicon, assistant.language)
    notice = notice_to_say(recording_policy(assistant), assistant) if recorder is not None else None
    call = CallSettings(settings.turns, settings.call, notice)
    await run_call(link, conversation, replace(engines, synthesiser=voice), call, about, recorder)


def check_calls(assistant: Assistant) -> None:
    """Raise VoiceError for what voice.yml says of calls and cannot be used."""
    voice_settings(assistant)
    recording_policy(assistant)
