"""Models and groups of models, as `llm` in config.yml and `model_groups` in endpoints.yml name them.

provider in the files                        asked as
vllm, hosted_vllm, self-hosted               vllm: completions of our own prompt, grammar as `structured_outputs`
openai, azure                                chat completions, key from OPENAI_API_KEY or AZURE_API_KEY
litellm_proxy, rasa, ollama, and any other   an OpenAI-compatible server at `api_base`
embedded                                     the model in this process
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, get_args
from urllib.parse import urlsplit

from dialogue.understanding.configuration.options import Options, first_items, unset_variables
from dialogue.understanding.configuration.settings import (
    DEFAULT_ALLOWED_FAILS,
    DEFAULT_COOLDOWN_S,
    DEFAULT_TIMEOUT_S,
    GrammarField,
    ModelEntry,
    ModelGroup,
    ProviderKind,
    RouterSettings,
    Strategy,
    Trusted,
)
from flows.commands import Json
from flows.findings import Findings, did_you_mean
from flows.source import Rows, Scalar, Table, Value

MOST_GROUPS: Final = 200
MOST_MODELS: Final = 50
_KINDS: Final[Mapping[str, ProviderKind]] = {
    "embedded": "embedded",
    "vllm": "vllm", "hosted_vllm": "vllm", "self-hosted": "vllm", "self_hosted": "vllm",
    "openai": "openai", "text-completion-openai": "openai",
    "azure": "azure", "azure_openai": "azure", "azure-openai": "azure",
    "openai-compatible": "compatible", "openai_compatible": "compatible", "litellm_proxy": "compatible",
    "litellm": "compatible", "rasa": "compatible", "ollama": "compatible", "llama.cpp": "compatible",
    "llamacpp": "compatible", "custom_openai": "compatible",
}  # fmt: skip
_BASES: Final[Mapping[str, str]] = {"openai": "https://api.openai.com/v1", "ollama": "http://localhost:11434/v1"}
_KEYS: Final[Mapping[ProviderKind, str]] = {"openai": "OPENAI_API_KEY", "azure": "AZURE_API_KEY"}
_BASE_VARIABLES: Final[Mapping[ProviderKind, str]] = {"openai": "OPENAI_API_BASE", "azure": "AZURE_API_BASE"}
_AZURE_VERSION: Final = "2024-10-21"
_FOR_EMBEDDINGS: Final = ("huggingface_local",)
_WITH_GRAMMAR: Final = ("llama.cpp", "llamacpp")
_PASSED: Final = ("top_p", "top_k", "seed", "frequency_penalty", "presence_penalty", "logit_bias", "user",
                  "service_tier", "verbosity", "cache_salt", "priority")  # fmt: skip
_LITELLM_ONLY: Final = (
    "drop_params", "stream", "n", "cache", "cache_responses", "rpm", "tpm", "organization", "max_retries",
    "num_retries", "use_async", "id", "is_embedding",
)  # fmt: skip
_ROUTER_IGNORED: Final = ("redis_url", "redis_host", "redis_port", "redis_password", "cache_responses")


class GroupReader:
    """Reads models and groups. `environment` has the providers' usual variables for keys."""

    def __init__(self, findings: Findings, environment: Mapping[str, str]) -> None:
        self._findings = findings
        self._environment = environment
        self.groups: dict[str, ModelGroup] = {}

    def read_groups(self, endpoints: Value | None) -> None:
        """Read `model_groups` of endpoints.yml into `groups`."""
        listed = endpoints.get("model_groups") if isinstance(endpoints, Table) else None
        if listed is None or (isinstance(listed, Scalar) and listed.value is None):
            return
        if not isinstance(listed, Rows):
            Options(Table({}, {}, listed.place), "", self._findings).complain(
                listed.place, "model_groups must be a list of groups, each with 'id' and 'models'"
            )
            return
        for item in first_items(listed, MOST_GROUPS, "model_groups", self._findings):
            self._read_group(item)

    def read_llm(self, owner: Options, key: str = "llm") -> ModelGroup | None:
        """Return the group that a component's `llm` names, or its own model; None where it names none."""
        given = owner.get(key)
        if given is None:
            return None
        if not isinstance(given, Table):
            owner.complain(given.place, f"{owner.what}: '{key}' must be a map with 'model_group', or a model")
            return None
        options = Options(given, f"{owner.what}: {key}", self._findings)
        named = options.text("model_group")
        if named:
            options.finish()
            return self._named(named, options)
        entry = self._read_model(options)
        return None if entry is None else ModelGroup(entry.label, (entry,))

    def _named(self, name: str, options: Options) -> ModelGroup | None:
        group = self.groups.get(name)
        if group is None:
            message = f"{options.what}: endpoints.yml has no usable model group '{name}'; the embedded model is asked"
            options.complain(options.table.place_of("model_group"), message, did_you_mean(name, self.groups))
        return group

    def _read_group(self, item: Value) -> None:
        if not isinstance(item, Table):
            self._findings.warning(item.place, "understanding", "a model group must be a map with 'id' and 'models'")
            return
        options = Options(item, "a model group", self._findings)
        name = options.text("id")
        if not name:
            options.complain(item.place, "a model group needs an 'id', by which config.yml names it")
            return
        options.what = f"model group '{name}'"
        listed = options.get("models")
        router, is_chat = self._read_router(options)
        options.finish()
        if not isinstance(listed, Rows) or not listed.items:
            options.complain(item.place, f"{options.what} needs 'models', a list with at least one model")
            return
        rows = first_items(listed, MOST_MODELS, options.what, self._findings)
        entries = [entry for row in rows if (entry := self._entry(row, options)) is not None]
        if is_chat is not None:
            entries = [replace(entry, is_chat=is_chat) if entry.is_chat is None else entry for entry in entries]
        if name in self.groups:
            options.complain(item.place, f"{options.what} is there twice; the first one counts")
        elif entries:
            self.groups[name] = ModelGroup(name, tuple(entries), router)

    def _entry(self, row: Value, group: Options) -> ModelEntry | None:
        if isinstance(row, Table):
            return self._read_model(Options(row, f"{group.what}: a model", self._findings))
        group.complain(row.place, f"{group.what}: a model must be a map with 'provider' and 'model'")
        return None

    def _read_router(self, group: Options) -> tuple[RouterSettings, bool | None]:
        options = group.inner("router")
        if options is None:
            return RouterSettings(), None
        strategy = options.text("routing_strategy") or "simple-shuffle"
        if strategy not in get_args(Strategy):
            place = options.table.place_of("routing_strategy")
            message = f"{options.what}: there is no routing strategy '{strategy[:60]}'; models are asked in order"
            options.complain(place, message, did_you_mean(strategy, get_args(Strategy)))
            strategy = "in-order"
        settings = RouterSettings(
            strategy=strategy,  # type: ignore[arg-type]  # compared with the same literals just above
            cooldown_s=options.number("cooldown_time", otherwise=DEFAULT_COOLDOWN_S, most=86_400),
            allowed_fails=int(options.number("allowed_fails", otherwise=DEFAULT_ALLOWED_FAILS, most=1000)),
            retries=int(options.number("num_retries", otherwise=0, most=10)),
        )
        is_chat = _optional_flag(options, "use_chat_completions_endpoint")
        redis = [name for name in options.table.entries if name.startswith("redis_")]
        options.ignore({*redis, *_ROUTER_IGNORED}, "each server process keeps its own count of its models' health")
        options.allow("enable_pre_call_checks", "set_verbose", "debug_level", "timeout", "retry_after")
        options.finish()
        return settings, is_chat

    def _read_model(self, options: Options) -> ModelEntry | None:
        provider, name = _provider_and_name(options)
        kind = _KINDS.get(provider)
        base = options.text("api_base", "base_url", "openai_api_base", "azure_endpoint", "api_host")
        if provider in _FOR_EMBEDDINGS:
            return None  # right in a group for embeddings, which is none of ours
        if kind is None and not (provider and base):
            self._unusable(options, provider)
            return None
        kind = kind or "compatible"
        if kind != "embedded" and not name:
            options.complain(options.place, f"{options.what}: names no 'model'")
            return None
        base = base or self._environment.get(_BASE_VARIABLES.get(kind, ""), "") or _BASES.get(provider, "")
        key = options.text("api_key", "openai_api_key")
        key = key or self._environment.get(_KEYS.get(kind, ""), "")
        entry = self._with_options(ModelEntry(kind, name, api_base=base, api_key=key), provider, options)
        options.finish()
        if not _is_complete(entry, options):
            return None
        return replace(entry, missing=tuple(dict.fromkeys(_missing(entry, base_is_default=base in _BASES.values()))))

    def _with_options(self, entry: ModelEntry, provider: str, options: Options) -> ModelEntry:
        grammar: GrammarField = "grammar" if provider in _WITH_GRAMMAR else "structured_outputs"
        if entry.kind in ("openai", "azure"):
            grammar = "none"
        version = options.text("api_version") or self._environment.get("AZURE_API_VERSION", "")
        options.ignore(_LITELLM_ONLY, "it means nothing to the server that is asked")
        return replace(
            entry,
            api_version=version or (_AZURE_VERSION if entry.kind == "azure" else ""),
            timeout_s=options.number("timeout", "request_timeout", otherwise=DEFAULT_TIMEOUT_S, least=0.01, most=600),
            temperature=options.number("temperature", otherwise=0.0, most=2.0),
            max_tokens=int(options.number("max_tokens", "max_completion_tokens", otherwise=0, most=100_000)) or None,
            reasoning_effort=options.text("reasoning_effort") or None,
            is_chat=_optional_flag(options, "use_chat_completions_endpoint"),
            grammar=_one_of(options, "grammar", grammar, get_args(GrammarField)),  # type: ignore[arg-type]
            trust=_one_of(options, "trust", None, get_args(Trusted)),  # type: ignore[arg-type]
            weight=options.number("weight", otherwise=1.0, least=0.001, most=1e6),
            cost=_cost(options),
            is_verified=options.flag("ssl_verify", otherwise=True),
            adapter_path=options.text("adapter_path"),
            headers={str(k): str(v) for k, v in options.plain_map("extra_headers").items()},
            fields=_fields(options),
        )

    def _unusable(self, options: Options, provider: str) -> None:
        if not provider:
            message = f"{options.what}: names no 'provider'"
        else:
            message = f"{options.what}: provider '{provider[:60]}' is not asked directly, and there is no 'api_base'"
        suggestion = did_you_mean(provider, _KINDS) if provider else ""
        options.complain(
            options.place, message, suggestion or "name an OpenAI-compatible server or proxy with 'api_base'"
        )


