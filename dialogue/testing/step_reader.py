"""Reads the steps of a test case: turns of the caller, each with what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogue.testing.assertion_reader import PLAIN_STEPS, AssertionReader
from dialogue.testing.case import UserStep, Wanted
from dialogue.testing.voice_keys import BOT_KEYS, PLAIN, AnswerLimit, VoiceKeys, VoiceStep
from flows.commands import Json
from flows.findings import Findings, did_you_mean
from flows.source import Rows, Scalar, Table, Value


@dataclass(slots=True)
class _Draft:
    """A turn while its steps are read. Plain steps count only where there are no assertions."""

    text: str | None
    line: int
    metadata: dict[str, Json] = field(default_factory=dict)
    plain: list[Wanted] = field(default_factory=list)
    assertions: list[Wanted] | None = None
    is_ordered: bool = False
    voice: VoiceStep = PLAIN
    limits: tuple[AnswerLimit, ...] = ()


class StepReader:
    """Reads steps; what is wrong goes to `findings`."""

    def __init__(
        self,
        findings: Findings,
        defined_metadata: Mapping[str, Mapping[str, Json]],
        case_metadata: Mapping[str, Json],
    ) -> None:
        self._findings = findings
        self._reader = AssertionReader(findings)
        self._voice = VoiceKeys(findings)
        self._defined_metadata = defined_metadata
        self._case_metadata = case_metadata

    def steps(self, rows: Rows) -> tuple[UserStep, ...]:
        """Return the turns of a case; the first has no text when something is expected of the session's start."""
        drafts = [_Draft(None, rows.place.line)]
        for row in rows.items:
            self._take(row, drafts)
        return tuple(
            UserStep(
                draft.text,
                {**self._case_metadata, **draft.metadata},
                tuple(draft.plain if draft.assertions is None else draft.assertions),
                draft.is_ordered,
                draft.line,
                draft.voice,
                draft.limits,
            )
            for draft in drafts
            if draft.text is not None or draft.voice.silence_ms or draft.plain or draft.assertions
        )

    def _take(self, row: Value, drafts: list[_Draft]) -> None:
        if not isinstance(row, Table):
            self._findings.error(row.place, "step", "a step must be a map such as `user: …` or `bot: …`")
            return
        known = False
        if "user" in row.entries:
            drafts.append(self._user(row))
            known = True
        elif "silence" in row.entries:
            drafts.append(_Draft(None, row.place.line, voice=self._silence(row)))
            known = True
        draft = drafts[-1]
        draft.limits += self._limits(row)
        if "assertions" in row.entries:
            draft.assertions = [*(draft.assertions or []), *self._assertions(row.entries["assertions"], draft)]
            draft.is_ordered = draft.is_ordered or self._is_ordered(row)
            known = True
        for kind in PLAIN_STEPS:
            if kind in row.entries:
                draft.plain += self._reader.plain(kind, row)
                known = True
        if not known:
            names = ", ".join(row.entries) or "nothing"
            hint = did_you_mean(next(iter(row.entries), ""), ("user", "silence", "assertions", *PLAIN_STEPS))
            self._findings.error(row.place, "step", f"this is no step of a test: {names}", hint)

    def _user(self, row: Table) -> _Draft:
        value = row.get("user")
        if not isinstance(value, Scalar):
            self._findings.error(row.place_of("user"), "step", "`user` must be a text")
        text = value.text if isinstance(value, Scalar) and value.value is not None else ""
        metadata = self._metadata(row)
        voice, limits = self._voice.step(row, {**self._case_metadata, **metadata})
        return _Draft(text, row.place.line, metadata, voice=voice, limits=limits)

    def _silence(self, row: Table) -> VoiceStep:
        """Read `- silence: 6000`: a turn in which the caller says nothing for so long."""
        value = row.get("silence")
        is_empty = isinstance(value, Scalar) and value.value is None
        silence_ms = None if is_empty else self._voice.milliseconds(row, "silence", least=1)
        if is_empty:
            self._findings.error(row.place_of("silence"), "voice", "`silence` needs milliseconds, such as 6000")
        return VoiceStep(silence_ms=silence_ms or 1)

    def _limits(self, row: Table) -> tuple[AnswerLimit, ...]:
        """Read `within_ms` of a step of the assistant: its own key, or under `voice`."""
        if "user" in row.entries:
            return ()
        table = self._voice.table(row, BOT_KEYS)
        return (*self._voice.limits(row), *(self._voice.limits(table) if table is not None else ()))

    def _assertions(self, value: Value, draft: _Draft) -> list[Wanted]:
        """Read assertions; `within_ms` among them is of spoken runs, and goes to the turn's limits."""
        if not isinstance(value, Rows):
            return self._reader.assertions(value)
        others: list[Value] = []
        for item in value.items:
            if isinstance(item, Table) and "within_ms" in item.entries:
                draft.limits += self._voice.limits(item)
                rest = {key: inner for key, inner in item.entries.items() if key != "within_ms"}
                item = Table(rest, item.keys, item.place)
                if not rest:
                    continue
            others.append(item)
        return self._reader.assertions(Rows(tuple(others), value.place))

    def _metadata(self, row: Table) -> dict[str, Json]:
        """Return the metadata that a step names (one name or several), or has written out."""
        value = row.get("metadata")
        merged: dict[str, Json] = {}
        for item in value.items if isinstance(value, Rows) else () if value is None else (value,):
            if isinstance(item, Table):
                merged.update(item.plain())
            elif isinstance(item, Scalar) and item.text in self._defined_metadata:
                merged.update(self._defined_metadata[item.text])
            elif isinstance(item, Scalar) and item.value is not None:
                hint = did_you_mean(item.text, self._defined_metadata)
                self._findings.error(item.place, "unknown-metadata", f"no metadata '{item.text}' is defined", hint)
        return merged

    def _is_ordered(self, row: Table) -> bool:
        value = row.get("assertion_order_enabled")
        said = value.text.lower() if isinstance(value, Scalar) else "false" if value is None else ""
        if said not in ("true", "false", "yes", "no"):
            place = row.place_of("assertion_order_enabled")
            self._findings.error(place, "step", "assertion_order_enabled must be true or false")
        return said in ("true", "yes")
