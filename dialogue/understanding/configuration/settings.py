"""What an assistant's files say about understanding, read and checked: plain values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from dialogue.understanding.limits import MAX_CHARACTERS
from flows.commands import Json
from flows.places import Place

ProviderKind: TypeAlias = Literal["embedded", "vllm", "openai", "azure", "compatible"]
Strategy: TypeAlias = Literal[
    "in-order", "simple-shuffle", "least-busy", "latency-based-routing", "cost-based-routing", "usage-based-routing"
]
GeneratorKind: TypeAlias = Literal["single-step", "compact", "search-ready"]
GrammarField: TypeAlias = Literal["structured_outputs", "grammar", "none"]
Trusted: TypeAlias = Literal["agreement", "trained", "full"]

DEFAULT_TIMEOUT_S = 7.0
"""The format's bound on one answer of a model; a turn's own budget is shorter and goes before it."""
DEFAULT_FLOWS = 20
DEFAULT_COOLDOWN_S = 5.0
DEFAULT_ALLOWED_FAILS = 2


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of a provider: an entry of `models` in a group, or an inline `llm`.

    `missing` are variables of the environment that it needs and that are not set: it is then passed over. `fields`
    go into each request as they are. `trust` as in `generator`, None for what its provider implies.
    """

    kind: ProviderKind
    name: str
    api_base: str = ""
    api_key: str = field(default="", repr=False)
    api_version: str = ""
    timeout_s: float = DEFAULT_TIMEOUT_S
    temperature: float | None = 0.0
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    is_chat: bool | None = None
    """Whether to ask `/chat/completions`; None finds out, beginning with what the provider is known for."""
    grammar: GrammarField = "structured_outputs"
    trust: Trusted | None = None
    weight: float = 1.0
    cost: float | None = None
    is_verified: bool = True
    """Whether the certificate of an https server is checked."""
    adapter_path: str = ""
    """A LoRA folder on the vLLM server, loaded under this entry's name when the server of ours starts."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, Json] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people call it: in the log, in events, in metrics."""
        return "embedded" if self.kind == "embedded" else f"{self.kind}/{self.name}"

    @property
    def shown_base(self) -> str:
        """Where it is served, without a name and password in the address."""
        scheme, separator, rest = self.api_base.partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class RouterSettings:
    """How requests are spread over a group's models, and when one is left alone for a while."""

    strategy: Strategy = "in-order"
    cooldown_s: float = DEFAULT_COOLDOWN_S
    allowed_fails: int = DEFAULT_ALLOWED_FAILS
    retries: int = 0


@dataclass(frozen=True, slots=True)
class ModelGroup:
    """Models that stand in for each other."""

    id: str
    models: tuple[ModelEntry, ...]
    router: RouterSettings = RouterSettings()


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Which flows a prompt has: the nearest `num_flows`, or all where it is not active."""

    is_active: bool = True
    num_flows: int = DEFAULT_FLOWS
    turns_to_embed: int = 1
    should_embed_slots: bool = True


@dataclass(frozen=True, slots=True)
class Generator:
    """The command generator of the pipeline. Without a group the embedded model is asked, as the cascade asks it."""

    kind: GeneratorKind = "compact"
    group: ModelGroup | None = None
    retrieval: Retrieval = Retrieval()
    max_characters: int | None = MAX_CHARACTERS
    prompt_file: str | None = None
    """A template of the assistant's own, relative to its folder."""
    prompt_place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Coexistence:
    """Which turns belong to flows and which to an intent-based assistant beside them.

    Of the IntentBasedRouter the entries are intents; of the LLMBasedRouter they are scopes in words, and `group` has
    the model that is asked.
    """

    by: Literal["intent", "llm"]
    calm: tuple[str, ...] = ()
    nlu_sticky: tuple[str, ...] = ()
    nlu_non_sticky: tuple[str, ...] = ()
    group: ModelGroup | None = None


@dataclass(frozen=True, slots=True)
class Configuration:
    """All of it. `has_classifier`: NLUCommandAdapter is in the pipeline, so that intents start flows."""

    generator: Generator | None = None
    has_classifier: bool = False
    coexistence: Coexistence | None = None
    groups: Mapping[str, ModelGroup] = field(default_factory=dict)
