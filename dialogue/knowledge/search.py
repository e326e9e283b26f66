"""Answers a question from documents: looks passages up, judges them, and says what they say, or that there is nothing.

    tracker ─▶ question ─▶ store.find ─▶ relevant? ─┬─ no ──▶ nothing: pattern_cannot_handle says so
                                                    └─ yes ─▶ a model writes it, where one is configured ─▶ answer
                                                              otherwise the passage's own sentences ────────▶

Every wait has a limit, and whatever fails has a next best: no model, the passage's own words; no store, no answer. The
reason goes into the event log beside the passages that were found, with their scores and what each part took.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import structlog

from dialogue.errors import TemplateFailed
from dialogue.events import ActionReturned
from dialogue.knowledge.asking import cleaned, leaning_query, question_of
from dialogue.knowledge.extracting import extracted
from dialogue.knowledge.passages import SOURCE, Answer, Found, Question
from dialogue.knowledge.prompting import MOST_TOKENS, PREFIX, as_document, prompt_tail, read_answer, template_arguments
from dialogue.knowledge.relevancy import THRESHOLD
from dialogue.knowledge.settings import LOCAL, SearchSettings
from dialogue.knowledge.stores import judged
from dialogue.ports import LanguageModel, PassageStore, SentenceEncoder
from dialogue.templates import Values, render_jinja
from flows.actions import NO_RELEVANT_ANSWER, SEARCH_ACTION
from flows.commands import Json

PASSAGES: Final = 5
"""So many are looked up, and shown to a model that writes the answer."""
FIND_LIMIT_S: Final = 3.0
WRITE_LIMIT_S: Final = 7.0
"""The format's own limit for language models."""
_LOGGED_CHARACTERS: Final = 300
_SPOKEN: Final = "voice"

