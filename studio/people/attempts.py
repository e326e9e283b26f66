"""How often a password may be tried: five times at once, then ever more slowly. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field

FREE = 5
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 300.0
FORGET_S = 3_600.0
MOST_KEYS = 10_000
"""Names and addresses remembered; beyond it the oldest are forgotten, so that a flood costs no memory."""


@dataclass(slots=True)
class _Tries:
    failures: int = 0
    last_s: float = 0.0


@dataclass(slots=True)
class Attempts:
    """Failures by key (a name, an address). `wait_s` is asked before a password is looked at."""

    _known: dict[str, _Tries] = field(default_factory=dict)

    def wait_s(self, key: str, now_s: float) -> float:
        """Return for how long this key has to wait; 0 when it may try."""
        tries = self._known.get(key)
        if tries is None or tries.failures < FREE:
            return 0.0
        if now_s - tries.last_s > FORGET_S:
            del self._known[key]
            return 0.0
        pause_s = min(FIRST_WAIT_S * 2.0 ** min(tries.failures - FREE, 20), LONGEST_WAIT_S)
        return max(0.0, tries.last_s + pause_s - now_s)

    def begun(self, key: str, now_s: float) -> None:
        """Count a try as a failure before it is looked at: many at once get no further than one after another."""
        tries = self._known.pop(key, None) or _Tries()
        tries.failures, tries.last_s = tries.failures + 1, now_s
        self._known[key] = tries  # the latest last
        while len(self._known) > MOST_KEYS:
            del self._known[next(iter(self._known))]

    def was_right(self, key: str) -> None:
        """Take back what `begun` has counted: of an address, which others may use to guess."""
        tries = self._known.get(key)
        if tries is not None and tries.failures > 0:
            tries.failures -= 1

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        self._known.pop(key, None)
