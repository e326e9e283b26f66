"""A flow as the page is told it, made from its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flows.commands import Json
from studio.authoring.errors import NothingThere
from studio.authoring.fragment import Fragment, Setting
from studio.authoring.graph import Graph, read_graph, shown_edges, shown_steps
from studio.authoring.parts import Spot, YamlFile, etag_of
from studio.authoring.patterns import default_flows
from studio.authoring.project_files import ProjectFiles
from studio.authoring.shapes import Flow, Position, Unreadable
from studio.authoring.unreadable import lost_flows


@dataclass(frozen=True, slots=True)
class Place:
    """A flow's file and spot, and whether it is one of the product's."""

    file: YamlFile
    spot: Spot
    is_default: bool
    has_default: bool
    unreadable: Unreadable | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    fragment: Fragment
    graph: Graph
    data: Json


@lru_cache(maxsize=64)  # flows that are worked on; trees of all of them would keep the garbage collector busy
def _parsed(text: str, path: tuple[str | int, ...]) -> Parsed:
    return _read(Fragment(text, Setting()), path)


def _read(fragment: Fragment, path: tuple[str | int, ...]) -> Parsed:
    data = fragment.at(path)
    return Parsed(fragment, read_graph(data), data)


def parsed_once(file: YamlFile, spot: Spot) -> Parsed:
    """Return a flow's values and graph for one look at them, remembering nothing."""
    fragment = file.fragment(spot.part) if file.known else Fragment(file.parts[spot.part].text, Setting())
    return _read(fragment, spot.path)


def parsed(file: YamlFile, spot: Spot) -> Parsed:
    """Return a flow's values and graph; remembered by its text where nothing outside the text matters."""
    if not file.known:
        return _parsed(file.parts[spot.part].text, spot.path)
    return parsed_once(file, spot)


def place_of(files: ProjectFiles, flow_id: str) -> Place:
    """Return where a flow is: in the project, else among the defaults."""
    defaults = default_flows(files)
    own = files.flows.get(flow_id)
    if own is not None:
        return Place(files.yaml(own[0]), own[1], False, flow_id in defaults)
    lost = lost_flows(files).get(flow_id)
    if lost is not None:
        return Place(lost.file, lost.spot, False, flow_id in defaults, lost.told())
    if flow_id in defaults:
        file, spot = defaults[flow_id]
        return Place(file, spot, True, True)
    raise NothingThere(f"There is no flow '{flow_id}' any more. Look at the list of flows again.")


def shown_flow(files: ProjectFiles, flow_id: str) -> Flow:
    """Return a flow whole."""
    place = place_of(files, flow_id)
    text = place.file.parts[place.spot.part].text
    flow = parsed(place.file, place.spot)
    data: Mapping[str, Json] = flow.data if isinstance(flow.data, dict) else {}
    lost = place.unreadable
    line = place.file.first_line(place.spot.part) if lost is None else lost.line
    steps = shown_steps(flow.graph, flow.fragment.tree, spot_path(place), line)
    positions: Mapping[str, Position] = files.positions.get(flow_id, {})
    return Flow(
        id=flow_id,
        file=place.file.path,
        line=line,
        end_line=line + max(0, len(text.rstrip("\n").split("\n")) - 1) if lost is None else line,
        name=_text(data.get("name")) or flow_id,
        description=_text(data.get("description")).strip(),
        is_pattern=flow_id.startswith("pattern_"),
        is_default=place.is_default,
        is_customised=place.has_default and not place.is_default,
        properties={key: value for key, value in data.items() if key != "steps"},
        steps=steps if lost is None else [step.model_copy(update={"line": 0, "end_line": 0}) for step in steps],
        edges=shown_edges(flow.graph),
        positions={key: positions[key] for key in flow.graph.keys.values() if key in positions},
        etag=etag_of(text),
        text=text,
        unreadable=lost,
    )


def spot_path(place: Place) -> tuple[str | int, ...]:
    return place.spot.path


def _text(value: Json) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)
