"""Who said what when: the caller's turns and the assistant's sentences as spans of audio time, for masking. Pure.

A span of the caller is masked when a sensitive slot was asked for while they spoke, when what was understood sets one,
or when a known value stands in any transcript of it: also in one that came to nothing. A span of the assistant is
masked when a known value stands in what it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dialogue.events import AssistantSaid, UserSaid
from flows.commands import Command, CorrectSlots, SetSlot
from voice.events import (
    BargeIn,
    CallEvent,
    FinalTranscript,
    PartialTranscript,
    ReplyFinished,
    ReplyStarted,
    SpeechStarted,
    TurnDropped,
    TurnEnded,
    TurnRetracted,
)
from voice.recording.masking import Vault, holds_value, places_of_values
from voice.recording.tracks import SIDES, Side
from voice.turns.inputs import PartialReady, QuestionChanged, TranscriptReady, TurnInput

BEFORE_MS = 400
"""What is silenced before an onset: VAD fires late on soft consonants, which is why a turn's pre-roll is 300 ms."""
AFTER_MS = 300
"""And behind an end, for the breath of a last syllable. Both are our own choice."""
LONGEST_MS = 120_000
"""No turn and no reply is looked for further back, but when a value becomes known. Our own choice."""


@dataclass(slots=True, eq=False)
class Span:
    """A stretch of speech. `to_ms` is None while it goes on. `slots` are those that were told in it, as is known."""

    side: Side
    from_ms: int
    to_ms: int | None = None
    texts: list[str] = field(default_factory=list)
    slots: set[str] = field(default_factory=set)
    told_ms: int = 0
    """When it was told that the assistant begins."""
    reply: list[str] = field(default_factory=list)
    """All sentences of the reply that this is a sentence of, as far as they were played; shared by their spans."""
    place: int = 0
    """Which of them this is."""
    _judged: tuple[tuple[tuple[str, str], ...], int, int, bool] | None = field(default=None, repr=False)
    """The last verdict on the words, with the known values and the numbers of texts and sentences that it is of."""

    def is_masked(self, vault: Vault) -> bool:
        """Say whether this must not be heard.

        Words are looked through only where there are new ones, or new values: this is asked every second of every span
        of the last two minutes.
        """
        if self.slots:
            return True
        texts, sentences, judged = len(self.texts), len(self.reply), self._judged
        if judged is None or judged[0] is not vault.values or judged[1:3] != (texts, sentences):
            self._judged = judged = (vault.values, texts, sentences, self._tells_value(vault))
        return judged[3]

    def _tells_value(self, vault: Vault) -> bool:
        """Say whether a known value stands in the words."""
        if any(holds_value(text, vault) for text in self.texts):
            return True
        # A value may be told in several sentences: "It is 4111. 1111."
        begin = sum(len(text) + 1 for text in self.reply[: self.place])
        end = begin + len(self.reply[self.place]) if self.reply else 0
        joined = " ".join(self.reply)
        return len(self.reply) > 1 and any(to > begin and at < end for at, to in places_of_values(joined, vault))

    @property
    def sides(self) -> tuple[Side, ...]:
        """What is silenced: a read-back on both sides, because a caller's microphone may have heard it."""
        return SIDES if self.side == "assistant" else ("caller",)


