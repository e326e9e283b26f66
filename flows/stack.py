"""Questions about a stack of frames: which flow is active, which are interrupted, which frames belong together.

A *root* is a frame of a user flow that was not called. A root, the frames it called and the patterns that run on
top of them form a *group*; the group of the topmost root is the active one.

    ── group of "check balance" (active) ──    pattern_collect_information
                                               check_balance                 root
    ── group of "transfer money" ──            pattern_collect_information
                                               authenticate                  called
                                               transfer_money                root
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows.model import START
from flows.state import Frame

COLLECT: Final = "pattern_collect_information"
VALIDATE: Final = "pattern_validate_slot"
CORRECTION: Final = "pattern_correction"
CANCEL: Final = "pattern_cancel_flow"
COMPLETED: Final = "pattern_completed"
CONTINUE: Final = "pattern_continue_interrupted"
INTERNAL_ERROR: Final = "pattern_internal_error"
SEARCH: Final = "pattern_search"
ASKING: Final = (COLLECT, VALIDATE)
_STAYING: Final = {COLLECT, VALIDATE, CORRECTION, "pattern_session_start"}


def is_root(frame: Frame) -> bool:
    return frame.kind != "pattern" and frame.kind != "call"


def active_root(stack: Sequence[Frame]) -> int:
    """Return the index of the topmost root, -1 where no user flow runs."""
    index = len(stack) - 1
    while index >= 0 and not is_root(stack[index]):
        index -= 1
    return index


def top_user_frame(stack: Sequence[Frame]) -> Frame | None:
    """Return the topmost frame of a user flow, called ones included."""
    return next((frame for frame in reversed(stack) if frame.kind != "pattern"), None)


def group_end(stack: Sequence[Frame], root: int) -> int:
    """Return the index behind the last frame of the group that begins at `root`."""
    return next((index for index in range(root + 1, len(stack)) if is_root(stack[index])), len(stack))


def interrupted_roots(stack: Sequence[Frame]) -> list[Frame]:
    """Return the roots that have begun, the topmost first; a queued one (still at START) is not interrupted."""
    return [frame for frame in reversed(stack) if is_root(frame) and frame.step_id != START]


def waits_on(stack: Sequence[Frame]) -> tuple[Frame, Frame] | None:
    """Return the asking pattern on top and the frame it asks for; None where nothing is being asked."""
    if not stack or stack[-1].flow_id not in ASKING:
        return None
    index = len(stack) - 2
    while index >= 0 and stack[index].flow_id in ASKING:
        index -= 1
    return stack[-1], stack[index]  # -1, the asking frame itself, where it stands alone


def asked_slot(asking: Frame) -> str | None:
    """Return the slot that an asking pattern asks for; None where it was started by its name."""
    name: str | None = asking.context.get("collect") or asking.context.get("validate")
    return name


def digressions(stack: Sequence[Frame]) -> list[int]:
    """Return the indexes of the patterns of the active group that a new wish makes pointless.

    Questions of the user flow itself, a pending correction and the session's start stay; whatever else waits on
    top (anything else? go back? satisfied?) goes, with the questions that it asks.
    """
    gone: list[int] = []
    is_below_gone = False
    for index in range(active_root(stack) + 1, len(stack)):
        frame = stack[index]
        if frame.kind != "pattern":
            is_below_gone = False
            continue
        if frame.flow_id not in _STAYING or (frame.flow_id in ASKING and is_below_gone):
            gone.append(index)
            is_below_gone = True
        elif frame.flow_id not in ASKING:
            is_below_gone = False
    return gone
