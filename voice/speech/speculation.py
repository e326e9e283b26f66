"""Work ahead of the caller: what would be said is rendered while they fall silent, or before they have answered.

Texts are rendered into the voice's memory and nothing else happens: nothing here can be heard, and nothing is
committed. A reply that turns out as foreseen is there at once; one that does not costs what it always cost.

    transcript of a revision ─→ commands ─→ dry run ─→ its first words      (speculation: one revision at a time)
                                               └→ actions that do no harm ─→ the words that come of them
    closed question ─→ each answer it admits ─→ dry run ─→ its first words  (prefetch: while the question is played)
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from dialogue.conversation import Conversation
from dialogue.rehearsal import Rehearsal
from dialogue.turn import Said, Understood, UserTurn
from flows.commands import Command, SetSlot
from flows.effects import Expectation
from voice.ports import Priority, SpeechMemory
from voice.speech.sentences import split_sentences

MOST_BRANCHES = 6
"""Answers of a closed question that are tried ahead: each costs the rendering of a sentence or two."""
SENTENCES_AHEAD = 2
"""Of each reply, so many sentences are rendered ahead; while they are heard there is time for the others."""
MOST_TRIES = 3
"""Revisions of one turn for which actions are tried: partials flicker, and every try costs somebody's service a request
(rule 3 of the voice lessons)."""


def answers_ahead(expectation: Expectation) -> tuple[Command, ...]:
    """Return the answers that a closed question admits; none where they are many or unknown."""
    if expectation.slot is None:
        return ()
    if expectation.kind == "yes_no":
        return SetSlot(expectation.slot, True), SetSlot(expectation.slot, False)
    if expectation.kind == "category" and len(expectation.values) <= MOST_BRANCHES:
        return tuple(SetSlot(expectation.slot, value) for value in expectation.values)
    return ()


def sentences_ahead(said: Sequence[Said]) -> tuple[str, ...]:
    """Return the sentences of a reply that are worth rendering before it is known to be said."""
    sentences = [sentence for each in said for sentence in split_sentences(each.text)]
    return tuple(sentences[:SENTENCES_AHEAD])


def first_words(rehearsal: Rehearsal) -> tuple[Said, ...] | None:
    """Return with what the reply to a turn can begin before it is committed; None where it must be committed first.

    What may not be interrupted is not begun before it is sure that the caller has finished. A turn that comes to a
    write which nobody has confirmed begins in any case, if need be with nothing: it must be possible to take it back.
    """
    if rehearsal.said and all(each.allow_interruptions for each in rehearsal.said):
        return rehearsal.said
    return () if rehearsal.comes_to_write else None


class Speculation:
    """What is rendered ahead for one call. At most one revision and one question are being prepared."""

    def __init__(self, conversation: Conversation, synthesiser: SpeechMemory, tasks: asyncio.TaskGroup) -> None:
        self._conversation = conversation
        self._synthesiser = synthesiser
        self._tasks = tasks
        self._revision: asyncio.Task[None] | None = None
        self._question: asyncio.Task[None] | None = None
        self._rehearsal: Rehearsal | None = None
        self._tries = 0
        self._log = structlog.get_logger()

    def rehearse(self, understood: Understood) -> Rehearsal | None:
        """Try a revision up to its first action; None where that fails."""
        try:
            self._rehearsal = self._conversation.rehearse(understood)
        except Exception as error:  # a dry run must not end a call; the turn itself will say what is wrong
            self._log.error("preview-failed", exc_info=error)
            self._rehearsal = None
        return self._rehearsal

    async def go_on(self, rehearsal: Rehearsal) -> bool:
        """Try the next action of a revision, if it does no harm; return whether more is known now."""
        if rehearsal is not self._rehearsal or not rehearsal.may_go_on:
            return False
        if not rehearsal.has_tried:
            if self._tries >= MOST_TRIES:
                return False
            self._tries += 1
        return await rehearsal.go_on()

    def foreseen(self, understood: Understood) -> tuple[Said, ...] | None:
        """Return what can be said of a turn that is over and not committed; None where it is to be committed now.

        Nothing is said, and the turn is not committed either, where it comes to a write that nobody has confirmed.
        """
        rehearsal = self._rehearsal
        is_known = rehearsal is not None and rehearsal.understood is understood
        if rehearsal is None or not is_known or rehearsal.state_before is not self._conversation.state:
            rehearsal = self.rehearse(understood)  # the state has changed since it was tried
        return None if rehearsal is None else first_words(rehearsal)

    def discard(self, understood: Understood) -> None:
        """The turn goes on: nothing of what was tried for it counts."""
        if self._rehearsal is not None and self._rehearsal.understood is understood:
            self._rehearsal.discard()

    def turn_over(self) -> None:
        """A turn is committed: what is tried next is another one's."""
        self._tries = 0

    def preview(self, understood: Understood) -> tuple[Said, ...]:
        """Return what would be said of a turn, up to its first action; nothing where that cannot be known."""
        try:
            return self._conversation.preview(understood)
        except Exception as error:  # a dry run must not end a call; the turn itself will say what is wrong
            self._log.error("preview-failed", exc_info=error)
            return ()

    def foresee(self, said: Sequence[Said]) -> None:
        """Render what a revision would say, in place of what the one before it would have said."""
        self._cancel(self._revision)
        self._revision = self._tasks.create_task(self._render(sentences_ahead(said), Priority.SPECULATION))

    def prefetch(self, expectation: Expectation) -> None:
        """Render what the assistant would say to each answer of a closed question, if it comes to that."""
        self._cancel(self._question)
        answers = answers_ahead(expectation)
        if answers:
            self._question = self._tasks.create_task(self._branch(answers))

    def is_ready(self, said: Sequence[Said]) -> bool:
        """Whether the first sentence of this reply could be heard at once."""
        sentences = sentences_ahead(said)
        return bool(sentences) and self._synthesiser.holds(sentences[0])

    def stop(self) -> None:
        """Give up all that is being prepared."""
        self._cancel(self._revision)
        self._cancel(self._question)

    async def _branch(self, answers: Sequence[Command]) -> None:
        foreseen = [self.preview(Understood(UserTurn(""), (each,), "fast_path")) for each in answers]
        # The first sentence of every branch before the second of any.
        for number in range(SENTENCES_AHEAD):
            texts = [sentences[number] for said in foreseen if len(sentences := sentences_ahead(said)) > number]
            await self._render(texts, Priority.PREFETCH)

    async def _render(self, texts: Sequence[str], priority: Priority) -> None:
        for text in texts:
            try:
                await self._synthesiser.render(text, priority=priority)
            except Exception as error:  # the plugin boundary: the reply itself will tell what is wrong with the voice
                self._log.warning("rendering-ahead-failed", error=str(error))
                return

    def _cancel(self, task: asyncio.Task[None] | None) -> None:
        if task is not None:
            task.cancel()
