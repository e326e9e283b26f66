"""What is known of people, as the rest of the studio sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from studio.people.roles import Right, Role, may

LOCAL_ID: Final = "local"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or a program with a token of its own. Times are seconds since the epoch."""

    id: str
    name: str
    role: Role
    is_active: bool = True
    has_password: bool = False
    created_at: float = 0.0
    seen_at: float | None = None

    def may(self, right: Right) -> bool:
        return self.is_active and may(self.role, right)


CALLER: Final = Person("caller", "A caller", "viewer")
"""Who calls where callers are not asked who they are."""
LOCAL: Final = Person(LOCAL_ID, "You", "admin")
"""Who works on this machine while there are no accounts."""
OUTSIDE: Final = Person("command-line", "The command line", "admin")
"""Who types `vivavoce people` on the machine that has the file of accounts."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did. `action` says what in a few words: "edited", "published", "person invited"."""

    at: float
    person_id: str
    person_name: str
    action: str
    project: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Token:
    """A program's way in; the token itself is told once, when it is made. `made_by` is a name, None where there was no
    account."""

    id: str
    name: str
    role: Role
    created_at: float
    expires_at: float | None
    used_at: float | None
    made_by: str | None = None
