"""Reading never raises, whatever the files say: it finds, and says where."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.domain_reader import Domain, read_domain
from flows.findings import Findings
from flows.flow_reader import read_flow
from flows.linking import link_flows
from flows.loader import find_problems
from flows.model import Assistant
from flows.places import Place
from flows.source import read_yaml
from flows.validation import check

_KEYS = st.sampled_from(
    [
        "id", "next", "action", "collect", "set_slots", "link", "call", "noop", "if", "then", "else", "steps", "name",
        "description", "rejections", "utter", "dtmf", "silence_timeout", "nlu_trigger", "intent", "persisted_slots",
        "voice", "effect", "slots", "responses", "actions", "type", "values", "mappings", "validation", "condition",
        "buttons", "title", "payload", "text", "session_config", "a", "utter_a", "f", "reset_after_flow_ends",
    ]
)  # fmt: skip
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "END", "a", "utter_a", "f", "text", "slots.a", "slots.a = ", "{{a}}", "{{", "{% x", "true"])
)
_TREES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5), max_leaves=25
)
_FLOWS = st.fixed_dictionaries(
    {"description": st.just("d"), "steps": st.lists(st.dictionaries(_KEYS, _TREES, max_size=4), max_size=4)}
)


@settings(max_examples=300, deadline=None)
@given(_TREES | _FLOWS, _TREES)
def test_any_flow_and_domain(flow: object, domain: object) -> None:
    findings = Findings()
    read = Domain()
    domain_value = read_yaml(json.dumps(domain), "domain.yml", findings)
    if domain_value is not None:
        read_domain(domain_value, read, findings)
    flow_value = read_yaml(json.dumps(flow), "flows.yml", findings)
    assert flow_value is not None
    made = read_flow("f", flow_value, Place("flows.yml", 1, 1), findings, is_default=False)
    flows = link_flows({"f": made} if made is not None else {}, read)
    check(Assistant("x", "x", "x", "en", flows, read.slots, read.responses, tuple(read.action_effects)), findings)
    assert all(finding.line >= 1 and finding.column >= 1 for finding in findings.sorted())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_as_yaml(text: str) -> None:
    findings = Findings()
    value = read_yaml(text, "x.yml", findings)
    assert value is None or value.place.line >= 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_as_files(tmp_path: Path, flows: bytes, domain: bytes) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "flows.yml").write_bytes(flows)
    (tmp_path / "domain.yml").write_bytes(domain)
    assert find_problems(tmp_path)
