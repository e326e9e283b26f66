"""How a vLLM server is asked, where that differs from other OpenAI-compatible ones (fields of vLLM 0.33).

structured_outputs   the grammar, the same GBNF as for llama.cpp
cache_salt           whose cached prefixes may be reused: none by default, so that all calls share one
priority             requests that only fill the cache go behind those that a caller waits for; without
                     `--scheduling-policy priority` vLLM 0.32 takes the field and ignores it, and where a server
                     refuses it, it is left out
continuous_usage     tokens are told with every piece, so they are known where reading stops early
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from models.completion_requests import RequestStyle
from models.errors import ModelUnavailable
from models.openai_compatible import OpenAiCompatible

BEHIND_CALLERS: Final = 10
"""Of `priority`: lower goes first, and 0 is what every request has."""
WARM_FIELDS: Final[dict[str, Any]] = {"priority": BEHIND_CALLERS}
_ADAPTER_NAME: Final = re.compile(r"[\w.\-]{1,100}")


def vllm_style(style: RequestStyle) -> RequestStyle:
    """Return the style for a vLLM server. Chat templates of models that think aloud are told not to."""
    kwargs = {"enable_thinking": False, **style.fields.get("chat_template_kwargs", {})}
    fields = {**style.fields}
    if style.endpoint == "chat/completions":
        fields["chat_template_kwargs"] = kwargs
    return replace(style, names_usage_often=True, fields=fields)


async def load_adapter(model: OpenAiCompatible, name: str, path: str) -> None:
    """Have a running vLLM server load a LoRA adapter under `name`, by which requests then ask for it.

    The server must run with `--enable-lora` and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1. An adapter of that name that is
    there already is well. Raises `ModelUnavailable` with what the server said.
    """
    label = model.settings.label
    if not _ADAPTER_NAME.fullmatch(name):
        raise ModelUnavailable(label, f"an adapter cannot be named {name[:60]!r}: letters, digits, '_', '.', '-'")
    status, told = await model.post("load_lora_adapter", {"lora_name": name, "lora_path": path})
    is_there = status == 400 and "already" in told.lower()
    is_adapter_missing = status == 404 and ("lora" in told.lower() or "adapter" in told.lower())
    if status in (404, 405) and not is_adapter_missing:  # the path is only there where adapters may be loaded
        raise ModelUnavailable(
            label, "does not load adapters: start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1"
        )
    if status != 200 and not is_there:
        raise ModelUnavailable(label, f"did not load the adapter {name!r} (HTTP {status}){': ' if told else ''}{told}")
