"""Comments on flows and steps: threads that stay with the step they are about. Pure.

They lie in `.studio/comments.json` of the assistant's folder, so that they travel with it; flow files have none of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from studio.people.errors import NotAllowed, PeopleError
from studio.people.records import Person

FILE: Final = ".studio/comments.json"
MOST_CHARACTERS: Final = 4_000
MOST_COMMENTS: Final = 5_000


class CommentUnknown(PeopleError):
    code = "comment-unknown"
    http_status = 404


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said about a step (None: about the flow). `thread` is the comment that it answers."""

    id: str
    flow: str
    step: str | None
    text: str
    person_id: str
    person_name: str
    at: float
    thread: str | None = None
    is_settled: bool = False
    changed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Comments:
    """All comments of a project, the oldest first."""

    all: tuple[Comment, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Comments:
        """Read the file; what is no comment is left out, since a broken file must not keep anybody from working."""
        try:
            rows = json.loads(text).get("comments", ())
        except (ValueError, AttributeError, RecursionError):
            return cls()
        if not isinstance(rows, list):
            return cls()
        return cls(tuple(comment for row in rows if (comment := _read(row)) is not None)[:MOST_COMMENTS])

    def to_text(self) -> str:
        """Return what the file holds: one comment a line, so that git merges two people's."""
        rows = ",\n".join(json.dumps(asdict(comment), ensure_ascii=False) for comment in self.all)
        return f'{{"comments": [\n{rows}\n]}}\n' if rows else '{"comments": []}\n'

    def added(self, comment: Comment) -> Comments:
        """Add one. Raises PeopleError for a text that is empty or too long, CommentUnknown for an unknown thread."""
        _check(comment.text)
        if comment.thread is not None:
            opening = self.one(comment.thread)
            comment = replace(comment, flow=opening.flow, step=opening.step, thread=opening.thread or opening.id)
        if len(self.all) >= MOST_COMMENTS:
            raise PeopleError(f"The project has {MOST_COMMENTS} comments. Delete settled ones first.")
        return Comments((*self.all, comment))

    def one(self, comment_id: str) -> Comment:
        """Return one. Raises CommentUnknown."""
        for comment in self.all:
            if comment.id == comment_id:
                return comment
        raise CommentUnknown("There is no such comment (any more).")

    def changed(
        self, comment_id: str, by: Person, now: float, *, text: str | None = None, is_settled: bool | None = None
    ) -> Comments:
        """Change the text (one's own only), or settle the thread (anybody). Raises NotAllowed, CommentUnknown."""
        before = self.one(comment_id)
        after = before
        if text is not None:
            _check(text)
            if before.person_id != by.id:
                raise NotAllowed(f"{before.person_name} wrote this comment; only they may change it.")
            after = replace(after, text=text, changed_at=now)
        if is_settled is not None:
            after = replace(after, is_settled=is_settled)
        return Comments(tuple(after if comment.id == comment_id else comment for comment in self.all))

    def without(self, comment_id: str, by: Person) -> Comments:
        """Delete a comment and its answers: one's own, or an admin any. Raises NotAllowed, CommentUnknown."""
        gone = self.one(comment_id)
        if gone.person_id != by.id and not by.may("administer"):
            raise NotAllowed(f"{gone.person_name} wrote this comment; only they or an admin may delete it.")
        return Comments(tuple(one for one in self.all if comment_id not in (one.id, one.thread)))

    def moved(self, moved: Mapping[str, Mapping[str, str]]) -> Comments:
        """Follow steps whose key has changed, by flow."""
        kept = tuple(_moved(one, moved.get(one.flow, {})) for one in self.all)
        return Comments(kept)

    def renamed(self, flows: Mapping[str, str]) -> Comments:
        """Follow flows whose id has changed."""
        return Comments(tuple(replace(one, flow=flows.get(one.flow, one.flow)) for one in self.all))


def _moved(comment: Comment, keys: Mapping[str, str]) -> Comment:
    if comment.step is None or comment.step not in keys:
        return comment
    return replace(comment, step=keys[comment.step])


def _check(text: str) -> None:
    if not text.strip() or len(text) > MOST_CHARACTERS:
        raise PeopleError(f"A comment has 1 to {MOST_CHARACTERS} characters.")


def _read(row: Any) -> Comment | None:
    try:
        comment = Comment(**row)
    except TypeError:
        return None
    texts = (comment.id, comment.flow, comment.text, comment.person_id, comment.person_name)
    maybe = (comment.step, comment.thread)
    if not all(isinstance(text, str | None) for text in maybe):
        return None
    return comment if all(isinstance(text, str) for text in texts) and isinstance(comment.at, int | float) else None
