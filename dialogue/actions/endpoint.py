"""Where an assistant's actions run, as `action_endpoint` of endpoints.yml says.

| endpoints.yml                         | its actions run                                      |
|---------------------------------------|------------------------------------------------------|
| `actions_module: package`             | in this process, also where there is a `url` as well |
| `url: http(s)://…/webhook`            | on that server                                       |
| nothing of both                       | in this process, from the folder's `actions`         |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from dialogue.actions.errors import ActionEndpointInvalid
from flows.commands import Json
from flows.model import ActionTask, Assistant

IN_PROCESS: Final = "in-process"
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class ActionServer:
    """An action server, and how it wants to be asked. `url` is the webhook's.

    `is_selective`: the domain goes only to the actions that ask for it (`full_domain_for`), and to a server that
    says that it needs it. `repeatable` are the actions without outside effects, which may be asked for twice.
    """

    url: str
    token: str | None = None
    cafile: Path | None = None
    is_selective: bool = False
    is_compressed: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    full_domain_for: frozenset[str] = frozenset()
    repeatable: frozenset[str] = frozenset()

    def beside(self, name: str) -> str:
        """Return the address of another path of the server, such as `health`."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/{name}", query="", fragment=""))


def action_server(
    assistant: Assistant, source: str | None = None, *, is_compressed: bool = False
) -> ActionServer | None:
    """Return the server on which the assistant's actions run; None when they run in this process.

    `source` goes before endpoints.yml: `in-process`, or the address of a server.

    Raises:
        ActionEndpointInvalid: what endpoints.yml or `source` says cannot be used.
    """
    endpoint = assistant.endpoints.get("action_endpoint")
    if endpoint is not None and not isinstance(endpoint, Mapping):
        raise ActionEndpointInvalid("action_endpoint in endpoints.yml must be a map with the key 'url'")
    given: Mapping[str, Json] = endpoint or {}
    if source == IN_PROCESS or (source is None and (given.get("actions_module") or given.get("url") is None)):
        return None
    return ActionServer(
        url=_address(source if source is not None else given.get("url"), "url" if source is None else "--actions"),
        token=_text(given, "token"),
        cafile=_cafile(_text(given, "cafile"), assistant.folder),
        is_selective=given.get("enable_selective_domain") is True,
        is_compressed=is_compressed,
        headers=_headers(given),
        full_domain_for=_with_domain(assistant),
        repeatable=_repeatable(assistant),
    )


def _address(value: Json, key: str) -> str:
    text = _expanded(value, key)
    try:
        parts = urlsplit(text)
        is_usable = bool(parts.hostname) and parts.port != 0
    except ValueError as problem:
        raise ActionEndpointInvalid(f"the action server's {key} {text!r} is no address: {problem}") from None
    if parts.scheme == "grpc":
        raise ActionEndpointInvalid(
            f"the action server's {key} {text!r} asks for gRPC, which is not supported: start the server without "
            "--grpc and write http:// or https:// here"
        )
    if parts.scheme not in _SCHEMES or not is_usable:
        raise ActionEndpointInvalid(
            f"the action server's {key} {text!r} is no address: write it as http://localhost:5055/webhook"
        )
    return _with_path(parts)


def _with_path(parts: SplitResult) -> str:
    return urlunsplit(parts._replace(path="/webhook") if parts.path in ("", "/") else parts)


def _expanded(value: Json, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ActionEndpointInvalid(f"action_endpoint.{key} in endpoints.yml must be a text, not {value!r}")
    unset = _VARIABLE.search(value)
    if unset is not None:
        raise ActionEndpointInvalid(
            f"action_endpoint.{key} in endpoints.yml needs the environment variable {unset[1]!r}: set it first"
        )
    return value.strip()


def _text(given: Mapping[str, Json], key: str) -> str | None:
    return None if given.get(key) in (None, "") else _expanded(given[key], key)


def _cafile(value: str | None, folder: str) -> Path | None:
    if value is None:
        return None
    path = Path(folder) / value
    if not path.is_file():
        raise ActionEndpointInvalid(f"action_endpoint.cafile in endpoints.yml names {value!r}, which is no file")
    return path


def _headers(given: Mapping[str, Json]) -> Mapping[str, str]:
    headers = given.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise ActionEndpointInvalid("action_endpoint.headers in endpoints.yml must be a map")
    texts = {str(name): _expanded(value, f"headers.{name}") for name, value in headers.items()}
    if not all(name.isascii() and value.isascii() for name, value in texts.items()):
        raise ActionEndpointInvalid("action_endpoint.headers in endpoints.yml may have ASCII characters only")
    return texts


def _with_domain(assistant: Assistant) -> frozenset[str]:
    """Return the actions that the domain lists with `send_domain: true`."""
    listed = assistant.domain.get("actions")
    return frozenset(
        str(name)
        for item in (listed if isinstance(listed, list | tuple) else ())
        if isinstance(item, Mapping)
        for name, options in item.items()
        if isinstance(options, Mapping) and options.get("send_domain") is True
    )


def _repeatable(assistant: Assistant) -> frozenset[str]:
    """Return the actions that neither the domain nor any step calls a write."""
    harmless = {name for name, effect in assistant.action_effects.items() if effect in ("none", "read")}
    if not harmless:
        return frozenset()
    tasks = [step.task for flow in assistant.flows.values() for step in flow.steps]
    writes = {task.name for task in tasks if isinstance(task, ActionTask) and task.effect == "write"}
    return frozenset(harmless - writes)