def _provider_and_name(options: Options) -> tuple[str, str]:
    provider = options.text("provider", "type", "_type", "api_type").lower()
    name = options.text("model", "deployment", "model_name", "deployment_name", "engine", "deployment_id")
    if options.table.get("deployment") is not None:
        name = options.text("deployment") or name
    prefix, slash, rest = name.partition("/")
    if not provider and slash and prefix.lower() in _KINDS:
        return prefix.lower(), rest
    if provider and slash and prefix.lower() == provider:
        name = rest
    if not provider and not name and options.table.get("api_base") is None:
        return "", ""
    return provider or ("openai" if options.table.get("api_base") is None else "openai-compatible"), name


def _is_complete(entry: ModelEntry, options: Options) -> bool:
    if entry.kind == "embedded":
        return True
    if not entry.api_base:
        options.complain(options.place, f"{options.what}: '{entry.name}' needs 'api_base', the server's address")
        return False
    if any(True for _ in unset_variables(entry.api_base)):
        return True  # told as missing, when the server starts
    try:
        parts = urlsplit(entry.api_base)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        place = options.table.place_of("api_base") if options.table.get("api_base") else options.place
        options.complain(place, f"{options.what}: 'api_base' is no address", "write it as http://localhost:8000/v1")
    return is_usable


