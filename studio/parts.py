"""The parts a server consists of, which of them are ready, and why the others are not.

Parts load side by side, and one that fails does not stop the others: the server then says so at `/readyz` and
refuses what needs that part, with the reason, while the rest keeps working.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar

import structlog

from models.errors import ModelMissing
from studio.errors import ServiceNotReady, is_expected

PartState: TypeAlias = Literal["starting", "ready", "failed", "off"]
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class PartStatus:
    """How one part stands. `code` and `detail` are of what made it fail: why it is not ready, and what to do."""

    name: str
    state: PartState = "starting"
    detail: str = ""
    code: str = ""
    took_ms: int = 0

    @property
    def is_ready(self) -> bool:
        """A part that was switched off is nothing to wait for."""
        return self.state in ("ready", "off")


class PartBoard:
    """Where the parts of one server report. `changed` is called with each new status."""

    def __init__(self, changed: Callable[[PartStatus], None] = lambda _: None) -> None:
        self._parts: dict[str, PartStatus] = {}
        self._probes: dict[str, Callable[[], bool]] = {}
        self._changed = changed

    @property
    def parts(self) -> tuple[PartStatus, ...]:
        """Every part as it stands now."""
        return tuple(self._now(part) for part in self._parts.values())

    @property
    def is_ready(self) -> bool:
        """Whether every part that was announced is ready."""
        return all(part.is_ready for part in self.parts)

    def report(self, status: PartStatus) -> None:
        """Note a part's new status."""
        self._parts[status.name] = status
        self._changed(status)

    def watch(self, name: str, is_available: Callable[[], bool]) -> None:
        """Ask this from now on whether a part that became ready still is."""
        self._probes[name] = is_available

    def require(self, *names: str) -> None:
        """Raise ServiceNotReady, with all reasons, unless these parts are ready."""
        needed = [self._now(self._parts.get(name, PartStatus(name))) for name in names]
        lacking = [part for part in needed if not part.is_ready]
        if lacking:
            raise ServiceNotReady("\n".join(reasons(lacking)))

    async def start(self, name: str, begin: Callable[[], Awaitable[_Part]]) -> _Part | None:
        """Start one part and report how it went; None when it failed.

        Any error makes this one part "failed", and none is lost: the status says it, and the log has the
        traceback of an unexpected one.
        """
        status = PartStatus(name)
        self.report(status)
        began_s = time.monotonic()
        try:
            part = await begin()
        except Exception as error:  # plugin boundary: the server has to come up without this part
            if not is_expected(error):
                structlog.get_logger(__name__).error("part failed", part=name, exc_info=error)
            code = error.code if is_expected(error) else "internal-error"  # type: ignore[attr-defined]
            self.report(replace(status, state="failed", detail=_told(error), code=code))
            return None
        took_ms = round((time.monotonic() - began_s) * 1000)
        self.report(replace(status, state="ready", took_ms=took_ms))
        return part

    def _now(self, part: PartStatus) -> PartStatus:
        probe = self._probes.get(part.name)
        if part.state != "ready" or probe is None or probe():
            return part
        return replace(part, state="failed", detail="it stopped and is being restarted")


def reasons(lacking: Sequence[PartStatus]) -> list[str]:
    """Say why parts are not ready, a sentence each; what one command mends is told once."""
    without_model = [part.name for part in lacking if part.code == ModelMissing.code]
    told = [_reason(part) for part in lacking if part.code != ModelMissing.code]
    if without_model:
        names = ", ".join(without_model)
        told.insert(0, f"Models are missing (for {names}). Type: vivavoce models fetch, then start again.")
    return told


def _reason(part: PartStatus) -> str:
    if part.state == "starting":
        return f"The part {part.name!r} is still starting: try again in a few seconds."
    return f"The part {part.name!r} does not work: {part.detail}"


def _told(error: Exception) -> str:
    return str(error) if is_expected(error) else f"{type(error).__name__}: {error}"
