"""What stands around an answer and says nothing: "it's", "send it to", "please", "I think".

`bare_answer` cuts it away. Words that could be the answer itself stay: an "oh" before a number word is a zero, and
"no" before anything but a pause may be part of what is said ("no signal", "No. 5").
"""

from __future__ import annotations

import re

_CARRIER = re.compile(
    r"^(?:(?:so|well|uh|um|uhm|er|ah|hmm|okay|ok|yes|yeah|sure|please|and|actually|hi|hello|sorry)\b[,.!]?\s+"
    r"|oh\b[,.!]?\s+(?!(?:oh|o|zero|one|two|three|four|five|six|seven|eight|nine|double|triple|\d)\b)"
    r"|no(?:[,!]|\.(?!\s*\d))\s*|no\s+(?=(?:it's|it is|that's|i'm|i meant|i said|my|the name|make it|sorry|no)\b))*"
    r"(?:(?:it's|it is|its|it'd be|it'd|it'll be|it will be|that's|that is|this is|that would be|that'll be"
    r"|it would be|it'll be"
    r"|it was|there will be|there'll be"
    r"|there are|we are|we're|they are|i am|i'm|i was born(?: in| on)?|i live(?: in| at| on)?"
    r"|i'd say|i would say|i'd like|i would like|i'll take"
    r"|i'll have|i want|i need"
    r"|i think|i guess|i think it's|let's say|let us say|make it|how about|what about|maybe|probably"
    r"|about|around|roughly"
    r"|(?:it's )?under the name(?: of)?|name's|the name is|my name is|the name's|my name's|name is|his name is"
    r"|her name is|their name is"
    r"|call me|call him|call her"
    r"|you can call me|it's called|it is called|under|(?:please )?(?:send|give|transfer|pay|wire"
    r"|deliver|ship|bring|forward|e-?mail|mail|post) (?:it|that|this|them|the money)?\s?to"
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


def bare_answer(text: str) -> str:
    """Cut carrier, politeness and closing punctuation from an answer: "Uh, send it to Joe." is "Joe"."""
    rest = _POLITE_END.sub("", text.strip())
    carrier = _CARRIER.match(rest)
    cut = rest[carrier.end() :] if carrier else rest
    return (cut or rest).strip(' .,!?…"“”')
