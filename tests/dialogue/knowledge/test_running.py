"""The search among the actions: an action of the assistant's own goes first, and one that is not there ends no call."""

from __future__ import annotations

import pytest

from dialogue.events import ActionFailed, ActionReturned
from dialogue.knowledge.index import build_index
from dialogue.knowledge.running import with_search
from dialogue.knowledge.search import KnowledgeSearch, Means
from dialogue.knowledge.settings import SearchSettings
from dialogue.knowledge.stores import FolderStore
from dialogue.testing.case import Stub
from dialogue.testing.stubs import StubbedActions
from flows.actions import SEARCH_ACTION

TRACKER = {"events": [{"event": "user", "text": "are dogs welcome on the pitches"}]}
ANSWER = "Dogs are welcome on all pitches."
NOWHERE = StubbedActions({})


class UnlistedActions:
    """An action server that does not list its actions, and fails whatever it is asked."""

    def knows(self, name: str) -> bool:
        return True

    async def run(self, name, tracker, domain):
        return ActionFailed(name, "the action server says HTTP 404")


@pytest.fixture
async def search(write):
    index = await build_index(write({"camp.md": f"# Dogs\n{ANSWER}\n"}), None)
    return KnowledgeSearch(SearchSettings(), Means(FolderStore(index, None)))


async def test_documents_answer_where_there_is_no_such_action(search):
    returned = await with_search(NOWHERE, search).run(SEARCH_ACTION, TRACKER, {})

    assert returned.responses[0]["text"] == ANSWER


async def test_an_action_of_the_assistants_own_goes_first(search):
    own = StubbedActions({SEARCH_ACTION: Stub((), ({"text": "Ask at the gate."},))})
    returned = await with_search(own, search).run(SEARCH_ACTION, TRACKER, {})

    assert returned.responses == ({"text": "Ask at the gate."},)


@pytest.mark.parametrize("domain", [{}, {"actions": None}, {"actions": ["action_other"]}])
async def test_an_action_server_that_lists_nothing_leaves_the_question_to_the_documents(search, domain):
    returned = await with_search(UnlistedActions(), search).run(SEARCH_ACTION, TRACKER, domain)

    assert returned.responses[0]["text"] == ANSWER


async def test_an_own_search_that_fails_has_failed(search):
    actions = with_search(UnlistedActions(), search)

    assert isinstance(await actions.run(SEARCH_ACTION, TRACKER, {"actions": [SEARCH_ACTION]}), ActionFailed)
    assert isinstance(await actions.run("action_other", TRACKER, {}), ActionFailed)


async def test_without_a_search_nothing_is_found():
    returned = await with_search(NOWHERE, None).run(SEARCH_ACTION, TRACKER, {})

    assert isinstance(returned, ActionReturned)
    assert returned.events == ({"event": "followup", "name": "action_no_relevant_answer"},)
    assert returned.result["outcome"] == "unavailable"
