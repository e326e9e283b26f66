"""What callers say to steer the conversation itself: stop, repeat, skip, start over, a person, good-bye.

Whole turns only, after politeness is cut away: "could you please say that again" is `repeat message`, "say that my
order is late again" is nothing of this.
"""

from __future__ import annotations

import re

from dialogue.understanding.lexicon import phrases_of, words_of
from dialogue.understanding.situation import Situation
from dialogue.understanding.slot_kinds import kind_of
from dialogue.understanding.words import expand, label, stem
from flows.commands import (
    CancelFlow,
    ChitChat,
    Command,
    HumanHandoff,
    RepeatLastBotMessages,
    Restart,
    SessionEnd,
    SetSlot,
    SkipQuestion,
    StartFlow,
)
from flows.model import Flow, LinkTask

HANDOFF_PATTERN = "pattern_human_handoff"

_REPEAT = frozenset(
    phrases_of(
        "repeat | repeat that | repeat it | repeat the question | repeat yourself | say that again | say it "
        "again | say again | come again | pardon | pardon me | what | what was that | what did you say | what "
        "was the question | i did not hear you | i did not hear that | i did not catch that | i did not get "
        "that | i could not hear you | i missed that | one more time | once more | again | what sorry | say "
        "that one more time | repeat what you said | are you there | are you still there | can you hear me | "
        "do you hear me | huh"
    )
)
_CANCEL = frozenset(
    phrases_of(
        "cancel | stop | abort | quit | exit | cancel it | cancel that | cancel this | stop it | stop that | "
        "stop this | never mind | nevermind | forget it | forget that | forget about it | forget about that | "
        "drop it | leave it | scrap that | scrap it | call it off | cancel everything | cancel all | i "
        "changed my mind | i have changed my mind | i've changed my mind | i want to cancel | i want to stop "
        "| i would like to cancel | i'd like to cancel | i want to cancel it | i want to cancel this | let us "
        "stop | let us cancel | let us not | let us not do that | i do not want to do this | i do not want to "
        "do this anymore | i do not want to do that anymore | i do not want to do it anymore | i do not want "
        "this anymore | i do not want it anymore | i do not want that anymore | i do not need it anymore | i "
        "do not need that anymore | do not bother | abort that | stop now"
    )
)
_RESTART = frozenset(
    phrases_of(
        "start over | restart | start again | begin again | start from the beginning | start from scratch | "
        "from the top | let us start over | let us start again | let us restart | reset | i want to start "
        "over | go back to the beginning | start all over"
    )
)
_SKIP = frozenset(
    phrases_of(
        "skip | skip it | skip that | skip this | skip this question | skip the question | skip this one | "
        "next question | pass | i pass | i would rather not say | i'd rather not say | i do not know | i do "
        "not know that | i do not know it | not sure | i am not sure | i'm not sure | no idea | i have no "
        "idea | i do not want to answer | i do not want to answer that | i do not want to say | i do not want "
        "to say that | i do not want to tell you | prefer not to say | i prefer not to say | i would prefer "
        "not to say | i'd prefer not to say | i do not remember | i can not remember | i forgot | i do not "
        "have it | i do not have one | dunno"
    )
)
_GOODBYE = frozenset(
    phrases_of(
        "bye | goodbye | good bye | bye bye | hang up | end the call | end call | end this call | see you | "
        "that's all goodbye | have a nice day | that is all goodbye | bye for now | have a good day"
    )
)
_GREETING = frozenset(
    phrases_of(
        "hello | hi | hey | hi there | hello there | hey there | good morning | good afternoon | good evening "
        "| greetings"
    )
)
_CHITCHAT = frozenset(
    phrases_of(
        "how are you | how are you doing | how are you today | how is it going | how's it going | what is up "
        "| what's up | who are you | what are you | what is your name | what's your name | are you a robot | "
        "are you human | are you a human | are you real | are you a bot | are you a real person | tell me a "
        "joke | nice to meet you | i love you | how old are you | you are funny | thank you | thanks | thank "
        "you very much | thanks a lot | thank you so much | many thanks | do you like music"
    )
)
_POLITE_START = re.compile(
    r"^(?:(?:oh|uh|um|uhm|er|ah|hmm|hm|well|ok|okay|so|and|no|please|sorry|i'm sorry|i am sorry|excuse me|wait|hold on"
    r"|hey|hi|hello|alright|actually|just|can you|could you|would you|will you)\s+)+"
)
_POLITE_END = re.compile(r"(?:\s+(?:please|thanks|thank you|for me|then|now|sorry|ok|okay|you know|sir|madam))+$")
_PERSON_ASKED = re.compile(
    r"^(?:(?:i|i'd|i'll|we|can|could|may|let|me|want|need|would|like|have|to|please|get|give|put|through|connect|transfer"
    r"|speak|talk|chat|with|hand|over|call|is|there|switch|forward|just|rather|prefer)\s+)*"
    r"(?:to\s+|with\s+)?(?:(?:a|an|the|some|your|another|any)\s+)?(?:(?:real|live|human|actual|customer|service|support)\s+)*"
    r"(?:agent|human|human being|person|operator|representative|rep|someone|somebody|employee|advisor|adviser|assistant"
    r"|customer service|customer support|customer care|service|support|staff|staff member|member of staff|manager"
    r"|colleague|supervisor)(?:\s+(?:real|else|there|i can talk to|i could talk to|to talk to|to speak to))?$"
)
_HANDOFF_WORDS = frozenset(
    words_of("human agent representative operator handoff staff advisor employee colleague supervisor")
)
_ANYONE = frozenset(words_of("someone somebody person else colleague manager supervisor assistant"))
_ASKING = frozenset(words_of("speak talk connect transfer through get put give switch over human agent operator"))
_LEAVING = frozenset(["leave it", "leave that", "scrap that", "scrap it"])
"""A no to what is offered, or to all of it."""
_SURELY_PERSON = frozenset(words_of("human real live person someone somebody to me get"))
_CANCELLED_OBJECTS = frozenset(
    words_of("the my this that it a an whole thing request process transaction order booking please")
)


