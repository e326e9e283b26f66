"""What git keeps of a project, read and written by plumbing alone: objects, trees, commits and references.

The work tree is never checked out by git: files of the project are written by `studio.projects.writing`, so that a
crash leaves no half of a branch, and a commit is built from files or texts without touching either. A reference moves
only from the value that was read (compare and swap), so that two processes cannot lose each other's commit.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from studio.projects.contents import MOST_FILE_BYTES, is_of_studio, list_files
from studio.projects.errors import CommitRefused, CommitUnknown, GitFailed
from studio.projects.git import Git, GitPlace, Person
from studio.projects.paths import left_out_because, problem_of_path

_HEADS: Final = "refs/heads/"
_REGULAR: Final = ("100644", "100755")
_HEX: Final = re.compile(r"^[0-9a-f]{4,64}$")
_BUSY: Final = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}
_EXCLUDED: Final = (
    "# What the studio keeps for this copy of the folder alone, and what programs leave behind.",
    ".studio/remote.json",
    ".studio/remote.zip",
    ".studio/pending/",
    ".studio/local/",
    "__pycache__/",
    "*.pyc",
    "*.part",
    "*.theirs",
    "*.sqlite",
    "*.sqlite-*",
    "*.tar.gz",
    ".rasa/",
    "",
)


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as a commit has it."""

    mode: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `at` is seconds since 1970."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: int
    message: str


