"""Every form in which the format lets a key be written, each read to the same model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.loader import find_problems, load_assistant
from flows.model import ActionTask, CallTask, CollectTask, Dtmf, Flow, LinkTask, SetSlotsTask

DOMAIN = """
version: "3.1"
intents: [hello, bye]
slots:
  a: {type: text}
  b: {type: bool}
  c: {type: categorical, values: [Red, Blue]}
  n: {type: float, min_value: 0.5, max_value: 1e3}
responses:
  utter_ask_a: [{text: a}]
  utter_ask_b: [{text: b}]
  utter_ask_c: [{text: c}]
  utter_ask_n: [{text: n}]
  utter_x: [{text: x}]
"""


def write(folder: Path, flow: str, domain: str = DOMAIN, more: str = "") -> None:
    (folder / "data").mkdir(exist_ok=True)
    indented = "".join(f"    {line}\n" for line in flow.splitlines())
    text = f"flows:\n  f:\n    description: d\n{indented}{more}"
    (folder / "data" / "flows.yml").write_text(text)
    (folder / "domain.yml").write_text(domain)


def flow(folder: Path, text: str, more: str = "") -> Flow:
    write(folder, text, more=more)
    return load_assistant(folder).flows["f"]


def codes(folder: Path, text: str, domain: str = DOMAIN, more: str = "") -> list[tuple[str, str]]:
    write(folder, text, domain, more)
    return [(one.code, one.severity) for one in find_problems(folder) if not one.code.startswith("unused")]


def first(folder: Path, step: str) -> Any:
    return flow(folder, f"steps:\n  - {step}\n").steps[0].task


def collected(folder: Path, options: str) -> CollectTask:
    task = first(folder, "{collect: a, " + options + "}")
    assert isinstance(task, CollectTask)
    return task


@pytest.mark.parametrize(
    ("given", "triggers"),
    [
        ("[{intent: hello}]", [("hello", 0.0)]),
        ("[{intent: {name: hello, confidence_threshold: 0.9}}]", [("hello", 0.9)]),
        ("[{intent: hello, confidence_threshold: 0.5}, {intent: bye}]", [("hello", 0.5), ("bye", 0.0)]),
        ("[hello, bye]", [("hello", 0.0), ("bye", 0.0)]),
        ("{intent: hello}", [("hello", 0.0)]),
        ("hello", [("hello", 0.0)]),
        ("", []),
        ("[]", []),
    ],
)
def test_nlu_triggers(folder: Path, given: str, triggers: list[tuple[str, float]]) -> None:
    made = flow(folder, f"nlu_trigger: {given}\nsteps: [{{collect: a}}]")
    assert [(one.intent, one.confidence_threshold) for one in made.nlu_trigger] == triggers


@pytest.mark.parametrize(
    ("given", "timeouts"),
    [
        ("5", {"*": 5.0}), ("'5.5'", {"*": 5.5}), ("{twilio: 3, rest: 4.5}", {"twilio": 3.0, "rest": 4.5}),
        ("[{twilio: 3}, {rest: 4.5}]", {"twilio": 3.0, "rest": 4.5}), ("[5]", {"*": 5.0}), ("null", {}),
    ],
)  # fmt: skip
def test_silence_timeouts(folder: Path, given: str, timeouts: dict[str, float]) -> None:
    assert collected(folder, f"silence_timeout: {given}").silence_timeout_s == timeouts


@pytest.mark.parametrize(
    ("given", "dtmf"),
    [
        ("{length: 4}", Dtmf(4, None, True)),
        ("{finish_on_key: '#'}", Dtmf(None, "#", True)),
        ("{finish_on_key: '*', allow_audio_input: false}", Dtmf(None, "*", False)),
        ("{allow_audio_input: true}", Dtmf(None, "#", True)),
        ("null", None),
    ],
)
def test_dtmf(folder: Path, given: str, dtmf: Dtmf | None) -> None:
    assert collected(folder, f"dtmf: {given}").dtmf == dtmf


@pytest.mark.parametrize("given", ["{length: 0}", "{length: x}", "{length: true}", "{finish_on_key: no}", "4", "[4]"])
def test_dtmf_that_cannot_be(folder: Path, given: str) -> None:
    assert codes(folder, f"steps: [{{collect: a, dtmf: {given}}}]") == [("dtmf", "error")]


@pytest.mark.parametrize("word", ["true", "True", "TRUE", "'true'", "yes", "On"])
def test_flags(folder: Path, word: str) -> None:
    task = collected(folder, f"ask_before_filling: {word}, force_slot_filling: {word}")
    assert (task.ask_before_filling, task.force_slot_filling) == (True, True)


def test_a_flag_that_is_none(folder: Path) -> None:
    assert codes(folder, "steps: [{collect: a, ask_before_filling: maybe}]") == [("not-a-bool", "error")]


def test_nested_collect(folder: Path) -> None:
    task = first(folder, "collect: {name: a, silence_timeout: 4, ask_before_filling: true}")
    assert (task.slot, task.silence_timeout_s, task.ask_before_filling) == ("a", {"*": 4.0}, True)


@pytest.mark.parametrize("given", ["[{a: x}, {b: null}]", "{a: x, b: null}", "[{a: x, b: null}]"])
def test_set_slots(folder: Path, given: str) -> None:
    assert first(folder, f"set_slots: {given}") == SetSlotsTask((("a", "x"), ("b", None)))


def targets(made: Flow) -> list[tuple[str | None, str]]:
    return [(one.condition.text if one.condition else None, one.target) for one in made.steps[0].next]


@pytest.mark.parametrize(
    "following",
    [
        "\n    - if: slots.a\n      then: END\n    - else: last\n",
        "\n    - if: slots.a\n      then: 'END'\n    - else:\n      then: last\n",
        "\n    - if: slots.a\n      then: end\n      else: last\n",
        "\n    if: slots.a\n    then: END\n    else: last\n",
    ],
)
def test_branches(folder: Path, following: str) -> None:
    made = flow(folder, f"steps:\n- collect: a\n  next:{following}- id: last\n  action: utter_x\n")
    assert targets(made) == [("slots.a", "END"), (None, "last")]


def test_a_step_may_be_called_end(folder: Path) -> None:
    made = flow(
        folder, "steps:\n- collect: a\n  next: end\n- action: utter_x\n- id: end\n  action: utter_x\n  next: END"
    )
    assert targets(made) == [(None, "end")]
    assert made.by_id["end"].next[0].target == "END"


def test_nested_ids_are_jump_targets_and_ids_may_begin_with_digits(folder: Path) -> None:
    made = flow(
        folder,
        "steps:\n- id: 1st\n  collect: a\n  next:\n  - if: slots.a\n    then:\n"
        "    - id: 2\n      action: utter_x\n"
        "      next:\n      - action: utter_x\n      - id: 3_deep\n        collect: b\n        next: 1st\n"
        "  - else: 3_deep\n",
    )
    assert targets(made) == [("slots.a", "2"), (None, "3_deep")]
    assert made.by_id["3_deep"].next[0].target == "1st"


def test_a_link_with_an_id_in_mid_list(folder: Path) -> None:
    write(
        folder,
        "steps:\n- collect: a\n  next: [{if: slots.a, then: jump}, {else: END}]\n- id: jump\n  link: g\n"
        "- action: utter_x\n",
        more="  g:\n    description: e\n    steps: [{action: utter_x}]\n",
    )
    made = load_assistant(folder).flows["f"]
    assert made.by_id["jump"].task == LinkTask("g")


@pytest.mark.parametrize("key", ["next: END", "effect: none"])
def test_a_link_has_nothing_beside_it(folder: Path, key: str) -> None:
    more = "  g:\n    description: e\n    steps: [{action: utter_x}]\n"
    assert codes(folder, f"steps:\n- link: g\n  {key}", more=more) == [("link", "warning")]


@pytest.mark.parametrize("key", ["block_digressions", "ask_confirm_digressions"])
@pytest.mark.parametrize("value", ["true", "[g]"])
def test_keys_that_are_gone(folder: Path, key: str, value: str) -> None:
    assert codes(folder, f"{key}: {value}\nsteps: [{{collect: a}}]") == [("removed-key", "warning")]
    assert codes(folder, f"steps: [{{collect: a, {key}: {value}}}]") == [("removed-key", "warning")]


def test_persisted_slots(folder: Path) -> None:
    assert flow(folder, "persisted_slots: [a]\nsteps: [{collect: a}]").persisted_slots == {"a"}
    assert flow(folder, "persisted_slots: a\nsteps: [{collect: a}]").persisted_slots == {"a"}
    assert flow(folder, "steps: [{collect: a, reset_after_flow_ends: False}]").persisted_slots == {"a"}
    both = "persisted_slots: [a]\nsteps: [{collect: a, reset_after_flow_ends: false}]"
    assert codes(folder, both) == [("persisted-slot", "error")]
    assert codes(folder, "persisted_slots: [b]\nsteps: [{collect: a}]") == [("persisted-slot", "error")]


def test_unknown_keys_are_warnings(folder: Path) -> None:
    text = "colour: red\ntranslation: {de: {name: x}}\nmetadata: {x: 1}\nsteps: [{collect: a, colour: red}]"
    assert codes(folder, text) == [("unknown-key", "warning")] * 2


def test_anchors_and_merge_keys_in_flows(folder: Path) -> None:
    made = flow(
        folder,
        "metadata: &ask {ask_before_filling: true}\nsteps:\n- collect: a\n  <<: *ask\n- collect: b\n  <<: *ask\n",
    )
    assert [step.task.ask_before_filling for step in made.steps if isinstance(step.task, CollectTask)] == [True, True]


def test_calls(folder: Path) -> None:
    (folder / "sub_agents" / "helper").mkdir(parents=True)
    (folder / "sub_agents" / "helper" / "config.yml").write_text("agent: {name: helper}\n")
    (folder / "endpoints.yml").write_text("mcp_servers: [{name: trade, url: http://localhost:1, type: http}]\n")
    made = flow(
        folder,
        "steps:\n- call: place_order\n  mcp_server: trade\n  mapping:\n    input:\n    - {param: ticker, slot: a}\n"
        "    output:\n    - {slot: b, value: result.structuredContent.ok}\n"
        "    - {slot: n, result_key: result.content}\n"
        "- call: helper\n  exit_if: [slots.b is not null, \"slots.a = 'x'\"]\n",
    )
    tool, agent = (step.task for step in made.steps)
    assert isinstance(tool, CallTask)
    assert tool.options["mapping"] == {
        "input": [{"param": "ticker", "slot": "a"}],
        "output": [
            {"slot": "b", "value": "result.structuredContent.ok"},
            {"slot": "n", "value": "result.content"},
        ],
    }
    assert agent == CallTask("helper", {"exit_if": ["slots.b is not null", "slots.a = 'x'"]})


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("mcp_server: nowhere, mapping: {}", {"unknown-server"}),
        ("mcp_server: trade, mapping: {input: [{param: x}]}", {"call"}),
        ("mcp_server: trade, mapping: {input: [{param: x, slot: zz}]}", {"unknown-slot"}),
        ("mcp_server: trade, mapping: {output: [{slot: a, value: 'result['}]}", {"template"}),
        ("mcp_server: trade, mapping: 7", {"call"}),
        ("mcp_server: trade, exit_if: ['slots.zz']", {"unknown-slot", "call"}),
        ("mcp_server: trade, exit_if: ['slots.a =']", {"predicate", "call"}),
    ],
)
def test_calls_that_cannot_be(folder: Path, options: str, found: set[str]) -> None:
    (folder / "endpoints.yml").write_text("mcp_servers: [{name: trade, url: http://localhost:1}]\n")
    assert found <= {code for code, _ in codes(folder, f"steps: [{{call: order, {options}}}]")}


def test_a_template_as_the_name_of_an_action(folder: Path) -> None:
    task = first(folder, 'action: "utter_{{slots.a}}"')
    assert isinstance(task, ActionTask)
    assert task.template is not None
    assert ("template", "error") in codes(folder, 'steps: [{action: "utter_{{slots.a"}]')


def test_a_pattern_needs_no_description(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "p.yml").write_text("flows:\n  pattern_chitchat:\n    steps: [{action: utter_x}]\n")
    (folder / "domain.yml").write_text("responses: {utter_x: [{text: x}]}\n")
    assert [(one.code, one.severity) for one in find_problems(folder)] == [("description-missing", "warning")]
