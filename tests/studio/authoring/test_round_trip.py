"""Opening and saving without an edit gives the same bytes, and what is read is what the engine reads."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.findings import Findings
from flows.loader import examine
from flows.source import read_yaml
from studio.authoring import plain_data
from studio.authoring.parts import read_file
from studio.authoring.patterns import default_flows
from studio.authoring.views import shown_flow
from tests.studio.authoring.assistants import FOLDERS, files_of
from tests.studio.authoring.graphs import engine_flow, engine_ways, shown_ways

LINES = st.sampled_from(
    [
        "flows:",
        "  a:",
        "  b: &x",
        "    steps:",
        "    - action: utter_a",
        "      - id: 'é'",
        "",
        "   ",
        "# c",
        "    # d",
        "  text: |+",
        "   x",
        '  q: "a\\tb"',
        "    next: [{if: x, then: y}, {else: END}]",
        "  *x : 1",
        "\ttab",
        "- a",
        "- - b",
        "slots: {}",
        "  key:   # why",
        "  ? long",
        "  : v",
        "  c: *x",
        "...",
        "---",
        "  <<: *x",
        "  d: >-",
    ]
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_assistant_is_read_byte_by_byte_and_as_the_engine_reads_it(folder):
    files = files_of(folder)
    for path in files.yaml_paths:
        data = (folder / path).read_bytes()
        file = read_file(path, data.decode())
        value = read_yaml(data.decode("utf-8-sig"), path, Findings())

        assert "".join(part.text for part in file.parts).encode() == data
        assert file.problem is None
        assert plain_data.same(file.whole().data, value.plain() if value is not None else None)
        for (section, name), spot in file.spots.items():
            entries = value.plain()[section]
            expected = entries[name] if isinstance(entries, dict) else entries[int(name)]
            assert plain_data.same(file.fragment(spot.part).at(spot.path), expected)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_graph_of_every_flow_is_the_engines(folder):
    files = files_of(folder)
    for flow_id in files.flows:
        assert shown_ways(shown_flow(files, flow_id)) == engine_ways(engine_flow(files, flow_id))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_defaults_are_those_that_the_loader_fills_in(folder):
    assistant, _ = examine(folder)
    files = files_of(folder)
    filled_in = {flow_id for flow_id, flow in assistant.flows.items() if flow.is_default}

    assert {flow_id for flow_id in default_flows(files) if flow_id not in files.flows} == filled_in


@given(st.lists(LINES, max_size=25).map("\n".join), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
@example("flows:\n  a: 1\n# end", "\n", True, False)
@example("\n\n# only a comment", "\r\n", False, True)
def test_any_text_comes_back_as_it_was(text, newline, has_mark, is_ended):
    text = ("\ufeff" if has_mark else "") + text.replace("\n", newline) + (newline if is_ended else "")

    assert read_file("data/x.yml", text).text == text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_text_breaks_the_reading(text):
    file = read_file("data/x.yml", text)

    assert file.text == text


def test_a_bomb_of_aliases_is_a_problem_and_not_a_wait():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]\n" for n in range(1, 12))

    problem = read_file("data/x.yml", text).problem

    assert problem is not None
    assert "unfolds to" in problem.reason
