"""The first entry of a file that has none yet: a newcomer's first flow, slot and response."""

from __future__ import annotations

import pytest

from tests.studio.authoring.assistants import edit, project, taken_back, texts

FLOW = {"op": "add_flow", "id": "order", "description": "Order a cake."}
SLOT = {"op": "put", "section": "slots", "name": "kind", "value": {"type": "text"}}
WRITTEN = "slots:\n  kind:\n    type: text\n"


def test_the_first_flow_goes_into_a_file_of_its_own():
    files = project(domain='version: "3.1"\n', data__patterns="flows: {}\n")
    assert texts(edit(files, FLOW).files)["data/flows.yml"] == (
        "flows:\n  order:\n    description: Order a cake.\n    steps: []\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", WRITTEN),
        ("\n", "\n" + WRITTEN),
        ("# of the shop\n", "# of the shop\n" + WRITTEN),
        ("# of the shop", "# of the shop\n" + WRITTEN),
        ("{}\n", WRITTEN),
        ("# of the shop\n{}", "# of the shop\n" + WRITTEN),
        ("---\n", "---\n" + WRITTEN),
        ("null\n", WRITTEN),
        ("slots:\n", WRITTEN),
        ("slots: {}\n", WRITTEN),
    ],
)
def test_the_first_slot_keeps_what_stands_in_the_file(before, after):
    files = project(domain=before)
    work = edit(files, SLOT)
    assert texts(work.files)["domain.yml"] == after
    assert texts(taken_back(files, work.files))["domain.yml"] == before


def test_two_flows_of_one_gesture_into_an_assistant_without_any():
    files = project(domain="{}\n")
    both = texts(edit(files, FLOW, {**FLOW, "id": "cancel"}).files)["data/flows.yml"]
    assert both.index("  order:") < both.index("\n\n  cancel:")
