"""A folder of documents: what is read, and what is told of files that cannot be."""

from __future__ import annotations

import os

import pytest

from dialogue.knowledge import reading
from dialogue.knowledge.reading import LARGEST_FILE_BYTES, read_documents

HOURS = "# Hours\nWe open at nine.\n"


def codes(documents) -> list[tuple[str, str]]:
    return [(finding.file, finding.code) for finding in documents.findings]


def test_kinds_of_files(write):
    folder = write(
        {
            "b/hours.md": HOURS,
            "a.txt": "Parking\n\nBehind the house.",
            "page.html": "<h1>Pets</h1><p>Dogs are welcome.</p>",
            "faq.yml": "- question: [Is there wifi?, Do you have internet?]\n  answer: Yes.\n",
            "pairs.json": '[{"page_content": "How much?", "metadata": {"title": "prices", "answer": "Ten euros."}}]',
            "lines.jsonl": '{"question": "Why?", "answer": "Because."}\n',
            "picture.png": b"\x89PNG",
            ".hidden.md": "# no",
        }
    )
    documents = read_documents(folder)

    assert documents.findings == ()
    assert [(one.source, one.heading, one.text, one.answer) for one in documents.passages] == [
        ("a.txt", "Parking", "Behind the house.", None),
        ("faq.yml", "", "Is there wifi?", "Yes."),
        ("faq.yml", "", "Do you have internet?", "Yes."),
        ("lines.jsonl", "", "Why?", "Because."),
        ("page.html", "Pets", "Dogs are welcome.", None),
        ("pairs.json", "prices", "How much?", "Ten euros."),
        ("b/hours.md", "Hours", "We open at nine.", None),
    ]


def test_an_empty_folder_is_told(write):
    assert codes(read_documents(write({}))) == [("docs", "no-documents")]


def test_a_missing_folder_is_told(tmp_path):
    assert codes(read_documents(tmp_path / "docs")) == [("docs", "no-documents")]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("large.txt", b"a" * (LARGEST_FILE_BYTES + 1), "file-too-large"),
        ("binary.txt", b"text\0text", "binary-file"),
        ("latin.txt", "Grüße".encode("latin-1"), "not-utf-8"),
        ("broken.json", b'[{"question": ', "no-pairs"),
        ("deep.json", b"[" * 100_000, "no-pairs"),
        ("strange.yml", b"- just a text", "no-pairs"),
        ("strange.json", b'[{"question": 3, "answer": "x"}]', "no-pairs"),
        ("long.json", b'[{"question": "x?", "answer": "' + b"a" * 3_000 + b'"}]', "no-pairs"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(write, name, content, code):
    documents = read_documents(write({name: content, "hours.md": HOURS}))

    assert codes(documents) == [(f"docs/{name}", code)]
    assert [one.source for one in documents.passages] == ["hours.md"]


def test_the_line_of_a_byte_that_is_not_utf_8(write):
    documents = read_documents(write({"latin.md": b"first\nsecond \xff"}))

    assert documents.findings[0].line == 2


def test_links_out_of_the_folder_are_not_followed(write, tmp_path):
    (tmp_path / "secret.txt").write_text("The password is swordfish.", encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "more.txt").write_text("More secrets here.", encoding="utf-8")
    folder = write({"hours.md": HOURS})
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "folder").symlink_to(tmp_path / "outside")
    (folder / "again.md").symlink_to(folder / "hours.md")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    documents = read_documents(folder)

    assert sorted(codes(documents)) == [("docs/folder", "outside"), ("docs/link.txt", "outside")]
    assert {one.source for one in documents.passages} == {"hours.md", "again.md"}


def test_limits_of_the_whole_folder(write, monkeypatch):
    folder = write({f"{number}.md": HOURS for number in range(5)})
    for name, value, code in (
        ("MOST_FILES", 3, "too-many-files"),
        ("MOST_PASSAGES", 3, "too-many-passages"),
        ("LARGEST_TOTAL_BYTES", 80, "documents-too-large"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(reading, name, value)
            documents = read_documents(folder)

        assert [finding.code for finding in documents.findings] == [code]
        assert 0 < len(documents.passages) <= 3


def test_the_digest_is_that_of_the_content(write):
    first = read_documents(write({"hours.md": HOURS})).digest
    again = read_documents(write({"hours.md": HOURS})).digest
    changed = read_documents(write({"hours.md": HOURS + "Every day."})).digest

    assert first == again != changed
