"""What time it is where the caller is, from what is known of the place. Pure: the time itself is an argument.

    the turn's metadata   timezone: America/New_York     of a client that sends it with each message
    the call's metadata   timezone: …                    as it was when the session began
    voice.yml             timezone: …                    where an assistant's callers are
    otherwise             the zone that is given, such as that of the server

The first of these that names a time zone counts; names that are none are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from flows.commands import Json

KEY = "timezone"
SESSION_SLOT = "session_started_metadata"
"""The format's slot with the metadata of the call."""
LONGEST_NAME = 60


def local_time(
    seconds: float,
    turn: Mapping[str, Json],
    slots: Mapping[str, Json],
    voice: Mapping[str, Json],
    otherwise: tzinfo | None = None,
) -> datetime:
    """Return the caller's local time.

    Args:
        seconds: since the epoch.
        turn: metadata of the turn.
        slots: all of the conversation's.
        voice: the assistant's voice.yml.
        otherwise: the zone of callers of whom nothing is known; None is this machine's own.
    """
    call = slots.get(SESSION_SLOT)
    told = (turn.get(KEY), call.get(KEY) if isinstance(call, Mapping) else None, voice.get(KEY))
    zones = (zone for name in told if (zone := zone_named(name)) is not None)
    return datetime.fromtimestamp(seconds, UTC).astimezone(next(zones, otherwise))


def zone_named(name: Json) -> ZoneInfo | None:
    """Return the time zone of this name, such as Europe/Paris; None where there is none."""
    if not isinstance(name, str) or not name or len(name) > LONGEST_NAME:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
