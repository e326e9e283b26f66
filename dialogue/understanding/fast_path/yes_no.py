"""Yes and no in their spoken forms, read only where the whole turn says the one or the other.

The turn is cut into phrases of two lists, the longest first. If words are left over ("yes but make it sixty") or
both lists occur ("yeah, no"), nothing is certain and a later stage looks at the turn. A verb that repeats what
was asked may follow: "yes, send it".
"""

from __future__ import annotations

import re
from collections.abc import Collection

from dialogue.understanding.lexicon import phrases_of, words_of
from dialogue.understanding.words import expand, stem

_YES = phrases_of(
    "yes | yeah | yep | yup | ya | yah | yes sir | yes ma'am | sure | sure thing | of course | certainly "
    "| absolutely | definitely | indeed | exactly | correct | right | true | affirmative | ok | okay | k "
    "| fine | good | great | perfect | cool | alright | all right | all good | agreed | deal | done | "
    "that is right | that is correct | that is fine | that is good | that is ok | that is okay | that is "
    "true | that is great | that's right | that's correct | that's fine | that's good | that's ok | "
    "that's okay | that's true | that's great | that's perfect | that works | that works for me | works "
    "for me | that will do | that'll do | that would be great | that would be fine | sounds good | sounds "
    "great | sounds right | sounds fine | sounds correct | looks good | looks right | looks correct | "
    "that sounds good | that sounds right | that sounds great | that looks good | it is correct | it's "
    "correct | it is right | it's right | it's fine | it is | it does | i do | i am | i did | i have | i "
    "would | i agree | i confirm | i confirm that | i'm sure | i am sure | confirm | confirmed | go ahead "
    "| go for it | go on | do it | do that | do so | please do | proceed | you can | you may | you got it "
    "| you bet | by all means | why not | everything is correct | everything is right | everything's "
    "correct | all correct | continue | carry on | of course i do | yes i do | i would like that | i'd "
    "like that | i would love to | i want that | i want to | let us do it | let us go | no problem | 100 "
    "percent | very good | very well | i guess so | i think so | i suppose so | everything looks good | everything "
    "looks right | everything looks correct | everything is fine | it all looks good | all of that is correct | that "
    "is "
    "all correct | that's all correct | that is all right | you have got it right | you've got it right | you got it "
    "right | you have it right | that is the one | that's the one | yes we would | we would | we do | we have | we "
    "are | we will "
    "| i will | yes there is | yes there are | there is | there are | they do | they are | it will | yes it is | "
    "lovely "
    "| brilliant | wonderful | fantastic | excellent | super | that would be lovely | that would be perfect | that "
    "would "
    "be good | that'd be great | that'd be lovely | that would be nice | that'd be nice | i would love that | i'd "
    "love that | "
    "i'd love to | yes i would | very much so | for sure | you are right | you're right | i am happy with that | i'm "
    "happy with that | happy with that | go right ahead | feel free | make it so | let us go ahead | i can confirm | "
    "i can confirm that | that is confirmed | that's confirmed | spot on | totally | naturally | why yes | oh yes | aye"
)
_NO = phrases_of(
    "no | nope | nah | na | no sir | no ma'am | negative | never | not | no way | not at all | of course "
    "not | absolutely not | definitely not | certainly not | not really | not now | not yet | not today | "
    "not right now | no thanks | no thank you | incorrect | wrong | false | that is wrong | that's wrong "
    "| that is not right | that's not right | that is not correct | that's not correct | that is "
    "incorrect | that's incorrect | that is not it | that's not it | it is not | it's not | it is wrong | "
    "it's wrong | it is not correct | it's not correct | it is not right | it's not right | that's not "
    "what i want | that is not what i want | do not | do not do it | do not do that | please do not | i "
    "do not | i did not | i have not | i am not | i'm not | i would not | i do not think so | i don't "
    "think so | i would rather not | i'd rather not | i do not agree | i disagree | not correct | not "
    "right | i do not want to | i do not want that | does not | it does not | is not | it is not ok | i "
    "said no | better not | rather not | hell no | we do not | we do not have any | i do not have any | we have not "
    "| we would not | "
    "they do not | there is not | there are not | i do not need it | i do not need that | i do not need one | i will "
    "not | "
    "we will not | no need | not needed | not necessary | that is not necessary | that's not necessary | none | i do "
    "not want it "
    "| i do not want one | i do not want any | i'd prefer not | i would prefer not | i'd prefer not to | i would "
    "prefer not to "
    "| i'll pass | no i'm afraid not | i'm afraid not | afraid not | not for me | not quite | that is not quite "
    "right | "
    "that's not quite right | not exactly | not this time | i have changed my mind no | under no circumstances | "
    "please do not do that | let us not | let us not do that | do not go ahead | not interested | i'm not interested "
    "| i am not interested | do not send it"
)
# After a no these only soften it: "no thanks, I'm fine".
_SOFTENED = phrases_of(
    "i'm fine | i am fine | i'm good | i am good | i'm okay | i am okay | i'm ok | we're fine | we are fine | we're "
    "good | we "
    "are good | we're okay | i'm all set | i am all set | we're all set | all good | all set | it is okay | it's "
    "okay | it is "
    "fine | it's fine | it's all right | it's alright | that is all right | that's alright | not at the moment | not "
    "for now | "
    "maybe later | maybe another time | maybe next time | another time | not this time | i'm not | i am not | "
    "appreciate it "
    "| i appreciate it | cheers | goodbye | bye"
)
# Only where the question is whether to go on; elsewhere "that's it" may be a yes.
_NOTHING_MORE = phrases_of(
    "nothing | nothing else | nothing more | that's all | that is all | that's it | that is it | "
    "that will be all | that'll be all | that is everything | that's everything | that was everything | "
    "that will be everything | all good | we're good | we are good | i'm good | i am good | i'm fine | "
    "i am fine | i'm done | i am done | all done | we're done | we are done | that was all | that was it | "
    "bye | goodbye | good bye | bye bye | have a nice day | have a good day | have a good one | "
    "not for now | not at the moment | no more"
)
# Too weak to let money go, good enough elsewhere.
_WEAK_YES = phrases_of(
    "mhm | mm hmm | mmhmm | uh huh | uhuh | aha | i guess | i think so | i guess so | i suppose | i "
    "suppose so | maybe yes"
)
_POLITE = frozenset(
    words_of(
        "please thanks thank you very much a lot so uh um er ah oh hmm hm well sorry then now sir madam ma'am and just"
    )
)
_OBJECTS = frozenset(words_of("it that this them the my a an one those these for me money all to"))
_ORDERS = frozenset(
    words_of(
        "send transfer pay do make book order block confirm submit complete process finish save continue "
        "proceed change switch upgrade activate reserve place start go buy"
    )
)
_OF_STATEMENTS = phrases_of("right | true | correct | exactly")
"""A yes to "is that so?"; to "would you like …?" it is none yet."""
_CONTINUE_SLOTS = ("continue", "anything_else", "another", "more_help", "something_else")
_ASKS_WHETHER_SO = frozenset(words_of("confirm confirmed confirmation correct ok okay right sure verified agreed"))
_LONGEST = 7


