"""What a client may send beside its audio, and what a call does about it (docs/events.md lists them)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flows.commands import UserSilence
from voice.calls.attending import Attended
from voice.events import Fault
from voice.link import MediaLink

HUNG_UP: Final = "caller-hung-up"
"""Why a call has ended whose client said that it hangs up."""
_UNKNOWN: Final = 'send {"type": "ping" | "say" | "key" | "silence" | "hang_up", ...}; see docs/events.md'


def take_message(
    message: Mapping[str, Any], call: Attended, link: MediaLink, press: Callable[[Mapping[str, Any]], bool]
) -> None:
    """Do what a client asks for; a message that means nothing is answered by a fault and changes nothing.

    Args:
        message: a JSON object of the client.
        call: what is asked to do it.
        link: where a ping is answered.
        press: takes a message as a key of the telephone; returns False if it is none.
    """
    match message:
        case {"type": "ping", "client_ms": int() | float() as client_ms}:
            link.send({"type": "pong", "client_ms": client_ms, "call_ms": link.now_ms()})
        case {"type": "say", "text": str() as text} if text.strip():
            call.answer_text(text)
        case {"type": "key"} if press(message):
            pass
        case {"type": "silence"}:
            call.answer_command(UserSilence())
        case {"type": "hang_up"}:
            call.hang_up(HUNG_UP)
        case _:
            call.emit(Fault("message-unknown", _UNKNOWN, link.now_ms()))
