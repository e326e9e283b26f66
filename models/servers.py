"""From an entry of a model group to the client that asks its server. Pure but for making the client."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

from dialogue.understanding.configuration.settings import ModelEntry
from models.completion_requests import Endpoint, RequestStyle, style_for_thinkers
from models.openai_compatible import OpenAiCompatible, ServerSettings
from models.vllm import WARM_FIELDS, vllm_style

_NEIGHBOURS = ("localhost", "127.0.0.1", "::1")


def client_for(entry: ModelEntry) -> OpenAiCompatible:
    """Return the client for an entry that is no embedded model. It is not open yet."""
    return OpenAiCompatible(settings_for(entry))


def settings_for(entry: ModelEntry) -> ServerSettings:
    """Return where and how an entry's server is asked."""
    is_hosted = entry.kind in ("openai", "azure")
    is_chat = entry.is_chat if entry.is_chat is not None else is_hosted
    endpoint: Endpoint = "chat/completions" if is_chat else "completions"
    style = RequestStyle(
        model=entry.name,
        endpoint=endpoint,
        grammar_field=entry.grammar,
        temperature=entry.temperature,
        reasoning_effort=entry.reasoning_effort,
        fields=entry.fields,
        max_tokens=entry.max_tokens,
    )
    style = vllm_style(style) if entry.kind == "vllm" else style_for_thinkers(style)
    base, query = _azure(entry) if entry.kind == "azure" else (entry.api_base, {})
    parts = urlsplit(base)
    if entry.kind != "azure" and parts.path in ("", "/"):
        base = urlunsplit(parts._replace(path="/v1"))  # where every server of this protocol has it
    host = parts.hostname or ""
    return ServerSettings(
        label=entry.label,
        api_base=base,
        style=style,
        api_key=entry.api_key,
        key_header="api-key" if entry.kind == "azure" else "Authorization",
        timeout_s=entry.timeout_s,
        headers=entry.headers,
        query=query,
        is_verified=entry.is_verified,
        is_proxied=is_hosted and host not in _NEIGHBOURS,
        warm_fields=WARM_FIELDS if entry.kind == "vllm" else {},
    )


def _azure(entry: ModelEntry) -> tuple[str, dict[str, str]]:
    """Azure serves each deployment under an address of its own, in a version of its own."""
    base = entry.api_base.rstrip("/")
    if "/openai/" in f"{base}/":
        return base, {} if base.endswith("/v1") else {"api-version": entry.api_version}
    return f"{base}/openai/deployments/{quote(entry.name, safe='')}", {"api-version": entry.api_version}
