"""Answers to the asked slot, read by its kind: numbers, categories, dates, codes, names and other short text.

An answer is certain when nothing of the turn is left unexplained once its carrier ("it's", "send it to") and its
politeness are cut away, and nothing in it says that the caller wants something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from rapidfuzz import fuzz

from dialogue.understanding.corrections import last_meant, without_opening
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import SpokenNumber, find_numbers
from dialogue.understanding.slot_kinds import Kind
from dialogue.understanding.spans import Span, find_categories, find_codes, find_dates, find_emails, find_times
from dialogue.understanding.words import (
    FILLERS,
    QUESTION_STARTS,
    STOP_WORDS,
    label,
    plain,
    split_words,
    stem,
    strip_fillers,
)

CERTAIN_RATIO = 90
"""Similarity (rapidfuzz, 0 to 100) from which a misheard category counts as said; "econmy" for "economy" is 92."""
LONGEST_SHORT_ANSWER = 4
"""Words of a text answer that is taken without asking a model."""

WAITING = re.compile(
    r"^(?:(?:uh|um|oh|ok|okay|well|hmm|hm|so|please|yes|sorry)\s+)*"
    r"(?:hang on|hold on|wait|one (?:moment|second|minute|sec)|just a (?:moment|second|minute|sec)|a moment"
    r"|give me (?:a|one|just a) (?:second|minute|moment|sec)|let me (?:think|see|check|look)|let us see"
    r"|i (?:have to|need to|must|will|'ll) (?:check|look|think|see)|i'll (?:check|look|think|see)"
    r"|hmm*|i see|thinking)\b"
)
"""Words of a caller who needs a moment: no answer, whatever is asked."""
_CARRIER = re.compile(
    r"^(?:(?:so|well|uh|um|uhm|er|ah|oh|hmm|okay|ok|yes|yeah|sure|please|and|actually|no|hi|hello)\b[,.!]?\s+)*"
    r"(?:(?:it's|it is|its|that's|that is|this is|that would be|that'll be|it would be|it'll be"
    r"|it was|there will be|there'll be"
    r"|there are|we are|we're|they are|i am|i'm|i'd say|i would say|i'd like|i would like|i'll take"
    r"|i'll have|i want|i need"
    r"|i think|i guess|i think it's|let's say|let us say|make it|how about|what about|maybe|probably"
    r"|about|around|roughly"
    r"|the name is|my name is|the name's|my name's|name is|his name is|her name is|their name is"
    r"|call me|call him|call her"
    r"|you can call me|it's called|it is called|under|(?:please )?(?:send|give|transfer|pay|wire"
    r"|deliver|ship|bring|forward) (?:it|that|this|them|the money)?\s?to"
    r"|i want to send it to|i'd like to send it to|i'm going to|i am going to|we're going to"
    r"|i'm traveling to|i'm flying to"
    r"|my (?:[a-z]+ )?(?:number|code|address|email|id|pin|reference|city|date of birth|birthday) is"
    r"|the (?:[a-z]+ )?(?:number|code|address|email|id|pin|reference|city|amount|date|one|answer) is"
    r"|the one (?:called|named)"
    r"|just|only|let me have|give me|put it (?:under|on|in)|put down|we(?:'ll)? arrive"
    r"|i(?:'ll)? arrive|we're arriving|i'm arriving|you can reach me(?: at)?|i'm looking for"
    r"|i am looking for|i'd go for|i'll go for"
    r"|i'd prefer|sometime|some time|from|to|for|since|on|in|at|by|with|until|the one)\b[,:]?\s+)*",
    re.IGNORECASE,
)
_POLITE_END = re.compile(
    r"(?:[,.!?\s]+(?:please|thanks|thank you|i think|i guess|i believe|for me|then|if possible|sir"
    r"|madam|that's it|right))*[\s.!,…]*$",
    re.IGNORECASE,
)
_RELATION = re.compile(
    r"^(?:my|our) (?:good |best |old )?(?:friend|brother|sister|colleague|wife|husband|son|daughter|cousin|neighbor"
    r"|neighbour|contact|boss|landlord|uncle|aunt),?\s+(?=[A-Z])"
)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_COUNTED = frozenset(
    words_of(
        "dollar dollars buck bucks euro euros pound pounds people persons person guests us of in total all "
        "together the a each adults kids children usd eur percent"
    )
)
_AROUND_CATEGORY = frozenset(
    words_of(
        "the my a an one ones i i'd i'll like want would take have prefer choose think it it's that's is with "
        "for to by please option card account type kind class only just go let us let's need mine was use pay "
        "using via of be same that this me give"
    )
)
_ASIDE = frozenset(
    words_of(
        "but not don't instead except without unless rather wait because if what how why who when where which "
        "can could stop cancel change wrong help nothing none neither never"
    )
)
_ORDINAL_CHOICE = re.compile(r"^(?:the )?(first|second|third|fourth|fifth|last)(?: (?:one|option|choice))?$")
_PLACES = ("first", "second", "third", "fourth", "fifth")
_ACTION_WORDS = frozenset(
    words_of(
        "i me you we can't don't need want would could can tell show check list help cancel stop change block "
        "close open pay order book make start go do does did is are was have has know understand think sure "
        "idea repeat wait hold remember speak talk nothing none what where when why how who whose which "
        "whatever anything something somebody someone"
    )
)


def bare_answer(text: str) -> str:
    """Cut carrier, politeness and closing punctuation from an answer: "Uh, send it to Joe." is "Joe"."""
    rest = _POLITE_END.sub("", text.strip())
    carrier = _CARRIER.match(rest)
    cut = rest[carrier.end() :] if carrier else rest
    return (cut or rest).strip(' .,!?…"“”')


_PERSONS = re.compile(
    r"^(?:for )?(?:(?P<one>(?:just |only )?(?:me|myself)(?: only| alone)?|alone|on my own|by myself)"
    r"|(?:a |just a )?couple(?: of them)?|a pair|both(?: of us)?|(?:the )?two of us"
    r"|(?:me|myself) and my (?:wife|husband|partner|girlfriend|boyfriend|friend|son|daughter|mother"
    r"|father|mom|dad|brother"
    r"|sister|kid|colleague)|my (?:wife|husband|partner|girlfriend|boyfriend|friend) and (?:i|me|myself))$"
)


def read_number(text: str) -> int | float | None:
    """Read a turn that says one number and nothing else, apart from what is counted and politeness."""
    meant = without_opening(last_meant(text))
    alone = _PERSONS.match(plain(bare_answer(meant)))
    if alone:
        return 1 if alone["one"] else 2
    numbers = [number for number in find_numbers(meant) if number.unit not in ("time", "date")]
    if len(numbers) != 1 or numbers[0].reading == "ordinal":
        return None
    number = numbers[0]
    rest = split_words(bare_answer(meant[: number.start] + " . " + meant[number.end :]))
    unit = {number.unit, stem(number.unit)}
    is_clear = all(
        word.lower in _COUNTED or word.lower in FILLERS or word.lower in unit or word.lower in _AROUND_NUMBER
        for word in rest
    )
    return number.value if is_clear else None


_AROUND_NUMBER = frozenset(
    words_of(
        "there will be it's it is that's that would i i'd say like make about around exactly just only maybe "
        "think for to let's send transfer pay take have want need we are we're us you them they're there'll "
        "the amount number total sum of my not no wait sorry meant mean actually yes yeah"
    )
)


def without_article(text: str) -> str:
    """Cut "the" or "a" from the front: a value is a thing, not a phrase."""
    return _ARTICLE.sub("", text)


def read_category(text: str, values: Collection[str]) -> str | None:
    """Read a turn that names one of `values`."""
    listed = tuple(values)
    said = plain(bare_answer(last_meant(text)))
    exact = [value for value in listed if label(value) == said]
    if exact:
        return exact[0]
    chosen = _ORDINAL_CHOICE.match(said)
    if chosen and len(listed) > 1:
        place = len(listed) - 1 if chosen[1] == "last" else _PLACES.index(chosen[1])
        return listed[place] if place < len(listed) else None
    words = [word.lower for word in split_words(text)]
    if set(words) & _ASIDE or "?" in text:
        return None
    spans = find_categories(last_meant(text), listed)
    named = {span.value for span in spans}
    if len(named) == 1 and _explained(last_meant(text), spans):
        return next(iter(named))
    close = [value for value in listed if fuzz.ratio(label(value), said) >= CERTAIN_RATIO]
    return close[0] if len(close) == 1 else None


def _explained(text: str, spans: Collection[Span]) -> bool:
    inside = {stem(part) for span in spans for part in label(span.value).split()}
    outside = [word for word in split_words(text) if not any(span.start <= word.start < span.end for span in spans)]
    return all(
        word.lower in _AROUND_CATEGORY or word.lower in FILLERS or stem(word.lower) in inside for word in outside
    )


def read_typed(text: str, kind: Kind) -> str | None:
    """Read a date, time, code or e-mail address that is all the turn says."""
    if WAITING.match(plain(text)):
        return None
    bare = bare_answer(last_meant(text))
    match kind:
        case "date":
            return _only(find_dates, bare)
        case "time":
            return _read_time(bare)
        case "email":
            return _only(find_emails, bare)
        case "code":
            return _read_code(bare)
        case _:
            return None


def _only(find: Callable[[str], tuple[Span, ...]], bare: str) -> str | None:
    spans = find(bare)
    if len(spans) != 1:
        return None
    rest = (bare[: spans[0].start] + " " + bare[spans[0].end :]).strip(" .,")
    return spans[0].value if all(word.lower in STOP_WORDS for word in split_words(rest)) else None


def _read_time(bare: str) -> str | None:
    found = _only(find_times, bare)
    if found is not None:
        return found
    numbers = find_numbers(bare)
    is_hour = len(numbers) == 1 and len(numbers[0].digits) <= 4 and numbers[0].reading != "ordinal"
    return bare if is_hour and (numbers[0].start, numbers[0].end) == (0, len(bare)) else None


def _read_code(bare: str) -> str | None:
    numbers: tuple[SpokenNumber, ...] = find_numbers(bare)
    if len(numbers) == 1 and (numbers[0].start, numbers[0].end) == (0, len(bare)):
        return numbers[0].digits if numbers[0].reading == "digits" else str(numbers[0].value)
    return _only(find_codes, bare)


def read_text(text: str, kind: Kind, wanted_elsewhere: Collection[str]) -> str | None:
    """Read a short answer to a question whose answer may be any text.

    Args:
        text: the turn.
        kind: what the slot holds; persons may have a relation before the name ("my friend Mary").
        wanted_elsewhere: stems by which other flows are known; a turn with one of them may be a digression.
    """
    if WAITING.match(plain(text)):
        return None
    bare = without_article(_RELATION.sub("", bare_answer(last_meant(text))))
    words = strip_fillers(split_words(bare))
    if not words or len(words) > LONGEST_SHORT_ANSWER + (4 if kind == "address" else 0) or "?" in text:
        return None
    lower = [word.lower for word in words]
    if lower[0] in QUESTION_STARTS or set(lower) & (_ACTION_WORDS | _ASIDE):
        return None
    if kind in ("person", "place") and (find_numbers(bare) or all(word in STOP_WORDS for word in lower)):
        return None
    if {stem(word) for word in lower} & set(wanted_elsewhere) or all(word in STOP_WORDS for word in lower):
        return None
    return bare[words[0].start : words[-1].end]
