"""Domains for conformance tests, from the little that a test says about them.

    domain({"amount": "float", "color": "{type: categorical, values: [red, blue]}"}, say=["utter_done"])

Every slot gets a question `utter_ask_<slot>`, and every response says its own name, unless `responses` says more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent, indent


def domain(
    slots: Mapping[str, str] | None = None,
    *,
    say: Sequence[str] = (),
    actions: Sequence[str] = (),
    responses: str = "",
    unasked: Sequence[str] = (),
    more: str = "",
) -> str:
    """Return the text of a domain file.

    Args:
        slots: type, or a whole definition in YAML's flow style, by name.
        say: names of responses that say their own name.
        actions: names of custom actions.
        responses: YAML of responses that say something else.
        unasked: slots without a question.
        more: YAML of other top keys.
    """
    slots = dict(slots or {})
    lines = ['version: "3.1"', "slots:" if slots else "slots: {}"]
    lines += [f"  {name}: {kind if kind.startswith('{') else f'{{type: {kind}}}'}" for name, kind in slots.items()]
    written = dedent(responses).strip("\n")
    asked = [f"utter_ask_{name}" for name in slots if name not in unasked]
    names = [name for name in [*asked, *say] if f"{name}:" not in written]
    lines += ["responses:" if names or written else "responses: {}"]
    lines += [f"  {name}: [{{text: {name}}}]" for name in names]
    text = "\n".join(lines) + "\n" + (indent(written, "  ") + "\n" if written else "")
    if actions:
        text += "actions: [" + ", ".join(actions) + "]\n"
    return text + dedent(more)
