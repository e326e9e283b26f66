"""Merging what people said of steps on two copies of a project, comment by comment. Pure.

What was said on either side stays. Of a comment that both changed, each field that one side alone changed is taken from
there, and mine wins where both did. One that was deleted on one side goes, unless the other has changed or answered it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from studio.people.comments import Comment, Comments


def merge_comments(base: str, mine: str, theirs: str) -> str:
    """Return the text of a comments file that has the changes of both sides since `base`."""
    was, ours, others = (_by_id(text) for text in (base, mine, theirs))
    found: dict[str, Comment] = {}
    for comment_id in {**was, **ours, **others}:
        kept = _one(was.get(comment_id), ours.get(comment_id), others.get(comment_id))
        if kept is not None:
            found[comment_id] = kept
    for comment in tuple(found.values()):
        opening = comment.thread
        if opening is not None and opening not in found:  # deleted on one side, answered on the other
            known = ours.get(opening) or others.get(opening) or was.get(opening)
            if known is not None:
                found[opening] = known
    return Comments(tuple(sorted(found.values(), key=lambda comment: comment.at))).to_text()


def _by_id(text: str) -> Mapping[str, Comment]:
    return {comment.id: comment for comment in Comments.from_text(text).all}


def _one(was: Comment | None, mine: Comment | None, theirs: Comment | None) -> Comment | None:
    if mine is None or theirs is None:
        left = mine or theirs
        return None if left == was else left
    old: Mapping[str, Any] = {} if was is None else asdict(was)
    ours, others = asdict(mine), asdict(theirs)
    taken = {name: others[name] if name in old and ours[name] == old[name] else ours[name] for name in ours}
    return Comment(**taken)
