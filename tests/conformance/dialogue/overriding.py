"""The phone company with patterns of its own."""

from __future__ import annotations

from textwrap import dedent, indent

from tests.conformance.assistant import Result, Talk
from tests.conformance.conftest import Write
from tests.conformance.dialogue.conftest import IDENTIFY
from tests.conformance.dialogue.phone_company import DOMAIN, FLOWS


def build(
    write: Write,
    flows: str,
    *,
    says: str = "",
    slots: str = "",
    actions: dict[str, Result] | None = None,
    profile: str = "3.16",
    config: str = "",
) -> Talk:
    """The phone company with more: `says` are names of responses, or YAML lines `name: [...]`; `slots` YAML lines."""
    names_and_lines = [line.strip() for line in says.split("\n") if line.strip()]
    lines = [line if ":" in line else f"{line}: [{{text: {line}}}]" for line in names_and_lines]
    domain = DOMAIN.replace("slots:", "slots:\n" + indent(dedent(slots), "  "), 1)
    names = ", ".join(["action_order", "action_identify", *(actions or {})])
    domain = domain.replace("actions: [action_order, action_identify]", f"actions: [{names}]")
    domain += "".join(f"  {line.strip()}\n" for line in lines)
    more = {"data/patterns/own.yml": "flows:\n" + indent(dedent(flows), "  "), "config.yml": config or "language: en"}
    return Talk(write(FLOWS, domain, profile=profile, more=more), {**IDENTIFY, **(actions or {})})
