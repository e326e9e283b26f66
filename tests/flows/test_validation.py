"""What validation finds in a whole assistant beyond names that do not exist, and what it keeps silent about."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.loader import find_problems

DOMAIN = """slots:
  a: {type: text}
  b: {type: bool}
  c: {type: categorical, values: [Red, Blue]}
  n: {type: float}
  k: {type: text, mappings: [{type: controlled}]}
  l: {type: list}
responses:
  utter_ask_a: [{text: a}]
  utter_ask_k: [{text: k}]
  utter_x: [{text: x}]
"""


def write(folder: Path, flows: str, domain: str = DOMAIN) -> None:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "flows.yml").write_text("flows:\n" + flows)
    (folder / "domain.yml").write_text(domain)


def found(folder: Path) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in find_problems(folder) if not one.code.startswith("unused")]


def flow(name: str, steps: str, more: str = "") -> str:
    return f"  {name}:\n    description: does {name}\n{more}    steps: {steps}\n"


@pytest.mark.parametrize(
    ("condition", "finding"),
    [
        ("slots.b = 'maybe'", ("illegal-value", "error")),
        ("slots.b = 7", ("illegal-value", "error")),
        ("slots.b = 'true'", ("illegal-value", "warning")),
        ("slots.b = 1", ("illegal-value", "warning")),
        ("slots.c is 'Green'", ("illegal-value", "error")),
        ("slots.c is 'red'", ("illegal-value", "warning")),
        ("'Green' = slots.c", ("illegal-value", "error")),
        ("{'Red' 'Green'} contains slots.c", ("illegal-value", "warning")),
        ("slots.b > 1", ("never-holds", "warning")),
        ("slots.b matches 'x'", ("never-holds", "warning")),
        ("slots.n contains 'x'", ("never-holds", "warning")),
        ("slots.n = 'many'", ("never-holds", "warning")),
        ("slots.n > 'many'", ("never-holds", "warning")),
        ("slots.a = 3", ("never-holds", "warning")),
        ("slots.a matches '(a+)+$'", ("slow-expression", "warning")),
        ("slots.a matches '(a+)+[1]$'", ("slow-expression", "warning")),
        ("slots.a matches '['", ("predicate", "error")),
        ("slots.zz", ("unknown-slot", "error")),
    ],
)
def test_comparisons(folder: Path, condition: str, finding: tuple[str, str]) -> None:
    write(folder, flow("f", f'[{{collect: a, next: [{{if: "{condition}", then: END}}, {{else: END}}]}}]'))
    assert found(folder) == [finding]


@pytest.mark.parametrize(
    "condition",
    [
        "slots.b", "slots.b is true", "slots.b is null", "slots.b = False", "slots.c = 'Red' or slots.c is undefined",
        "{'Red' 'Blue'} contains slots.c", "slots.n >= 3", "slots.n = 3", "slots.n matches '^3$'", "slots.a < '3'",
        "slots.a < 3", "slots.a is empty", "slots.l contains 'x'", "slots.a contains 'x'", "slots.n < slots.a",
    ],
)  # fmt: skip
def test_comparisons_that_are_fine(folder: Path, condition: str) -> None:
    write(folder, flow("f", f'[{{collect: a, next: [{{if: "{condition}", then: END}}, {{else: END}}]}}]'))
    assert found(folder) == []


@pytest.mark.parametrize(
    ("variation", "finding"),
    [
        ("{text: '{zz}'}", ("unknown-slot", "warning")),
        ("{text: '{{slots.zz}}', metadata: {template: jinja}}", ("unknown-slot", "warning")),
        ("{text: '{{slots.a', metadata: {template: jinja}}", ("template", "error")),
        ("{text: '{% if %}', metadata: {template: jinja}}", ("template", "error")),
        ("{text: '{{ slots.a }}'}", ("template", "warning")),
        ("{text: x, buttons: [{title: t, payload: /nope}]}", ("unknown-intent", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/hello{\"a\": }'}]}", ("button", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/SetSlots(zz=1)'}]}", ("unknown-slot", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/SetSlots(c=Green)'}]}", ("illegal-value", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/SetSlots(b=perhaps)'}]}", ("illegal-value", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/SetSlots(n=many)'}]}", ("illegal-value", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/SetSlots(l=x)'}]}", ("illegal-value", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/SetSlots()'}]}", ("button", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/SetSlots(a)'}]}", ("button", "warning")),
        ("{text: x, buttons: [{title: t, payload: '/setslots(a=1)'}]}", ("button", "warning")),
        (
            "{text: x, buttons: [{title: t, payload: '/SetSlots(" + ",".join(["a=1"] * 11) + ")'}]}",
            ("button", "warning"),
        ),
        ("{text: x, buttons: [{payload: /hello}]}", ("button", "error")),
        ("{id: only}", ("response", "warning")),
        ("{text: [x]}", ("response", "error")),
        ("{text: x, condition: context.x}", ("context", "warning")),
    ],
)
def test_responses(folder: Path, variation: str, finding: tuple[str, str]) -> None:
    write(folder, flow("f", "[{collect: a}]"), DOMAIN + f"  utter_r: [{variation}]\nintents: [hello]\n")
    assert found(folder) == [finding]


@pytest.mark.parametrize(
    "variation",
    [
        "{text: '{a} and {{literal}}'}",
        "{text: '{{slots.a}} {{slots.get(\"b\")}} {{context.x}}', metadata: {template: jinja}}",
        "{text: x, buttons: [{title: t, payload: '/SetSlots(c=red, b=True, n=3, a=null)'}]}",
        '{text: x, buttons: [{title: t, payload: \'/hello{{"a": "x"}}\'}, {title: u, payload: free text}]}',
        "{text: x, buttons: [{title: t, payload: /session_start}]}",
    ],
)
def test_responses_that_are_fine(folder: Path, variation: str) -> None:
    write(folder, flow("f", "[{collect: a}]"), DOMAIN + f"  utter_r: [{variation}]\nintents: [hello]\n")
    assert found(folder) == []


class TestFlowsAmongEachOther:
    def test_calls_in_a_circle(self, folder: Path) -> None:
        write(folder, flow("f", "[{collect: a}, {call: g}]") + flow("g", "[{call: h}]") + flow("h", "[{call: f}]"))
        (one,) = (one for one in find_problems(folder) if one.code == "call-circle")
        assert "f, g, h" in one.message
        write(folder, flow("f", "[{collect: a}, {call: f}]"))
        assert found(folder) == [("call-circle", "warning")]

    def test_a_child_that_links(self, folder: Path) -> None:
        write(folder, flow("f", "[{call: g}]") + flow("g", "[{link: h}]") + flow("h", "[{action: utter_x}]"))
        assert found(folder) == [("call", "error")]

    def test_links_and_calls_of_patterns(self, folder: Path) -> None:
        write(folder, flow("f", "[{link: pattern_human_handoff}]"))
        assert found(folder) == []
        write(folder, flow("pattern_chitchat", "[{link: f}]") + flow("f", "[{action: utter_x}]"))
        assert found(folder) == []
        write(folder, flow("pattern_search", "[{link: pattern_chitchat}]") + flow("f", "[{action: utter_x}]"))
        assert found(folder) == []
        write(folder, flow("pattern_search", "[{link: pattern_restart}]") + flow("f", "[{action: utter_x}]"))
        assert found(folder) == [("link", "warning")]
        write(folder, flow("pattern_internal_error", "[{link: f}]") + flow("f", "[{action: utter_x}]"))
        assert found(folder) == [("link", "error")]
        write(folder, flow("pattern_search", "[{call: f}]") + flow("f", "[{action: utter_x}]"))
        assert found(folder) == [("call", "error")]

    def test_a_flow_that_nothing_starts(self, folder: Path) -> None:
        never = flow("g", "[{action: utter_x}]", "    if: False\n")
        write(folder, flow("f", "[{collect: a}]") + never)
        assert found(folder) == [("never-started", "warning")]
        write(folder, flow("f", "[{collect: a}, {call: g}]") + never)
        assert found(folder) == []

    def test_patterns(self, folder: Path) -> None:
        write(folder, flow("pattern_cancel_flow", "[{action: utter_x}]") + flow("f", "[{collect: a}]"))
        assert found(folder) == [("pattern-incomplete", "warning")]
        write(folder, flow("pattern_chitchatt", "[{action: utter_x}]") + flow("f", "[{collect: a}]"))
        (one,) = (one for one in find_problems(folder) if not one.code.startswith("unused"))
        assert (one.code, one.suggestion) == ("unknown-pattern", "did you mean 'pattern_chitchat'?")

    def test_a_sub_agent_with_the_name_of_a_flow(self, folder: Path) -> None:
        (folder / "sub_agents" / "f").mkdir(parents=True)
        (folder / "sub_agents" / "f" / "config.yml").write_text("agent: {}\n")
        write(folder, flow("f", "[{collect: a}]"))
        assert found(folder) == [("duplicate-flow", "error")]

    def test_what_a_child_collects_may_be_persisted_with_a_warning(self, folder: Path) -> None:
        write(folder, flow("f", "[{call: g}]", "    persisted_slots: [a]\n") + flow("g", "[{collect: a}]"))
        assert found(folder) == [("persisted-slot", "warning")]


class TestLoops:
    @pytest.mark.parametrize(
        ("steps", "finding"),
        [
            ("[{id: s, action: utter_x, next: s}]", [("endless-loop", "error")]),
            ("[{id: s, action: utter_x}, {action: utter_x}, {noop: true, next: s}]", [("endless-loop", "error")]),
            ("[{id: s, action: action_x, next: s}]", [("endless-loop", "warning")]),
            ("[{id: s, action: utter_x, next: [{if: slots.b, then: s}, {else: END}]}]", [("endless-loop", "warning")]),
            ("[{id: s, action: utter_x, next: [{if: slots.b, then: s}, {else: s}]}]", [("endless-loop", "error")]),
            ("[{id: s, action: action_x, next: [{if: slots.b, then: s}, {else: END}]}]", []),
            ("[{id: s, set_slots: [{b: true}], next: [{if: slots.b, then: END}, {else: s}]}]", []),
            ("[{id: s, action: action_listen, next: s}]", []),
            ("[{id: s, collect: a, ask_before_filling: true, next: s}]", []),
            ("[{id: s, collect: a, next: s}]", [("loop-without-question", "warning")]),
            ("[{id: s, collect: a}, {set_slots: [{a: null}], next: s}]", []),
            ("[{id: s, call: g, next: [{if: slots.b, then: s}, {else: END}]}]", []),
        ],
    )
    def test_loops(self, folder: Path, steps: str, finding: list[tuple[str, str]]) -> None:
        write(folder, flow("f", steps) + flow("g", "[{collect: a}]"), DOMAIN + "actions: [action_x]\n")
        assert found(folder) == finding

    def test_a_loop_of_ten_thousand_steps(self, folder: Path) -> None:
        steps = "".join(f"      - id: s{i}\n        action: utter_x\n" for i in range(10_000))
        text = "  f:\n    description: d\n    steps:\n" + steps + "      - noop: true\n        next: s0\n"
        write(folder, text)
        assert found(folder) == [("endless-loop", "error")]


class TestUse:
    def test_a_question_that_nothing_can_fill(self, folder: Path) -> None:
        write(folder, flow("f", "[{collect: k}]"))
        assert found(folder) == [("never-filled", "warning")]
        write(folder, flow("f", "[{collect: k}]") + flow("g", "[{set_slots: [{k: x}]}, {collect: a}]"))
        assert found(folder) == []
        button = "[{text: k, buttons: [{title: t, payload: '/SetSlots(k=x)'}]}]"
        write(folder, flow("f", "[{collect: k}]"), DOMAIN.replace("[{text: k}]", button))
        assert found(folder) == []
        write(folder, flow("f", "[{collect: k}]"))
        (folder / "actions.py").write_text("return [SlotSet('k', 1)]")
        assert found(folder) == []

    def test_actions(self, folder: Path) -> None:
        names = "action_used, action_unused, validate_a, action_ask_b, validate_zz, action_listen, action_hangup"
        steps = flow("f", "[{collect: a}, {action: action_used}, {collect: b}]")
        write(folder, steps, DOMAIN + f"actions: [{names}, action_followed]\n")
        (folder / "actions").mkdir()
        code = "def name(self): return 'action_followed'\nreturn [FollowupAction('action_followed')]\n"
        (folder / "actions" / "x.py").write_text(code)
        unused = [one.message for one in find_problems(folder) if one.code == "unused-action"]
        assert unused == ["nothing uses action 'action_unused'", "nothing uses action 'validate_zz'"]

    def test_overriding_what_comes_with_the_product_is_use(self, folder: Path) -> None:
        domain = "slots: {a: {type: text}, silence_timeout: {type: float, initial_value: 3}}\nresponses:\n"
        domain += "  utter_ask_a: [{text: a}]\n  utter_free_chitchat_response: [{text: x}]\n"
        write(folder, flow("f", "[{collect: a}]"), domain)
        assert find_problems(folder) == ()

    def test_values_that_set_slots_gives(self, folder: Path) -> None:
        write(folder, flow("f", "[{collect: a}, {set_slots: [{c: Green}]}]"))
        assert found(folder) == [("illegal-value", "warning")]

    def test_the_engines_own_slot(self, folder: Path) -> None:
        write(folder, flow("f", "[{collect: a}, {set_slots: [{dialogue_stack: null}]}]"))
        assert found(folder) == [("reserved-slot", "error")]


class TestFilesThatCannotBeRead:
    FLOWS = flow(
        "f",
        "[{collect: a}, {action: utter_x}, {action: action_x}, {set_slots: [{b: true}]}, {link: g}]",
        "    nlu_trigger: [{intent: hi}]\n",
    )

    @pytest.mark.parametrize(
        ("broken", "code"),
        [
            (DOMAIN + "  utter_y: [{text: it's: wrong}]\n", "yaml"),
            (DOMAIN + "responses: {}\n", "duplicate-key"),
            ("- slots\n", "domain"),
            ("slots: [a, b]\nresponses: {utter_ask_a: [{text: a}]}\nactions: [action_x]\n", "domain"),
        ],
    )
    def test_a_domain_is_told_of_alone(self, folder: Path, broken: str, code: str) -> None:
        write(folder, self.FLOWS + flow("g", "[{collect: b}]"), broken)
        assert found(folder) == [(code, "error")]

    def test_one_file_of_a_domain(self, folder: Path) -> None:
        write(folder, self.FLOWS + flow("g", "[{collect: b}]"))
        (folder / "domain").mkdir()
        (folder / "domain" / "more.yml").write_bytes(b"actions: [action_x]\xff")
        assert found(folder) == [("unreadable", "error")]

    def test_flows(self, folder: Path) -> None:
        write(folder, flow("f", "[{collect: a}, {call: g}, {action: utter_z}]"))
        (folder / "data" / "more.yml").write_text("flows:\n  g: {description: it's: wrong}\n")
        assert found(folder) == [("unknown-response", "error"), ("yaml", "error")]

    def test_what_the_file_has_nothing_to_do_with_is_told(self, folder: Path) -> None:
        write(folder, self.FLOWS + flow("h", "[{id: s, action: utter_x, next: s}]"), DOMAIN + "\t- x: y: z\n")
        assert found(folder) == [("unknown-flow", "error"), ("endless-loop", "error"), ("yaml", "error")]