class SpeechSpans:
    """All spans of a call, by its events."""

    def __init__(self, sensitive: frozenset[str]) -> None:
        self.all: list[Span] = []
        self.asked: str | None = None
        """The sensitive slot that is being asked for."""
        self._sensitive = sensitive
        self._unsettled: list[Span] = []
        self._open: Span | None = None
        self._ended: list[Span] = []
        """Turns that are over and whose commands are not known yet."""
        self._speaking: Span | None = None
        self._tells_sentences = False
        self._to_be_said: list[str] = []
        self._answers_from_ms = 0
        """Where the turn ended that is being answered: what begins after it is the answer."""

    @property
    def present(self) -> Span | None:
        """What the caller's words of just now belong to."""
        return self._open or (self._ended[-1] if self._ended else None)

    def unsettled_from_ms(self) -> int | None:
        """Return where the oldest span begins of which more may become known."""
        return min((span.from_ms for span in self._unsettled), default=None)

    def recent(self, since_ms: int) -> Iterable[Span]:
        """Return the spans that may reach behind this audio time, the newest first."""
        for span in reversed(self.all):
            if span.from_ms < since_ms - LONGEST_MS:
                return
            yield span

    def take(self, event: CallEvent, now_ms: int) -> None:
        """Follow an event of the call. Replies are told by another clock, so that `now_ms` of audio counts as well."""
        match event:
            case SpeechStarted(at_ms=at_ms):
                self._begin(at_ms)
            case PartialTranscript(text=text) | FinalTranscript(text=text):
                self._hear(text)
            case TurnEnded(text=text, at_ms=at_ms):
                self._hear(text)
                self._end(at_ms, is_turn=True)
            case TurnDropped(at_ms=at_ms):
                self._end(at_ms, is_turn=False)
            case TurnRetracted():
                self._go_on()
            case ReplyStarted(at_ms=at_ms):
                if self._speaking is None:
                    self._speak(self._to_be_said, min(at_ms, now_ms) - BEFORE_MS, now_ms)
                self._to_be_said = []
            case ReplyFinished(at_ms=at_ms) | BargeIn(at_ms=at_ms):
                self._fall_silent(max(at_ms, now_ms) + AFTER_MS)
            case _:
                pass

    def take_input(self, given: TurnInput) -> None:
        """Follow what turn-taking is given."""
        match given:
            case QuestionChanged(expectation=expectation, awaits=awaits):
                self.asked = expectation.slot if expectation.slot in self._sensitive else None
                if self.asked is not None and self._open is not None:
                    self._open.slots.add(self.asked)
                if awaits:
                    self._unsettled = [span for span in self._unsettled if span is self._open or span in self._ended]
            case PartialReady(text=text) | TranscriptReady(text=text):
                self._hear(text)
            case _:
                pass

    def sentence(self, text: str, at_ms: int) -> None:
        """A sentence of the assistant begins."""
        self._tells_sentences = True
        before = self._speaking.reply if self._speaking is not None else []
        self._fall_silent(at_ms)
        before.append(text)
        self._speak([text], at_ms - BEFORE_MS // 4, at_ms)
        assert self._speaking is not None
        self._speaking.reply, self._speaking.place = before, len(before) - 1

    def said(self, event: AssistantSaid) -> None:
        """The log has that the assistant says this: it is going to, says it now, or has said it already, because a
        reply may begin before its turn is committed. Where sentences are told this is known better."""
        if self._tells_sentences:
            return
        answers = [span for span in self.recent(self._answers_from_ms) if self._is_answer(span)]
        for span in answers:
            span.texts.append(event.text)
        if not answers:
            self._to_be_said.append(event.text)

    def understood(self, event: UserSaid, now_ms: int) -> Span:
        """Return the span of a committed turn; a typed one has a span without length."""
        matching = [span for span in self._ended if event.text and event.text in span.texts]
        span = matching[-1] if matching else self._ended[-1] if self._ended and event.text else None
        if span is None:
            span = Span("caller", 0, 0, [event.text])
            self._answers_from_ms = now_ms + 1
            if self.asked is not None and event.text:
                span.slots.add(self.asked)
        else:
            # Turns are committed in their order: one that ended before this one never will be.
            self._ended = [other for other in self._ended if other.from_ms > span.from_ms]
            self._answers_from_ms = now_ms + 1 if span.to_ms is None else span.to_ms - AFTER_MS
        span.slots.update(slot for slot in _slots_set(event.commands) if slot in self._sensitive)
        return span

    def _begin(self, at_ms: int) -> None:
        if self._open is None:
            self._open = Span("caller", max(0, at_ms - BEFORE_MS))
            self.all.append(self._open)
            self._unsettled.append(self._open)
        if self.asked is not None:
            self._open.slots.add(self.asked)

    def _hear(self, text: str) -> None:
        span = self.present
        if span is not None and text and text.strip() not in span.texts:
            span.texts.append(text.strip())

    def _end(self, at_ms: int, *, is_turn: bool) -> None:
        span, self._open = self._open, None
        if span is None:
            return
        if self.asked is not None:
            span.slots.add(self.asked)
        span.to_ms = at_ms + AFTER_MS
        if is_turn:
            self._ended.append(span)
        elif span in self._unsettled:
            self._unsettled.remove(span)

    def _go_on(self) -> None:
        """The turn that had ended goes on: what is being said belongs to it."""
        if not self._ended:
            return
        before = self._ended.pop()
        if self._open is None:
            before.to_ms, self._open = None, before
            return
        self._open.from_ms = min(self._open.from_ms, before.from_ms)
        self._open.texts[:0] = before.texts
        self._open.slots |= before.slots
        self.all.remove(before)
        if before in self._unsettled:
            self._unsettled.remove(before)

    def _is_answer(self, span: Span) -> bool:
        return span.side == "assistant" and span.told_ms >= self._answers_from_ms

    def _speak(self, texts: list[str], from_ms: int, told_ms: int) -> None:
        self._speaking = Span("assistant", max(0, from_ms), texts=list(texts), told_ms=told_ms)
        self.all.append(self._speaking)

    def _fall_silent(self, at_ms: int) -> None:
        if self._speaking is not None:
            self._speaking.to_ms = at_ms
        self._speaking = None


def _slots_set(commands: Iterable[Command]) -> Iterable[str]:
    for command in commands:
        match command:
            case SetSlot(name=name):
                yield name
            case CorrectSlots(corrections=corrections):
                yield from (name for name, _ in corrections)
            case _:
                pass
