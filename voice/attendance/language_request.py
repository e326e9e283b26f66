"""What a caller says to be spoken to in another language: "Can we speak German?", "Auf Deutsch, bitte". Pure.

Only a whole utterance that asks for nothing else is such a request: "My daughter speaks German" is about something.
Where a flow waits for an answer, a language that is named alone ("German, please", "in German") may be that answer,
and is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "ar": ("arabic", "arabisch", "arabe"),
    "cs": ("czech", "tschechisch", "cestina", "cesky"),
    "da": ("danish", "danisch", "dansk"),
    "de": ("german", "deutsch", "allemand", "aleman", "tedesco", "alemao", "duits"),
    "el": ("greek", "griechisch"),
    "en": ("english", "englisch", "anglais", "ingles", "inglese", "engels"),
    "es": ("spanish", "spanisch", "espagnol", "espanol", "castellano", "spagnolo", "espanhol", "spaans"),
    "fi": ("finnish", "finnisch", "suomi", "suomea"),
    "fr": ("french", "franzosisch", "francais", "frances", "francese", "frans"),
    "hi": ("hindi",),
    "hu": ("hungarian", "ungarisch", "magyar", "magyarul"),
    "it": ("italian", "italienisch", "italien", "italiano", "italiaans"),
    "ja": ("japanese", "japanisch", "nihongo"),
    "ko": ("korean", "koreanisch"),
    "nl": ("dutch", "niederlandisch", "hollandisch", "nederlands"),
    "no": ("norwegian", "norwegisch", "norsk"),
    "pl": ("polish", "polnisch", "polski", "polsku"),
    "pt": ("portuguese", "portugiesisch", "portugais", "portugues", "portoghese"),
    "ro": ("romanian", "rumanisch", "romana"),
    "ru": ("russian", "russisch", "russkiy"),
    "sv": ("swedish", "schwedisch", "svenska"),
    "tr": ("turkish", "turkisch", "turkce"),
    "uk": ("ukrainian", "ukrainisch"),
    "zh": ("chinese", "mandarin", "chinesisch"),
}
"""By language, what people call it, without accents: in English, German, the neighbours' languages and its own."""
_CODES: Final = {name: code for code, names in NAMES.items() for name in names}
_NAME: Final = f"(?P<name>{'|'.join(sorted(_CODES, key=len, reverse=True))})"
_BEFORE: Final = (
    r"(?:(?:hi|hello|hallo|hey|sorry|excuse me|entschuldigung|pardon|please|bitte|and|but|und|aber|um|uh|ah?h) )*"
)
_AFTER: Final = r"(?: (?:please|bitte|instead|now|with me|here|then|por favor|s'il vous plait|mit mir|jetzt|lieber))*"
_SPEAK: Final = r"(?:speak|talk|continue|go on|do this|do that|switch|change|have this|carry on)"
_REDEN: Final = r"(?:sprechen|reden|weitermachen|weitersprechen|weiterreden|wechseln|fortfahren|machen)"
_MAYBE: Final = r"(?:also |maybe |perhaps |please )?"
_AUCH: Final = r"(?: auch| vielleicht| bitte| das| mit ihnen)*"
_ASKING: Final = (
    rf"(?:can|could|may|shall|should) (?:we|i|you) {_MAYBE}{_SPEAK} (?:in |to |into )?{_NAME}",
    rf"(?:do|does) (?:you|anyone|anybody|somebody|someone)(?: there| here)? speak {_NAME}",
    rf"(?:please )?(?:speak|talk|switch|change|continue)(?: to me)? (?:in |to |into )?{_NAME}",
    rf"(?:i would|i'd|i) (?:like to|rather|prefer to|want to|love to) {_SPEAK}(?: to you)? (?:in )?{_NAME}",
    rf"(?:i would|i'd|i) (?:prefer|rather have) {_NAME}",
    rf"let's (?:speak|talk|switch to|continue in|do this in)(?: in)? {_NAME}",
    rf"(?:konnen|konnten|durfen|wollen) (?:wir|sie|ich){_AUCH} (?:auf |in |zu )?{_NAME} {_REDEN}",
    rf"(?:kann|konnte|darf|kannst|konntest) (?:ich|man|du){_AUCH} (?:auf |in )?{_NAME} {_REDEN}",
    rf"(?:sprechen|reden) (?:sie|wir)(?: auch| bitte)* (?:auf )?{_NAME}",
    rf"(?:sprichst|redest) du(?: auch)? {_NAME}",
    rf"(?:ich|wir) (?:mochten?|wurden?|will|wollen)(?: gerne?| lieber| bitte)* (?:auf )?{_NAME} {_REDEN}",
    rf"(?:parlez|parles)[ -](?:vous|tu) {_NAME}|(?:est-ce que vous|vous) parlez {_NAME}",
    rf"(?:hablas?|habla usted|hablan|podemos hablar|puede hablar)(?: en)? {_NAME}",
    rf"(?:parla|parli|parlate|fala|possiamo parlare)(?: in)? {_NAME}|spreekt u {_NAME}",
)
_REQUEST: Final = re.compile(rf"{_BEFORE}(?:{'|'.join(_ASKING).replace('?P<name>', '')}){_AFTER}")
_ALONE: Final = re.compile(rf"{_BEFORE}(?:(?:in|auf|en) )?{_NAME}{_AFTER}".replace("?P<name>", ""))
_FOUND: Final = re.compile(rf"\b{_NAME}\b")
MOST_CHARACTERS: Final = 120
"""Whoever says more asks for something else as well."""


def asked_language(text: str, *, is_answer_awaited: bool = True) -> str | None:
    """Return the code of the language that a caller asks to be spoken to in; None where they ask for nothing.

    `is_answer_awaited`: a question waits, to which the name of a language alone might be the answer.
    """
    if len(text) > MOST_CHARACTERS:
        return None
    plain = _plain(text)
    if _REQUEST.fullmatch(plain) is None and (is_answer_awaited or _ALONE.fullmatch(plain) is None):
        return None
    found = _FOUND.findall(plain)
    return _CODES[found[-1]] if found else None


def _plain(text: str) -> str:
    """Return the text in small letters, without accents and punctuation."""
    taken_apart = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    kept = "".join(each for each in taken_apart if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w' -]+", " ", kept).split())
