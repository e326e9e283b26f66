"""A package index served from memory: listings, downloads with ranges, and the faults that real ones have."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


def make_wheel(members: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a zip archive; the same for the same members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


@dataclass
class Faults:
    """What goes wrong from now on. `cut_after_bytes` ends every answer there, without a word."""

    cut_after_bytes: int | None = None
    cuts_left: int = 1_000_000
    status: int | None = None
    statuses_left: int = 1_000_000
    ignores_ranges: bool = False
    slow_s: float = 0.0


@dataclass
class Download:
    """One request for a package's file."""

    name: str
    range_start: int | None
    sent_bytes: int = 0


@dataclass
class PackageIndex:
    """Serves `files` (file name to content) on loopback while it is entered."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    downloads: list[Download] = field(default_factory=list)
    has_hashes: bool = True
    most_at_once: int = 0

    def add(self, project: str, version: str, members: Mapping[str, bytes]) -> str:
        """Publish a wheel; return its file name."""
        name = f"{project.replace('-', '_')}-{version}-py3-none-any.whl"
        self.files[name] = make_wheel(members)
        return name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/simple"

    def __enter__(self) -> Self:
        self._at_once = 0
        self._lock = threading.Lock()
        self._release = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def listing(self, project: str) -> str | None:
        """Return the HTML page of a project, or None if there is no such project."""
        links = []
        for name, content in self.files.items():
            if re.sub(r"[-_.]+", "-", name.split("-")[0]).lower() == project:
                digest = f"#sha256={hashlib.sha256(content).hexdigest()}" if self.has_hashes else ""
                links.append(f'<a href="../../files/{name}{digest}">{name}</a>')
        return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>" if links else None

    def began(self) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)

    def ended(self) -> None:
        with self._lock:
            self._at_once -= 1

    def pause(self) -> None:
        self._release.wait(self.faults.slow_s)


def _make_handler(index: PackageIndex) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, name = self.path.strip("/").partition("/")
            if kind == "simple":
                self._send_listing(name.strip("/"))
                return
            index.began()
            try:
                self._send_file(name)
            finally:
                index.ended()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the test's output is the tests'."""

        def _send_listing(self, project: str) -> None:
            page = index.listing(project)
            self._send(200 if page else 404, "text/html", (page or "").encode())

        def _send_file(self, name: str) -> None:
            index.pause()
            faults = index.faults
            if faults.status is not None and faults.statuses_left > 0:
                faults.statuses_left -= 1
                self._send(faults.status, "text/plain", b"")
                return
            content = index.files[name]
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(asked[1]) if asked else None
            download = Download(name, start)
            index.downloads.append(download)
            if start is not None and not faults.ignores_ranges:
                if start >= len(content):
                    self._send(416, "text/plain", b"")
                    return
                content = content[start:]
                self.send_response(206)
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if faults.cut_after_bytes is not None and faults.cuts_left > 0:
                faults.cuts_left -= 1
                content = content[: faults.cut_after_bytes]
            self.wfile.write(content)
            download.sent_bytes = len(content)

        def _send(self, status: int, content_type: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
