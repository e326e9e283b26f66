"""Where packages come from is pip's configuration, read as pip reads it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from models.catalogue import FilePart
from models.errors import IndexUnreachable, PackageMissing
from models.index import IndexConfig, PackageIndex, build_client, parse_index_config

_PART = FilePart("Tiny.Voice==1.0", "tiny/a.bin")


def _index(config: IndexConfig, respond: httpx.MockTransport | None = None) -> PackageIndex:
    return PackageIndex(config, httpx.Client(transport=respond))


def _folder_index(root: Path, *names: str) -> str:
    project = root / "simple" / "tiny-voice"
    project.mkdir(parents=True)
    links = "".join(f'<a href="../../files/{name}#sha256={"1" * 64}">{name}</a>' for name in names)
    (project / "index.html").write_text(f"<html><body>{links}</body></html>")
    return (root / "simple").as_uri()


def test_without_configuration_the_default_index_is_asked() -> None:
    assert parse_index_config("", {}) == IndexConfig((PYPI_SIMPLE_ENDPOINT,))


def test_configuration_files_are_read_with_the_more_special_section_winning() -> None:
    listing = (
        "global.index-url='https://mirror.test/simple'\n"
        "global.extra-index-url='file:///a/simple\\nfile:///b/simple'\n"
        "install.index-url='https://special.test/simple'\n"
        "global.cert='/etc/ca.pem'\nglobal.proxy='http://proxy.test:3128'\nglobal.timeout='7'\n"
    )
    assert parse_index_config(listing, {}) == IndexConfig(
        ("https://special.test/simple", "file:///a/simple", "file:///b/simple"),
        certificate="/etc/ca.pem",
        proxy="http://proxy.test:3128",
        timeout_s=7.0,
    )


def test_the_environment_wins() -> None:
    config = parse_index_config(
        "global.index-url='https://mirror.test/simple'\n",
        {"PIP_INDEX_URL": "https://env.test/simple", "PIP_EXTRA_INDEX_URL": "file:///x", "SSL_CERT_FILE": "/c.pem"},
    )
    assert config.urls == ("https://env.test/simple", "file:///x")
    assert config.certificate == "/c.pem"


@given(st.text())
def test_any_listing_is_read(listing: str) -> None:
    assert parse_index_config(listing, {}).urls


def test_a_certificate_that_is_not_there_is_told() -> None:
    with pytest.raises(IndexUnreachable, match=r"/no/such\.pem"):
        build_client(IndexConfig(("https://index.test",), certificate="/no/such.pem"))


def test_a_folder_is_asked_before_the_network(tmp_path: Path) -> None:
    url = _folder_index(tmp_path, "tiny_voice-0.9-py3-none-any.whl", "tiny_voice-1.0-py3-none-any.whl")

    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"asked {request.url}")

    found = _index(IndexConfig(("https://index.test", url)), httpx.MockTransport(refuse)).locate(_PART)
    assert found.local_path == tmp_path / "files" / "tiny_voice-1.0-py3-none-any.whl"
    assert found.sha256 == "1" * 64


def test_the_wheel_for_any_machine_is_preferred_and_the_kind_obeyed(tmp_path: Path) -> None:
    names = ("tiny_voice-1.0-cp311-cp311-linux_x86_64.whl", "tiny_voice-1.0-py3-none-any.whl", "tiny_voice-1.0.tar.gz")
    index = _index(IndexConfig((_folder_index(tmp_path, *names),)))
    assert index.locate(_PART).name == names[1]
    assert index.locate(FilePart("tiny-voice==1.0", "a", "sdist")).name == names[2]


def test_a_json_listing_is_read() -> None:
    listing = {
        "meta": {"api-version": "1.0"},
        "name": "tiny-voice",
        "files": [{"filename": "tiny_voice-1.0-py3-none-any.whl", "url": "/f/w.whl", "hashes": {"sha256": "2" * 64}}],
    }
    content_type = {"content-type": "application/vnd.pypi.simple.v1+json"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=listing, headers=content_type))
    found = _index(IndexConfig(("https://index.test/simple",)), transport).locate(_PART)
    assert (found.url, found.sha256) == ("https://index.test/f/w.whl", "2" * 64)


def test_a_package_that_no_index_has_is_told_without_passwords() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(404))
    index = _index(IndexConfig(("https://me:secret@index.test/simple",)), transport)
    with pytest.raises(PackageMissing, match=r"Tiny\.Voice==1\.0.*https://index\.test/simple") as problem:
        index.locate(_PART)
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_an_index_that_refuses_is_told(status: int) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status))
    with pytest.raises(IndexUnreachable, match=f"answered {status}"):
        _index(IndexConfig(("https://index.test/simple",)), transport).locate(_PART)


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"files": 3}'])
def test_an_answer_that_is_no_listing_is_told(content: bytes) -> None:
    respond = httpx.Response(200, content=content, headers={"content-type": "application/json"})
    with pytest.raises(IndexUnreachable, match="not a package listing"):
        _index(IndexConfig(("https://index.test",)), httpx.MockTransport(lambda request: respond)).locate(_PART)


def test_an_unreachable_index_does_not_hide_another_that_has_the_package() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.host == "down.test":
            raise httpx.ConnectError("no route")
        return httpx.Response(200, html='<a href="tiny_voice-1.0-py3-none-any.whl">tiny_voice-1.0-py3-none-any.whl</a>')

    transport = httpx.MockTransport(respond)
    assert _index(IndexConfig(("https://down.test", "https://up.test")), transport).locate(_PART).sha256 is None
    with pytest.raises(IndexUnreachable, match="no route"):
        _index(IndexConfig(("https://down.test",)), transport).locate(_PART)
