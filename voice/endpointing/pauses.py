"""How this caller pauses: learned in the call, so that a slow speaker is not cut off and a quick one not kept waiting.

Theory of operation. Two things are seen: how long the caller is silent *within* turns, and which turns were cut off
too early (taken back, because the caller went on). Both move one number, the factor by which the waits of
`endpointing` are multiplied.

    long pauses within turns ----> up, by the root of how they compare to the usual  \\
    a turn was cut off ----------> up at once, and slowly forgotten                    >  factor 0.8 … 2.0
    many turns, none cut off ----> down a little                                     /

Pauses longer than the wait are never seen, since they end the turn: the record is blind to the right. That is why a
cut-off, which shows one of them, counts so much. A call begins at 1, and few observations move little.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

LEAST_FACTOR: Final = 0.8
MOST_FACTOR: Final = 2.0
"""Our own choice: a caller who pauses twice as long as others is still heard out, an absurd record does no harm."""
USUAL_MS: Final = 550
"""A long pause of a usual speaker, of whose pauses `_SHARE` are shorter; our own choice, within the 200 to 1,000 ms
that Campione & Véronis (2002) give for most pauses of speech."""
SHORTEST_MS: Final = 200
"""Shorter silences are breath and stops within words, and say nothing; the same source's bound."""
LONGEST_MS: Final = 2_500
"""A longer silence is a caller who looks for a letter, which says nothing of how they speak; our own choice."""
_SHARE: Final = 0.75
_KEPT: Final = 24
"""Pauses that are remembered: the last minute or two of speech; our own choice."""
_PRIOR: Final = 6
"""So many pauses count as much as the belief that a caller is like others; our own choice."""
_LONGER, _SHORTER = 0.5, 0.25
"""Exponents: waits grow with the root of a caller's long pauses, and shrink more slowly, since a pause that is shorter
than the wait is all that is ever seen; our own choice."""
_CUT_RAISES: Final = 1.25
_FORGOTTEN: Final = 0.8
"""What is left of a cut-off after each turn that was not cut off: half of it after three."""
_CALM_TURNS: Final = 4
"""Turns in a row without a cut-off before waits are shortened."""
_CALM_LOWERS: Final = 0.97


@dataclass(frozen=True, slots=True)
class CallerPauses:
    """What a call has shown of its caller so far. Times in ms of audio, silence counted from the last audible sample.

    `within_ms`: pauses within turns, dictation left out. `turn_ms`: those of the turn that goes on, all of them.
    `cut_weight`: turns that were cut off, forgotten with time. `calm_turns`: turns since the last of them.
    """

    within_ms: tuple[int, ...] = ()
    turn_ms: tuple[int, ...] = ()
    cut_weight: float = 0.0
    calm_turns: int = 0

    def went_on(self, pause_ms: int, *, is_dictated: bool = False) -> CallerPauses:
        """The caller spoke again within a turn, after so much silence.

        Pauses between the groups of a dictated number are long with everybody (`is_dictated`): they tell how this
        number goes on, and nothing of how the caller speaks otherwise.
        """
        if not SHORTEST_MS <= pause_ms <= LONGEST_MS:
            return self
        within_ms = self.within_ms if is_dictated else (*self.within_ms, pause_ms)[-_KEPT:]
        return replace(self, within_ms=within_ms, turn_ms=(*self.turn_ms, pause_ms)[-_KEPT:])

    def turn_over(self) -> CallerPauses:
        """A turn was committed, and so was not cut off."""
        calm = replace(self, turn_ms=(), calm_turns=self.calm_turns + 1, cut_weight=self.cut_weight * _FORGOTTEN)
        return calm if calm.cut_weight > 0.05 else replace(calm, cut_weight=0.0)

    def cut_off(self, pause_ms: int, *, is_dictated: bool = False) -> CallerPauses:
        """A turn was ended and taken back: the caller went on after so much silence."""
        longer = self.went_on(pause_ms, is_dictated=is_dictated)
        return replace(longer, cut_weight=min(4.0, self.cut_weight + 1.0), calm_turns=0)

    @property
    def longest_of_turn_ms(self) -> int:
        """The longest pause of the turn that goes on; 0 where there was none."""
        return max(self.turn_ms, default=0)

    @property
    def usual_ms(self) -> int | None:
        """A long pause of this caller; None while none was seen."""
        ordered = sorted(self.within_ms)
        return ordered[int(_SHARE * (len(ordered) - 1))] if ordered else None

    @property
    def factor(self) -> float:
        """By how much waits are multiplied for this caller; 1.0 while nothing is known."""
        factor: float = _CUT_RAISES**self.cut_weight
        if self.usual_ms is not None:
            belief = len(self.within_ms) / (len(self.within_ms) + _PRIOR)
            factor *= (self.usual_ms / USUAL_MS) ** (belief * (_LONGER if self.usual_ms > USUAL_MS else _SHORTER))
        if self.calm_turns > _CALM_TURNS:
            factor *= max(0.85, _CALM_LOWERS ** (self.calm_turns - _CALM_TURNS))
        return round(min(MOST_FACTOR, max(LEAST_FACTOR, factor)), 3)

    @property
    def explanation(self) -> str:
        """Why the factor is what it is, for the log and the studio."""
        seen = f"{len(self.within_ms)} pauses within turns, a long one {self.usual_ms} ms (usual: {USUAL_MS} ms)"
        told = seen if self.within_ms else "no pauses within turns yet"
        cut = "cut off lately" if self.cut_weight else f"{self.calm_turns} turns in a row not cut off"
        return f"waits x {self.factor:g}: {told}; {cut}"
