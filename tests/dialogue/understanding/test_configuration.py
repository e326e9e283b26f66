"""Configuration files to configuration: what each form means, and what is said about what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.configuration.options import as_value
from dialogue.understanding.configuration.reading import read_configuration
from dialogue.understanding.configuration.settings import (
    Coexistence,
    Configuration,
    Generator,
    ModelEntry,
    ModelGroup,
    Retrieval,
    RouterSettings,
)
from flows.findings import Findings
from flows.places import Place
from flows.source import read_yaml

KEYS = {"OPENAI_API_KEY": "sk-1"}


def read(
    config: str, endpoints: str = "", environment: dict[str, str] | None = None
) -> tuple[Configuration, list[str]]:
    """Read two files; findings come as `line:column message (suggestion)`."""
    findings, unreadable = Findings(), Findings()
    found = read_configuration(
        read_yaml(config, "config.yml", unreadable),
        read_yaml(endpoints, "endpoints.yml", unreadable),
        KEYS if environment is None else environment,
        findings,
    )
    assert unreadable.sorted() == ()
    told = [f"{one.file}:{one.line}:{one.column} {one.message} {one.suggestion}".strip() for one in findings.sorted()]
    return found, told


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LLMCommandGenerator", "single-step"),
        ("SingleStepLLMCommandGenerator", "single-step"),
        ("CompactLLMCommandGenerator", "compact"),
        ("SearchReadyLLMCommandGenerator", "search-ready"),
        ("rasa.dialogue_understanding.generator.CompactLLMCommandGenerator", "compact"),
    ],
)
def test_generators_are_known_by_their_names(name: str, kind: str) -> None:
    assert read(f"pipeline:\n- name: {name}\n") == (Configuration(Generator(kind)), [])  # type: ignore[arg-type]


@pytest.mark.parametrize("config", ["", "pipeline:\n", "pipeline: []\n", "language: en\n"])
def test_without_a_pipeline_nothing_is_configured(config: str) -> None:
    assert read(config) == (Configuration(), [])


def test_every_option_of_a_generator_is_read() -> None:
    found, told = read(
        """
pipeline:
- name: NLUCommandAdapter
- name: CompactLLMCommandGenerator
  llm: {model_group: large}
  prompt_template: prompts/commands.jinja2
  flow_retrieval: {active: true, num_flows: 7}
  user_input: {max_characters: 1000}
  minimize_num_calls: true
""",
        """
model_groups:
- id: large
  models:
  - {provider: openai, model: gpt-5-mini, api_key: sk-2, timeout: 3, temperature: 0.2, reasoning_effort: low}
  - {provider: self-hosted, model: ours, api_base: "http://gpu:8000/v1", enable_thinking: false, cache_salt: a}
  - {provider: azure, deployment: east, api_base: "https://x.example", api_key: k, api_version: "2025-01-01"}
  - {provider: embedded}
  router: {routing_strategy: least-busy, cooldown_time: 9, allowed_fails: 1, num_retries: 2}
