"""Words of a caller who is not done: a sentence that breaks off, "um", "let me see", "no, wait".

Works with and without the recogniser's punctuation, which it writes where the voice falls and where it ends, and not
always where a sentence does. The lists are English; for other languages the turn model is the only witness.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from dialogue.understanding.fast_path.waiting import asks_to_wait
from dialogue.understanding.lexicon import words_of
from dialogue.understanding.words import QUESTION_STARTS, plain

Ending: TypeAlias = Literal["asks_for_time", "hesitates", "breaks_off", "may_break_off", "ends"]

LONGEST: Final = 200
"""Characters of the end of a turn that are looked at."""
_FALLS_SILENT: Final = re.compile(r"(?:\.\.+|…|,|;|:|\s[-–—]|\w[-–—])[\s\"'”]*$")
"""What a recogniser writes where the voice stays up."""
_HESITATES: Final = re.compile(
    r"(?:^|[\s,.])(?:u+h+m*|u+m+|e+r+m?|e+h+m+|a+h+m+|h+m+|mm+|let's see|like i said|you know|i mean"
    r"|how do i (?:say|put) (?:this|it)|what's it called|what is it called|what was it|how was it)[\s,.…-]*$"
)
_SOUNDS: Final = re.compile(r"(?:^|[\s,.])(?:u+h+m+|u+h+|ä+h+m*|e+h+m+|e+u+h+|e+m+|h+m+|mm+)[\s,.…-]*$")
"""What callers of many languages say while they think."""
_HESITATES_ALONE: Final = re.compile(
    r"^(?:(?:well|so|okay so|ok so|yeah so|oh|ah|now|right so|and|but|actually|basically)[\s,.…]*)+$"
)
_BREAKS_OFF: Final = re.compile(
    r"(?:^|\s)(?:and|or|but|nor|the|a|an|my|your|our|their|its|the|of|because|cause|than|unless|although|though|whether"
    r"|i'd|i'm|i've|i'll|you're|we're|they're|we'd|we've|he's|she's|there's|that's|it's|who's|what's|number's"
    r"|since i|so that|which is|in order|such as|as well as|kind of|sort of|very|every"
    r"|(?:going|want|wanted|like|need|have|trying|able|supposed|used) to|would like|i need|i want"
    r"|(?:it|he|she|they) sa(?:ys|id)"
    r"|called|named|(?:number|name|address|code|email|reference|date) is"
    r"|mister|mr|mrs|dr)$"
)
_MAY_BREAK_OFF: Final = re.compile(
    r"(?:^|\s)(?:to|for|from|with|at|in|on|by|into|about|i|if|when|which|that|is|are|was|were|can|could|will|would|should"
    r"|has|have|had|do|does|did|so|until|before|after|through|between|under|not|just|also|get|send|be)$"
)
_NEVER_LAST: Final = frozenset(words_of("i if when which can could will would should also send get be"))
"""Weak words that end no question either."""
_WHOLE_AFTER_ALL: Final = re.compile(
    r"(?:\b(?:it|that|this|there|here|they|these|those|he|she|you|we) (?:is|are|was|were)"
    r"|\b(?:yes|no|yeah|so|if|but) (?:i|we|you|they|it|he|she) (?:am|do|did|can|could|will|would|have|was|is|does)"
    r"|\bi (?:would|will|do|did|am|have|can|could)|\w+n't|\bcannot|\bnot|\bafter|\bbefore"
    r"|\b(?:log|sign|check|come|go|turn(?: it)?|switch(?: it)?|put it|get|carry|hang|move|hold|pass|opt|plug it)"
    r" (?:in|on|by)"
    r"|\b(?:think|hope|say) so|\b(?:like|to|with|do|of|for|about|is|all|than) that)$"
)
"""Endings of which a weak word is the rightful last one: "yes it is", "log in", "I don't think so"."""
_CUE: Final = re.compile(
    r"\b(?:hold|hang|bear|stand|let|give|gimme|just an?|just one|one (?:sec|second|moment|minute)|a moment|wait an?"
    r"|wait one|wait let|i (?:have|need) to (?:look|check|think|see)|i'll (?:look|check|see|get)"
    r"|i'm (?:looking|checking|getting|searching)|where is it|where did i)\b"
)
_LOOKS: Final = re.compile(r"^(?:where is it|where did i (?:put|leave|write)(?: (?:it|that|them))?)$")
_TAKES_BACK: Final = re.compile(
    r"(?:^|\s)(?:(?:no|oh) wait|wait no|(?<!the )(?<!a )wait|no sorry|sorry no|oh no|actually no|or rather|rather"
    r"|scratch that|make that|correction|i meant|no no|not that)$"
)
_LONGEST_PLEA: Final = 100
"""Characters in which a moment is asked for: "hold on, I'll just get the letter from the kitchen"."""
_MOST_CUES: Final = 4
_AN_ORDER: Final = re.compile(r"\b(?:my|our)\b")
_COUNTS: Final = re.compile(r"^(?:two|a few|a couple of) \w+$|^(?:one|a) minutes?$")
"""Times that callers ask for and that may be counted as well: "two minutes" for an egg."""


@lru_cache(maxsize=256)  # endpointing asks every 20 ms while the caller is silent
def ending_of(text: str, *, is_asked: bool, is_english: bool = True) -> Ending:
    """Say how a turn ends so far.

    `may_break_off` is for words that are as often the last of a sentence as not ("is it on", "I want it on"), about
    which the turn model knows better.

    Args:
        text: the transcript so far.
        is_asked: something is asked for, so that "let me check my balance" is no wish of its own.
        is_english: else only sounds ("uhm") and what a recogniser writes where the voice stays up are understood.
    """
    tail = text[-LONGEST:].strip().lower().replace("’", "'")
    said = plain(tail)
    if not said:
        return "ends"
    if not is_english:
        return "hesitates" if _SOUNDS.search(tail) else "breaks_off" if _FALLS_SILENT.search(tail) else "ends"
    if _asks_for_time(tail, said, is_asked=is_asked):
        return "asks_for_time"
    if _HESITATES.search(tail) or _HESITATES_ALONE.match(tail) or _TAKES_BACK.search(said):
        return "hesitates"
    if _FALLS_SILENT.search(tail) or _BREAKS_OFF.search(said):
        return "breaks_off"
    words = said.split()
    is_asking = words[0] in QUESTION_STARTS and words[-1] not in _NEVER_LAST  # "what is it for"
    if _MAY_BREAK_OFF.search(said) and not _WHOLE_AFTER_ALL.search(said) and not is_asking:
        return "may_break_off"
    return "ends"


def _asks_for_time(tail: str, said: str, *, is_asked: bool) -> bool:
    if "?" in tail:
        return False
    clauses = re.split(r"[,.;!…]\s+", tail.rstrip(" ,.;!…"))
    near = said[-_LONGEST_PLEA:]
    cues = [found.start() for found in _CUE.finditer(near)][-_MOST_CUES:]
    stretches = [said, plain(clauses[-1]), *(near[place:] for place in cues)]
    return any(_is_asking(stretch) and (is_asked or not _AN_ORDER.search(stretch)) for stretch in stretches)


def _is_asking(stretch: str) -> bool:
    return _LOOKS.match(stretch) is not None or (asks_to_wait(stretch) and not _COUNTS.match(stretch))
