"""What a call says of itself when no flow speaks: fillers, "take your time", warnings and goodbyes.

An assistant's own words go first: each phrase has a response name, and every variation of that response that can be
said now is taken. Else the built-in words of the call's language, else the English ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from dialogue.errors import TemplateFailed
from dialogue.languages import primary_language
from dialogue.responses import render
from dialogue.templates import Values
from flows.model import Assistant
from voice.speech.sentences import has_words

PhraseKind: TypeAlias = Literal[
    "filler",
    "filler_more",
    "take_your_time",
    "holding",
    "fallback",
    "overdue",
    "ends_soon",
    "goodbye_silent",
    "goodbye_too_long",
    "language_refused",
    "language_switched",
]

RESPONSES: Final[Mapping[PhraseKind, str]] = {
    "filler": "utter_filler",
    "filler_more": "utter_filler_more",
    "take_your_time": "utter_take_your_time",
    "holding": "utter_holding",
    "fallback": "utter_reply_empty",
    "overdue": "utter_reply_overdue",
    "ends_soon": "utter_call_ends_soon",
    "goodbye_silent": "utter_inform_hangup",
    "goodbye_too_long": "utter_call_too_long",
    "language_refused": "utter_language_refused",
    "language_switched": "utter_language_switched",
}
"""The response of the domain that replaces each phrase."""

_ENGLISH: Final[Mapping[PhraseKind, tuple[str, ...]]] = {
    "filler": ("One moment.", "Let me look.", "Just a second.", "Let me check that."),
    "filler_more": ("Still looking.", "Nearly there.", "It is taking a little longer.", "Bear with me."),
    "take_your_time": ("Take your time.",),
    "holding": ("I will hold. Just speak when you are back.",),
    "fallback": ("Sorry, could you say that again?",),
    "overdue": ("Sorry, this is taking longer than it should. Please hold on.",),
    "ends_soon": ("We have about a minute left on this call.",),
    "goodbye_silent": ("I can't hear you any more, so I'll hang up now. Goodbye.",),
    "goodbye_too_long": ("Our time on this call is over. Please call again if you need anything more. Goodbye.",),
    "language_refused": ("Sorry, I only speak English.",),
    "language_switched": ("Of course, let's speak English.",),
}
_GERMAN: Final[Mapping[PhraseKind, tuple[str, ...]]] = {
    "filler": ("Einen Moment.", "Ich schaue nach.", "Eine Sekunde.", "Ich prüfe das."),
    "filler_more": ("Ich suche noch.", "Gleich habe ich es.", "Es dauert etwas länger.", "Bitte noch etwas Geduld."),
    "take_your_time": ("Lassen Sie sich Zeit.",),
    "holding": ("Ich warte. Sprechen Sie einfach, wenn Sie wieder da sind.",),
    "fallback": ("Entschuldigung, sagen Sie das bitte noch einmal?",),
    "overdue": ("Entschuldigung, das dauert länger als es sollte. Bitte bleiben Sie dran.",),
    "ends_soon": ("Wir haben noch etwa eine Minute für dieses Gespräch.",),
    "goodbye_silent": ("Ich höre Sie nicht mehr und lege jetzt auf. Auf Wiederhören.",),
    "goodbye_too_long": ("Unsere Gesprächszeit ist um. Rufen Sie gern wieder an. Auf Wiederhören.",),
    "language_refused": ("Entschuldigung, ich spreche nur Deutsch.",),
    "language_switched": ("Gern, wir sprechen jetzt Deutsch.",),
}
BUILT_IN: Final[Mapping[str, Mapping[PhraseKind, tuple[str, ...]]]] = {"en": _ENGLISH, "de": _GERMAN}
_OF_COURSE: Final = "OK."
"""Assent to a language that has no words here."""
_SORRY: Final[Mapping[str, str]] = {
    "en": "Sorry, I don't speak that language.",
    "de": "Entschuldigung, diese Sprache spreche ich nicht.",
}
"""In place of "I only speak …" where the call speaks several languages, or none that has words here."""


def texts(
    kind: PhraseKind,
    assistant: Assistant,
    language: str,
    values: Values | None = None,
    *,
    channel: str = "voice",
    is_only_language: bool = True,
) -> tuple[str, ...]:
    """Return every way to say this phrase now, in this language (BCP-47); never empty.

    `values` fills in templates and decides conditions; a variation that cannot be rendered is left out.
    `is_only_language`: the call speaks no other language, which matters to `language_refused` alone.
    """
    own = _of_domain(RESPONSES[kind], assistant, language, values or Values(), channel)
    if own:
        return own
    primary = primary_language(language)
    if kind == "language_refused" and (not is_only_language or primary not in BUILT_IN):
        return (_SORRY.get(primary, _SORRY["en"]),)
    if kind == "language_switched" and primary not in BUILT_IN:
        return (_OF_COURSE,)
    return BUILT_IN.get(primary, _ENGLISH)[kind]


def every_text(assistant: Assistant, language: str) -> tuple[str, ...]:
    """Return all that a call may say of itself in this language, to be rendered before it is needed."""
    kinds: tuple[PhraseKind, ...] = get_args(PhraseKind)
    return tuple(dict.fromkeys(text for kind in kinds for text in texts(kind, assistant, language)))


def _of_domain(name: str, assistant: Assistant, language: str, values: Values, channel: str) -> tuple[str, ...]:
    found: list[str] = []
    for variation in assistant.responses.get(name, ()):
        if variation.channel not in (None, channel):
            continue
        if variation.condition is not None and not variation.condition.test(values.slots, {}):
            continue
        try:
            text = render(name, variation, values, language).text.strip()
        except TemplateFailed:
            continue
        if has_words(text) and text not in found:
            found.append(text)
    return tuple(found)
