"""The shapes of what an action is given and gives back, as plain dicts."""

from __future__ import annotations

from typing import Any, TypeAlias

EventType: TypeAlias = dict[str, Any]
DomainDict: TypeAlias = dict[str, Any]
TrackerState: TypeAlias = dict[str, Any]
ActionCall: TypeAlias = dict[str, Any]
