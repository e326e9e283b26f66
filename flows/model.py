"""The model of an assistant: flows compiled to linked steps, slots, responses. Made by the loader, read by all.

Nothing here changes after load. A flow's nested step lists are flattened: every step has an id that is unique in
its flow, and its `next` holds branches whose targets are step ids (or END), so that running a flow never walks
a tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from flows.commands import Json
from flows.conditions import Condition
from flows.effects import Dtmf as Dtmf
from flows.effects import Emit, Expectation, ExpectationKind
from flows.events import FlowStarted, StepEntered
from flows.places import Place
from flows.templates import Template

START = "START"
END = "END"

CLASSIFIER_MAPPINGS: Final = frozenset({"from_entity", "from_intent", "from_text", "from_trigger_intent"})
"""Kinds of mappings that a trained classifier (NLU) fills slots by."""

ActionEffect: TypeAlias = Literal["none", "read", "write"]
SlotType: TypeAlias = Literal["text", "bool", "float", "categorical", "strict_categorical", "any", "list"]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A value for which `condition` holds is refused with the response `utter`."""

    condition: Condition
    utter: str


@dataclass(frozen=True, slots=True)
class ActionTask:
    """Run an action or say a response, without waiting. `effect` of the step overrides the domain's."""

    name: str
    template: Template | None = None
    effect: ActionEffect | None = None


@dataclass(frozen=True, slots=True)
class CollectTask:
    """Ask until the slot has a value. `silence_timeout_s` maps a channel, or `*`, to seconds."""

    slot: str
    description: str = ""
    ask_before_filling: bool = False
    utter: str = ""
    action: str = ""
    rejections: tuple[Rejection, ...] = ()
    force_slot_filling: bool = False
    silence_timeout_s: Mapping[str, float] = field(default_factory=dict)
    dtmf: Dtmf | None = None
    context: Mapping[str, Json] = field(init=False, compare=False, repr=False)
    """What pattern_collect_information sees of this question as `context.`."""

    def __post_init__(self) -> None:
        context: dict[str, Json] = {
            "collect": self.slot,
            "utter": self.utter or f"utter_ask_{self.slot}",
            "collect_action": self.action or f"action_ask_{self.slot}",
            "rejections": [{"if": one.condition.text, "utter": one.utter} for one in self.rejections],
        }
        object.__setattr__(self, "context", context)


@dataclass(frozen=True, slots=True)
class SetSlotsTask:
    values: tuple[tuple[str, Json], ...]


@dataclass(frozen=True, slots=True)
class LinkTask:
    flow_id: str


@dataclass(frozen=True, slots=True)
class CallTask:
    """Run a child flow as a part of this one, a tool on an MCP server, or a sub-agent.

    `options` has the keys of tools and agents, in the one form that `call_reader` brings them to; `places` says where
    what they name stands in the file: `mcp_server`, and `slot <name>` for each slot of a mapping.
    """

    flow_id: str
    options: Mapping[str, Json] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_tool(self) -> bool:
        return "mcp_server" in self.options

    @property
    def effect(self) -> ActionEffect:
        """What a tool does outside; it writes unless the step says otherwise."""
        effect: ActionEffect = self.options.get("effect", "write")
        return effect


@dataclass(frozen=True, slots=True)
class NoopTask:
    """Only branches."""


Task: TypeAlias = ActionTask | CollectTask | SetSlotsTask | LinkTask | CallTask | NoopTask


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on: the first branch whose condition is None or holds is taken. `target` is a step id or END."""

    condition: Condition | None
    target: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow. `order` is its position in the file; `voice` holds our own options, unread here."""

    id: str
    flow_id: str
    order: int
    task: Task
    next: tuple[Branch, ...]
    voice: Mapping[str, Json] = field(default_factory=dict)
    metadata: Mapping[str, Json] = field(default_factory=dict)
    place: Place | None = None
    confirms_write: bool = False
    """A collect of a bool behind which an action with effect write can come before the next question."""
    entered: Emit = field(init=False, compare=False, repr=False)
    """The effect of entering this step, made once because it is needed in every turn."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "entered", Emit(StepEntered(self.flow_id, self.id)))


@dataclass(frozen=True, slots=True)
class NluTrigger:
    intent: str
    confidence_threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow. `steps` are all its steps, flattened, in file order.

    `resets` names the slots that go back to their initial value when the flow ends as a root: its own and those
    of the flows it calls, persisted ones left out. The first `n_collected` of them are those of collect steps,
    which are reset with an event even when they were never filled.
    """

    id: str
    name: str
    description: str
    steps: tuple[Step, ...]
    guard: Condition | None = None
    nlu_trigger: tuple[NluTrigger, ...] = ()
    always_include_in_prompt: bool = False
    run_pattern_completed: bool = True
    persisted_slots: frozenset[str] = frozenset()
    is_pattern: bool = False
    is_default: bool = False
    """Comes with the product, not from the assistant's own files."""
    translation: Mapping[str, Json] = field(default_factory=dict)
    place: Place | None = None
    collected: tuple[str, ...] = ()
    """Slots of this flow's own collect steps, in file order, each once."""
    calls: tuple[str, ...] = ()
    """Flows called by steps of this flow, in file order."""
    all_collected: tuple[str, ...] = ()
    """Slots collected by this flow or by the flows it calls, however deep."""
    resets: tuple[str, ...] = ()
    n_collected: int = 0
    by_id: Mapping[str, Step] = field(init=False, compare=False, repr=False)
    first: str = field(init=False, compare=False, repr=False)
    started: Emit = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {step.id: step for step in self.steps})
        object.__setattr__(self, "first", self.steps[0].id if self.steps else END)
        object.__setattr__(self, "started", Emit(FlowStarted(self.id)))

    def named(self, language: Json) -> str:
        """Return what callers of a language know this flow as."""
        translated = self.translation.get(language) if isinstance(language, str) else None
        name = translated.get("name") if isinstance(translated, Mapping) else None
        return name if isinstance(name, str) else self.name

    @property
    def is_only_called(self) -> bool:
        """`if: False`: reachable by link and call alone."""
        return self.guard is not None and self.guard.constant is False


