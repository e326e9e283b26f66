"""Assistants with conversations and the commands recorded for them, as tests need them: no model, real actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dialogue.actions.in_process import InProcessActions
from dialogue.knowledge.index import build_index
from dialogue.knowledge.search import KnowledgeSearch, Means
from dialogue.knowledge.settings import read_settings
from dialogue.knowledge.stores import FolderStore
from dialogue.testing.case import Case, Suite
from dialogue.testing.commands_file import Turns, read_commands
from dialogue.testing.suite import load_suite
from flows.loader import load_assistant
from flows.model import Assistant


@dataclass(frozen=True, slots=True)
class RecordedAssistant:
    """One assistant with everything that its tests need. `recorded` has the commands of its cases by their keys."""

    folder: Path
    assistant: Assistant
    suite: Suite
    recorded: dict[str, Turns]

    @property
    def name(self) -> str:
        return self.folder.name

    def commands(self, case: Case) -> Turns:
        """Return what is recorded for a case."""
        return next(self.recorded[key] for key in case.keys if key in self.recorded)

    @property
    def unheard(self) -> dict[str, Turns]:
        """Recordings of the same length in which nothing is understood: what then passes checks nothing."""
        return {key: tuple(() for _ in turns) for key, turns in self.recorded.items()}


def read_recorded(folder: Path, commands: str) -> RecordedAssistant:
    """Read an assistant, its suite, and the file `commands` in its folder."""
    recorded = dict(read_commands(folder / commands))
    return RecordedAssistant(folder, load_assistant(folder), load_suite([], folder), recorded)


@contextmanager
def own_actions(folder: Path) -> Iterator[InProcessActions]:
    """Load an assistant's own actions, and forget them again."""
    actions = InProcessActions(folder, "actions")
    actions.load()
    try:
        yield actions
    finally:
        actions.close()


async def search_by_words(one: RecordedAssistant) -> KnowledgeSearch | None:
    """Return the search of an assistant that has documents, by their words alone."""
    settings, findings = read_settings(one.assistant)
    assert findings == ()
    if settings is None:
        return None
    index = await build_index(one.folder / settings.source, None)
    assert index.findings == ()
    return KnowledgeSearch(settings, Means(FolderStore(index, None), None))
