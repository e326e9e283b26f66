"""Training domains: what callers of one kind of business say, written by hand, read and checked.

Each file of `domains/` has the slots and flows of one business with many ways to ask for each flow, to answer and
to correct, and turns that mean several flows or none. `python -m models.training.domain_files` checks them all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

FOLDER = Path(__file__).with_name("domains")
ValueKind: TypeAlias = Literal[
    "name", "person", "free", "date", "time", "phone", "email", "code", "address", "city", "number", "money", "category"
]
DRAWN: frozenset[ValueKind] = frozenset({"person", "date", "time", "phone", "email", "code", "address", "city"})
"""Kinds whose values are drawn by chance and not listed."""
_HOLE = re.compile(r"\{(\w+)\}")
_STRICT = ConfigDict(extra="forbid", frozen=True)
Text = Annotated[str, Field(min_length=1)]


class SlotData(BaseModel):
    """A slot: what it holds, how it is asked for, and its values."""

    model_config = _STRICT
    type: Literal["text", "categorical", "float", "bool"]
    kind: ValueKind | None = None
    about: Text
    ask: Text
    values: tuple[Text, ...] | Mapping[Text, tuple[Text, ...]] = ()
    range: tuple[float, float] | None = None
    units: tuple[str, ...] = ()
    yes: tuple[Text, ...] = ()
    no: tuple[Text, ...] = ()


class FlowData(BaseModel):
    """A flow: what it is called and for, and how callers ask for it."""

    model_config = _STRICT
    name: Text
    descriptions: Annotated[tuple[Text, ...], Field(min_length=2)]
    slots: tuple[str, ...] = ()
    say: Annotated[tuple[Text, ...], Field(min_length=8)]
    change: tuple[Text, ...] = ()


class SeveralFlows(BaseModel):
    """A turn that means several flows: any of them (ambiguous) or all of them."""

    model_config = _STRICT
    say: Text
    flows: Annotated[tuple[str, ...], Field(min_length=2)]


class Passing(BaseModel):
    """How a caller says yes or no to a question in passing, before it is asked: "no reminder"."""

    model_config = _STRICT
    yes: Annotated[tuple[Text, ...], Field(min_length=3)]
    no: Annotated[tuple[Text, ...], Field(min_length=3)]


class InformationData(BaseModel):
    """A flow that only tells something, as most businesses have: how it may be called, what callers say."""

    model_config = _STRICT
    name: Text
    names: Annotated[tuple[Text, ...], Field(min_length=1)]
    descriptions: Annotated[tuple[Text, ...], Field(min_length=2)]
    about: tuple[Text, ...]
    say: Annotated[tuple[Text, ...], Field(min_length=8)]


class DomainData(BaseModel):
    """One business."""

    model_config = _STRICT
    domain: Text
    title: Text
    slots: Mapping[str, SlotData]
    answers: Mapping[str, tuple[Text, ...]] = {}
    flows: Mapping[str, FlowData]
    passing: Mapping[str, Passing] = {}
    ambiguous: tuple[SeveralFlows, ...] = ()
    several: tuple[SeveralFlows, ...] = ()
    questions: tuple[Text, ...] = ()
    unrelated: tuple[Text, ...] = ()


def read_domain(path: Path) -> DomainData:
    """Read one file. Raises `ValueError` that says what is wrong."""
    try:
        content = YAML(typ="safe", pure=False).load(path.read_text())
        domain = DomainData.model_validate(content)
    except (OSError, YAMLError, ValidationError) as problem:
        raise ValueError(f"{path.name}: {problem}") from problem
    problems = list(_problems(domain))
    if problems:
        raise ValueError("\n".join(f"{path.name}: {problem}" for problem in problems))
    return domain


def read_domains(folder: Path = FOLDER) -> tuple[DomainData, ...]:
    """Read all files of a folder, by name. Raises `ValueError`."""
    return tuple(read_domain(path) for path in sorted(folder.glob("*.yml")))


@cache
def read_information() -> tuple[InformationData, ...]:
    """Read the flows that only tell something. Raises `ValueError`."""
    content = YAML(typ="safe").load(FOLDER.with_name("information.yml").read_text())
    return tuple(InformationData.model_validate(one) for one in content.values())


def holes(text: str) -> tuple[str, ...]:
    """Names in braces."""
    return tuple(_HOLE.findall(text))


def _problems(domain: DomainData) -> Iterator[str]:
    for name, slot in domain.slots.items():
        if slot.type == "text" and slot.kind not in DRAWN and not slot.values:
            yield f"slot {name}: a text slot of kind {slot.kind} needs values"
        if slot.type == "categorical" and not isinstance(slot.values, Mapping):
            yield f"slot {name}: values of a category are a map from value to other ways to say it"
        if slot.type == "float" and slot.range is None:
            yield f"slot {name}: a number needs a range"
        if slot.type == "bool" and not (slot.yes and slot.no):
            yield f"slot {name}: a yes or no needs yes and no"
    for name in set(domain.answers) - set(domain.slots):
        yield f"answers: there is no slot {name}"
    for name in domain.passing:
        if name not in domain.slots or domain.slots[name].type != "bool":
            yield f"passing: there is no slot {name} of yes or no"
    for name, flow in domain.flows.items():
        for slot_name in flow.slots:
            if slot_name not in domain.slots:
                yield f"flow {name}: there is no slot {slot_name}"
        for text in (*flow.say, *flow.change):
            for hole in holes(text):
                if hole not in domain.slots:
                    yield f"flow {name}: {text!r} names {hole!r}, which is no slot"
    for turn in (*domain.ambiguous, *domain.several):
        for flow_name in turn.flows:
            if flow_name not in domain.flows:
                yield f"{turn.say!r}: there is no flow {flow_name}"
        for hole in holes(turn.say):
            if hole not in domain.slots:
                yield f"{turn.say!r} names {hole!r}, which is no slot"


def main() -> int:
    """Check every file and count what they hold."""
    failed = 0
    for path in sorted(FOLDER.glob("*.yml")):
        try:
            domain = read_domain(path)
        except ValueError as problem:
            print(problem)
            failed += 1
            continue
        says = sum(len(flow.say) for flow in domain.flows.values())
        print(f"{path.stem}: {len(domain.flows)} flows, {len(domain.slots)} slots, {says} requests")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
