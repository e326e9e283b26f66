"""How a turn's cost grows with the flows of an assistant: training domains merged, copies of them beyond.

The turns are requests that the domains' authors wrote. They are trained on, so nothing is said of their quality:
only time is measured, each size with an encoder that has seen none of the turns.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle, islice
from typing import Any

from dialogue.ports import Understanding
from dialogue.testing.understanding.scores import percentile
from dialogue.turn import UserTurn
from flows.model import Assistant
from flows.state import initial_state
from models.training.domain_files import DomainData, read_domains
from tests.bench.understanding_figures import spaced
from tests.bench.understanding_suites import load_written

SIZES = (10, 30, 100, 300)
TURNS = 40
BAR = 1.3


def merged(domains: Sequence[DomainData], n_flows: int) -> tuple[Assistant, list[str]]:
    """Return an assistant of so many flows, and requests for its first ten, which every size has in common."""
    flows: dict[str, Any] = {}
    slots: dict[str, Any] = {}
    said: list[str] = []
    names: set[str] = set()
    descriptions: set[str] = set()
    every = [(domain, flow_id) for domain in domains for flow_id in domain.flows]
    for number, (domain, flow_id) in enumerate(islice(cycle(every), n_flows)):
        given, copy = domain.flows[flow_id], number // len(every)
        prefix = f"{domain.domain}_{copy}" if copy else domain.domain
        steps = []
        for slot_id in given.slots:
            slot, name = domain.slots[slot_id], f"{prefix}_{slot_id}"
            slots[name] = {"type": slot.type} | ({"values": list(slot.values)} if slot.type == "categorical" else {})
            steps.append({"collect": name, "description": slot.about})
        about = given.descriptions[copy % len(given.descriptions)]
        flows[f"{prefix}_{flow_id}"] = {
            "name": _unlike(given.name, prefix, names),
            "description": _unlike(about, prefix, descriptions),
            "steps": [*steps, {"action": "utter_done"}],
        }
        if number < SIZES[0]:
            said += [line for line in given.say if "{" not in line]
    asking = {f"utter_ask_{name}": [{"text": f"What is the {name}?"}] for name in slots}
    domain_file = {"version": "3.1", "slots": slots, "responses": {**asking, "utter_done": [{"text": "Done."}]}}
    return load_written(flows, domain_file), spaced(said, TURNS)


def _unlike(text: str, prefix: str, taken: set[str]) -> str:
    """Return a text that no other flow has, which validation asks for, by saying whose it is where it must be said."""
    plain = "".join(character for character in text.lower() if character.isalnum())
    told = text if plain not in taken else f"{text.rstrip('.')} for {prefix.replace('_', ' ')}"
    taken.add(plain)
    return told


async def measure_growth(
    prepare: Callable[[Assistant], Awaitable[Understanding]],
    sizes: Sequence[int] = SIZES,
    domains: Sequence[DomainData] = (),
) -> dict[str, Any]:
    """Return milliseconds of a turn (median) by number of flows, what decided, and how much the largest costs more.

    Args:
        prepare: makes understanding ready for an assistant, with models that remember nothing.
        domains: those of `models/training` if none are given.
    """
    domains = domains or read_domains()
    medians: dict[str, float] = {}
    processor: dict[str, float] = {}
    prepared: dict[str, float] = {}
    shares: dict[str, dict[str, float]] = {}
    for size in sizes:
        assistant, said = merged(domains, size)
        began_s = time.perf_counter()
        understanding = await prepare(assistant)
        prepared[str(size)] = round(time.perf_counter() - began_s, 2)
        state = initial_state(assistant)
        took: list[float] = []
        decided: list[str] = []
        began_cpu_s = time.process_time()
        for text in said:
            began_s = time.perf_counter()
            decided.append((await understanding.understand(UserTurn(text), state)).stage)
            took.append(1000 * (time.perf_counter() - began_s))
        processor[str(size)] = round(1000 * (time.process_time() - began_cpu_s) / max(1, len(said)), 2)
        medians[str(size)] = round(percentile(took, 50), 2)
        shares[str(size)] = {name: round(decided.count(name) / len(decided), 3) for name in sorted(set(decided))}
    first, last = str(min(sizes)), str(max(sizes))
    return {
        "median_ms": medians,
        "cpu_ms": processor,
        "prepare_s": prepared,
        "stages": shares,
        "ratio": round(medians[last] / medians[first], 3) if medians[first] else 0.0,
        "cpu_ratio": round(processor[last] / processor[first], 3) if processor[first] else 0.0,
        "bar": BAR,
    }