class Repository:
    """One project's part of a repository; paths are those of the project."""

    def __init__(self, folder: Path, place: GitPlace) -> None:
        self.folder = folder
        self.place = place
        self.git = Git(folder)
        self.prefix = place.prefix
        assert place.git_folder is not None
        self.git_folder = place.git_folder

    # References

    def head(self) -> str | None:
        """Return the commit that the work tree began from; None where there is none yet."""
        return self.git.maybe("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def branch(self) -> str | None:
        """Return the current branch; None where HEAD stands on a commit by itself."""
        name = self.git.maybe("symbolic-ref", "--quiet", "HEAD")
        return name.removeprefix(_HEADS) if name and name.startswith(_HEADS) else None

    def branches(self) -> dict[str, str]:
        """Return every branch with its commit."""
        printed = self.git.text("for-each-ref", "--format=%(objectname) %(refname)", _HEADS)
        pairs = [line.split(" ", 1) for line in printed.splitlines()]
        return {name.removeprefix(_HEADS): commit for commit, name in pairs}

    def tags(self, pattern: str) -> dict[str, str]:
        """Return the tags below `refs/tags/<pattern>` with their commits."""
        printed = self.git.text("for-each-ref", "--format=%(objectname) %(refname)", f"refs/tags/{pattern}")
        pairs = [line.split(" ", 1) for line in printed.splitlines()]
        return {name.removeprefix("refs/tags/"): commit for commit, name in pairs}

    def move(self, reference: str, new: str | None, old: str | None, *, why: str = "vivavoce") -> None:
        """Set, make (`old` None) or delete (`new` None) a reference.

        Raises:
            CommitRefused: it is not at `old` any more.
        """
        none = "0" * len(new or old or "")
        try:
            self.git.run("update-ref", "-m", why, "--no-deref", reference, new or none, old or none)
        except GitFailed as error:
            raise CommitRefused(
                f"The history was changed by somebody else in between, or is locked ({_last_line(error)}). Nothing was "
                "committed: try again."
            ) from None

    def point_head_at(self, branch: str) -> None:
        """Make a branch the current one; the work tree is left as it is."""
        self.git.run("symbolic-ref", "-m", "vivavoce", "HEAD", _HEADS + branch)

    def busy_with(self) -> str | None:
        """Say what somebody has begun in this repository and not ended: a merge, a rebase."""
        return next((what for name, what in _BUSY.items() if (self.git_folder / name).exists()), None)

    # Reading

    def resolve(self, name: str) -> str:
        """Return the commit that an id, branch or tag of ours names.

        Raises:
            CommitUnknown: there is none.
        """
        candidates = [f"{_HEADS}{name}", f"refs/tags/{name}", *([name] if _HEX.match(name) else [])]
        if is_reference(name) or _HEX.match(name):
            for candidate in candidates:
                found = self.git.maybe("rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}")
                if found:
                    return found
        raise CommitUnknown(f"There is no commit or branch {name[:80]!r} in this project's history.")

    def commits(self, start: str, *, most: int = 50, skip: int = 0) -> tuple[Commit, ...]:
        """Return the commits that touched the project, newest first."""
        fields = "%H%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%B"
        limits = (f"--max-count={most}", f"--skip={skip}")
        where = ("--", ".") if self.prefix else ()
        printed = self.git.run("log", "-z", f"--format={fields}", "--no-notes", "--no-mailmap", *limits, start, *where)
        return tuple(_commit(entry) for entry in printed.decode("utf-8", "replace").split("\0") if entry.strip())

    def count(self, start: str) -> int:
        """Return how many commits touched the project."""
        return int(self.git.text("rev-list", "--count", start, *(("--", ".") if self.prefix else ())))

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the commit from which two lines of commits went apart."""
        found = self.git.maybe("merge-base", one, other)
        return found.splitlines()[0] if found else None

    def tree(self, commit: str) -> dict[str, Blob]:
        """Return the project's files in a commit, those that are left out of projects left out."""
        return {path: blob for path, blob in self._whole_tree(commit).items() if _belongs(path, blob)}

    def contents(self, commit: str, paths: Iterable[str] | None = None) -> dict[str, bytes]:
        """Return files of a commit with their contents, all of them or those named that are there."""
        tree = self.tree(commit)
        wanted = {path: tree[path].name for path in (tree if paths is None else paths) if path in tree}
        contents = self._blobs(sorted(set(wanted.values())))
        return {path: contents[name] for path, name in wanted.items()}

    def draft_tree(self) -> dict[str, str]:
        """Return the names that git would give the files of the work tree, without writing them."""
        listed = list_files(self.folder).files
        ignored = self._ignored(listed)
        files = [path for path in listed if path not in ignored]
        names = self._hash([self.folder / path for path in files], is_written=False)
        return dict(zip(files, names, strict=True))

    # Writing

    def commit(
        self,
        parents: Sequence[str],
        message: str,
        person: Person,
        *,
        snapshot: Path | None = None,
        is_aside: bool = False,
    ) -> str:
        """Write a commit of the project's files as they are now; no reference moves.

        Of what the first parent has, only files of the project are replaced. What is not the studio's own is taken
        from `snapshot`, where one is given, so that the commit is what was published whatever is edited meanwhile; what
        is the studio's own comes from the draft, or where the snapshot is none of the draft (`is_aside`) stays.
        """
        listed = [(self.folder, path) for path in list_files(self.folder).files]
        if snapshot is not None:
            listed = [(folder, path) for folder, path in listed if is_of_studio(path) and not is_aside]
            listed += [(snapshot, path) for path in list_files(snapshot).files]
        ignored = self._ignored([path for _, path in listed])
        sources = {path: folder / path for folder, path in listed if path not in ignored}
        names = self._hash(list(sources.values()), is_written=True)
        modes = ["100755" if file.stat().st_mode & 0o100 else "100644" for file in sources.values()]
        wanted = dict(zip(sources, zip(modes, names, strict=True), strict=True))
        base = parents[0] if parents else None
        known = self.tree(base) if base else {}
        gone = [path for path in known if path not in wanted and not (is_aside and is_of_studio(path))]
        return self._written(base, wanted, gone, parents, message, person)

    def commit_contents(
        self, changes: Mapping[str, bytes | None], parents: Sequence[str], message: str, person: Person
    ) -> str:
        """Write a commit of the first parent with some files changed, or deleted (None); no reference moves."""
        base = parents[0]
        known = self.tree(base)
        kept = {path: content for path, content in changes.items() if content is not None}
        with tempfile.TemporaryDirectory(prefix="vivavoce-") as made:
            for index, content in enumerate(kept.values()):
                (Path(made) / str(index)).write_bytes(content)
            names = self._hash([Path(made) / str(index) for index in range(len(kept))], is_written=True)
        modes = {path: known[path].mode if path in known else "100644" for path in kept}
        wanted = {path: (modes[path], name) for path, name in zip(kept, names, strict=True)}
        gone = [path for path, content in changes.items() if content is None and path in known]
        return self._written(base, wanted, gone, parents, message, person)

    def show_as_committed(self, commit: str) -> None:
        """Bring git's own index up to a commit, so that `git status` tells a person what is true.

        Only the project's files are touched. If somebody's git holds the index just now, it stays as it is.
        """
        with suppress(GitFailed):
            tree = self._whole_tree(commit)
            known = {path: (blob.mode, blob.name) for path, blob in tree.items() if blob.mode in _REGULAR}
            listed = self.git.run("ls-files", "-z", "--", ".").decode("utf-8", "surrogateescape").split("\0")
            gone = [path for path in listed if path and path not in tree and not _is_strange(path)]
            self.git.run("update-index", "-z", "--index-info", given=self._index_lines(known, gone))
            self.git.run("update-index", "-q", "--refresh")

    def exclude_local_files(self) -> None:
        """Tell git, in this repository alone, what of the folder is not to be committed."""
        file = self.git_folder / "info" / "exclude"
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            file.write_text("\n".join(_EXCLUDED), encoding="utf-8")

    def _written(
        self,
        base: str | None,
        wanted: Mapping[str, tuple[str, str]],
        gone: Sequence[str],
        parents: Sequence[str],
        message: str,
        person: Person,
    ) -> str:
        with tempfile.TemporaryDirectory(prefix="vivavoce-") as made:
            index = {"GIT_INDEX_FILE": str(Path(made) / "index")}
            self.git.run("read-tree", *([base] if base else ["--empty"]), variables=index)
            lines = self._index_lines(wanted, gone)
            self.git.run("update-index", "-z", "--index-info", given=lines, variables=index)
            tree = self.git.text("write-tree", variables=index)
        parts = [part for parent in parents for part in ("-p", parent)]
        text = message.strip() or "Changed in the studio"
        made_id = self.git.run("commit-tree", tree, *parts, given=f"{text}\n".encode(), variables=person.variables())
        return made_id.decode().strip()

    def _index_lines(self, wanted: Mapping[str, tuple[str, str]], gone: Iterable[str]) -> bytes:
        zero = "0" * self._digits
        lines = [f"0 {zero}\t{self.prefix}{path}" for path in gone]
        lines += [f"{mode} {name}\t{self.prefix}{path}" for path, (mode, name) in wanted.items()]
        return "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")

    @cached_property
    def _digits(self) -> int:
        return 64 if self.git.maybe("rev-parse", "--show-object-format") == "sha256" else 40

    def _ignored(self, files: Sequence[str]) -> set[str]:
        """Return the files that the repository ignores and does not have already."""
        given = "".join(f"{path}\0" for path in files).encode("utf-8", "surrogateescape")
        try:
            printed = self.git.run(
                "check-ignore", "-z", "--stdin", given=given, variables={"GIT_LITERAL_PATHSPECS": "0"}
            )
        except GitFailed:
            return set()  # it ends with 1 where nothing is ignored
        return set(printed.decode("utf-8", "surrogateescape").split("\0"))

    def _hash(self, files: Sequence[Path], *, is_written: bool) -> list[str]:
        if not files:
            return []
        given = "".join(f"{file.absolute()}\n" for file in files).encode("utf-8", "surrogateescape")
        options = ("-w", "--no-filters") if is_written else ("--no-filters",)
        try:
            printed = self.git.run("hash-object", *options, "--stdin-paths", given=given, is_long=True)
        except GitFailed as error:
            raise CommitRefused(f"The files cannot be read for the history: {_last_line(error)}.") from None
        return printed.decode().split()

    def _whole_tree(self, commit: str) -> dict[str, Blob]:
        where = ("--", ".") if self.prefix else ()
        printed = self.git.run("ls-tree", "-r", "-l", "-z", commit, *where).decode("utf-8", "surrogateescape")
        found = {}
        for line in printed.split("\0"):
            if line:
                about, path = line.split("\t", 1)
                mode, _, name, size = about.split()
                found[path] = Blob(mode, name, int(size) if size.isdigit() else 0)
        return found

    def _blobs(self, names: Sequence[str]) -> dict[str, bytes]:
        if not names:
            return {}
        printed = self.git.run("cat-file", "--batch", given="\n".join([*names, ""]).encode(), is_long=True)
        found: dict[str, bytes] = {}
        at = 0
        while at < len(printed):
            end = printed.index(b"\n", at)
            name, kind, *size = printed[at:end].decode().split()
            if kind == "missing":
                raise CommitUnknown(f"The history is damaged: git does not have {name}.")
            begin, at = end + 1, end + 2 + int(size[0])
            found[name] = printed[begin : at - 1]
        return found


def is_reference(name: str) -> bool:
    """Say whether a text can be the name of a branch, by git's own rules (git-check-ref-format)."""
    if not name or len(name.encode()) > 200 or name.startswith("-") or name == "HEAD":
        return False
    if any(ord(one) < 33 or ord(one) == 127 or one in "~^:?*[\\" or not one.isprintable() for one in name):
        return False
    parts = name.split("/")
    is_plain = all(part and not part.startswith(".") and not part.endswith((".lock", ".")) for part in parts)
    return is_plain and ".." not in name and "@{" not in name and name != "@"


def _last_line(error: GitFailed) -> str:
    return (error.message.splitlines() or ["no reason given"])[-1]


def _belongs(path: str, blob: Blob) -> bool:
    return blob.mode in _REGULAR and blob.size <= MOST_FILE_BYTES and not _is_strange(path)


def _is_strange(path: str) -> bool:
    return left_out_because(path) is not None or problem_of_path(path) is not None


def _commit(entry: str) -> Commit:
    name, parents, author, email, at, message = entry.lstrip("\n").split("\x1f", 5)
    return Commit(name, tuple(parents.split()), author, email, int(at), message.strip())