def read_yes_no(text: str, *, slot: str = "", confirms_write: bool = False, topic: Collection[str] = ()) -> bool | None:
    """Read a whole turn as yes (True) or no (False); None where it is not certainly either.

    Args:
        text: the turn.
        slot: name of the asked slot; a slot that asks whether to go on has "that's all" as a no.
        confirms_write: a yes lets something happen, so a mumbled one does not count.
        topic: stems of what is asked about; a yes may repeat them ("yes, block the card").
    """
    words = expand(text).split()
    asks_for_more = is_for_more(slot)
    yes = _phrases(_YES if confirms_write else [*_YES, *_WEAK_YES])
    if confirms_write:
        yes -= _phrases(_WEAK_YES)
    no = _phrases([*_NO, *_NOTHING_MORE] if asks_for_more else _NO)
    if asks_for_more:
        yes -= no | _phrases(["good", "fine", "great", "perfect", "cool", "done", *_OF_STATEMENTS])
    elif not confirms_write and not _ASKS_WHETHER_SO & set(slot.lower().split("_")):
        yes -= _phrases(_OF_STATEMENTS)
    return _read(words, yes, no, None if asks_for_more else topic, softens=not confirms_write)


def is_for_more(slot: str) -> bool:
    """Whether a slot asks if to go on: "anything else?"."""
    return slot.endswith("_more") or any(part in slot for part in _CONTINUE_SLOTS)


