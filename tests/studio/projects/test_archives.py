"""Zip files from outside: tricks, bombs, broken ones; and ours, the same bytes for the same files."""

from __future__ import annotations

import io
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.projects import archives
from studio.projects.archives import packed, unpacked
from studio.projects.errors import ImportRefused

GOOD = {"config.yml": b"language: en\n", "docs/\u00fcber.md": "你好".encode()}


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return into.getvalue()


def with_mode(name: str, mode: int, content: bytes = b"x") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as made:
        entry = zipfile.ZipInfo(name)
        entry.create_system = 3
        entry.external_attr = mode << 16
        made.writestr(entry, content)
        made.writestr("config.yml", b"")
    return into.getvalue()


def renamed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    return content.replace(old, new)


def test_what_is_packed_is_unpacked() -> None:
    assert unpacked(packed(GOOD.items())).files == GOOD


def test_the_same_files_give_the_same_bytes() -> None:
    assert packed(GOOD.items()) == packed(reversed(GOOD.items()))


@pytest.mark.parametrize(
    "name",
    [
        "../evil.yml", "a/../../evil.yml", "/etc/passwd", "C:/evil.yml", "C:evil.yml", "..\\evil.yml", "\\evil.yml",
        "con.yml", "a\u202eb.yml", "\\\\server\\share\\x", "a:b.yml", "data/evil.yml. ",
    ],
)  # fmt: skip
def test_path_tricks(name: str) -> None:
    with pytest.raises(ImportRefused, match="Nothing of it was taken"):
        unpacked(zipped({**GOOD, name: b"x"}))


def test_a_name_that_ends_early() -> None:
    content = renamed(zipped({**GOOD, "evil.ymlXtxt": b"x"}), b"evil.ymlXtxt", b"evil.yml\0txt")
    with pytest.raises(ImportRefused, match="cannot be seen"):
        unpacked(content)


@pytest.mark.parametrize(
    "names",
    [("a.yml", "A.yml"), ("docs", "docs/x.md"), ("é.md", unicodedata.normalize("NFD", "é.md")), ("x/a", "X/b")],
)
def test_two_names_for_one_file(names: tuple[str, str]) -> None:
    with pytest.raises(ImportRefused):
        unpacked(zipped(dict.fromkeys(names, b"x")))


def test_the_same_name_twice() -> None:
    content = renamed(zipped({"a.yml": b"1", "b.yml": b"2"}), b"b.yml", b"a.yml")
    with pytest.raises(ImportRefused, match="two entries of one name"):
        unpacked(content)


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFCHR | 0o666, stat.S_IFIFO | 0o666, stat.S_IFBLK])
def test_links_and_devices_are_left_out_and_told(mode: int) -> None:
    found = unpacked(with_mode("data/flows.yml", mode, b"/etc/passwd"))
    assert set(found.files) == {"config.yml"}
    assert [one.path for one in found.left_out] == ["data/flows.yml"]


def test_a_bomb_in_one_file() -> None:
    content = zipped({"config.yml": b"", "data/big.yml": b"0" * (archives.MOST_FILE_BYTES + 1)})
    assert len(content) < 100_000
    with pytest.raises(ImportRefused, match="too large"):
        unpacked(content)


def test_a_bomb_of_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 10_000)
    with pytest.raises(ImportRefused, match="too large"):
        unpacked(zipped({f"{number}.yml": b"0" * 1_000 for number in range(11)}))


def test_a_bomb_that_lies_about_its_size() -> None:
    """The size is counted while unpacking: what the table of contents says is not believed."""
    content = bytearray(zipped({"big.yml": b"0" * (archives.MOST_FILE_BYTES + 1)}))
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, at + 24, 10)
    with pytest.raises(ImportRefused):
        unpacked(bytes(content))


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 10)
    with pytest.raises(ImportRefused, match="11 entries"):
        unpacked(zipped({f"{number}.yml": b"" for number in range(11)}))


def test_a_table_of_contents_that_would_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_TABLE_BYTES", 2_000)
    with pytest.raises(ImportRefused, match="names without end"):
        unpacked(zipped({f"{number}{'x' * 100}.yml": b"" for number in range(20)}))


def test_a_zip_within_is_not_opened() -> None:
    found = unpacked(zipped({"config.yml": b"", "more.zip": zipped({"../evil": b"x"})}))
    assert [(one.path, one.reason) for one in found.left_out] == [("more.zip", "an archive")]


def test_an_encrypted_one() -> None:
    content = bytearray(zipped({"config.yml": b"secret"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        content[at + offset] |= 1
    with pytest.raises(ImportRefused, match="encrypted"):
        unpacked(bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_compressions_are_not_read(method: int) -> None:
    with pytest.raises(ImportRefused, match="deflate"):
        unpacked(zipped(GOOD, method=method))


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 100, zipped(GOOD)[:-30], b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip(content: bytes) -> None:
    with pytest.raises(ImportRefused):
        unpacked(content)


def test_utf8_names_without_the_flag() -> None:
    content = bytearray(zipped({"docs/über.md": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        content[content.find(mark) + offset] &= ~0x08
    assert set(unpacked(bytes(content)).files) == {"docs/über.md"}


@given(st.data())
def test_any_damage_is_refused_or_harmless(data: st.DataObject) -> None:
    content = bytearray(zipped(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = unpacked(bytes(content))
    except ImportRefused:
        return
    assert all(not path.startswith(("/", "..")) for path in found.files)
