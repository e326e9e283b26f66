"""Which files only admins change: programs, and settings that decide where secrets and callers' data go. Pure.

The server fills `${NAME}` of an assistant's settings from its own environment. Whoever may write the address beside it
could have the value sent to a server of theirs, and `endpoints.yml` says who gets to know what callers say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from studio.projects.errors import CodeRefused, SettingsRefused

CODE: Final = (".py",)
_ALWAYS: Final = frozenset({"endpoints", "credentials"})
_WITH_VARIABLES: Final = frozenset({"config", "voice"}) | _ALWAYS
_SUFFIXES: Final = (".yml", ".yaml")
_VARIABLE: Final = re.compile(
    r"\$\{|\\(?:x24|x7[bB]|u0024|u007[bB]|U00000024|U0000007[bB]|\r?\n)"  # written out, escaped, or over a line's end
)


def require_no_code(paths: Iterable[str]) -> None:
    """Refuse files that would run on this machine. Raises CodeRefused."""
    code = next((path for path in paths if path.lower().endswith(CODE)), None)
    if code is not None:
        raise CodeRefused(f"{code[:200]} is a program that would run on the server. Ask an admin to bring it in.")


def require_open_settings(changes: Mapping[str, Iterable[bytes | str | None]]) -> None:
    """Refuse changes of settings that are an admin's; of each path the texts before and after.

    Raises:
        SettingsRefused.
    """
    for path, texts in changes.items():
        stem = settings_of(path)
        if stem in _ALWAYS:
            raise SettingsRefused(
                f"{path[:200]} says where secrets and callers' words are sent. An admin may change it."
            )
        if stem is not None and any(_asks(text) for text in texts if text):
            raise SettingsRefused(
                f"{path[:200]} takes values from the server's environment (${{NAME}}). An admin may change it."
            )


def require_no_variables(files: Mapping[str, bytes]) -> None:
    """Refuse what comes in with settings that ask for values of the server's environment. Raises SettingsRefused."""
    asking = next((path for path, text in files.items() if settings_of(path) is not None and _asks(text)), None)
    if asking is not None:
        raise SettingsRefused(
            f"{asking[:200]} takes values from the server's environment (${{NAME}}). Ask an admin to bring it in."
        )


def _asks(text: bytes | str) -> bool:
    """Whether a YAML text may ask for a variable; written as `\\x24{NAME}` it does as well."""
    return _VARIABLE.search(text if isinstance(text, str) else text.decode("utf-8", "replace")) is not None


def settings_of(path: str) -> str | None:
    """Return which settings a file holds, by its name; None for any other file."""
    name = path.rpartition("/")[2].lower()
    stem = next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), None)
    return stem if stem in _WITH_VARIABLES else None
