"""Replays a call for the command line: exactly, against a changed assistant, or under other thresholds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, get_args, get_type_hints

from dialogue.events import ConversationStarted, DialogueEvent
from dialogue.replaying import Divergence, TurnComparison, again, under
from dialogue.serialization import type_name
from dialogue.store import SqliteEventStore
from dialogue.turn_traces import TurnTrace
from flows.model import Assistant
from studio import assistants
from studio.errors import AssistantNotFound
from studio.recording_settings import FOLDER, recording_policy, recordings_root
from studio.settings import Settings
from studio.versions import version_name
from voice.protocols.events_json import to_json
from voice.recording.errors import RecordingNotFound
from voice.recording.folder import META
from voice.recording.reading import LoggedEvent, RecordedCall, find_recording, read_recording
from voice.turns.effects import Emit
from voice.turns.policy import TurnPolicy
from voice.turns.rerun import HeldTurn, TurnDifference, compared, run_again, run_with, turns_held


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What is to be replayed: a recording's folder, or the id of a call or conversation; and against what.

    `assistant` is the folder of the assistant that held the call, where it is not at its place; `changed` that of
    another one. `thresholds` are settings of `turns:` by name.
    """

    call: str
    assistant: Path | None = None
    changed: Path | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExactReplay:
    """Whether a call can be had again as it was. `turn_taking` is None where its inputs were not recorded."""

    call: str
    events: int
    begin: int
    divergence: Divergence | None
    turn_taking: Divergence | None = None
    turn_events: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return self.divergence is None and self.turn_taking is None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "exact": self.is_exact}


