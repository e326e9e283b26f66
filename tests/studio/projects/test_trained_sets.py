"""A chosen set of flow versions that was trained is published as it was trained, whatever the draft is by then."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.assistants import load
from studio.projects.assembling import assembled
from studio.projects.environments import Environments
from studio.projects.errors import CommitUnknown, PublishRefused
from studio.projects.history import History, Point
from studio.projects.trained_sets import MOST_SETS, TrainedSet, TrainedSets
from tests.studio.projects.conftest import ANA, edit, name_the_flow, whole

FLOWS = "data/flows.yml"


def trained(environments: Environments, flows: dict[str, str | None]) -> str:
    version = environments.snapshots.keep(assembled(environments.project, flows))
    environments.trained_sets.add(TrainedSet(version, 1.0, "Ana", flows))
    return version


def test_it_is_published_as_it_was_trained(environments: Environments, history: History) -> None:
    first = str(history.status().head)
    name_the_flow(history.folder, "as edited")
    edit(history.folder, "docs/new.md", lambda _: "New.\n")
    history.commit("Edited", ANA)
    version = trained(environments, {"book_appointment": first})
    edit(history.folder, "docs/new.md", lambda _: "Newer, not trained.\n")
    draft, head = whole(history.folder), history.status().head

    candidate = environments.trained(version)
    made = environments.put("production", "The old flow", ANA, (candidate, environments.checked(candidate)))
    running = environments.folder("production")
    assert load(running).flows["book_appointment"].name == "book an appointment"
    assert (running / "docs/new.md").read_text() == "New.\n"
    assert (made.version, dict(made.flows)) == (version, {"book_appointment": first})
    assert environments.states()[1].to_json()["current"]["flows"] == {"book_appointment": first}
    assert whole(history.folder) == draft
    # The branch stays where it was: the commit stands beside it, under the tag.
    assert (history.status().head, history.status().changes) == (head, {"docs/new.md": "changed"})
    assert history.files(str(made.tag))["docs/new.md"] == b"New.\n"
    assert history.repository().tags("vivavoce/") == {made.tag: made.commit}


def test_what_has_errors_is_not_published(environments: Environments) -> None:
    edit(environments.project.folder, FLOWS, lambda text: text.replace("collect: service", "collect: servise"))
    version = trained(environments, {})
    with pytest.raises(PublishRefused):
        environments.checked(environments.trained(version))


def test_a_set_that_is_not_kept_any_more(environments: Environments, tmp_path: Path) -> None:
    with pytest.raises(CommitUnknown, match="Train it again"):
        environments.trained("f" * 16)
    version = environments.snapshots.take(environments.project.folder)
    with pytest.raises(CommitUnknown):
        environments.trained_folder(version)  # a snapshot, and no set that was trained
    sets = TrainedSets(tmp_path, "hair")
    for number in range(MOST_SETS + 2):
        sets.add(TrainedSet(f"v{number}", float(number), "Ana", {}))
    assert [one.version for one in sets.all()] == [f"v{number}" for number in range(MOST_SETS + 1, 1, -1)]
    (tmp_path / "trained" / "hair.sets.json").write_text("{")
    assert sets.all() == ()


def test_a_branch_that_went_on_while_it_was_checked_is_not_moved(environments: Environments, history: History) -> None:
    name_the_flow(history.folder, "published")
    candidate = environments.draft()
    version = environments.checked(candidate)
    name_the_flow(history.folder, "later")
    later = history.commit("Later", ANA)
    made = environments.put("production", "Before that", ANA, (candidate, version))
    assert history.status().head == later
    assert history.status().changes == {}
    assert b"name: published" in history.files(str(made.commit))[FLOWS]
    assert history.point() == Point("main", later)