""",
    )
    group = ModelGroup(
        "large",
        (
            ModelEntry(
                "openai", "gpt-5-mini", "https://api.openai.com/v1", "sk-2", timeout_s=3, temperature=0.2,
                reasoning_effort="low", grammar="none",
            ),
            ModelEntry(
                "vllm", "ours", "http://gpu:8000/v1",
                fields={"cache_salt": "a", "chat_template_kwargs": {"enable_thinking": False}},
            ),
            ModelEntry("azure", "east", "https://x.example", "k", api_version="2025-01-01", grammar="none"),
            ModelEntry("embedded", ""),
        ),
        RouterSettings("least-busy", 9, 1, 2),
    )  # fmt: skip
    assert told == []
    assert found == Configuration(
        Generator("compact", group, Retrieval(True, 7), 1000, "prompts/commands.jinja2"), True, None, {"large": group}
    )


@pytest.mark.parametrize(
    ("llm", "kind", "name", "base"),
    [
        ("{provider: openai, model: gpt-5-mini}", "openai", "gpt-5-mini", "https://api.openai.com/v1"),
        ("{model: gpt-5-mini}", "openai", "gpt-5-mini", "https://api.openai.com/v1"),
        ("{model: openai/gpt-5-mini}", "openai", "gpt-5-mini", "https://api.openai.com/v1"),
        ("{type: openai, model_name: gpt-4, request_timeout: 5}", "openai", "gpt-4", "https://api.openai.com/v1"),
        ("{provider: vllm, model: q, api_base: 'http://a:1/v1'}", "vllm", "q", "http://a:1/v1"),
        ("{provider: hosted_vllm, model: hosted_vllm/q, api_base: 'http://a:1'}", "vllm", "q", "http://a:1"),
        ("{provider: ollama, model: llama3}", "compatible", "llama3", "http://localhost:11434/v1"),
        ("{provider: litellm_proxy, model: m, api_base: 'http://a:1'}", "compatible", "m", "http://a:1"),
        ("{provider: mistral, model: m, api_base: 'https://a/v1'}", "compatible", "m", "https://a/v1"),
        ("{model: m, api_base: 'https://a/v1'}", "compatible", "m", "https://a/v1"),
    ],
)
def test_models_are_known_by_their_providers(llm: str, kind: str, name: str, base: str) -> None:
    found, told = read(f"pipeline:\n- name: CompactLLMCommandGenerator\n  llm: {llm}\n")
    assert found.generator is not None
    assert found.generator.group is not None
    (entry,) = found.generator.group.models
    assert (entry.kind, entry.name, entry.api_base, entry.missing, told) == (kind, name, base, (), [])


@pytest.mark.parametrize(
    ("llm", "missing"),
    [
        ("{provider: openai, model: m}", ("OPENAI_API_KEY",)),
        ("{provider: openai, model: m, api_key: '${MY_KEY}'}", ("MY_KEY",)),
        ("{provider: azure, deployment: d, api_base: '${BASE}'}", ("BASE", "AZURE_API_KEY")),
        ("{provider: openai, model: m, api_base: 'http://proxy/v1'}", ()),
        ("{provider: vllm, model: m, api_base: 'http://gpu/v1'}", ()),
    ],
)
def test_what_a_model_lacks_of_the_environment_is_known(llm: str, missing: tuple[str, ...]) -> None:
    found, _ = read(f"pipeline:\n- name: CompactLLMCommandGenerator\n  llm: {llm}\n", environment={})
    assert found.generator is not None
    assert found.generator.group is not None
    assert found.generator.group.models[0].missing == missing


def test_keys_are_not_shown() -> None:
    assert "sk-" not in repr(ModelEntry("openai", "m", api_key="sk-1", headers={"X": "sk-2"}))
    assert ModelEntry("vllm", "m", "http://me:secret@host:1/v1?key=2").shown_base == "http://host:1/v1"


WRONG: list[tuple[str, str, str]] = [
    ("pipeline: 7", "", "config.yml:1:11 'pipeline' must be a list of components"),
    ("pipeline:\n- llm: {}", "", "config.yml:2:3 a component of the pipeline needs a 'name'"),
    (
        "pipeline:\n- name: CompactLLMCommandGenerater",
        "",
        "config.yml:2:9 the component 'CompactLLMCommandGenerater' is not run here did you mean "
        "'CompactLLMCommandGenerator'?",
    ),
    (
        "pipeline:\n- name: addons.mine.MyGenerator",
        "",
        "config.yml:2:9 the component of your own code 'addons.mine.MyGenerator' is not run here",
    ),
    (
        "pipeline:\n- name: CompactLLMCommandGenerator\n  flow_retreival: {}",
        "",
        "config.yml:3:3 CompactLLMCommandGenerator has no option 'flow_retreival', so it does nothing did you mean "
        "'flow_retrieval'?",
    ),
    (
        "pipeline:\n- name: CompactLLMCommandGenerator\n  flow_retrieval: {num_flow: 3}",
        "",
        "config.yml:3:20 CompactLLMCommandGenerator: flow_retrieval has no option 'num_flow', so it does nothing "
        "did you mean 'num_flows'?",
    ),
    (
        "pipeline:\n- name: CompactLLMCommandGenerator\n  flow_retrieval: {num_flows: many}",
        "",
        "config.yml:3:31 CompactLLMCommandGenerator: flow_retrieval: 'num_flows' must be a number from 1 to 1000, not "
        "many 20 is taken",
    ),
    (
        "pipeline:\n- name: CompactLLMCommandGenerator\n  minimize_num_calls: maybe",
        "",
        "config.yml:3:23 CompactLLMCommandGenerator: 'minimize_num_calls' must be true or false, not maybe "
        "true is taken",
    ),
    (
        "pipeline:\n- name: LLMCommandGenerator\n  prompt_template: ../secret\n  llm: {provider: openai, model: m}",
        "",
        "config.yml:3:20 LLMCommandGenerator: 'prompt_template' must be a file in the assistant's folder; our "
        "own prompt is used",
    ),
    (
        "pipeline:\n- name: CompactLLMCommandGenerator\n  llm: {model_group: larg}",
        "model_groups:\n- {id: large, models: [{provider: openai, model: m}]}",
        "config.yml:3:22 CompactLLMCommandGenerator: llm: endpoints.yml has no usable model group 'larg'; the embedded "
        "model is asked did you mean 'large'?",
    ),
    (
        "",
        "model_groups:\n- id: a\n  models: [{provider: vlm, model: m}]",
        "endpoints.yml:3:12 model group 'a': a model: provider 'vlm' is not asked directly, and there is no "
        "'api_base' did you mean 'vllm'?",
    ),
    (
        "",
        "model_groups:\n- id: a\n  models: [{provider: vllm, model: m}]",
        "endpoints.yml:3:12 model group 'a': a model: 'm' needs 'api_base', the server's address",
    ),
    (
        "",
        "model_groups:\n- id: a\n  models: [{provider: vllm, model: m, api_base: gpu/v1}]",
        "endpoints.yml:3:49 model group 'a': a model: 'api_base' is no address write it as http://localhost:8000/v1",
    ),
    (
        "",
        "model_groups:\n- id: a\n  router: {routing_strategy: least-bussy}\n  models: [{provider: embedded}]",
        "endpoints.yml:3:30 model group 'a': router: there is no routing strategy 'least-bussy'; models are asked in "
        "order did you mean 'least-busy'?",
    ),
    (
        "",
        "model_groups:\n- id: a\n  router: {redis_host: localhost}\n  models: [{provider: embedded}]",
        "endpoints.yml:3:12 model group 'a': router: 'redis_host' is ignored: each server process keeps its own count "
        "of its models' health",
    ),
    ("", "model_groups: {}", "endpoints.yml:1:15 model_groups must be a list of groups, each with 'id' and 'models'"),
    (
        "",
        "model_groups: [{id: a}]",
        "endpoints.yml:1:16 model group 'a' needs 'models', a list with at least one model",
    ),
]


@pytest.mark.parametrize(("config", "endpoints", "told"), WRONG)
def test_what_is_wrong_is_told_with_its_place(config: str, endpoints: str, told: str) -> None:
    assert read(config, endpoints)[1] == [told]


def test_routers_for_coexistence_are_read_and_their_limit_is_told() -> None:
    found, told = read(
        """
