"""Reaching another studio: addresses, answers that are none, tokens."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from studio.projects.copies import pull
from studio.projects.errors import ImportRefused, RemoteFailed
from studio.projects.remote import Remote, parse_address
from studio.projects.workspace import Project, Workspace
from tests.studio.projects.studio_double import studio


@pytest.fixture
def there(workspace: Workspace) -> Project:
    return workspace.create("Hair", template="appointments")


@pytest.mark.parametrize(
    ("url", "studio_at", "project"),
    [
        ("http://h:8080", "http://h:8080", None),
        ("h:8080", "http://h:8080", None),
        ("https://h/studio/bank", "https://h", "bank"),
        ("https://h/studio/bank/flows/x", "https://h", "bank"),
        ("https://h/api/projects/bank", "https://h", "bank"),
        ("https://h/under/studio/bank/", "https://h/under", "bank"),
        ("https://h/studio", "https://h", None),
        ("https://h/api/projects", "https://h", None),
    ],
)
def test_addresses(url: str, studio_at: str, project: str | None) -> None:
    found = parse_address(url)
    assert (found.studio, found.project) == (studio_at, project)


@pytest.mark.parametrize(
    "url", ["", "ftp://h/x", "http://", "http://u:p@h", "http://h/studio/..", "http://h/studio/a%2Fb"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(RemoteFailed):
        parse_address(url)


def test_one_project_needs_no_name(workspace: Workspace, there: Project) -> None:
    remote = Remote(parse_address("http://h"), transport=httpx.MockTransport(studio(workspace)))
    assert remote.choose() == "hair"
    workspace.create("Other")
    with pytest.raises(RemoteFailed, match="hair, other"):
        Remote(parse_address("http://h"), transport=httpx.MockTransport(studio(workspace))).choose()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(200, content=b"<html>"), "no zip"),
        (httpx.Response(302, headers={"location": "https://else"}), "leads elsewhere"),
        (httpx.Response(503, json={"code": "x", "message": "Closing."}), "Closing"),
        (httpx.Response(401, json={"message": "Sign in."}), "VIVAVOCE_TOKEN"),
    ],
)
def test_answers_that_are_none(answer: httpx.Response, why: str, tmp_path: Path) -> None:
    remote = Remote(parse_address("http://h/studio/x"), transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises((RemoteFailed, ImportRefused), match=why):
        pull(remote, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_nobody_is_there(tmp_path: Path) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    remote = Remote(parse_address("http://h/studio/x"), transport=httpx.MockTransport(refuse))
    with pytest.raises(RemoteFailed, match="Is the studio running"):
        pull(remote, tmp_path / "copy")


def test_the_token_is_sent(workspace: Workspace, there: Project, tmp_path: Path) -> None:
    transport = httpx.MockTransport(studio(workspace, token="t0k3n"))
    with pytest.raises(RemoteFailed, match="--token"):
        pull(Remote(parse_address("http://h/studio/hair"), transport=transport), tmp_path / "copy")
    assert pull(
        Remote(parse_address("http://h/studio/hair"), token="t0k3n", transport=transport), tmp_path / "copy"
    ).taken