def _missing(entry: ModelEntry, *, base_is_default: bool) -> Iterator[str]:
    """Name the variables without which this entry cannot be asked."""
    for text in (entry.name, entry.api_base, entry.api_key, entry.api_version, *entry.headers.values()):
        yield from unset_variables(text)
    if not entry.api_key and (entry.kind == "azure" or (entry.kind == "openai" and base_is_default)):
        yield _KEYS[entry.kind]


def _optional_flag(options: Options, name: str) -> bool | None:
    return None if options.get(name) is None else options.flag(name, otherwise=True)


def _one_of(options: Options, name: str, otherwise: str | None, known: tuple[str, ...]) -> str | None:
    given = options.text(name)
    if not given:
        return otherwise
    if given in known:
        return given
    message = f"{options.what}: '{name}' must be one of {', '.join(known)}, not '{given[:60]}'"
    options.complain(options.table.place_of(name), message, did_you_mean(given, known))
    return otherwise


def _cost(options: Options) -> float | None:
    names = ("input_cost_per_token", "output_cost_per_token")
    given = [options.number(name, otherwise=0.0, most=1e6) for name in names if options.get(name) is not None]
    return sum(given) if given else None


def _fields(options: Options) -> dict[str, Json]:
    """What goes into requests as it is: parameters of the API, and what `extra_parameters` has."""
    found: dict[str, Json] = {}
    for name in _PASSED:
        value = options.get(name)
        if value is not None:
            found[name] = value.plain()
    template = dict(options.plain_map("chat_template_kwargs"))
    thinking = _optional_flag(options, "enable_thinking")
    if thinking is not None:
        template["enable_thinking"] = thinking
    if template:
        found["chat_template_kwargs"] = template
    return {**found, **options.plain_map("extra_parameters"), **options.plain_map("extra_body")}
