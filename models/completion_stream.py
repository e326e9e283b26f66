"""The answer of an OpenAI-compatible server, read while it comes: server-sent events to pieces of text. Pure.

    bytes ─▶ EventLines ─▶ "data: {…}" ─▶ AnswerReader ─▶ text up to the first stop, usage, why it ended

Nothing is believed: lines and texts are bounded, what is not JSON or has another shape is `AnswerMalformed`, and a
server that goes on beyond what was asked for is read no further.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MAX_LINE_BYTES: Final = 256_000
"""Of one event; the longest that a server has reason to send is far shorter."""
MAX_BYTES: Final = 4_000_000
"""Of one answer: tokens that are told with their usage take some hundred bytes each."""
MAX_TEXT_CHARACTERS: Final = 8_000
_THOUGHT, _THOUGHT_END = "<think>", "</think>"


class AnswerMalformed(ValueError):
    """The server's answer is no completion; the message says what is wrong with it."""


class EventLines:
    """Cuts bytes into the data of server-sent events, whatever pieces they come in."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._n_bytes = 0

    def feed(self, data: bytes) -> Iterator[str]:
        """Take bytes; yield the data of each event that they complete. Raises AnswerMalformed."""
        self._n_bytes += len(data)
        if self._n_bytes > MAX_BYTES:
            raise AnswerMalformed(f"its answer is longer than {MAX_BYTES} bytes")
        self._waiting += data
        while (end := self._waiting.find(b"\n")) >= 0:
            line = bytes(self._waiting[:end]).rstrip(b"\r")
            del self._waiting[: end + 1]
            if line.startswith(b"data:"):
                yield _decoded(line[5:].strip())
        if len(self._waiting) > MAX_LINE_BYTES:
            raise AnswerMalformed(f"an event of its answer is longer than {MAX_LINE_BYTES} bytes")


class AnswerReader:
    """Collects the text of one answer, and stops where enough was said."""

    def __init__(self, stop: Sequence[str], max_characters: int = MAX_TEXT_CHARACTERS) -> None:
        self._stop = tuple(text for text in stop if text)
        self._max_characters = max_characters
        self._text = ""
        self._told = 0
        self._is_in_thought: bool | None = None
        self._has_thought = False
        self._usage: Mapping[str, Any] = {}
        self.n_pieces = 0
        self.finish_reason: str | None = None
        self.is_over = False

    @property
    def text(self) -> str:
        """What was said, up to the first stop."""
        return self._text

    def feed(self, data: str) -> str:
        """Take the data of one event; return the text that may be told now. Raises AnswerMalformed."""
        if data == "[DONE]":
            self.is_over = True
            return self.end()
        body = _object(data)
        if isinstance(body.get("error"), (Mapping, str)):
            raise AnswerMalformed(f"it broke off: {error_text(body)}")
        usage = body.get("usage")
        if isinstance(usage, Mapping):
            self._usage = usage
        choices = body.get("choices")
        if not isinstance(choices, list):
            raise AnswerMalformed("an event of its answer has no 'choices'")
        for choice in choices[:1]:
            self._take(choice)
        return self._tellable()

    def end(self) -> str:
        """Return what was held back because a stop could have begun there."""
        piece = "" if self._is_in_thought else self._text[self._told :]
        self._told = len(self._text)
        return piece

    def tokens(self) -> tuple[int, int, int]:
        """Tokens of the prompt, of those cached, and of the completion without thoughts.

        A server that does not tell (or was not heard out) leaves the prompt's at 0; pieces are then counted instead.
        """
        details = self._usage.get("prompt_tokens_details")
        thoughts = self._usage.get("completion_tokens_details")
        cached = _count(details, "cached_tokens")
        written = _count(self._usage, "completion_tokens") - _count(thoughts, "reasoning_tokens")
        return _count(self._usage, "prompt_tokens"), cached, max(0, written) or self.n_pieces

    def _take(self, choice: Any) -> None:
        if not isinstance(choice, Mapping):
            raise AnswerMalformed("a choice of its answer is no object")
        delta = choice.get("delta", choice.get("message"))
        written = delta.get("content") if isinstance(delta, Mapping) else choice.get("text")
        if written is not None and not isinstance(written, str):
            raise AnswerMalformed("the text of its answer is no text")
        reason = choice.get("finish_reason")
        self.finish_reason = str(reason) if reason is not None else self.finish_reason
        if written and not self.is_over:
            self.n_pieces += 1
            self._text += written
            self._leave_out_thoughts()
            self._cut()

    def _leave_out_thoughts(self) -> None:
        """Models that think aloud are not answering yet."""
        if self._is_in_thought is None:
            opening = self._text.lstrip()
            if opening.startswith(_THOUGHT):
                self._is_in_thought = True
            elif not _THOUGHT.startswith(opening):
                self._is_in_thought = False
        if self._is_in_thought:
            _, end, rest = self._text.partition(_THOUGHT_END)
            if end:
                self._text, self._is_in_thought, self._has_thought = rest, False, True
            elif len(self._text) > self._max_characters:
                self.is_over, self._text = True, ""
        if self._has_thought and not self._told:
            self._text = self._text.lstrip("\n")

    def _cut(self) -> None:
        if self._is_in_thought:
            return
        found = [at for stop in self._stop if (at := self._text.find(stop)) >= 0]
        if found:
            self._text, self.is_over = self._text[: min(found)], True
        elif len(self._text) > self._max_characters:
            self._text, self.is_over = self._text[: self._max_characters], True

    def _tellable(self) -> str:
        if self._is_in_thought or (self._is_in_thought is None and _THOUGHT.startswith(self._text.lstrip())):
            return ""
        held = 0 if self.is_over else max((_overlap(self._text, stop) for stop in self._stop), default=0)
        end = max(self._told, len(self._text) - held)
        piece = self._text[self._told : end]
        self._told = end
        return piece


def error_text(body: Any) -> str:
    """Return the reason in an error's body, as far as it is fit to be told."""
    found = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(found, Mapping):
        found = found.get("message", found.get("detail", ""))
    return " ".join(str(found).split())[:300] if isinstance(found, str | list) else ""


def read_whole(data: bytes) -> str:
    """Return the data of an answer that was not streamed although that was asked for. Raises AnswerMalformed."""
    return _decoded(data.strip())


def _object(data: str) -> Mapping[str, Any]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise AnswerMalformed("an event of its answer is no JSON") from None
    if not isinstance(body, Mapping):
        raise AnswerMalformed("an event of its answer is no JSON object")
    return body


def _decoded(data: bytes) -> str:
    try:
        return codecs.decode(data, "utf-8")
    except UnicodeDecodeError:
        raise AnswerMalformed("its answer is not UTF-8") from None


def _count(usage: Any, name: str) -> int:
    found = usage.get(name) if isinstance(usage, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**9 else 0


def _overlap(text: str, stop: str) -> int:
    """The length of the longest beginning of `stop` that `text` ends with."""
    return next((n for n in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:n])), 0)
