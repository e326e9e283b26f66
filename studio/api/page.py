"""The built page: files named by their content are cached for ever, the others are always asked for.

Texts go packed: a first load takes a third. Each is packed once, in a thread, since the event loop carries calls.
"""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_NAMED_BY_CONTENT = "assets/"
_STUDIO = "studio"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_PACKED_KINDS = ("text/", "application/javascript", "application/json", "image/svg+xml")
_LEAST_PACKED_BYTES = 1_024
_PACKING_LEVEL = 6
_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Vivavoce</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem}</style></head>
<body>
<h1>The call page is not built</h1>
<p>The server runs, but the page that belongs here has not been built. In the project's folder, type:</p>
<pre>make run</pre>
<p>It does every set-up step and serves again. The rest of the server works without the page:
<a href="/readyz">/readyz</a>, <a href="/api/openapi.json">/api/openapi.json</a>.</p>
</body>
</html>
"""


class PageFiles(StaticFiles):
    """Serves the folder of the built page, and says what to do when it is not there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._folder = folder
        self.config_checked = True  # the folder may come later: it is looked for at each request instead
        self._packed: dict[str, tuple[str, bytes]] = {}  # path → etag of the file, and it packed

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.split("/", 1)[0] == _STUDIO:  # its addresses are the page's own, told apart by its router
            path = "index.html"
        if path in (".", "index.html") and not (self._folder / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT, status_code=503, headers={"Cache-Control": "no-store"})
        response = await super().get_response(path, scope)
        is_lasting = path.startswith(_NAMED_BY_CONTENT) and response.status_code in (200, 304)
        response.headers["Cache-Control"] = _FOR_EVER if is_lasting else _ASK_FIRST
        return await self._as_asked(response, Headers(scope=scope))

    async def _as_asked(self, response: Response, asked: Headers) -> Response:
        """Return the same file packed, where that is understood and worth it."""
        kind = response.headers.get("content-type", "")
        if not isinstance(response, FileResponse) or not kind.startswith(_PACKED_KINDS):
            return response
        response.headers["Vary"] = "Accept-Encoding"
        is_small = int(response.headers.get("content-length", 0)) < _LEAST_PACKED_BYTES
        if response.status_code != 200 or is_small or "range" in asked or not _takes_gzip(asked):
            return response
        packed = await self._pack(str(response.path), response.headers["etag"])
        headers = {
            name: value for name, value in response.headers.items() if name not in ("content-length", "accept-ranges")
        }
        return Response(packed, headers={**headers, "content-encoding": "gzip"})

    async def _pack(self, path: str, etag: str) -> bytes:
        known, packed = self._packed.get(path, ("", b""))
        if known != etag:
            packed = await asyncio.to_thread(lambda: gzip.compress(Path(path).read_bytes(), _PACKING_LEVEL))
            self._packed[path] = etag, packed
        return packed


def _takes_gzip(asked: Headers) -> bool:
    wanted = asked.get("accept-encoding", "").lower().replace(" ", "").split(",")
    return any(name.partition(";")[0] in ("gzip", "*") and not name.endswith((";q=0", ";q=0.0")) for name in wanted)