@dataclass(frozen=True, slots=True)
class Mapped:
    """One mapping of a slot: `kind` is from_llm, from_entity, from_intent, controlled, …; `options` the rest."""

    kind: str = "from_llm"
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SlotValidation:
    """Checks that run whenever the slot is set, and how to ask again."""

    rejections: tuple[Rejection, ...]
    refill_utter: str
    refill_action: str


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    type: SlotType = "any"
    values: tuple[str, ...] = ()
    initial_value: Json = None
    mappings: tuple[Mapped, ...] = (Mapped(),)
    min_value: float | None = None
    max_value: float | None = None
    validation: SlotValidation | None = None
    shared_for_coexistence: bool = False
    is_sensitive: bool = False
    """Our key `voice: {sensitive: true}`: masked in logs, studio and prompts' traces."""
    is_default: bool = False
    place: Place | None = None

    @property
    def is_filled_by_model(self) -> bool:
        return any(mapping.kind == "from_llm" for mapping in self.mappings)

    @property
    def is_filled_by_classifier(self) -> bool:
        return any(mapping.kind in CLASSIFIER_MAPPINGS for mapping in self.mappings)

    @property
    def keeps_what_a_classifier_heard(self) -> bool:
        """A model may not change what a trained classifier filled."""
        allowed = any(m.kind == "from_llm" and m.options.get("allow_nlu_correction") is True for m in self.mappings)
        return self.is_filled_by_classifier and not allowed


@dataclass(frozen=True, slots=True)
class ResponseButton:
    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Response:
    """One variation of a response. `text` is a template: `{slot}`, or Jinja if `is_jinja`."""

    text: str | None = None
    id: str | None = None
    channel: str | None = None
    condition: Condition | None = None
    buttons: tuple[ResponseButton, ...] = ()
    custom: Json = None
    image: str | None = None
    attachment: Json = None
    elements: Json = None
    quick_replies: Json = None
    allow_interruptions: bool = True
    metadata: Mapping[str, Json] = field(default_factory=dict)
    translation: Mapping[str, Json] = field(default_factory=dict)
    place: Place | None = None

    @property
    def is_jinja(self) -> bool:
        return self.metadata.get("template") == "jinja"


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """`session_config` of the domain."""

    expiration_time_min: float = 60.0
    carry_over_slots: bool = True
    start_after_expiry: bool = True


