"""Answers in words: dates, times, codes, e-mail addresses, names, addresses and other short text.

An answer is certain when nothing of the turn is left unexplained once its carrier ("it's", "send it to") and its
politeness are cut away, and nothing in it says that the caller wants something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from dialogue.understanding.carriers import bare_answer
from dialogue.understanding.emails import is_surely_one, read_email
from dialogue.understanding.fast_path.waiting import WAITING
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import find_numbers
from dialogue.understanding.slot_kinds import Kind
from dialogue.understanding.spans import Span, find_codes, find_dates, find_times
from dialogue.understanding.spelling import read_spelled
from dialogue.understanding.spoken import last_said
from dialogue.understanding.words import QUESTION_STARTS, STOP_WORDS, plain, split_words, stem, strip_fillers

__all__ = [
    "ACTION_WORDS",
    "ASIDE",
    "ASKS",
    "LONGEST_SHORT_ANSWER",
    "RELATION",
    "WAITING",
    "bare_answer",
    "leaves_open",
    "read_address",
    "read_name",
    "read_typed",
]

SMALL_PARTS = frozenset(words_of("de la le van von der den del di da du dos bin al el of the and y zu"))
"""Words within a name that are written small."""
LONGEST_SHORT_ANSWER = 4
"""Words of a text answer that is taken without asking a model."""
LONGEST_LOWER_NAME = 2
"""Words of a name that recognition wrote without capitals: three are more often a remark."""
LONGEST_ADDRESS = 9
LEAST_PHONE_DIGITS = 3
ASIDE = frozenset(
    words_of(
        "but not don't instead except without unless rather wait because if what how why who when where which "
        "can could stop cancel change wrong help nothing none neither never same either both any sometime"
    )
)
"""Words that say that a turn is no plain answer."""
RELATION = re.compile(
    r"^(?:[Mm]y|[Oo]ur) (?:good |best |old )?(?:friend|brother|sister|colleague|wife|husband|son|daughter|cousin"
    r"|neighbor"
    r"|neighbour|contact|boss|landlord|uncle|aunt),?\s+(?=[A-Z])"
)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
ACTION_WORDS = frozenset(
    words_of(
        "i me you we can't don't need want would could can tell show check list help cancel stop change block "
        "close open pay order book make start go do does did is are was have has know understand think sure "
        "idea repeat wait hold remember speak talk nothing none what where when why how who whose which "
        "whatever anything something somebody someone same i'll i'd i've i'm we'll we're you're he's she's they're "
        "it's didn't doesn't won't isn't haven't hasn't wasn't hers his else later again skip"
    )
)
NO_NAMES = frozenset(
    words_of(
        "mobile phone account card money number name names anybody nobody everybody everyone before previous last bank "
        "person people guy lady nope nah yep yeah yup later now soon please thanks this that these those it sorry "
        "speaking sounds hungry tired sad happy merry christmas birthday morning afternoon evening night day today "
        "tomorrow bored angry upset busy ready lost confused done fine great nice cool perfect wonderful awesome funny "
        "damn shit fuck fucking hell god gosh jesus wow oops hey haha lol bye goodbye cheers welcome congratulations "
        "love "
        "really very quite maybe perhaps probably certainly exactly right correct true false wrong mission desk front "
        "live real human robot machine computer agent operator manager representative assistant service support staff "
        "moment second minute time line call number address email date price cost bill order booking appointment "
        "ticket "
        "disregard ignore forget abort undo drop scrap delete remove add send transfer report rent buy sell need "
        "looking "
        "next area region somewhere around bollocks personal private correction usually mrs miss hear heard say said "
        "saying told tell mean means meant spell spelled spelling write written called named mine "
        "yours ours theirs something everything anything nothing weather joke music news hotel pizza taxi english "
        "spanish "
        "french german parla habla hablo sprechen deutsch espanol italiano francais bonjour hola ciao danke merci "
        "gracias "
        "husband wife mother father son daughter brother sister friend boss kid kids child children family mum mom dad "
        "myself yourself himself herself him her them us put look mostly hence once twice more less enough only also "
        "too "
        "still yet already ever always okay alright whatever whoever"
    )
)
"""Words that callers say where a name is asked for, and that are none (in this spelling)."""
_NAMES_THAT_ARE_WORDS = frozenset(words_of("will may mark june april august bill art rose hope grace joy"))
_NO_LATIN = re.compile(r"[^\x00-\u024f\u1e00-\u1eff’]")
_SHORTENED = re.compile(r"(?:'|’)(?:d|ll|re|ve|s|m|t)$")
"""Endings of words that are no names: "it'll", "that's"."""
_OPEN = re.compile(
    r"\b(?:or|not|if|but|unless|except|between|both|either|neither|sometime|same|twice|half of|more|less|least|most"
    r"|other|another|what|what's|which|who|where|when|why|how|until|n't)\b|n't\b|\?"
)
_STREET = re.compile(
    r"\b(?:street|st|road|rd|lane|avenue|ave|drive|way|boulevard|blvd|court|place|square|alley|close|crescent|terrace"
    r"|highway|row|walk|hill|gardens|park|[a-z]+stra(?:ß|ss)e|[a-z]+weg|[a-z]+platz)\b",
    re.IGNORECASE,
)
_ADDRESS_SAYS_MORE = frozenset(
    words_of(
        "i me you we my do does can could what where when how why is are please and actually then put come round "
        "morning afternoon "
        "evening night tonight tomorrow today"
    )
)
ASKS = frozenset(QUESTION_STARTS - {"may", "will"})


def without_article(text: str) -> str:
    """Cut "the" or "a" from the front: a value is a thing, not a phrase."""
    return _ARTICLE.sub("", text)


def leaves_open(text: str) -> bool:
    """Say whether a turn asks, weighs, or excludes: its numbers and dates are no answer yet."""
    said = plain(text)
    return "?" in text or bool(_OPEN.search(said)) or said.split(" ", 1)[0] in ASKS


def read_typed(text: str, kind: Kind, *, about: Collection[str] = (), is_phone: bool = False) -> str | None:
    """Read a date, time, code or e-mail address that is all the turn says.

    Args:
        text: the turn.
        kind: of the asked slot.
        about: words of the slot's name, which may stand before a code: "room number two oh four".
        is_phone: the code is a telephone number, which has more than one figure.
    """
    if WAITING.match(plain(text)):
        return None
    if kind == "email":
        bare = bare_answer(text)
        return read_email(bare) if not re.search(r"\bor\b|\?", plain(bare)) and is_surely_one(bare) else None
    if kind == "code":
        return _read_code(text, about, is_phone)
    find = find_dates if kind == "date" else find_times
    meant = last_said(text, lambda part: bool(find(part)))
    if leaves_open(meant):
        return None
    if kind == "time":
        return _read_time(bare_answer(meant))
    return _only(find, meant) or _only(find, bare_answer(meant))


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
    is_whole = is_hour and (numbers[0].start, numbers[0].end) == (0, len(bare))
    return bare if is_whole and numbers[0].unit in ("", "time") else None


def _read_code(text: str, about: Collection[str], is_phone: bool) -> str | None:
    meant = last_said(text, lambda part: _code_in(bare_answer(part)) is not None)
    if leaves_open(meant):
        return None
    bare = bare_answer(meant)
    while (first := bare.partition(" "))[2] and (
        first[0].lower() in about or first[0].lower() in ("number", "code", "is")
    ):
        bare = first[2]
    found = _code_in(bare)
    return None if found is None or (is_phone and len(found) < LEAST_PHONE_DIGITS) else found


def _code_in(bare: str) -> str | None:
    spelled = read_spelled(bare)
    if spelled is not None:
        return spelled
    plus = re.match(r"(?:\+|plus\s+)(?=\S)", bare, re.IGNORECASE)
    rest = bare[plus.end() :] if plus else bare
    numbers = find_numbers(rest)
    if len(numbers) == 1 and (numbers[0].start, numbers[0].end) == (0, len(rest)):
        number = numbers[0]
        if number.unit or number.reading == "ordinal":
            return None
        digits = number.digits if number.reading == "digits" or rest.isdigit() else str(number.value)
        return f"+{digits}" if plus else digits
    found = _only(find_codes, bare)
    return found if found is not None and not find_dates(bare) else None


def read_name(text: str, kind: Kind, wanted_elsewhere: Collection[str]) -> str | None:
    """Read a turn that says the name of a person or a place and nothing else.

    Args:
        text: the turn.
        kind: person or place; persons may have a relation before the name ("my friend Mary").
        wanted_elsewhere: stems by which other flows are known; a turn with one of them may be a digression.
    """
    if WAITING.match(plain(text)) or "?" in text:
        return None
    meant = last_said(text, _is_short_name)
    carried = bare_answer(meant)
    bare = without_article(RELATION.sub("", carried) if kind == "person" else carried)
    words = strip_fillers(split_words(bare))
    lower = [word.lower for word in words]
    longest = LONGEST_SHORT_ANSWER if any(char.isupper() for char in bare) else LONGEST_LOWER_NAME
    if (
        not words
        or len(words) > longest
        or _NO_LATIN.search(bare)
        or re.search(r"[,;:]|\.\s+(?!\w\.)(?<!\bMr\.\s)", bare)
    ):
        return None
    said = bare[words[0].start : words[-1].end]
    if kind == "person" and len(lower) == 1 and lower[0] in _NAMES_THAT_ARE_WORDS:
        return said
    if lower[0] in QUESTION_STARTS or set(lower) & (ACTION_WORDS | ASIDE | NO_NAMES):
        return None
    if not _is_name(bare, lower, kind, carried) or {stem(word) for word in lower} & set(wanted_elsewhere):
        return None
    return said


def read_address(text: str) -> str | None:
    """Read a street and a number, in which any word may be a name: "12 Stop Street", "Cancel Lane 5"."""
    bare = bare_answer(text)
    words = [word.lower for word in split_words(bare)]
    numbers = find_numbers(bare)
    street = _STREET.search(bare)
    if street is None or len(numbers) != 1 or len(words) > LONGEST_ADDRESS or leaves_open(bare):
        return None
    if set(words) & _ADDRESS_SAYS_MORE or any("'" in word and not word.endswith("'s") for word in words):
        return None
    after = [word.lower for word in split_words(bare[street.end() :])]
    if set(after) & (STOP_WORDS - {"in"}) or any(
        word.text[0].islower() for word in split_words(bare.partition(",")[2])
    ):
        return None  # "... the brown building", "..., ring the top bell"
    if numbers[0].start == 0 or re.match(r"no\.?\s*\d", bare, re.IGNORECASE):
        return bare
    return bare if numbers[0].end == len(bare) and len(words) <= LONGEST_SHORT_ANSWER else None


def _is_short_name(part: str) -> bool:
    words = [word.lower for word in split_words(bare_answer(part))]
    return 0 < len(words) <= 3 and not set(words) & (ACTION_WORDS | ASIDE | NO_NAMES | STOP_WORDS - {"to", "for"})


def _is_name(bare: str, lower: Collection[str], kind: Kind, carried: str) -> bool:
    if find_numbers(bare) or all(word in STOP_WORDS for word in lower) or any(map(_SHORTENED.search, lower)):
        return False
    if any(set(split_plain(span.value)) - _NAMES_THAT_ARE_WORDS for span in find_dates(bare)) or find_times(bare):
        return False
    if kind == "place" and not any(char.isupper() for char in bare):
        return not set(lower) & (STOP_WORDS - {"of", "in", "the"})
    if any(char.isupper() for char in bare):
        if any(word.islower() and word not in SMALL_PARTS for word in re.findall(r"[^\W\d_]+", bare)):
            return False  # "Susan will sign", and a sentence's first capital
        return not set(lower) & (STOP_WORDS - {"of", "in", "the", "will", "may", "a", "do"})
    return not _ARTICLE.match(carried) and not set(lower) & (STOP_WORDS - {"of", "will", "may", "do"})


def split_plain(text: str) -> tuple[str, ...]:
    """The words of a text in lower case."""
    return tuple(plain(text).split())
