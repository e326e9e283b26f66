"""Words of a turn that say what is *not* meant: negated, replaced, or given as impossible.

    "February, not January"                              not January
    "the harbour instead of market square"               instead of market square
    "I said Friday but it has to be Thursday"            Friday
    "two weeks... no, ten days"                          two weeks... no,
    "janet moss sorry janet doyle"                       janet moss sorry
    "Tuesday I'm working. Wednesday, 4 pm"               Tuesday I'm working

A value is looked for in what is left. Replaced is the last value of the kind that follows the cue; where the kind of
what follows is not known, the words that it repeats, and else as many words as it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

from dialogue.understanding.codes import find_code_runs
from dialogue.understanding.corrections import RATHER, TWO_WORDS
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.numbers import SpokenNumber, find_numbers
from dialogue.understanding.spans import MOST_TURNS, Span, find_dates, find_emails, find_times
from dialogue.understanding.words import STOP_WORDS, split_words

Place: TypeAlias = tuple[int, int]


class _Placed(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


LONGEST: Final = 500
"""Characters of a turn in which repairs are looked for."""
_MOST_WORDS: Final = 4
"""Words of what is negated or replaced, articles and prepositions before it left out."""
_MOST_BETWEEN: Final = 3
"""Words that may stand between a cue and the value that it brings: "no, make it on Friday"."""
_MOST_BACK: Final = 6
"""Words before a cue among which one that is said again is looked for."""
_NOT: Final = re.compile(
    r"\b(?:(?:and |but )?not|instead of|rather than|in place of|(?:don't|do not|didn't|did not|don’t|didn’t)"
    r" (?:want|need|mean|take)(?! to\b| any\b| it\b| you\b)"
    r"|(?:isn't|isn’t|wasn't|wasn’t|aren't))\s+"
    r"(?!(?:only|just|more|less|fewer|before|until|till|later|earlier|sure|necessarily|yet|really|too|so|very|quite|now"
    r"|exactly|at all|any|anymore|much|many|that|a problem|bad|enough|even|all|every|to\b|always|interested|really)\b)",
    re.IGNORECASE,
)
_LEADING: Final = frozenset(words_of("on at in by for to from the a an this next my your our until before after with"))
_ENDS: Final = frozenset(
    words_of(
        "but and or because so since as if when while which it it's its i i'm i'd i'll we we're please that's that then"
        " just with for at on in to from by the a an my your he she they you instead rather"
    )
)
_BREAK: Final = re.compile(r"[,;.!?…–:]|\s-\s")
_SAID_BUT: Final = re.compile(
    r"\bi(?:'d| had| have)? (?P<verb>said|say|told you|wrote|booked|asked for|ordered|gave you|put)\s+"
    r"(?P<old>[^.;?!]{1,40}?)[,.]?\s+but\s+(?P<new>.+)",
    re.IGNORECASE,
)
_MEANT: Final = re.compile(
    r"\b(?:has to be|have to be|should|must be|needs? to be|meant|mean|it's|it is|is|want|make it|make that"
    r"|better|we're"
    r"|we are|there are|need|actually)\b",
    re.IGNORECASE,
)
_IMPOSSIBLE_AFTER: Final = re.compile(
    r"\s*,?\s+(?:(?:i'm|i am|we're|we are)\s+(?:working|busy|away|out|off|booked|at work|on holiday|not\s+\w+)\b"
    r"|(?:doesn't|does not|won't|will not|isn't|is not)\s+\w+|(?:i|we) (?:can't|cannot|work|don't work)\b"
    r"|is (?:no good|bad|out|impossible|full|taken|too (?:late|early|soon)))",
    re.IGNORECASE,
)
_IMPOSSIBLE_BEFORE: Final = re.compile(
    r"(?:(?:i'm|i am|we're|we are) (?:working|busy|away|not free|not there|not in)"
    r"|(?:can't|cannot|can not) (?:do|make|come|make it|manage))(?: on| at| for)?(?: the)?\s*$",
    re.IGNORECASE,
)
_CUE: Final = re.compile(
    rf"[\s,.;…–-]+(?:(?:oh|uh|um|and|or)[\s,]+)?(?:{TWO_WORDS}|no(?!\.\s*\d)|nope"
    rf"|sorry|wait|hold on|actually|i mean|i meant|{RATHER})[\s,.…]+"
    r"(?:(?:no|not|sorry|wait|actually|rather|i mean|i meant|make it|make that|it's|that's)[\s,.…]+)*",
    re.IGNORECASE,
)
_STRONG: Final = re.compile(
    r"^(?:\.\.\.|[,.;…–-])|\b(?:no wait|wait no|no sorry|sorry no|i meant|make that|scratch that)\b", re.I
)
_NEW_SENTENCE: Final = re.compile(r"\.\s*no\s+$", re.IGNORECASE)
"""A sentence that begins with "no" and goes on is no repair: "change it to 30. No message."."""
_NO_SUCH: Final = re.compile(r"^[,;]?\s*no\s+$", re.IGNORECASE)
"""A "no" that goes on without a pause and without a value of the same kind leaves something out: ", no allergies"."""
_CUTS_ALL: Final = re.compile(r"\b(?:no|nope|wait|scratch|correction)\b", re.IGNORECASE)
_BETWEEN: Final = frozenset(
    words_of(
        "it's its make it that's that is the a an on at for to in by from of my we're i'm i about around number then"
    )
)
_NO_ANCHOR: Final = frozenset(words_of("it is was that and but so please yes no uh um"))


@lru_cache(maxsize=MOST_TURNS)
def taken_back(text: str) -> tuple[Place, ...]:
    """Return the places of words that are negated or replaced, in order and without overlaps."""
    if len(text) > LONGEST:
        return ()
    places = [*_replaced(text), *_negated(text), *_said_but(text), *_impossible(text)]
    merged: list[Place] = []
    for start, end in sorted(place for place in places if place[0] < place[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def without_taken_back(text: str) -> str:
    """Return `text` with blanks for the words taken back, so that all others keep their place."""
    for start, end in taken_back(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _negated(text: str) -> Iterator[Place]:
    for cue in _NOT.finditer(text):
        end = _phrase_end(text, cue.end())
        if end > cue.end() and not re.search(r"\b(?:why|or|if)\s+$", text[: cue.start()], re.IGNORECASE):
            yield (cue.start(), end)


def _phrase_end(text: str, start: int) -> int:
    """Where the phrase ends that begins at `start`: at a break, a new clause, or a second value of one kind."""
    end, count = start, 0
    for word in split_words(text[start:]):
        if end > start and _BREAK.search(text[end : start + word.start]):
            break
        if word.lower in (_LEADING if count == 0 else frozenset()):
            end = start + word.end
            continue
        if word.lower in _ENDS or count == _MOST_WORDS:
            break
        end, count = start + word.end, count + 1
    if count == 0:
        return start
    for find in (find_dates, find_times):
        spans = find(text[start:end])
        if len(spans) > 1:
            return start + spans[0].end
    return end


def _said_but(text: str) -> Iterator[Place]:
    found = _SAID_BUT.search(text)
    if found and (found["verb"].lower() in ("said", "say", "told you") or _MEANT.search(found["new"])):
        yield found.span("old")


def _impossible(text: str) -> Iterator[Place]:
    done = 0
    for span in sorted((*find_dates(text), *find_times(text)), key=lambda span: span.start):
        after = _IMPOSSIBLE_AFTER.match(text, span.end)
        before = _IMPOSSIBLE_BEFORE.search(text[: span.start])
        if after:
            yield (span.start, after.end())
            done = after.end()
        elif before and before.start() >= done:
            yield (span.start, span.end)


def _replaced(text: str) -> Iterator[Place]:
    for cue in _CUE.finditer(text):
        before, after = text[: cue.start()], text[cue.end() :]
        if not split_words(before) or not split_words(after):
            continue
        old, *more = _same_kinds(before, after) or [_said_again(before, after)]
        yield from (place for place in more if place is not None)
        is_repair = _STRONG.search(cue[0]) and not _NEW_SENTENCE.match(cue[0]) and not _NO_SUCH.search(cue[0])
        if old is None and is_repair:
            old = _as_many(before, after, cut_all=bool(_CUTS_ALL.search(cue[0])))
        if old is not None:
            is_close = not re.search(r"\w", re.sub(r"\b(?:and|uh|um)\b", "", before[old[1] :]))
            yield old
            yield (old[1] if is_close else cue.start(), cue.end())


def _bare_numbers(text: str) -> tuple[Span, ...]:
    """Places of numbers that belong to no date or time."""
    dated = [*find_dates(text), *find_times(text)]
    numbers = (
        one for one in find_numbers(text) if not any(one.start < span.end and span.start < one.end for span in dated)
    )
    return tuple(Span(one.start, _unit_end(text, one), "") for one in numbers)


def _unit_end(text: str, number: SpokenNumber) -> int:
    unit = re.match(rf"\s+{re.escape(number.unit)}\b", text[number.end :], re.I) if number.unit else None
    return number.end + unit.end() if unit and number.unit not in STOP_WORDS else number.end


_KINDS: Final[tuple[Callable[[str], Sequence[_Placed]], ...]] = (
    find_emails,
    find_code_runs,
    find_dates,
    find_times,
    _bare_numbers,
)


def _same_kinds(before: str, after: str) -> list[Place | None]:
    """The last values before a cue of the kinds of what follows it, that of the first one first."""
    found: list[tuple[int, int, Place]] = []
    for find in _KINDS:
        new, old = find(after), find(before)
        if new and old:
            found.append((new[0].start, new[0].end, (old[-1].start, old[-1].end)))
    replaced: list[Place | None] = []
    end = 0
    for start, after_end, place in sorted(found):
        between = split_words(after[end:start])
        if len(between) > _MOST_BETWEEN or any(word.lower not in _BETWEEN for word in between):
            break
        replaced.append(place)
        end = max(end, after_end)
    return replaced


def _said_again(before: str, after: str) -> Place | None:
    """What stands from the word on with which the words after a cue begin: "to joe ... sorry to jane"."""
    first = split_words(after)[0].lower
    if first in _NO_ANCHOR:
        return None
    words = split_words(before)[-_MOST_BACK:]
    again = [word for word in words if word.lower == first]
    if not again or again[-1].end == len(before.rstrip()):
        return None
    return again[-1].start, len(before.rstrip())


def _as_many(before: str, after: str, *, cut_all: bool) -> Place | None:
    """As many words as follow the cue, whole names; all words where more follow and the cue takes all back."""
    broken = _BREAK.search(after)
    count = len(split_words(after[: broken.start()] if broken and broken.start() else after))
    if count > _MOST_WORDS or not before.strip():
        return (0, len(before)) if cut_all else None
    words = split_words(before)
    while count < len(words) and words[-count].text[0].isupper() and words[-count - 1].text[0].isupper():
        count += 1
    return (words[-count:][0].start, len(before.rstrip())) if words else None
