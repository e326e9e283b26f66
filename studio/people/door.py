"""What is asked at the door of one server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.people.accounts import Accounts


@dataclass(frozen=True, slots=True)
class Door:
    """`accounts` gives None where there are none to ask, and raises ServiceNotReady where they cannot be asked yet.

    `is_public`: other machines reach this server.
    """

    accounts: Callable[[], Accounts | None] = lambda: None
    is_public: bool = False
    may_call: bool = False
    """Anybody may call without being asked, for a network that keeps strangers away itself."""