Outcome: TypeAlias = Literal["extracted", "generated", "nothing relevant", "refused", "no question", "unavailable"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What a search works with; None where it is not there. `template` is a prompt of the assistant's own."""

    store: PassageStore | None
    encoder: SentenceEncoder | None = None
    model: LanguageModel | None = None
    template: str | None = None
    language: str = "en"


@dataclass(slots=True)
class _Report:
    """What is known of one search: it goes into the log whatever comes of it."""

    query: str = ""
    found: Sequence[Found] = ()
    outcome: Outcome = "nothing relevant"
    reasons: list[str] = field(default_factory=list)
    took_ms: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        results = [{**as_document(one), "text": one.passage.content[:_LOGGED_CHARACTERS]} for one in self.found]
        return {
            "query": self.query,
            "outcome": self.outcome,
            "reasons": self.reasons,
            "search_results": results,
            "took_ms": self.took_ms,
        }


class KnowledgeSearch:
    """Carries out `action_trigger_search` for one version of an assistant. Calls may overlap."""

    def __init__(
        self,
        settings: SearchSettings,
        means: Means,
        *,
        now: Callable[[ZoneInfo], datetime] = datetime.now,
        find_limit_s: float = FIND_LIMIT_S,
        write_limit_s: float = WRITE_LIMIT_S,
    ) -> None:
        self.settings = settings
        self._means = means
        self._now = now
        self._find_limit_s = find_limit_s
        self._write_limit_s = write_limit_s

    async def run(self, tracker: Mapping[str, Json]) -> ActionReturned:
        """Answer the caller's last turn; never raises for what documents, stores and models do."""
        began_s = time.perf_counter()
        question = question_of(tracker, self.settings.max_messages_in_query)
        report = _Report(question.text)
        answer = await self._answer(question, report)
        took_ms = 1000 * (time.perf_counter() - began_s)
        about = report.to_json()
        if answer is None:
            followup = {"event": "followup", "name": NO_RELEVANT_ANSWER}
            return ActionReturned(SEARCH_ACTION, (followup,), (), took_ms, about)
        text = self._cited(answer) if self._shows_citations(question) else answer.text
        sources = [one.passage.citation for one in answer.cited]
        response = {"text": text, "utter_source": SOURCE, "sources": sources, "is_generated": answer.is_generated}
        return ActionReturned(SEARCH_ACTION, (), (response,), took_ms, about)

    async def answer(self, text: str) -> Answer | None:
        """Answer a question that stands alone, such as one that a designer tries out."""
        return await self._answer(Question(text), _Report(text))

    async def certainty(self, text: str) -> float:
        """Return how certain it is that the documents answer a question that stands alone, 0 where they do not.

        No less than what was calibrated counts as an answer here, even where the assistant says more than that.
        """
        question = Question(cleaned(text))
        found = await self._found(question.text, question, _Report(question.text)) if question.text else ()
        best = found[0].score or 0.0 if found else 0.0
        return best if best >= max(self.settings.least_score, THRESHOLD) else 0.0

    async def _answer(self, question: Question, report: _Report) -> Answer | None:
        if not question.text:
            report.outcome = "no question"
            return None
        with _timed(report, "find"):
            await self._look_up(question, report)
        if not report.found:
            return None
        if (report.found[0].score or 0.0) < self.settings.least_score:
            return None
        if self._means.model is not None and self.settings.use_generative_llm:
            with _timed(report, "write"):
                answer = await self._written(self._means.model, question, report)
            if answer is not None or report.outcome == "refused":
                return answer
        report.outcome = "extracted"
        return extracted(report.found[0])

    async def _look_up(self, question: Question, report: _Report) -> None:
        """Find passages for the question alone; where those do not answer it, with the turn that it leans on."""
        report.found = await self._found(question.text, question, report)
        best = report.found[0].score or 0.0 if report.found else 0.0
        is_answered = best >= max(self.settings.least_score, THRESHOLD)
        leaning = None if is_answered else leaning_query(question)
        if leaning is None or report.outcome == "unavailable":
            return
        found = await self._found(leaning, question, report)
        if found and (found[0].score or 0.0) > best:
            report.found, report.query = found, leaning

    async def _found(self, query: str, question: Question, report: _Report) -> Sequence[Found]:
        if self._means.store is None:
            report.outcome = "unavailable"
            report.reasons.append("there is no vector store")
            return ()
        try:
            async with asyncio.timeout(self._find_limit_s):
                found = await self._means.store.find(query, question, PASSAGES)
                return found if self.settings.store == LOCAL else await judged(found, query, self._means.encoder)
        except Exception as problem:  # the plugin boundary: a store must not end a call
            self._note(report, "vector store", problem, self._find_limit_s)
            report.outcome = "unavailable"
            return ()

    async def _written(self, model: LanguageModel, question: Question, report: _Report) -> Answer | None:
        """Have a model write the answer; None where it could not, with `refused` where it said that there is none."""
        prefix, tail = self._prompt(question, report)
        try:
            async with asyncio.timeout(self._write_limit_s):
                completion = await model.complete(prefix, tail, max_tokens=MOST_TOKENS, stop=("\nQuestion:", "\n\n"))
        except Exception as problem:  # the plugin boundary: a model must not end a call
            self._note(report, "language model", problem, self._write_limit_s)
            return None
        answer = read_answer(completion.text, report.found, question.text)
        report.outcome = "generated" if answer is not None else "refused"
        return answer

    def _prompt(self, question: Question, report: _Report) -> tuple[str, str]:
        now = None
        if self.settings.include_date_time:
            now = self._now(ZoneInfo(self.settings.timezone)).strftime("%A, %d %B %Y, %H:%M")
        if self._means.template is not None:
            arguments = template_arguments(
                question,
                report.found,
                citation_enabled=self.settings.citation_enabled,
                check_relevancy=self.settings.check_relevancy,
                now=now,
            )
            try:
                return "", render_jinja(
                    self._means.template, Values(question.tracker.get("slots") or {}, arguments=arguments)
                )
            except TemplateFailed as problem:
                report.reasons.append(f"prompt_template: {problem}")
        return PREFIX, prompt_tail(question, report.found, self._means.language, now)

    def _shows_citations(self, question: Question) -> bool:
        """Whether sources stand below the answer: a reader wants them, a listener does not."""
        return self.settings.citation_enabled and question.channel != _SPOKEN

    @staticmethod
    def _cited(answer: Answer) -> str:
        marks = "".join(f"[{number}]" for number in range(1, len(answer.cited) + 1))
        sources = [f"[{number}] {one.passage.citation}" for number, one in enumerate(answer.cited, 1)]
        return "\n".join([f"{answer.text} {marks}", "Sources:", *sources])

    @staticmethod
    def _note(report: _Report, part: str, problem: Exception, limit_s: float) -> None:
        told = f"took longer than {limit_s:g} s" if isinstance(problem, TimeoutError) else str(problem)
        report.reasons.append(f"{part}: {told or type(problem).__name__}")
        log.warning("search failed", part=part, reason=told or type(problem).__name__)


class _timed:  # reads as a word where it is used
    """Notes in a report how long the block took, in milliseconds."""

    def __init__(self, report: _Report, part: str) -> None:
        self._report = report
        self._part = part

    def __enter__(self) -> None:
        self._began_s = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._report.took_ms[self._part] = round(1000 * (time.perf_counter() - self._began_s), 2)
