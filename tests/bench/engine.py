"""What a turn costs the engine: turns a second on one core with oracle commands, and how that grows.

    python -m tests.bench.engine [--seconds S] [--json]        (or: vivavoce bench engine)

A turn is what happens between the caller's commands and the next question: clean-up, all steps of the flows, and
taking in the result of an action where one runs. Commands are given, so no model is part of it, and no text is
rendered. Each figure is the best of several stretches, since other work on the machine only ever adds.

A rehearsal is the same turn of a whole conversation tried on a fork of it, as a call does for every revision that is
understood, before the turn is committed.

The bars: 20,000 turns a second with 20 flows; a turn costs the same, within 20 %, from 10 to 1,000 flows and from
10 to 1,000 turns of history; a rehearsal costs at most 1.2 commits, and the same, within 20 %, from 10 to 1,000
turns of history.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from dialogue.conversation import Conversation
from dialogue.engine import decide
from dialogue.events import ActionReturned
from dialogue.store import MemoryEventStore
from dialogue.testing.stubs import StubbedActions
from dialogue.turn import Understood, UserTurn
from flows.commands import CancelFlow, Command, RepeatLastBotMessages, SessionStart, SetSlot, StartFlow
from flows.effects import RunAction
from flows.engine import step
from flows.inputs import ActionDone, CommandsReceived
from flows.loader import load_assistant
from flows.model import Assistant
from flows.state import ConversationState, initial_state
from tests.bench.machine import describe_machine, load_average
from tests.bench.many_flows import write_assistant

FLOWS = (10, 20, 100, 1_000)
HISTORY = (10, 100, 1_000)
"""Turns that a conversation has behind it."""
STRETCHES = 9
ROUND = 13
"""Turns of the script after which nothing is going on."""
DEFAULT_SECONDS = 0.5
BARS = {"turns_per_second": 20_000, "growth": 1.2, "rehearsal": 1.2}


@dataclass(frozen=True, slots=True)
class Script:
    """An assistant and the commands of conversations with it, turn after turn; it ends where it began."""

    assistant: Assistant
    turns: tuple[Understood, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="vivavoce bench engine", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=DEFAULT_SECONDS, help="how long each stretch lasts")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    before = load_average()
    result = measure(given.seconds)
    result["machine"] = describe_machine() | {"load_before": before, "load_after": load_average()}
    print(json.dumps(result, indent=2) if given.json else as_text(result))
    return 0


def measure(seconds: float, flows: Sequence[int] = FLOWS, history: Sequence[int] = HISTORY) -> dict[str, Any]:
    """Return the figures; microseconds of a turn by number of flows and by turns of history."""
    scripts = {n: script(n) for n in sorted({20, *flows})}
    gc.collect()
    gc.freeze()  # the assistants live as long as the process, as they do in a server
    costs = _costs(scripts, history, seconds)
    conversations = {n: asyncio.run(_conversation_costs(scripts[20], n - n % ROUND)) for n in history}
    by_flows = {n: costs[f"flows {n}"] for n in scripts}
    by_history = {n: costs[f"history {n}"] for n in history}
    return {
        "turns_per_second": round(1e6 / by_flows[20]),
        "turn_us": round(by_flows[20], 2),
        "by_flows_us": {str(n): round(cost, 2) for n, cost in by_flows.items()},
        "by_history_us": {str(n): round(cost, 2) for n, cost in by_history.items()},
        "conversation_by_history_us": {str(n): round(commit, 2) for n, (_, commit) in conversations.items()},
        "rehearsal_by_history_us": {str(n): round(rehearsal, 2) for n, (rehearsal, _) in conversations.items()},
        "flows_growth": round(by_flows[max(flows)] / by_flows[min(flows)], 3),
        "history_growth": round(by_history[max(history)] / by_history[min(history)], 3),
        "rehearsal_growth": round(conversations[max(history)][0] / conversations[min(history)][0], 3),
        "rehearsal_per_commit": round(max(rehearsal / commit for rehearsal, commit in conversations.values()), 3),
        "turns_of_script": len(scripts[20].turns),
        "bars": BARS,
    }


def _costs(scripts: dict[int, Script], history: Sequence[int], seconds: float) -> dict[str, float]:
    runs: dict[str, Callable[[], int]] = {}
    for n, given in scripts.items():
        runs[f"flows {n}"] = _talk(given)
    for n in history:
        runs[f"history {n}"] = _talk(scripts[20], behind=n)
    return dict(zip(runs, _best(list(runs.values()), seconds), strict=True))


def as_text(result: dict[str, Any]) -> str:
    """Return the figures for people."""
    bars = result["bars"]
    lines = [
        f"{result['turns_per_second']:,} turns a second with 20 flows (bar {bars['turns_per_second']:,})",
        f"a turn by number of flows:     {_row(result['by_flows_us'])}   × {result['flows_growth']}"
        f" (bar {bars['growth']})",
        f"a turn by turns of history:    {_row(result['by_history_us'])}   × {result['history_growth']}"
        f" (bar {bars['growth']})",
        f"the same with log and texts:   {_row(result['conversation_by_history_us'])}",
        f"a rehearsal by history:        {_row(result['rehearsal_by_history_us'])}   × {result['rehearsal_growth']}"
        f" (bar {bars['growth']})",
        f"a rehearsal costs at most {result['rehearsal_per_commit']} commits (bar {bars['rehearsal']})",
        f"load {result['machine']['load_before'][0]} before, {result['machine']['load_after'][0]} after",
    ]
    return "\n".join(lines)


def _row(costs: dict[str, float]) -> str:
    return "   ".join(f"{n}: {cost:.1f} µs" for n, cost in costs.items())


def script(n_flows: int) -> Script:
    """Return conversations with an assistant of so many flows."""
    with tempfile.TemporaryDirectory() as folder:
        assistant = load_assistant(write_assistant(Path(folder), n_flows))
    order = list(range(n_flows))
    Random(0).shuffle(order)
    turns = [commands for n, other in zip(order, order[1:] + order[:1], strict=True) for commands in _round(n, other)]
    return Script(assistant, tuple(Understood(UserTurn("…"), tuple(turn), "recorded") for turn in turns[:1_000]))


def _round(n: int, other: int) -> list[list[Command]]:
    """Two tasks with what callers do: a correction, a digression, a refused value, a repetition, a cancellation."""
    yes, no = "True", "False"
    return [
        [StartFlow(f"task_{n}"), SetSlot(f"item_{n}", "a garden chair")],
        [SetSlot(f"amount_{n}", "0")],
        [SetSlot(f"amount_{n}", "20")],
        [SetSlot(f"item_{n}", "a garden table")],
        [StartFlow(f"task_{other}")],
        [SetSlot(f"item_{other}", "a lamp"), SetSlot(f"amount_{other}", "2000")],
        [RepeatLastBotMessages()],
        [SetSlot(f"confirm_{other}", no)],
        [SetSlot("continue_interrupted_flow_confirmation", yes)],
        [SetSlot(f"confirm_{n}", yes)],
        [SetSlot("continue_conversation", yes)],
        [StartFlow(f"task_{other}")],
        [CancelFlow()],
    ]


def begin(script: Script, behind: int = 0) -> ConversationState:
    """Return the state after the session began and so many turns of the script."""
    assistant = script.assistant
    state, _ = step(initial_state(assistant), CommandsReceived((SessionStart(),)), assistant)
    for index in range(behind):
        state = turn(state, script.turns[index % len(script.turns)], assistant)
    return state


def turn(state: ConversationState, understood: Understood, assistant: Assistant) -> ConversationState:
    """Take one turn to its end, the result of an action included."""
    state, effects = decide(state, understood, assistant)
    while isinstance(action := effects[-1], RunAction):
        state, effects = step(state, ActionDone(action.name), assistant)
    return state


def _talk(script: Script, behind: int = 0) -> Callable[[], int]:
    """Return a function that runs the script's turns once and says how many they were."""
    begun = begin(script, behind)

    def run() -> int:
        state = begun
        for understood in script.turns:
            state = turn(state, understood, script.assistant)
        return len(script.turns)

    return run


