"""The words that numbers are made of, and those that say what is counted."""

from __future__ import annotations

from dialogue.understanding.lexicon import words_of

SMALL = {
    word: value
    for value, word in enumerate(
        words_of(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen"
        )
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(words_of("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
} | {"fourty": 40}
SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "grand": 1000, "million": 10**6, "billion": 10**9, "k": 1000}
ORDINALS = {
    word: value
    for value, word in enumerate(
        words_of(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
        ),
        start=1,
    )
} | {"twentieth": 20, "thirtieth": 30}
DIGITS = {word: str(value) for word, value in SMALL.items() if value <= 9} | dict.fromkeys(("oh", "nought"), "0")
"""The words for single figures, as numbers and codes are told with them."""
REPEATS = {"double": 2, "triple": 3, "treble": 3}
MONTHS = frozenset(
    words_of(
        "january february march april may june july august september october november december jan feb mar "
        "apr jun jul aug sep sept oct nov dec"
    )
)
CURRENCY = frozenset(
    words_of(
        "dollar dollars buck bucks euro euros pound pounds quid usd eur gbp franc francs rupee rupees yen "
        "peso pesos crown crowns"
    )
)
CENTS = frozenset(["cent", "cents", "pence", "penny", "pennies"])
CLOCK = frozenset(["am", "pm", "a.m", "p.m", "o'clock", "oclock"])


def ordinal_ending(number: int) -> str:
    """Return what stands behind a number in figures that says a place: "st" of "21st"."""
    return "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
