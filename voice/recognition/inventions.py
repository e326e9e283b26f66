"""Texts that Whisper writes where nobody spoke: learnt from subtitles, fluent, and often at a good log-probability.

Pure. On 18 of 18 silent or noisy clips it wrote something, mostly "you" or "Thank you." (speech-models reference). Such
a text is believed only with enough voice behind it: saying it takes time.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"[^\w\s']+")

# What it is known to write on silence, noise and music, compared without marks and case. The first ones are also said
# by callers; the others practically never on the telephone.
_ALSO_SAID = frozenset(
    {
        "you",
        "thank you",
        "thanks",
        "bye",
        "bye bye",
        "okay",
        "oh",
        "so",
        "hmm",
        "mm",
        "uh",
        "um",
        "the",
        "and",
        "i",
        "a",
    }
)
_NEVER_SAID = (
    re.compile(r"thank(?:s| you)(?: (?:so|very) much)? for (?:watching|listening|viewing)\b.*"),
    re.compile(r"(?:please |don't forget to )?(?:like|subscribe)\b.*\b(?:channel|video|subscribe)\b.*"),
    re.compile(r"(?:please )?subscribe"),
    re.compile(r"(?:i'll )?see you (?:in the )?next (?:time|video|one)"),
    re.compile(r"(?:subtitles|captions|captioned|transcribed|translated|transcription) by\b.*"),
    re.compile(r"untertitel(?:ung)?\b.*"),
    re.compile(r"sous titres\b.*|sous titrage\b.*"),
    re.compile(r"(?:music|applause|laughter|silence|blank audio|inaudible|foreign|music playing|upbeat music)"),
)
# On 465 recorded and synthetic utterances under 3 s, the least voice (silero above 0.5, frames of 20 ms) behind a word
# was 180 ms, behind a "thank you" 520 ms and behind an "okay" 440 ms; behind 50 noises it was 0 to 140 ms.
LEAST_VOICED_MS = 200
# The fastest of those utterances had 120 ms of voice a syllable, one in a hundred less than 158; this is half of it.
_LEAST_MS_A_SYLLABLE = 60
_VOWELS = re.compile(r"[aeiouyäöüàâéèêëîïôûùæœáíóúñãõåø]+")


def is_invented(text: str, voiced_ms: int) -> bool:
    """Tell whether a transcript is rather the recogniser's invention than what a caller said.

    Args:
        text: the transcript.
        voiced_ms: how much of its audio was voice, by voice activity.

    Returns:
        True for any text without voice, for phrases of subtitles whatever the voice, for the short texts that noise
        gives below 200 ms of voice, and for more syllables than anybody can say in that time.
    """
    words = " ".join(_MARKS.sub(" ", text).casefold().split())
    if not words:
        return False
    if voiced_ms <= 0 or any(phrase.fullmatch(words) for phrase in _NEVER_SAID):
        return True
    if words in _ALSO_SAID and voiced_ms < LEAST_VOICED_MS:
        return True
    return voiced_ms < _LEAST_MS_A_SYLLABLE * (len(_VOWELS.findall(words)) - 1)