async def _conversation_costs(given: Script, behind: int) -> tuple[float, float]:
    """Return the least microseconds of a turn's rehearsal and of its commit, in a whole conversation behind so many.

    With event log, rendered texts and the action's outcome. It grows by what is measured, so each stretch begins a
    conversation anew and takes one round of it.
    """
    rehearsal = commit = float("inf")
    for _ in range(STRETCHES):
        conversation = Conversation(
            "bench",
            given.assistant,
            understanding=_NoUnderstanding(),
            actions=StubbedActions({}, _DoneActions()),
            store=MemoryEventStore(),
            random=Random(0),
        )
        async for _ in conversation.start():
            pass
        for index in range(behind):
            await _commit(conversation, given.turns[index % len(given.turns)])
        spent = [await _rehearse_and_commit(conversation, understood) for understood in given.turns[:ROUND]]
        rehearsal = min(rehearsal, sum(first for first, _ in spent) / ROUND * 1e6)
        commit = min(commit, sum(second for _, second in spent) / ROUND * 1e6)
    return rehearsal, commit


async def _rehearse_and_commit(conversation: Conversation, understood: Understood) -> tuple[float, float]:
    """Return the seconds that each took."""
    started = time.process_time()
    conversation.rehearse(understood)
    rehearsed = time.process_time()
    await _commit(conversation, understood)
    return rehearsed - started, time.process_time() - rehearsed


async def _commit(conversation: Conversation, understood: Understood) -> None:
    async for _ in conversation.commit(understood):
        pass


class _NoUnderstanding:
    async def understand(self, turn: UserTurn, _state: ConversationState) -> Understood:
        return Understood(turn, (), "none")


class _DoneActions:
    def knows(self, _name: str) -> bool:
        return True

    async def run(self, name: str, tracker: Any, domain: Any) -> Any:
        return ActionReturned(name)


def _best(runs: Sequence[Callable[[], int]], seconds: float) -> list[float]:
    """Return the least microseconds of a turn for each run; stretches alternate, so that load hits all alike."""
    best = [float("inf")] * len(runs)
    for run in runs:
        run()  # caches of compiled templates and of the interpreter fill
    for _ in range(STRETCHES):
        for index, run in enumerate(runs):
            best[index] = min(best[index], _stretch(run, seconds / STRETCHES))
    return best


def _stretch(run: Callable[[], int], seconds: float) -> float:
    n, started = 0, time.process_time()
    while (spent := time.process_time() - started) < seconds:
        n += run()
    return spent / n * 1e6


if __name__ == "__main__":
    raise SystemExit(main())