@dataclass(frozen=True, slots=True)
class Assistant:
    """A loaded assistant: everything its folder says, merged with the default patterns, checked and compiled.

    `action_effects` has an entry for each of `actions`; `declared_effects` are those that the domain tells (the others
    count as writes). `examples` maps an intent to its sentences. Config, endpoints, … are files as they are.
    """

    id: str
    name: str
    folder: str
    language: str
    flows: Mapping[str, Flow] = field(repr=False)
    slots: Mapping[str, Slot] = field(repr=False)
    responses: Mapping[str, tuple[Response, ...]] = field(repr=False)
    actions: tuple[str, ...] = field(default=(), repr=False)
    action_effects: Mapping[str, ActionEffect] = field(default_factory=dict, repr=False)
    declared_effects: frozenset[str] = field(default=frozenset(), repr=False)
    config: Mapping[str, Json] = field(default_factory=dict, repr=False)
    endpoints: Mapping[str, Json] = field(default_factory=dict, repr=False)
    credentials: Mapping[str, Json] = field(default_factory=dict, repr=False)
    voice: Mapping[str, Json] = field(default_factory=dict, repr=False)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    profile: str = "3.16"
    intents: tuple[str, ...] = field(default=(), repr=False)
    entities: tuple[str, ...] = field(default=(), repr=False)
    domain: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """The domain as the action protocol sends it, merged from all files."""
    agents: tuple[str, ...] = ()
    """Names of the sub-agents in the folder; they are not run yet."""
    session: SessionSettings = field(default_factory=SessionSettings, repr=False)
    clarifies_starts: bool = False
    """Several flows wished for at once, where none is active, are asked back about and not run one after another."""
    initial_slots: Mapping[str, Json] = field(init=False, compare=False, repr=False)
    custom_actions: frozenset[str] = field(init=False, compare=False, repr=False)
    user_flows: tuple[Flow, ...] = field(init=False, compare=False, repr=False)
    collected: frozenset[str] = field(init=False, compare=False, repr=False)
    """Slots that any flow asks for."""
    expectations: Mapping[tuple[str, str], Expectation] = field(init=False, compare=False, repr=False)
    """By flow and collect step, what a caller who is asked there is expected to say."""
    slots_of_classifiers: tuple[Slot, ...] = field(init=False, compare=False, repr=False)
    flows_by_intent: Mapping[str, tuple[Flow, ...]] = field(init=False, compare=False, repr=False)
    """By intent, the flows that it may start."""
    open_slots: Mapping[str, frozenset[str]] = field(init=False, compare=False, repr=False)
    """By flow, the slots that may be filled while it runs: its own, those of flows it calls, and of those it links."""
    slot_descriptions: Mapping[str, str] = field(init=False, compare=False, repr=False)
    """What collect steps say about each slot; the first of them where there are several."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "initial_slots", {slot.name: slot.initial_value for slot in self.slots.values()})
        object.__setattr__(self, "custom_actions", frozenset(self.actions))
        object.__setattr__(self, "user_flows", tuple(flow for flow in self.flows.values() if not flow.is_pattern))
        collected = frozenset(name for flow in self.flows.values() for name in flow.collected)
        object.__setattr__(self, "collected", collected)
        object.__setattr__(self, "expectations", dict(_expectations(self.flows, self.slots)))
        by_classifier = tuple(slot for slot in self.slots.values() if slot.is_filled_by_classifier)
        object.__setattr__(self, "slots_of_classifiers", by_classifier)
        tasks = (step.task for flow in self.flows.values() for step in flow.steps)
        told = [(task.slot, task.description) for task in tasks if isinstance(task, CollectTask) and task.description]
        object.__setattr__(self, "slot_descriptions", dict(reversed(told)))
        object.__setattr__(self, "flows_by_intent", _by_intent(self.flows))
        object.__setattr__(self, "open_slots", {flow_id: _open_slots(flow_id, self.flows) for flow_id in self.flows})


def _by_intent(flows: Mapping[str, Flow]) -> dict[str, tuple[Flow, ...]]:
    found: dict[str, tuple[Flow, ...]] = {}
    for flow in flows.values():
        for intent in dict.fromkeys(trigger.intent for trigger in flow.nlu_trigger):
            found[intent] = (*found.get(intent, ()), flow)
    return found


def _open_slots(flow_id: str, flows: Mapping[str, Flow]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [flow_id]
    while waiting:
        name = waiting.pop()
        if name in found or name not in flows:
            continue
        found.add(name)
        waiting += [step.task.flow_id for step in flows[name].steps if isinstance(step.task, LinkTask)]
    return frozenset(slot for name in found for slot in flows[name].all_collected)


_KINDS: Final[Mapping[SlotType, ExpectationKind]] = {
    "bool": "yes_no", "categorical": "category", "strict_categorical": "category", "float": "number",
}  # fmt: skip


def expectation_for(slot: Slot, flow_id: str, step_id: str, step: Step | None = None) -> Expectation:
    """Return what is expected of a caller who is asked for a slot at a step."""
    task = step.task if step is not None else None
    return Expectation(
        kind=_KINDS.get(slot.type, "text"),
        slot=slot.name,
        flow_id=flow_id,
        step_id=step_id,
        values=slot.values,
        confirms_write=step is not None and step.confirms_write,
        silence_timeout_s=task.silence_timeout_s if isinstance(task, CollectTask) else {},
        dtmf=task.dtmf if isinstance(task, CollectTask) else None,
    )


def _expectations(
    flows: Mapping[str, Flow], slots: Mapping[str, Slot]
) -> Iterator[tuple[tuple[str, str], Expectation]]:
    for flow in flows.values():
        for step in flow.steps:
            if isinstance(step.task, CollectTask) and step.task.slot in slots:
                yield (flow.id, step.id), expectation_for(slots[step.task.slot], flow.id, step.id, step)
