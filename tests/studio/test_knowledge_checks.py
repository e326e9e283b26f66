"""What is wrong with a search of documents is told with file, line and column before anybody calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import Finding
from studio.assistants import examined, find_problems
from studio.knowledge_checks import search_findings

STORE = "from rasa.core.information_retrieval import InformationRetrieval\n\nclass Shelf(InformationRetrieval): ...\n"


@pytest.fixture
def folder(assistant_folder: Path) -> Path:
    (assistant_folder / "docs").mkdir()
    (assistant_folder / "docs" / "hours.md").write_text("# Hours\n\nThe office opens at nine.\n")
    return assistant_folder


def found(folder: Path, policy: str = "", endpoints: str = "") -> tuple[Finding, ...]:
    """Give the policy in line 7, its options in those that follow from column 5 on."""
    config = folder / "config.yml"
    lines = "".join(f"    {line}\n" for line in policy.splitlines())
    config.write_text(config.read_text() + "  - name: EnterpriseSearchPolicy\n" + lines)
    if endpoints:
        (folder / "endpoints.yml").write_text(endpoints)
    return search_findings(folder)


def test_without_the_policy_nothing_is_looked_at(folder: Path) -> None:
    (folder / "docs" / "hours.md").write_bytes(b"\0")
    assert search_findings(folder) == ()
    assert search_findings(folder / "nowhere") == ()


def test_a_sound_policy(folder: Path) -> None:
    assert found(folder, "use_generative_llm: false\nvector_store: {type: faiss, source: ./docs, threshold: 0.6}") == ()


@pytest.mark.parametrize(
    ("policy", "place", "told"),
    [
        ("citation_enable: true", (8, 5), "did you mean 'citation_enabled'?"),
        (
            "vector_store:\n  type: chroma",
            (9, 13),
            "there is no vector store 'chroma', so faiss is taken (one of faiss",
        ),
        ("vector_store:\n  type: qdrnt", (9, 13), "did you mean 'qdrant'?"),
        ("vector_store:\n  kind: faiss", (9, 7), "vector_store has no option 'kind'"),
        ("vector_store:\n  threshold: 1.5", (9, 18), "must be a number from 0 to 1, not 1.5 (0.5, as calibrated"),
        ("vector_store:\n  threshold: high", (9, 18), "must be a number from 0 to 1, not high"),
        ("vector_store:\n  threshold: 0.0", (9, 18), "every question is answered"),
        ("timezone: Mars/Base", (8, 15), "there is no time zone 'Mars/Base'"),
        ("prompt_template: ours.jinja2", (8, 22), "there is no such file"),
        ("prompt: ../ours.jinja2", (8, 13), "outside of the assistant's folder"),
        ("llm: gpt", (8, 10), "must be a map"),
        ("llm:\n  model_group: writer", (9, 20), "no usable model group 'writer' (the documents' own words"),
        ("vector_store: {type: addons.Shelf}", (8, 26), "there is no module 'addons'"),
        ("vector_store: {type: 'add ons.Shelf'}", (8, 26), "is no module of Python"),
    ],
)
def test_options(folder: Path, policy: str, place: tuple[int, int], told: str) -> None:
    (finding,) = found(folder, policy)
    assert (finding.file, finding.line, finding.column) == ("config.yml", *place)
    assert (finding.severity, finding.code) == ("warning", "search-policy")
    assert told in str(finding)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (STORE, ""),
        ("from elsewhere import Shelf\n", ""),
        ("from elsewhere import *\n", ""),
        ("class Other: ...\n", "'addons' has no class 'Shelf'"),
        ("class Shelf(:\n", "addons.py cannot be read"),
    ],
)
def test_a_store_of_the_assistants_own(folder: Path, code: str, told: str) -> None:
    (folder / "addons.py").write_text(code)
    assert [told in str(finding) for finding in found(folder, "vector_store: {type: addons.Shelf}")] == [True] * bool(
        told
    )


def test_a_folder_that_is_not_there(folder: Path) -> None:
    (finding,) = found(folder, "vector_store:\n  source: ./papers")
    assert str(finding) == (
        "config.yml:9:15: warning [no-documents] there is no folder 'papers': no question is answered "
        "(make it, and put .md, .txt or .html files there)"
    )


def test_a_folder_with_nothing_to_answer_from_is_told_at_the_policy(folder: Path) -> None:
    (folder / "docs" / "hours.md").unlink()
    (finding,) = found(folder)
    assert (finding.file, finding.line, finding.code) == ("config.yml", 7, "no-documents")
    assert "'docs' has no text to answer from" in finding.message


def test_documents_that_cannot_be_read_are_told_by_their_own_place(folder: Path) -> None:
    papers = folder / "texts" / "new"
    papers.mkdir(parents=True)
    (papers / "good.md").write_text("# Roof\n\nWe paint no roofs.\n")
    (papers / "bad.md").write_bytes(b"# One\n\nTwo \xff\n")
    (finding,) = found(folder, "vector_store: {source: ./texts/new}")
    assert (finding.file, finding.line, finding.code) == ("texts/new/bad.md", 3, "not-utf-8")


def test_a_server_needs_an_address(folder: Path) -> None:
    (finding,) = found(folder, "vector_store: {type: qdrant}")
    assert (finding.line, finding.column) == (8, 26)
    assert "looked for on this machine" in finding.message


def test_an_address_that_cannot_be_one(folder: Path) -> None:
    (finding,) = found(folder, "vector_store: {type: milvus}", "vector_store:\n  url: 'no address'\n")
    assert (finding.file, finding.line) == ("endpoints.yml", 2)
    assert "no usable address" in finding.message


def test_the_type_may_stand_in_endpoints(folder: Path) -> None:
    (finding,) = found(folder, "", "vector_store: {type: chroma, host: shelf}\n")
    assert (finding.file, finding.line, finding.column) == ("endpoints.yml", 1, 22)


def test_validate_tells_them_and_the_assistant_runs(folder: Path) -> None:
    told = found(folder, "citation_enable: true")
    assert set(told) <= set(find_problems(folder))
    assert examined(folder)[0] is not None
