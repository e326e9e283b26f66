"""The engine benchmark measures what it says: real turns, and the shape of what it prints."""

from __future__ import annotations

from tests.bench.engine import as_text, begin, measure, script, turn


def test_the_script_walks_through_whole_tasks():
    given = script(3)
    state = begin(given)
    depths = []
    for understood in given.turns:
        state = turn(state, understood, given.assistant)
        depths.append(len(state.stack))
    assert max(depths) >= 4, "a question above a digression above a task"
    assert depths[12::13] == [0] * len(depths[12::13]), "each round ends with nothing going on"
    assert not any(value is not None for name, value in state.slots.items() if name.startswith("item_"))


def test_shape_of_the_result():
    result = measure(0.01, flows=(2, 4), history=(2, 4))
    assert result["turns_per_second"] > 0
    assert set(result["by_flows_us"]) == {"2", "4", "20"}
    assert set(result["by_history_us"]) == {"2", "4"} == set(result["conversation_by_history_us"])
    assert set(result["rehearsal_by_history_us"]) == {"2", "4"}
    assert result["rehearsal_per_commit"] > 0
    result["machine"] = {"load_before": [0.0], "load_after": [0.0]}
    assert "turns a second with 20 flows" in as_text(result)
