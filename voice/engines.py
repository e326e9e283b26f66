"""The speech models that all calls of a server share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voice.ports import Recogniser, SpeechMemory, TurnModel, VoiceActivity


@dataclass(frozen=True, slots=True)
class SpeechEngines:
    """Voice activity has state, so that a new one is made for each call; the others serve every call."""

    recogniser: Recogniser
    turn_model: TurnModel
    synthesiser: SpeechMemory
    new_voice_activity: Callable[[], VoiceActivity]
    language: str = "en"
    speak_in: Callable[[str], None] = lambda _: None
    """Has the synthesiser read what is written as this language (BCP-47) does; one that knows none keeps its own."""
