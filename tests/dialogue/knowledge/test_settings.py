"""The policy's options: all of the format's are read, and what cannot be read is told and has its default."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue.knowledge.relevancy import THRESHOLD
from dialogue.knowledge.settings import SearchSettings, read_settings
from tests.support.small_bank import small_bank


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    return small_bank(tmp_path_factory.mktemp("bank"))


def settings(bank, policy, endpoints=None):
    named = {"name": "EnterpriseSearchPolicy", **policy}
    return read_settings(replace(bank, config={"policies": [{"name": "FlowPolicy"}, named]}, endpoints=endpoints or {}))


def test_an_assistant_without_the_policy(bank):
    assert read_settings(bank) == (None, ())


@pytest.mark.parametrize("policies", [None, "EnterpriseSearchPolicy", [None, 3, "EnterpriseSearchPolicy"], {}])
def test_policies_that_are_none(bank, policies):
    assert read_settings(replace(bank, config={"policies": policies})) == (None, ())


def test_defaults(bank):
    assert settings(bank, {}) == (SearchSettings(), ())


def test_every_option(bank):
    policy = {
        "name": "rasa.core.policies.enterprise_search_policy.EnterpriseSearchPolicy",
        "vector_store": {"type": "QDRANT", "source": "./papers", "threshold": 0.7},
        "llm": {"model_group": "writer"},
        "embeddings": {"model_group": "embedder"},
        "use_generative_llm": True,
        "citation_enabled": True,
        "check_relevancy": True,
        "max_messages_in_query": 4,
        "include_date_time": False,
        "timezone": "Europe/Paris",
        "prompt_template": "prompts/answer.jinja2",
    }
    read, findings = settings(bank, policy, {"vector_store": {"host": "localhost"}})

    assert findings == ()
    assert read == SearchSettings(
        store="qdrant",
        source="./papers",
        threshold=0.7,
        llm={"model_group": "writer"},
        citation_enabled=True,
        check_relevancy=True,
        max_messages_in_query=4,
        include_date_time=False,
        timezone="Europe/Paris",
        prompt_template="prompts/answer.jinja2",
        connection={"host": "localhost"},
    )
    assert read.has_own_model


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"citation_enable": True}, "did you mean 'citation_enabled'?"),
        ({"vector_store": {"kind": "faiss"}}, "has no option 'kind'"),
        ({"vector_store": {"type": "chroma"}}, "there is no vector store 'chroma'"),
        ({"vector_store": {"type": "qdrnt"}}, "did you mean 'qdrant'?"),
        ({"vector_store": "faiss"}, "'vector_store' must be a map"),
        ({"llm": "gpt"}, "'llm' must be a map"),
        ({"vector_store": {"threshold": "high"}}, "a number from 0 to 1"),
        ({"vector_store": {"threshold": 7}}, "a number from 0 to 1"),
        ({"max_messages_in_query": 0}, "a whole number from 1 to 20"),
        ({"timezone": "Mars/Base"}, "no time zone"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"max_messages_in_query": 2.5}, "a whole number from 1 to 20"),
        ({"use_generative_llm": "maybe"}, "true or false"),
    ],
)
def test_a_slip_is_told_and_has_its_default(bank, policy, told):
    read, findings = settings(bank, policy)

    assert read == SearchSettings()
    assert [told in str(finding) for finding in findings] == [True]
    assert findings[0].severity == "warning"


@pytest.mark.parametrize(
    ("store", "least"),
    [({}, THRESHOLD), ({"threshold": None}, THRESHOLD), ({"threshold": 0.1}, 0.1), ({"threshold": 1}, 1.0)],
)
def test_the_threshold_that_is_configured_holds_and_without_one_the_calibrated_one(bank, store, least):
    read, findings = settings(bank, {"vector_store": store})
    assert (read.least_score, findings) == (least, ())


def test_a_threshold_of_nothing_is_none_and_is_told_unless_a_model_judges(bank):
    read, findings = settings(bank, {"vector_store": {"threshold": 0.0}})
    assert read.least_score == 0.0
    assert ["leave it out" in finding.suggestion for finding in findings] == [True]
    read, findings = settings(bank, {"vector_store": {"threshold": 0.0}, "llm": {"model_group": "writer"}})
    assert (read.least_score, findings) == (0.0, ())


def test_values_that_the_environment_filled_in_are_text(bank):
    read, findings = settings(bank, {"vector_store": {"threshold": "0.25"}, "citation_enabled": "true"})
    assert (read.threshold, read.citation_enabled, findings) == (0.25, True, ())