@dataclass(frozen=True, slots=True)
class AssistantReplay:
    """The turns of a call beside those of a changed assistant."""

    call: str
    turns: tuple[TurnComparison, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return not any(turn.differences for turn in self.turns)

    def to_json(self) -> dict[str, Any]:
        turns = [
            {
                "turn": turn.recorded.number,
                "user": turn.recorded.user,
                "differs": list(turn.differences),
                "recorded": _trace_json(turn.recorded),
                "changed": _trace_json(turn.changed),
                "notes": list(turn.notes),
            }
            for turn in self.turns
        ]
        differing = sum(bool(turn.differences) for turn in self.turns)
        return {"call": self.call, "turns": turns, "differing": differing, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class JudgedTurn:
    """A turn under other thresholds; `gap_ms` as it was heard, `gap_changed_ms` as it would be. None: unknown."""

    difference: TurnDifference
    gap_ms: int | None
    gap_changed_ms: int | None


@dataclass(frozen=True, slots=True)
class ThresholdReplay:
    """The turns of a call as other thresholds would have had them."""

    call: str
    thresholds: Mapping[str, float]
    turns: tuple[JudgedTurn, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return all(turn.difference.kind == "same" for turn in self.turns)

    def counts(self) -> dict[str, int]:
        """Return how many turns are of each kind of difference."""
        kinds = [turn.difference.kind for turn in self.turns]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    def to_json(self) -> dict[str, Any]:
        turns = [
            {
                "kind": turn.difference.kind,
                "by_ms": turn.difference.by_ms,
                "estimated": turn.difference.is_estimated,
                "recorded": None if turn.difference.recorded is None else asdict(turn.difference.recorded),
                "changed": [asdict(one) for one in turn.difference.changed],
                "gap_ms": turn.gap_ms,
                "gap_changed_ms": turn.gap_changed_ms,
            }
            for turn in self.turns
        ]
        return {
            "call": self.call,
            "set": dict(self.thresholds),
            "turns": turns,
            "counts": self.counts(),
            "notes": list(self.notes),
        }


ReplayResult: TypeAlias = ExactReplay | AssistantReplay | ThresholdReplay


async def run_replay(options: ReplayOptions, settings: Settings) -> ReplayResult:
    """Replay a call.

    Raises:
        RecordingNotFound: there is neither a recording nor a conversation of this name.
        RecordingUnfinished, RecordingUnreadable: it is not over, or damaged.
        AssistantNotFound: nobody knows which assistant held the call.
        StoreUnavailable, AssistantInvalid, PolicyInvalid: as their messages say.
    """
    call = _recording(options.call, settings)
    if options.thresholds:
        if call is None:
            raise RecordingNotFound(
                f"There is no recording of {options.call!r}, and turn-taking can only be run again over one: "
                "set recording: enabled: true in voice.yml"
            )
        return _under_thresholds(call, options.thresholds)
    events, notes = await _log(call, options.call, settings)
    assistant, more = _assistant_of(call, events, options, settings)
    notes = (*notes, *more)
    name = options.call if call is None else call.call_id
    channel = "rest" if name.startswith("rest:") else "voice"
    if call is not None and call.masked_slots:
        notes = (*notes, f"what was said of {', '.join(call.masked_slots)} is masked in this recording")
    if options.changed is not None:
        changed = assistants.load(assistants.find_folder(options.changed))
        return AssistantReplay(name, tuple(await under(events, assistant, changed, channel=channel)), notes)
    masked = call.masked_slots if call is not None else ()
    done = await again(events, assistant, channel=channel, masked=masked)
    taking = None if call is None else _turn_taking(call)
    return ExactReplay(
        name,
        done.compared,
        done.begin,
        done.divergence,
        None if taking is None else taking[1],
        None if taking is None else taking[0],
        notes,
    )


# --- what there is -------------------------------------------------------------------------------------------------


def _recording(call: str, settings: Settings) -> RecordedCall | None:
    place = Path(call)
    try:
        is_recording = (place / META).is_file()
    except (OSError, ValueError):  # a name that no file can have
        is_recording = False
    if is_recording:
        return read_recording(place)
    for root in _roots(settings):
        found = find_recording(root, call)
        if found is not None:
            return found
    return None


def _roots(settings: Settings) -> list[Path]:
    """Return where recordings may be: the server's own place, and what the served assistant says."""
    data_folder = settings.conversations.log_file.parent
    roots = [data_folder / FOLDER]
    if settings.assistant is not None:
        served = assistants.load(assistants.find_folder(settings.assistant))
        roots.append(recordings_root(data_folder, recording_policy(served)))
    return list(dict.fromkeys(roots))


async def _log(
    call: RecordedCall | None, name: str, settings: Settings
) -> tuple[Sequence[DialogueEvent], tuple[str, ...]]:
    """Return the conversation's log, that of the recording if it is whole, and what is to be said of it."""
    if call is not None and call.meta.get("is_whole") is not False:
        return call.dialogue_events(), ()
    stored = await _stored(name if call is None else call.call_id, settings)
    if call is None:
        if not stored:
            raise RecordingNotFound(
                f"There is no recording and no conversation {name[:100]!r}. Name a recording's folder (it has {META}), "
                "or an id of the event log; VIVAVOCE_DATA_DIR says where both are kept"
            )
        return stored, ()
    if stored:
        return stored, ("the recording lacks a part of the call, so that the event log is replayed",)
    return call.dialogue_events(), ("the recording lacks a part of the call",)


async def _stored(conversation_id: str, settings: Settings) -> Sequence[DialogueEvent]:
    file = settings.conversations.log_file
    if not file.is_file():
        return ()
    store = SqliteEventStore(file)
    await store.open()
    try:
        return await store.load(conversation_id)
    finally:
        await store.close()


def _assistant_of(
    call: RecordedCall | None, events: Sequence[DialogueEvent], options: ReplayOptions, settings: Settings
) -> tuple[Assistant, tuple[str, ...]]:
    """Return the assistant that held the call, and what is to be said of it."""
    about = call.meta.get("assistant") if call is not None else None
    about = about if isinstance(about, Mapping) else {}
    written = Path(str(about["folder"])) if about.get("folder") else None
    place = options.assistant or (written if written is not None and written.is_dir() else None)
    assistant = assistants.load(assistants.find_folder(place or settings.assistant))
    began = next((event for event in events if isinstance(event, ConversationStarted)), None)
    if began is not None and began.assistant_id != assistant.id and options.assistant is None:
        raise AssistantNotFound(
            f"The assistant {began.assistant_id!r} held this call, and {assistant.folder} is {assistant.id!r}. "
            "Name its folder: --assistant DIR"
        )
    if about.get("version") and about["version"] != version_name(assistant):
        return assistant, ("the assistant's files have been changed since the call",)
    return assistant, ()


# --- turn-taking ---------------------------------------------------------------------------------------------------


def _turn_taking(call: RecordedCall) -> tuple[int, Divergence | None] | None:
    """Run turn-taking again; return how many events it gave, and where they differ from the log's."""
    if call.meta.get("is_whole") is False or not _has_inputs(call):
        return None
    policy, inputs = call.turn_inputs()
    kinds = {type_name(kind) for kind in get_args(get_type_hints(Emit)["event"])}
    logged = [_line(event.event) for event in call.events() if event.event.get("type") in kinds]
    ours = [_line(to_json(effect.event)) for _, effect in run_again(inputs, policy) if isinstance(effect, Emit)]
    for index in range(max(len(logged), len(ours))):
        one = logged[index] if index < len(logged) else None
        other = ours[index] if index < len(ours) else None
        if one != other:
            return len(logged), Divergence(index, one, other)
    return len(logged), None


def _under_thresholds(call: RecordedCall, thresholds: Mapping[str, float]) -> ThresholdReplay:
    policy, inputs = call.turn_inputs()
    changed = TurnPolicy.from_mapping({**asdict(policy), **thresholds})
    recorded = turns_held(run_again(inputs, policy))
    differences = compared(recorded, run_with(inputs, policy, changed))
    events = call.events()
    turns = tuple(_judged(difference, events, changed.min_gap_ms) for difference in differences)
    notes: tuple[str, ...] = ()
    if call.meta.get("is_whole") is False:
        notes = ("the recording lacks a part of the call",)
    return ThresholdReplay(call.call_id, dict(thresholds), turns, notes)


def _judged(difference: TurnDifference, events: Sequence[LoggedEvent], min_gap_ms: int) -> JudgedTurn:
    recorded = difference.recorded
    gap_ms = None if recorded is None else _gap_ms(recorded, events)
    if gap_ms is None or difference.kind not in ("same", "earlier", "later"):
        return JudgedTurn(difference, gap_ms, None)
    return JudgedTurn(difference, gap_ms, max(gap_ms + difference.by_ms, min(min_gap_ms, gap_ms)))


def _gap_ms(turn: HeldTurn, events: Sequence[LoggedEvent]) -> int | None:
    """Return the gap that was measured for the reply to a turn."""
    is_behind = False
    for line in events:
        kind = line.event.get("type")
        if kind == "turn_ended":
            is_behind = line.event.get("at_ms") == turn.ended_ms
        elif kind == "latency_measured" and is_behind:
            gap = line.event.get("gap_ms")
            return gap if isinstance(gap, int) else None
    return None


def _has_inputs(call: RecordedCall) -> bool:
    return any(path.name.startswith("inputs") for path in call.path.iterdir())


def _line(event: Mapping[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False)


def _trace_json(trace: TurnTrace) -> dict[str, Any]:
    content = asdict(trace)
    return {name: content[name] for name in ("commands", "said", "flows", "actions")} | {"slots": dict(trace.slots)}
