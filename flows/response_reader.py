"""Reading one response of a domain: its variations, with their conditions and buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from flows.commands import Json
from flows.condition_reader import read_condition
from flows.conditions import Condition, all_equal
from flows.fields import flag, is_given, warn_of_unknown_keys
from flows.findings import Findings
from flows.model import Response, ResponseButton
from flows.places import Place
from flows.source import Rows, Scalar, Table, Value

_CONTENT_KEYS: Final = {"text", "buttons", "image", "attachment", "elements", "quick_replies", "custom", "links"}
_VARIATION_KEYS: Final = _CONTENT_KEYS | {
    "id", "channel", "condition", "translation", "allow_interruptions", "metadata", "ssml",
}  # fmt: skip
_BUTTON_KEYS: Final = {"title", "payload", "type", "url", "metadata", "translation", "image_url", "content_type"}


def read_response(name: str, node: Value, place: Place, findings: Findings) -> tuple[Response, ...]:
    """Read a list of variations; none where there is nothing to say."""
    if not isinstance(node, Rows) or not node.items:
        findings.error(place, "response", f"response '{name}' needs a list of variations such as '- text: …'")
        return ()
    found = [_variation(item, findings) for item in node.items]
    return tuple(variation for variation in found if variation is not None)


def _variation(node: Value, findings: Findings) -> Response | None:
    if isinstance(node, Scalar) and node.value is not None:
        return Response(text=node.text, place=node.place)
    if not isinstance(node, Table):
        findings.error(node.place, "response", "a variation must be a map such as '- text: …'")
        return None
    warn_of_unknown_keys(node, _VARIATION_KEYS, "a variation", findings)
    if not any(is_given(node, key) for key in _CONTENT_KEYS):
        findings.warning(node.place, "response", "this variation says nothing", "give it a 'text'")
    text = _text(node, findings)
    return Response(
        text=text.rstrip("\n") if text is not None else None,
        id=node.text("id"),
        channel=node.text("channel"),
        condition=_condition(node, findings),
        buttons=tuple(_buttons(node, findings)),
        custom=_plain(node, "custom"),
        image=node.text("image"),
        attachment=_plain(node, "attachment"),
        elements=_plain(node, "elements"),
        quick_replies=_plain(node, "quick_replies"),
        allow_interruptions=flag(node, "allow_interruptions", True, findings),
        metadata=_mapping(node, "metadata", findings),
        translation=_mapping(node, "translation", findings),
        place=node.place,
    )


def _text(node: Table, findings: Findings) -> str | None:
    value = node.get("text")
    if isinstance(value, Rows | Table):
        findings.error(value.place, "response", "'text' must be one text", "quote it if it begins with { or [")
        return None
    return node.text("text")


def _plain(node: Table, key: str) -> Json:
    value = node.get(key)
    return None if value is None else value.plain()


def _mapping(node: Table, key: str, findings: Findings) -> Mapping[str, Json]:
    value = node.get(key)
    if isinstance(value, Table):
        plain: Mapping[str, Json] = value.plain()
        return plain
    if is_given(node, key):
        findings.error(node.place_of(key), "response", f"'{key}' must be a map")
    return {}


def _condition(node: Table, findings: Findings) -> Condition | None:
    """Read a predicate, or the older list of slots and the values they must have."""
    if not is_given(node, "condition"):
        return None
    value = node.entries["condition"]
    if isinstance(value, Scalar):
        return read_condition(value, findings)
    wanted: dict[str, Json] = {}
    for item in value.items if isinstance(value, Rows) else (value,):
        name = item.text("name") if isinstance(item, Table) else None
        kind = item.text("type") if isinstance(item, Table) else None
        if not isinstance(item, Table) or name is None:
            findings.error(item.place, "condition", "write '- {type: slot, name: …, value: …}' or a predicate")
            continue
        if kind not in (None, "slot"):
            findings.warning(item.place, "condition", f"a condition of type '{kind}' is not known", "write type: slot")
        wanted[name] = _plain(item, "value")
    return replace(all_equal(wanted), place=value.place, is_on_one_line=False)


def _buttons(node: Table, findings: Findings) -> list[ResponseButton]:
    if not is_given(node, "buttons"):
        return []
    value = node.entries["buttons"]
    if not isinstance(value, Rows):
        findings.error(value.place, "button", "'buttons' must be a list")
        return []
    found: list[ResponseButton] = []
    for item in value.items:
        title = item.text("title") if isinstance(item, Table) else None
        if title is None or not isinstance(item, Table):
            findings.error(item.place, "button", "a button needs a title")
            continue
        warn_of_unknown_keys(item, _BUTTON_KEYS, "a button", findings)
        found.append(ResponseButton(title, item.text("payload") or title))
    return found