def read_control(text: str, situation: Situation) -> tuple[Command, ...] | None:
    """Read a whole turn as an order to the conversation; None where it is not certainly one."""
    said = expand(text)
    bare = _POLITE_END.sub("", _POLITE_START.sub("", said)) if said not in _CHITCHAT | _GREETING else said
    if _is_repeat(said, bare, situation):
        return (RepeatLastBotMessages(),)
    if situation.expectation.kind == "yes_no" and bare in _LEAVING:
        return None
    if situation.is_flow_running and (bare in _CANCEL or _cancels_topic(bare, situation)):
        return (CancelFlow(),)
    if _declines(bare, situation):
        return (SetSlot(str(situation.expectation.slot), False, "fast_path"),)
    if bare in _RESTART and (situation.is_flow_running or len(bare.split()) > 1):
        return (Restart(),)
    if situation.expectation.slot and bare in _SKIP:
        return (SkipQuestion(),)
    if _PERSON_ASKED.match(bare) and not _may_be_answer(bare, situation):
        return hand_over(situation)
    if situation.expectation.kind != "text" and bare in _GOODBYE:  # a name may sound like one
        return (SessionEnd(),)
    return (ChitChat(),) if said in _CHITCHAT | _GREETING or bare in _CHITCHAT else None


def hand_over(situation: Situation) -> tuple[Command, ...]:
    """Bring in a person: by the assistant's own flow for that if it has one, else by the pattern."""
    own = next((flow for flow in situation.startable if leads_to_person(flow)), None)
    return (StartFlow(own.id),) if own else (HumanHandoff(),)


def leads_to_person(flow: Flow) -> bool:
    """Say whether a flow is there to connect the caller with a person."""
    if any(isinstance(step.task, LinkTask) and step.task.flow_id == HANDOFF_PATTERN for step in flow.steps):
        return len(flow.steps) <= 3  # a longer flow does something else first, and hands over in one of its ends
    words = set(label(flow.id).split()) | set(label(flow.name).split())
    return bool(words & _HANDOFF_WORDS) and bool(words & {"speak", "talk", "hand", "handoff", "connect", "human"})


def _is_repeat(said: str, bare: str, situation: Situation) -> bool:
    if bare in _REPEAT or said == "sorry":
        return True
    return situation.expectation.slot is not None and said in _GREETING and said in ("hello", "hello there")


def _cancels_topic(bare: str, situation: Situation) -> bool:
    """ "Cancel the transfer" while transferring; not while another flow is about cancelling such a thing."""
    verb, _, rest = bare.partition(" ")
    if verb not in ("cancel", "stop", "abort") or situation.active is None or not rest:
        return False
    about = {stem(word) for word in label(situation.active.name).split() + label(situation.active.id).split()}
    others = (flow for flow in situation.startable if flow.id != situation.active.id)
    if any({"cancel", "stop"} & {stem(word) for word in label(flow.name).split()} for flow in others):
        return False
    return all(word in _CANCELLED_OBJECTS or stem(word) in about for word in rest.split())


def _declines(bare: str, situation: Situation) -> bool:
    """Tell whether "never mind" or "goodbye" answers a question such as "anything else?", with nothing to cancel."""
    is_offer = situation.expectation.kind == "yes_no" and not situation.is_flow_running
    return is_offer and (bare in _CANCEL or bare in _GOODBYE)


def _may_be_answer(bare: str, situation: Situation) -> bool:
    """ "Manager" may be an answer: where a category has that name, or where any words answer the question."""
    if any(label(value) == bare for value in situation.expectation.values):
        return True
    asked = situation.asked
    kind = kind_of(asked, situation.description(asked)) if asked is not None else None
    if kind == "person" and not set(bare.split()) & _ASKING:
        return bool(set(bare.split()) & _ANYONE)
    is_any = kind == "free"
    return is_any and len(bare.split()) <= 2 and not set(bare.split()) & _SURELY_PERSON
