"""`EnterpriseSearchPolicy` of config.yml, and `vector_store` of endpoints.yml, as one frozen config. Pure.

What cannot be read is a finding and has its default: a slip in an option does not take an assistant's knowledge away.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from dialogue.knowledge.passages import SOURCE
from dialogue.knowledge.relevancy import THRESHOLD
from flows.commands import Json
from flows.errors import Finding
from flows.model import Assistant

SOURCE_FOLDER: Final = "./docs"
LOCAL: Final = "faiss"
"""The type of the index in a folder, which is ours: nothing of the library of that name is needed."""
_STORES: Final = (LOCAL, "qdrant", "milvus")
_IGNORED: Final = frozenset({"name", "embeddings", "trace_prompt_tokens", "priority", "nlu_abstention_threshold"})
"""Options that other systems have and that change nothing here: the encoder is our own."""


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How an assistant answers from documents.

    store: `faiss`, `qdrant`, `milvus`, or the path of the assistant's own class. source: the folder of documents.
    threshold: the least score of a passage that is said, from 0 to 1. connection: `vector_store` of endpoints.yml.
    """

    store: str = LOCAL
    source: str = SOURCE_FOLDER
    threshold: float = THRESHOLD
    use_generative_llm: bool = True
    llm: Mapping[str, Json] = field(default_factory=dict)
    prompt_template: str | None = None
    citation_enabled: bool = False
    check_relevancy: bool = False
    max_messages_in_query: int = 2
    include_date_time: bool = True
    timezone: str = "UTC"
    connection: Mapping[str, Json] = field(default_factory=dict)

    @property
    def has_own_model(self) -> bool:
        """Whether a language model writes the answers: it is wanted, and the policy says which."""
        return self.use_generative_llm and bool(self.llm)


def search_policy(config: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """Return the policy's entry in config.yml, None where an assistant has none."""
    policies = config.get("policies")
    for policy in policies if isinstance(policies, list | tuple) else ():
        if isinstance(policy, Mapping) and str(policy.get("name")).rpartition(".")[2] == SOURCE:
            return policy
    return None


def read_settings(assistant: Assistant) -> tuple[SearchSettings | None, tuple[Finding, ...]]:
    """Return how the assistant answers from documents, None where it does not, and what is wrong with its options."""
    policy = search_policy(assistant.config)
    if policy is None:
        return None, ()
    reading = _Reading()
    store = policy.get("vector_store")
    store = store if isinstance(store, Mapping) else {}
    reading.unknown(policy, {*_OPTIONS, *_IGNORED, "vector_store", "prompt"}, SOURCE)
    reading.unknown(store, {"type", "source", "threshold"}, "vector_store")
    connection = assistant.endpoints.get("vector_store")
    connection = connection if isinstance(connection, Mapping) else {}
    given = {name: policy[name] for name in _OPTIONS if policy.get(name) is not None}
    if "prompt_template" not in given and policy.get("prompt") is not None:
        given["prompt_template"] = policy["prompt"]
    options = {name: reading.option(name, value) for name, value in given.items()}
    kind = str(store.get("type") or connection.get("type") or LOCAL)
    if kind.lower() in _STORES:
        kind = kind.lower()
    elif "." not in kind:
        reading.add(f"there is no vector store {kind!r}", f"one of {', '.join(_STORES)}, or module.Class of your own")
        kind = LOCAL
    least = reading.threshold(store.get("threshold"))
    source = str(store.get("source") or SOURCE_FOLDER)
    kept = {name: value for name, value in options.items() if value is not None}
    settings = SearchSettings(store=kind, source=source, threshold=least, connection=connection, **kept)
    return settings, tuple(reading.findings)


class _Reading:
    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, message: str, suggestion: str = "") -> None:
        self.findings.append(Finding("config.yml", 1, 1, "search-policy", message, suggestion, "warning"))

    def unknown(self, given: Mapping[str, Json], known: set[str], where: str) -> None:
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(str(name), sorted(known), 1)
                self.add(f"{where} has no option {str(name)[:60]!r}", f"did you mean '{near[0]}'?" if near else "")

    def option(self, name: str, value: Json) -> Json:
        wanted, is_right = _OPTIONS[name]
        if is_right(value):
            return value
        self.add(f"{SOURCE}: {name} is {str(value)[:60]!r}, where {wanted} is due; it is left at its default")
        return None

    def threshold(self, value: Json) -> float:
        """Return the least score; the format's default of 0 leaves it to what was calibrated."""
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1):
            return float(value) if value else THRESHOLD
        self.add(f"vector_store: threshold is {str(value)[:60]!r}, where a number from 0 to 1 is due")
        return THRESHOLD


def _is_bool(value: Json) -> bool:
    return isinstance(value, bool)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 20


def _is_zone(value: Json) -> bool:
    try:
        ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        return False
    return True


_OPTIONS: Final[Mapping[str, tuple[str, Callable[[Json], bool]]]] = MappingProxyType(
    {
        "use_generative_llm": ("true or false", _is_bool),
        "llm": ("a map", lambda value: isinstance(value, Mapping)),
        "prompt_template": ("a file", _is_text),
        "citation_enabled": ("true or false", _is_bool),
        "check_relevancy": ("true or false", _is_bool),
        "max_messages_in_query": ("a number from 1 to 20", _is_count),
        "include_date_time": ("true or false", _is_bool),
        "timezone": ("a time zone such as Europe/Paris", _is_zone),
    }
)