def wants_no_more(text: str) -> bool:
    """Whether a turn begins or ends with what says that this was all: "oh great, that was all"."""
    words = tuple(word for word in expand(text).split() if word not in _POLITE)
    return any(
        len(phrase) > 1 and phrase in (words[: len(phrase)], words[-len(phrase) :])
        for phrase in _phrases(_NOTHING_MORE) | {("nothing", "else"), ("nothing", "more")}
    )


def read_stance(text: str, about: Collection[str]) -> bool | None:
    """Read a turn that takes or leaves what a question is about: "with breakfast, please", "I don't need it".

    Not for questions that confirm something.

    Args:
        text: the turn.
        about: stems of the words that name what the question is about.
    """
    said = expand(text)
    for pattern, stance in ((_LEAVES, False), (_TAKES, True)):
        found = pattern.match(said)
        rest = found["rest"].split() if found else []
        names_it = found is not None and (found["bare"] is None or any(stem(word) in about for word in rest))
        if names_it and all(word in _OBJECTS or word in _POLITE or stem(word) in about for word in rest):
            return stance
    return None


_OPENERS = r"^(?:(?:yes|yeah|yep|sure|no|nope|nah|uh|um|oh|well|ok|okay|and|so|no thanks|no thank you)\s+)*"
_LEAVES = re.compile(
    _OPENERS + r"(?:(?:i|we|he|she|they)(?: really)? (?:do|does|will|would) not (?:need|want|like|require|take|have)"
    r"|(?P<bare>without|no need for|no|not|leave out|skip))\s+(?P<rest>.+)$"
)
_TAKES = re.compile(
    _OPENERS
    + r"(?:(?:i|we)(?: really)? (?:need|want|take|have|would like|would love)|(?:i|we)'(?:d like|d love|ll take"
    r"|ll have)|(?P<bare>with|include|add|please add|please include))\s+(?P<rest>.+)$"
)


def _phrases(listed: Collection[str]) -> set[tuple[str, ...]]:
    return {tuple(phrase.split()) for phrase in listed}


_SOFT = _phrases(_SOFTENED)


def _read(
    words: list[str],
    yes: set[tuple[str, ...]],
    no: set[tuple[str, ...]],
    topic: Collection[str] | None,
    *,
    softens: bool,
) -> bool | None:
    answer: bool | None = None
    index = 0
    while index < len(words):
        length, said = _longest(words, index, yes, no)
        if answer is None and softens and _longest(words, index, set(), _SOFT - no)[0] >= max(length, 2):
            return None  # "I'm good" is a no to one question and a yes to another
        if length == 0:
            if words[index] in _POLITE:
                index += 1
                continue
            is_repeated = topic is not None and answer is not None and _repeats_question(words[index:], topic)
            return answer if is_repeated else None
        if answer is not None and said != answer:
            return None
        answer, index = said, index + length
        if answer is False and softens:
            index = _after_softening(words, index)
    return answer


def _after_softening(words: list[str], index: int) -> int:
    """Pass over what only softens a no, with the politeness before it."""
    place = index
    while place < len(words) and words[place] in _POLITE:
        place += 1
    length, found = _longest(words, place, set(), _SOFT)
    return place + length if length and not found else index


def _longest(words: list[str], index: int, yes: set[tuple[str, ...]], no: set[tuple[str, ...]]) -> tuple[int, bool]:
    for length in range(min(_LONGEST, len(words) - index), 0, -1):
        phrase = tuple(words[index : index + length])
        if phrase in yes:
            return length, True
        if phrase in no:
            return length, False
    return 0, False


def _repeats_question(rest: list[str], topic: Collection[str]) -> bool:
    """Say whether the rest of the turn only says again what was asked: "… send it", "… block the card"."""
    return all(
        word in _OBJECTS or word in _ORDERS or word in _POLITE or (stem(word) in topic and stem(word) != "cancel")
        for word in rest
    )
