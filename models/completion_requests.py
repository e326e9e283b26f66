"""What is sent to an OpenAI-compatible server for a completion, and how a refused request is made acceptable. Pure.

Servers differ in the optional fields that they know. A request begins with all that are useful; what a server
refuses (400 or 422, naming a field or not) is left out from then on:

    refused, names a field of ours    that field goes, or `max_tokens` becomes `max_completion_tokens`
    refused, names none               all optional fields go
    refused for what it says          nothing goes: too long a prompt, a grammar that cannot be read
    no such path (404, 405)           `/completions` becomes `/chat/completions`
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

Endpoint: TypeAlias = Literal["completions", "chat/completions"]
OPTIONAL: Final = (
    "structured_outputs", "grammar", "cache_salt", "priority", "stream_options", "chat_template_kwargs",
    "reasoning_effort", "temperature", "stop", "return_tokens_as_token_ids",
)  # fmt: skip
_REASONING: Final = re.compile(r"(?:^|/)(?:o[1-9]|gpt-5)(?P<minor>\.\d+)?(?:[-_]|$)")
"""Models that think before they answer: no temperature, no stop, and the tokens of the thoughts are counted too."""
_THINKING_TOKENS: Final = 512
_MAX_STOPS: Final = 4
_UNKNOWN_FIELD: Final = re.compile(
    r"unknown|unrecogni[sz]ed|unsupported|support|permitted|allowed|extra|additional|argument|parameter|field|property"
)
"""Words of a refusal that is about a field, and not about what stands in it."""


@dataclass(frozen=True, slots=True)
class RequestStyle:
    """What a server is known to take. `fields` go into every request, `without` are those that it refused."""

    model: str
    endpoint: Endpoint = "completions"
    grammar_field: Literal["structured_outputs", "grammar", "none"] = "structured_outputs"
    temperature: float | None = 0.0
    reasoning_effort: str | None = None
    max_tokens: int | None = None
    """A bound from the assistant's files, where that is wider than ours; a model that thinks needs it."""
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    names_usage_often: bool = False
    """Tokens are told with every piece (vLLM), so that they are known where reading stops early."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    without: frozenset[str] = frozenset()


def style_for_thinkers(style: RequestStyle) -> RequestStyle:
    """Adapt the style to what the model's name says about it: those that think are told to think least."""
    found = _REASONING.search(style.model.lower())
    if found is None:
        return style
    lowest = "none" if found["minor"] else "minimal" if "gpt-5" in style.model.lower() else "low"
    return replace(
        style,
        limit_field="max_completion_tokens",
        reasoning_effort=style.reasoning_effort or lowest,
        without=style.without | {"temperature", "stop"},
    )


def payload(
    style: RequestStyle, prefix: str, tail: str, *, grammar: str | None, max_tokens: int, stop: Sequence[str]
) -> dict[str, Any]:
    """Return the body of a request whose answer is streamed."""
    usage: dict[str, Any] = {"include_usage": True}
    if style.names_usage_often:
        usage["continuous_usage_stats"] = True
    thinking = _THINKING_TOKENS if style.limit_field == "max_completion_tokens" else 0
    body: dict[str, Any] = {
        **style.fields,
        "model": style.model,
        "stream": True,
        "stream_options": usage,
        style.limit_field: max(max_tokens + thinking, (style.max_tokens or 0) if thinking else 0),
    }
    if style.temperature is not None:
        body["temperature"] = style.temperature
    if style.reasoning_effort is not None:
        body["reasoning_effort"] = style.reasoning_effort
    if stop:
        body["stop"] = list(stop)[:_MAX_STOPS]
    if grammar is not None and style.grammar_field != "none":
        body[style.grammar_field] = {"grammar": grammar} if style.grammar_field == "structured_outputs" else grammar
    if style.endpoint == "completions":
        body["prompt"] = prefix + tail
    else:
        said = [{"role": "system", "content": prefix}] if prefix else []
        body["messages"] = [*said, {"role": "user", "content": tail or " "}]
    return {name: value for name, value in body.items() if name not in style.without}


def after_refusal(style: RequestStyle, status: int, reason: str, sent: Mapping[str, Any]) -> RequestStyle | None:
    """Return how to ask again after a refusal; None where nothing more can be left out."""
    if status in (404, 405):
        is_path = style.endpoint == "completions" and "model" not in reason.lower()
        return replace(style, endpoint="chat/completions") if is_path else None
    if status not in (400, 422):
        return None
    if style.endpoint == "completions" and _wants_chat(reason):
        return replace(style, endpoint="chat/completions")
    if "max_completion_tokens" in reason and style.limit_field == "max_tokens":
        return replace(style, limit_field="max_completion_tokens")
    optional = [name for name in (*OPTIONAL, *style.fields) if name in sent]
    named = [name for name in optional if re.search(rf"\b{re.escape(name)}\b", reason)]
    if (_is_about_length(reason) and not named) or _is_about_the_grammar(reason):
        return None
    dropped = named or optional
    return replace(style, without=style.without | set(dropped)) if dropped else None


def _wants_chat(reason: str) -> bool:
    lowered = reason.lower()
    return "chat/completions" in lowered or "chat completions" in lowered or "is a chat model" in lowered


def _is_about_length(reason: str) -> bool:
    lowered = reason.lower()
    return "context length" in lowered or "too long" in lowered or "maximum context" in lowered


def _is_about_the_grammar(reason: str) -> bool:
    """Say whether the server knows grammars and could not read this turn's: that says nothing of the next turn's."""
    lowered = reason.lower()
    return "grammar" in lowered and _UNKNOWN_FIELD.search(lowered) is None
