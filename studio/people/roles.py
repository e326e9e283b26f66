"""Roles and what each may do. Pure.

A role holds every right of the ones before it, but for the operator, who runs what others designed.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["viewer", "designer", "operator", "admin"]
Right: TypeAlias = Literal["read", "call", "comment", "edit", "train", "stage", "publish", "administer"]
"""What a route asks for.

read: see everything but people. call: try an assistant by voice or text. comment: say something about a step. edit:
change files, branches and versions. train: start trainings. stage: publish to staging. publish: publish to production
and roll back. administer: people, tokens, deleting projects, the audit log.
"""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    "viewer": frozenset({"read", "call", "comment"}),
    "designer": frozenset({"read", "call", "comment", "edit", "train", "stage"}),
    "operator": frozenset({"read", "call", "comment", "train", "stage", "publish"}),
    "admin": frozenset(get_args(Right)),
}
TOLD: Final[dict[Right, str]] = {
    "read": "look at projects",
    "call": "call an assistant",
    "comment": "write comments",
    "edit": "change a project",
    "train": "train an assistant",
    "stage": "publish to staging",
    "publish": "publish to production",
    "administer": "manage people and projects",
}


def may(role: Role, right: Right) -> bool:
    """Tell whether a role holds a right."""
    return right in RIGHTS[role]


def roles_with(right: Right) -> tuple[Role, ...]:
    """Return the roles that hold a right, the least first: who to ask."""
    return tuple(role for role in ROLES if right in RIGHTS[role])
