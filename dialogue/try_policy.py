"""What voice.yml says of actions that are tried before a turn is certain, under `speculation:`.

speculation:
  reads: [action_check_balance]     # these may be run for a turn that may yet be thrown away
  at_once: [action_log_visit]       # these writes need not wait until the caller can take the turn back no more
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flows.commands import Json
from flows.effects import RunAction
from flows.model import ActionTask, CallTask, Step

KEY: Final = "speculation"
"""In voice.yml."""
KEYS: Final = ("reads", "at_once")


@dataclass(frozen=True, slots=True)
class TryPolicy:
    """`reads`: actions with effect `read` that may be tried. `at_once`: writes that are not held back."""

    reads: frozenset[str] = frozenset()
    at_once: frozenset[str] = frozenset()

    def admits(self, action: RunAction) -> bool:
        """Whether an action may be run for a turn that is not committed."""
        match action.effect:
            case "none":
                return True
            case "read":
                return action.name in self.reads
            case _:
                return False

    def is_at_once(self, step: Step) -> bool:
        """Whether the write of a step is not held back."""
        match step.task:
            case ActionTask(name) | CallTask(name):
                return name in self.at_once
            case _:
                return False


def try_policy(voice: Mapping[str, Json]) -> TryPolicy:
    """Read voice.yml. What cannot be read allows nothing: `faults` tells what is wrong."""
    given = voice.get(KEY)
    if not isinstance(given, Mapping) or faults(voice):
        return TryPolicy()
    return TryPolicy(*(frozenset(given.get(key) or ()) for key in KEYS))


def faults(voice: Mapping[str, Json], actions: frozenset[str] | None = None) -> tuple[str, ...]:
    """Return what is wrong with `speculation:` in voice.yml; with `actions`, also names that are none of them."""
    given = voice.get(KEY)
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        return (f"voice.yml: {KEY}: must be a map of {' and '.join(KEYS)}, not {given!r:.60}",)
    found = [
        f"voice.yml: {KEY}: {key!r:.60} is not a setting; there is {', '.join(KEYS)}"
        for key in given
        if key not in KEYS
    ]
    for key in KEYS:
        names = given.get(key)
        if names is None:
            continue
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            found.append(f"voice.yml: {KEY}: {key}: must be a list of actions, not {names!r:.60}")
        elif actions is not None:
            unknown = [name for name in names if name not in actions]
            found += [f"voice.yml: {KEY}: {key}: {name[:60]!r} is no action of the domain" for name in unknown]
    return tuple(found)
