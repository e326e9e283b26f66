"""The campsite answers from its documents: its conversations run on recorded commands, with and without an encoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.knowledge.index import build_index
from dialogue.knowledge.search import KnowledgeSearch, Means
from dialogue.knowledge.settings import read_settings
from dialogue.knowledge.stores import FolderStore
from dialogue.ports import SentenceEncoder
from dialogue.testing.commands_file import read_commands
from dialogue.testing.runner import Bench, run_case
from dialogue.testing.stubs import StubbedActions
from dialogue.testing.suite import load_suite
from flows.loader import find_problems, load_assistant
from models.cache import ModelCache
from models.encoder import MiniLmEncoder

CAMPSITE = Path(__file__).parents[2] / "examples" / "campsite"
CASES = load_suite([], CAMPSITE).cases
RECORDED = dict(read_commands(CAMPSITE / "e2e_tests" / "commands.yml"))


async def run(case, encoder: SentenceEncoder | None, **options):
    assistant = load_assistant(CAMPSITE)
    settings, findings = read_settings(assistant)
    assert settings is not None
    assert findings == ()
    index = await build_index(CAMPSITE / settings.source, encoder)
    assert index.findings == ()
    search = KnowledgeSearch(settings, Means(FolderStore(index, encoder), encoder))
    bench = Bench(assistant, recorded=RECORDED, search=search, channel="rest", **options)
    return await run_case(case, bench)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_by_words_alone(case):
    result = await run(case, None)

    assert result.failure is None, result.failure


@pytest.mark.model
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_with_the_encoder(case):
    result = await run(case, MiniLmEncoder.from_cache(ModelCache()))

    assert result.failure is None, result.failure


async def test_custom_actions_of_tests_leave_the_search_alone():
    dogs = next(case for case in CASES if case.name == "a question with nothing else going on")

    assert (await run(dogs, None, actions=StubbedActions({}), stubs="only")).failure is None


def test_it_has_no_problems_and_every_case_is_recorded():
    assert find_problems(CAMPSITE) == ()
    assert len(RECORDED) == len(CASES) >= 14