pipeline:
- name: LLMBasedRouter
  llm: {provider: vllm, model: m, api_base: "http://a/v1"}
  calm_entry: {sticky: handles money}
  nlu_entry: {sticky: handles contacts, non_sticky: small talk}
"""
    )
    group = ModelGroup("vllm/m", (ModelEntry("vllm", "m", "http://a/v1"),))
    assert found.coexistence == Coexistence("llm", ("handles money",), ("handles contacts",), ("small talk",), group)
    assert len(told) == 1
    assert "there is no intent-based assistant here" in told[0]
    found, _ = read("pipeline:\n- name: IntentBasedRouter\n  nlu_entry: {sticky: [a], non_sticky: [b, c]}\n")
    assert found.coexistence == Coexistence("intent", (), ("a",), ("b", "c"))


KEY = st.sampled_from(
    ["name", "llm", "model_group", "model_groups", "models", "id", "provider", "model", "api_base", "router",
     "routing_strategy", "flow_retrieval", "num_flows", "user_input", "max_characters", "prompt", "timeout",
     "calm_entry", "nlu_entry", "sticky", "extra_parameters", "temperature"]
) | st.text(max_size=8)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=4),
    max_leaves=20,
)


@given(JSON, JSON)
def test_no_file_makes_the_reader_fail(pipeline: object, groups: object) -> None:
    place = Place("config.yml", 1, 1)
    names = ["CompactLLMCommandGenerator", "LLMBasedRouter", "NLUCommandAdapter"]
    listed = [{**(pipeline if isinstance(pipeline, dict) else {}), "name": name} for name in names]
    for config in (pipeline, {"pipeline": pipeline}, {"pipeline": [pipeline]}, {"pipeline": listed}):
        for endpoints in (groups, {"model_groups": groups}, {"model_groups": [groups]}):
            findings = Findings()
            found = read_configuration(as_value(config, place), as_value(endpoints, place), {}, findings)
            assert isinstance(found, Configuration)
            assert not findings.has_errors()


def test_files_of_any_size_are_read_in_bounded_time_with_a_word_about_the_rest() -> None:
    place = Place("config.yml", 1, 1)
    options = {f"option{number}": 1 for number in range(1000)}
    pipeline = as_value(
        {"pipeline": [{"name": f"Component{n}", **(options if n < 2 else {})} for n in range(1000)]}, place
    )
    groups = as_value(
        {"model_groups": [{"id": f"g{n}", "models": [{"provider": "x"}] * 99} for n in range(500)]}, place
    )
    findings = Findings()
    read_configuration(pipeline, groups, {}, findings)
    told = " ".join(one.message for one in findings.sorted())
    assert "the pipeline has more than 100 entries" in told
    assert "model_groups has more than 200 entries" in told
