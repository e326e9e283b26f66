"""Random gestures on every assistant: the graph that was asked for, nothing else touched, all of it undoable."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.authoring.emitting import Manner, inline, pair_lines
from studio.authoring.errors import EditRefused
from studio.authoring.parts import read_file
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Flow
from studio.authoring.views import shown_flow
from tests.studio.authoring.assistants import FOLDERS, edit, files_of, taken_back, texts
from tests.studio.authoring.graphs import engine_flow, engine_ways, shown_ways

KINDS = ("add", "delete", "connect", "move", "rename", "field", "branch", "detach", "paste", "swap")


def command_for(kind: str, flow: Flow, random: Random) -> dict | None:
    """Return some gesture of a kind that makes sense on a flow, None where none does."""
    keys = [step.key for step in flow.steps]
    if not keys:
        return None
    key = random.choice(keys)
    edges = [edge for edge in flow.edges if edge.from_ == "START" or edge.from_ in keys]
    edge = random.choice(edges)
    at = {"from": edge.from_, "kind": edge.kind, "index": edge.index}
    step = random.choice([("action", {"action": "utter_x"}), ("collect", {"collect": "s"}), ("noop", {})])
    branching = [edge for edge in flow.edges if edge.kind == "if"]
    match kind:
        case "add":
            return {"op": "add_step", "at": at, "step": {"type": step[0], "fields": step[1]}}
        case "detach":
            return {"op": "add_step", "at": None, "step": {"type": step[0], "fields": step[1]}}
        case "delete":
            return {"op": "delete_step", "key": key}
        case "connect":
            return {"op": "connect", "to": random.choice([*keys, "END", None]), **at}
        case "move":
            return {"op": "move_step", "key": key, "after": random.choice([*keys, "START"])}
        case "rename":
            return {"op": "rename_step", "key": key, "id": f"renamed_{random.randrange(1000)}"}
        case "field":
            return {
                "op": "set_field",
                "key": key,
                "path": ["description"],
                "value": random.choice(["a: b", "x\ny", "é"]),
            }
        case "branch":
            return {
                "op": "connect",
                "from": key,
                "kind": "if",
                "index": 99,
                "to": random.choice([*keys, "END"]),
                "condition": "slots.a",
            }
        case "swap" if branching:
            chosen = random.choice(branching)
            return {"op": "delete_branch", "from": chosen.from_, "index": chosen.index}
        case "paste":
            return {"op": "paste_steps", "at": at, "yaml": "- id: one  # c\n  action: utter_1\n- action: utter_2\n"}
    return None


def ways(flow: Flow) -> dict[tuple[str, str, int], str | None]:
    """Return where every edge leads, by keys; steps are told by their content where they have no id."""
    return {(edge.from_, edge.kind, edge.index): edge.to for edge in flow.edges}


GESTURES = st.lists(st.sampled_from(KINDS), min_size=1, max_size=6)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), kinds=GESTURES)
def test_random_gestures(folder, seed, kinds):
    random = Random(seed)
    files = files_of(folder)
    carry_out(files, random.choice(sorted(files.flows)), kinds, random)


def in_brackets(data: dict, random: Random) -> list[str]:
    return ["  x: " + inline(data, Manner())]


def in_lines(data: dict, random: Random) -> list[str]:
    return pair_lines(
        "x", data, random.choice([1, 2, 4]), Manner(random.choice([1, 2, 4]), random.choice([0, 1, 2, 4]), "'")
    )


def steps_in_brackets(data: dict, random: Random) -> list[str]:
    rows = ["   - " + inline(step, Manner()) + "  # said" for step in data["steps"]]
    return ["  x:", "   description: d", "   steps:", *rows]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    folder=st.sampled_from(FOLDERS),
    seed=st.integers(0, 2**32),
    kinds=GESTURES,
    write=st.sampled_from([in_brackets, in_lines, steps_in_brackets]),
    newline=st.sampled_from(["\n", "\r\n"]),
    has_mark=st.booleans(),
    is_ended=st.booleans(),
)
def test_random_gestures_in_every_manner_of_writing(folder, seed, kinds, write, newline, has_mark, is_ended):
    random = Random(seed)
    example = files_of(folder)
    data = shown_data(example, random.choice(sorted(example.flows)))
    lines = ["# flows", "flows:", "  # the one", *write(data, random), *([""] if is_ended else [])]
    if lines[3].startswith(" x") or lines[3].startswith("    x"):
        del lines[2]
    text = ("\ufeff" if has_mark else "") + newline.join(lines)
    carry_out(ProjectFiles.of({"data/flows.yml": text}), "x", kinds, random)


def shown_data(files: ProjectFiles, flow_id: str) -> dict:
    file, spot = files.flow(flow_id)
    return file.fragment(spot.part).at(spot.path)


def carry_out(files: ProjectFiles, flow_id: str, kinds: list[str], random: Random) -> None:
    before = files
    states: list[ProjectFiles] = [files]
    for kind in kinds:
        flow = shown_flow(files, flow_id)
        command = command_for(kind, flow, random)
        if command is None:
            continue
        try:
            work = edit(files, {"flow": flow_id, **command})
        except EditRefused:
            continue
        check(files, work.files, flow_id, command, work.moved.get(flow_id, {}))
        files = work.files
        states.append(files)
    for earlier, later in zip(reversed(states[:-1]), reversed(states[1:]), strict=True):
        assert texts(taken_back(earlier, later)) == texts(earlier)
    assert texts(before) == texts(states[0])


def check(before: ProjectFiles, after: ProjectFiles, flow_id: str, command: dict, moved: dict) -> None:
    path, spot = before.flows[flow_id]
    old, new = before.yaml(path), after.yaml(path)
    for number, part in enumerate(old.parts):  # every other entry is as it was
        assert number == spot.part or new.parts[number].text == part.text
    again = read_file(path, new.text)
    assert [part.text for part in again.parts] == [part.text for part in new.parts]
    reread = ProjectFiles.of(texts(after))
    flow = shown_flow(reread, flow_id)
    assert flow == shown_flow(after, flow_id)
    if flow.steps:
        assert shown_ways(flow) == engine_ways(engine_flow(reread, flow_id))
    check_asked_for(shown_flow(before, flow_id), flow, command, moved)


def check_asked_for(old: Flow, new: Flow, command: dict, moved: dict) -> None:
    """Hold the new graph against what the command says, worked out without the editor."""

    def now(key: str | None) -> str | None:
        return key if key in ("START", "END", None) else moved.get(key, key)

    expected = {(now(edge.from_), edge.kind, edge.index): now(edge.to) for edge in old.edges if edge.to is not None}
    found = ways(new)
    match command["op"]:
        case "connect" if command["kind"] == "if" and command["index"] == 99:
            made = [edge for edge in new.edges if edge.from_ == now(command["from"]) and edge.condition == "slots.a"]
            assert now(command["to"]) in [edge.to for edge in made]
            expected = {name: to for name, to in expected.items() if name[0] != now(command["from"])}
        case "connect":
            name = (now(command["from"]), command["kind"], command["index"])
            if command["from"] == "START" or command["to"] is not None or command["kind"] != "else":
                expected[name] = now(command["to"]) or "END"
            else:
                expected = {key: to for key, to in expected.items() if key[0] != name[0]}
        case "delete_step":
            key = command["key"]
            first = next((edge.to for edge in old.edges if edge.from_ == key and edge.to != key), "END")
            expected = {
                (now(edge.from_), edge.kind, edge.index): now(first if edge.to == key else edge.to)
                for edge in old.edges
                if edge.from_ != key and edge.to is not None
            }
            if first is None or first == "END":
                expected.pop(("START", "next", 0), None)
        case "move_step":
            expected.pop(("START", "next", 0))
        case "delete_branch":
            expected = {name: to for name, to in expected.items() if name[0] != now(command["from"])}
        case "add_step" | "paste_steps" if command["at"] is not None:
            name = (now(command["at"]["from"]), command["at"]["kind"], command["at"]["index"])
            old_target = expected.pop(name, "?")
            first = found[name]
            assert first not in {now(step.key) for step in old.steps}
            if old_target != "?" and command["op"] == "add_step":
                assert found[(first, "next", 0)] == old_target
    if not old.steps:
        return
    for name, to in expected.items():
        assert found.get(name) == to, (name, to, command)
