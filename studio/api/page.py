"""The built page: files named by their content are cached for ever, the others are always asked for."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_NAMED_BY_CONTENT = "assets/"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
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

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path in (".", "index.html") and not (self._folder / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT, status_code=503, headers={"Cache-Control": "no-store"})
        response = await super().get_response(path, scope)
        is_lasting = path.startswith(_NAMED_BY_CONTENT) and response.status_code in (200, 304)
        response.headers["Cache-Control"] = _FOR_EVER if is_lasting else _ASK_FIRST
        return response
