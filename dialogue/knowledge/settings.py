"""`EnterpriseSearchPolicy` of config.yml, and `vector_store` of endpoints.yml, as one frozen config. Pure.

The same reader serves two ends: `read_search` on files whose places are known, for `vivavoce validate`, and
`read_settings` on a loaded assistant. What cannot be read is a finding and has its default: a slip in an option does
not take an assistant's knowledge away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from dialogue.knowledge.passages import SOURCE
from dialogue.knowledge.relevancy import THRESHOLD
from dialogue.understanding.configuration.options import Options, as_value
from flows.commands import Json
from flows.errors import Finding
from flows.findings import Findings, did_you_mean
from flows.model import Assistant
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value, plain_scalar

CODE: Final = "search-policy"
SOURCE_FOLDER: Final = "./docs"
LOCAL: Final = "faiss"
"""The type of the index in a folder, which is ours: nothing of the library of that name is needed."""
STORES: Final = (LOCAL, "qdrant", "milvus")
DEFAULT_MESSAGES: Final = 2
MOST_MESSAGES: Final = 20
_IGNORED: Final = ("name", "embeddings", "trace_prompt_tokens", "priority", "nlu_abstention_threshold")
"""Options that other systems have and that change nothing here: the encoder is our own."""
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How an assistant answers from documents.

    store: `faiss`, `qdrant`, `milvus`, or the path of the assistant's own class. source: the folder of documents.
    threshold: as configured, None where it is not. connection: `vector_store` of endpoints.yml.
    """

    store: str = LOCAL
    source: str = SOURCE_FOLDER
    threshold: float | None = None
    use_generative_llm: bool = True
    llm: Mapping[str, Json] = field(default_factory=dict)
    prompt_template: str | None = None
    citation_enabled: bool = False
    check_relevancy: bool = False
    max_messages_in_query: int = DEFAULT_MESSAGES
    include_date_time: bool = True
    timezone: str = "UTC"
    connection: Mapping[str, Json] = field(default_factory=dict)

    @property
    def has_own_model(self) -> bool:
        """Whether a language model writes the answers: it is wanted, and the policy says which."""
        return self.use_generative_llm and bool(self.llm)

    @property
    def least_score(self) -> float:
        """The least score of a passage that is said, from 0 to 1: what is configured, else what was calibrated."""
        return THRESHOLD if self.threshold is None else self.threshold


@dataclass(frozen=True, slots=True)
class ReadSearch:
    """The settings, and the places of what can only be checked where folders and servers are known."""

    settings: SearchSettings
    options: Options
    store: Place
    source: Place
    prompt: Place


def read_search(config: Value | None, endpoints: Value | None, findings: Findings) -> ReadSearch | None:
    """Read the policy from both files, already with their variables filled in; None where there is none."""
    policy = _policy(config)
    if policy is None:
        return None
    options = Options(policy, SOURCE, findings, CODE)
    options.allow(*_IGNORED)
    store = options.inner("vector_store") or Options(Table({}, {}, policy.place), "vector_store", findings, CODE)
    store.what = "vector_store"
    connection = endpoints.get("vector_store") if isinstance(endpoints, Table) else None
    kind, kind_place = _kind(store, connection if isinstance(connection, Table) else None)
    source = store.text("source") or SOURCE_FOLDER
    llm = options.get("llm")
    if llm is not None and not isinstance(llm, Table):
        options.complain(llm.place, f"{SOURCE}: 'llm' must be a map with 'model_group', or a model")
    settings = SearchSettings(
        store=kind,
        source=source,
        threshold=_threshold(store),
        use_generative_llm=options.flag("use_generative_llm", otherwise=True),
        llm=llm.plain() if isinstance(llm, Table) else {},
        prompt_template=options.text("prompt_template", "prompt") or None,
        citation_enabled=options.flag("citation_enabled", otherwise=False),
        check_relevancy=options.flag("check_relevancy", otherwise=False),
        max_messages_in_query=_messages(options),
        include_date_time=options.flag("include_date_time", otherwise=True),
        timezone=_timezone(options),
        connection=connection.plain() if isinstance(connection, Table) else {},
    )
    _warn_of_no_threshold(settings, store)
    store.finish()
    options.finish()
    prompt = "prompt_template" if "prompt_template" in policy.entries else "prompt"
    return ReadSearch(settings, options, kind_place, store.table.place_of("source"), policy.place_of(prompt))


def read_settings(assistant: Assistant) -> tuple[SearchSettings | None, tuple[Finding, ...]]:
    """Return how the assistant answers from documents, None where it does not, and what is wrong with its options."""
    findings = Findings()
    config = as_value(assistant.config, Place("config.yml", 1, 1))
    read = read_search(config, as_value(assistant.endpoints, Place("endpoints.yml", 1, 1)), findings)
    return (None if read is None else read.settings), findings.sorted()


def _policy(config: Value | None) -> Table | None:
    policies = config.get("policies") if isinstance(config, Table) else None
    for policy in policies.items if isinstance(policies, Rows) else ():
        if isinstance(policy, Table) and (policy.text("name") or "").rpartition(".")[2] == SOURCE:
            return policy
    return None


def _kind(store: Options, connection: Table | None) -> tuple[str, Place]:
    """Return the type of the store, and where it is named: in the policy, or in endpoints.yml."""
    named = store.text("type")
    place = store.table.place_of("type")
    if not named and connection is not None and connection.text("type"):
        named, place = (connection.text("type") or "").strip(), connection.place_of("type")
    if not named or named.lower() in STORES:
        return named.lower() or LOCAL, place
    if "." not in named:
        known = f"one of {', '.join(STORES)}, or module.Class of your own"
        message = f"there is no vector store '{named[:_SHOWN]}', so {LOCAL} is taken"
        store.complain(place, message, did_you_mean(named, STORES) or known)
        return LOCAL, place
    return named, place


def _threshold(store: Options) -> float | None:
    value = store.get("threshold")
    if value is None:
        return None
    given = plain_scalar(value.text) if isinstance(value, Scalar) else None
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    message = f"vector_store: 'threshold' must be a number from 0 to 1, not {str(value.plain())[:_SHOWN]}"
    store.complain(value.place, message, f"{THRESHOLD:g}, as calibrated, is taken")
    return None


def _warn_of_no_threshold(settings: SearchSettings, store: Options) -> None:
    if settings.threshold == 0 and not settings.has_own_model:
        message = "vector_store: with a threshold of 0 every question is answered, whatever the nearest passage says"
        store.complain(store.table.place_of("threshold"), message, f"leave it out for {THRESHOLD:g}, as calibrated")


def _messages(options: Options) -> int:
    name, default = "max_messages_in_query", DEFAULT_MESSAGES
    value = options.get(name)
    given = plain_scalar(value.text) if isinstance(value, Scalar) else None
    if value is None or (isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= MOST_MESSAGES):
        return given if isinstance(given, int) else default
    message = f"{SOURCE}: '{name}' must be a whole number from 1 to {MOST_MESSAGES}, not {str(value.plain())[:_SHOWN]}"
    options.complain(value.place, message, f"{default} is taken")
    return default


def _timezone(options: Options) -> str:
    named = options.text("timezone")
    try:
        return ZoneInfo(named).key if named else "UTC"
    except (KeyError, ValueError, OSError):
        message = f"{SOURCE}: there is no time zone '{named[:_SHOWN]}', so UTC is taken"
        options.complain(options.table.place_of("timezone"), message, "name one such as Europe/Paris")
        return "UTC"
