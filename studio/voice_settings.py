"""What an assistant's voice.yml says of its calls, read and checked in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.model import Assistant
from voice.attendance.policy import CallPolicy, languages_of, read_call_policy
from voice.pronunciation.lexicon import Lexicon
from voice.turns.policy import PolicyInvalid, TurnPolicy


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How this assistant takes turns, keeps a call company, and says its words."""

    turns: TurnPolicy
    call: CallPolicy
    lexicon: Lexicon


def voice_settings(assistant: Assistant) -> VoiceSettings:
    """Read voice.yml. Raises VoiceError (PolicyInvalid, PronunciationInvalid), naming the setting and what there is."""
    turns = assistant.voice.get("turns") or {}
    if not isinstance(turns, Mapping):
        raise PolicyInvalid(f"voice.yml: turns: must be a map of settings, not {turns!r}")
    languages = languages_of(assistant.language, assistant.config)
    return VoiceSettings(
        turns=TurnPolicy.from_mapping(turns),
        call=read_call_policy(assistant.voice, languages=languages),
        lexicon=Lexicon.from_mapping(assistant.voice.get("pronunciation")),
    )
