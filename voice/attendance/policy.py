"""What voice.yml says of a call beside its turns: silence, background, fillers, keys, limits, watchdog, languages.

silence: {prompts: 2}            keypad: {between_ms: 4000}        languages: [en, de]
background: {try_every_ms: 5000} limits: {max_call_ms: 1800000}
fillers: {after_ms: 1200}        watchdog: {overdue_ms: 6000}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

from voice.attendance.fillers import FillerPolicy
from voice.attendance.idle import IdlePolicy
from voice.attendance.keypad import KeypadPolicy
from voice.attendance.language_switch import MOST_LANGUAGES, LanguagePolicy
from voice.attendance.limits import LimitPolicy
from voice.attendance.onset_gate import GatePolicy
from voice.attendance.watchdog import WatchPolicy
from voice.turns.policy import PolicyInvalid

MOST: Final = 86_400_000
"""No setting is larger: a day in milliseconds."""
_TAG: Final = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8})*")
_BELOW_ZERO: Final = frozenset({"sure_log_probability"})
_AT_LEAST_ONE: Final = frozenset({"drops", "stretch_partials", "sure_words", "finals", "between_ms"})
_Section = TypeVar("_Section")


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """One policy a part; `SECTIONS` are their keys in voice.yml."""

    silence: IdlePolicy = field(default_factory=IdlePolicy)
    background: GatePolicy = field(default_factory=GatePolicy)
    fillers: FillerPolicy = field(default_factory=FillerPolicy)
    keypad: KeypadPolicy = field(default_factory=KeypadPolicy)
    limits: LimitPolicy = field(default_factory=LimitPolicy)
    watchdog: WatchPolicy = field(default_factory=WatchPolicy)
    language: LanguagePolicy = field(default_factory=LanguagePolicy)


SECTIONS: Final[Mapping[str, type[Any]]] = {
    "silence": IdlePolicy,
    "background": GatePolicy,
    "fillers": FillerPolicy,
    "keypad": KeypadPolicy,
    "limits": LimitPolicy,
    "watchdog": WatchPolicy,
}


def read_call_policy(voice: Mapping[str, Any], *, languages: tuple[str, ...] = ("en",)) -> CallPolicy:
    """Read voice.yml; `languages` are those of config.yml, which count where voice.yml lists none.

    Raises PolicyInvalid, naming the setting and what there is.
    """
    sections = {name: _section(kind, name, voice.get(name)) for name, kind in SECTIONS.items()}
    return CallPolicy(**sections, language=_languages(voice, languages))


def languages_of(language: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages of config.yml, the main one first."""
    more = config.get("additional_languages")
    given = more if isinstance(more, list | tuple) else ()
    return tuple(dict.fromkeys([language or "en", *(one for one in given if isinstance(one, str) and one)]))


def _section(kind: type[_Section], name: str, given: object) -> _Section:
    if given is None:
        return kind()
    if not isinstance(given, Mapping):
        raise PolicyInvalid(f"voice.yml: {name}: must be a map of settings, not {_shown(given)}")
    names = {one.name: one.type for one in fields(kind)}  # type: ignore[arg-type]  # the policies are dataclasses
    changes: dict[str, float | int] = {}
    for key, value in given.items():
        if key not in names:
            raise PolicyInvalid(f"voice.yml: {name}: {_shown(key)} is not a setting; there is {', '.join(names)}")
        changes[key] = _number(f"{name}: {key}", key, value, is_whole=names[key] == "int")
    return kind(**changes)


def _number(where: str, name: str, value: object, *, is_whole: bool) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PolicyInvalid(f"voice.yml: {where} must be a number, not {_shown(value)}")
    low, high = (-100, 0) if name in _BELOW_ZERO else (1 if name in _AT_LEAST_ONE else 0, MOST)
    if not low <= value <= high:
        raise PolicyInvalid(f"voice.yml: {where} must be between {low} and {high}, not {_shown(value)}")
    if is_whole and value != int(value):
        raise PolicyInvalid(f"voice.yml: {where} must be a whole number, not {_shown(value)}")
    return int(value) if is_whole else float(value)


def _languages(voice: Mapping[str, Any], of_config: tuple[str, ...]) -> LanguagePolicy:
    given = voice.get("languages")
    listed = of_config if given is None else given
    if not isinstance(listed, list | tuple) or not 0 < len(listed) <= MOST_LANGUAGES:
        raise PolicyInvalid(f"voice.yml: languages: must be a list such as [en, de], not {_shown(given)}")
    for one in listed:
        if not isinstance(one, str) or not _TAG.fullmatch(one):
            raise PolicyInvalid(f"voice.yml: languages: {_shown(one)} is no language; write one such as en or de-AT")
    return LanguagePolicy(languages=tuple(dict.fromkeys(listed)))


def _shown(value: object) -> str:
    return repr(value)[:60]
