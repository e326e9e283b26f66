"""Which language a piece of speech is written in, from how likely Whisper finds each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

AUTO_LANGUAGE = "auto"
SURE_SHARE = 0.9
"""Of all that the languages offered share, so much must be another one's for a text to be written in it: English
sentences gave German 0.02 at most, German ones 0.95 and more where the German text made sense (20 sentences spoken by
espeak-ng, en and de)."""
DOUBTED_BELOW = -0.6
"""Mean log-probability below which a text of a caller whose language is known is looked at again: sentences had -0.2 to
-0.8 in their own language, and -0.5 to -1.5 in the other one (the same sentences)."""


def likeliest(
    ranking: Sequence[tuple[str, float]], likely: str = AUTO_LANGUAGE, languages: Sequence[str] = ()
) -> tuple[str, float]:
    """Return which of the languages offered a piece is in, and its share among them.

    It is the likely one unless another is far ahead of it; of "auto" it is the first of the ranking, which has all the
    languages that the model knows, as tokens (`<|en|>`).
    """
    shares = {token.strip("<|>"): share for token, share in ranking}
    if likely == AUTO_LANGUAGE:
        first = max(shares, key=lambda one: shares[one])
        return first, shares[first]
    offered = {one: shares[one] for one in (likely, *languages) if one in shares}
    total = sum(offered.values())
    if total <= 0:
        return likely, 0.0
    best = max(offered, key=lambda one: offered[one])
    best = best if offered[best] >= SURE_SHARE * total else likely
    return best, offered.get(best, 0.0) / total
