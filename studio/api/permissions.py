"""Which right each route asks for: one table, which a test walks against the routes that there are."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from studio.people.roles import Right

Open: TypeAlias = Literal["open"]
OPEN: Final[Open] = "open"
"""Nobody is asked: health, and what signing in needs."""

_P = "/api/projects/{project}"
RIGHTS: Final[dict[str, Right | Open]] = {
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": "read",
    "GET /api/openapi.json": "read",
    "GET /api/assistant": "call",
    "GET /api/assistant/version": "call",
    "GET /api/models": "read",
    "POST /rtc/offer": "call",
    "GET /rtc/calls/{call_id}": "call",
    "DELETE /rtc/calls/{call_id}": "call",
    "PATCH /rtc/calls/{call_id}": "call",
    "POST /rtc/calls/{call_id}": "call",
    "PUT /rtc/calls/{call_id}": "call",
    "POST /webhooks/rest/webhook": "call",
    "GET /webhooks/rest/": "call",
    "GET /api/me": OPEN,
    "POST /api/session": OPEN,
    "DELETE /api/session": OPEN,
    "POST /api/session/link": OPEN,
    "GET /api/people": "read",
    "POST /api/people": "administer",
    "PATCH /api/people/{person_id}": "administer",
    "DELETE /api/people/{person_id}": "administer",
    "POST /api/people/{person_id}/link": "administer",
    "GET /api/tokens": "administer",
    "POST /api/tokens": "administer",
    "DELETE /api/tokens/{token_id}": "administer",
    "GET /api/audit": "administer",
    "GET /api/templates": "read",
    "GET /api/projects": "read",
    "POST /api/projects": "edit",
    "POST /api/projects/import": "edit",
    f"GET {_P}": "read",
    f"DELETE {_P}": "administer",
    f"GET {_P}/export": "read",
    f"GET {_P}/outline": "read",
    f"GET {_P}/flows/{{flow}}": "read",
    f"GET {_P}/content/{{section}}": "read",
    f"GET {_P}/files/{{path:path}}": "read",
    f"GET {_P}/findings": "read",
    f"GET {_P}/search": "read",
    f"POST {_P}/conditions": "read",
    f"POST {_P}/conditions/write": "read",
    f"POST {_P}/edit": "edit",
    "GET /api/events": "read",
    f"GET {_P}/events": "read",
    f"POST {_P}/presence": "read",
    f"GET {_P}/comments": "read",
    f"POST {_P}/comments": "comment",
    f"PATCH {_P}/comments/{{comment}}": "comment",
    f"DELETE {_P}/comments/{{comment}}": "comment",
    f"POST {_P}/train": "train",
    f"GET {_P}/changes": "read",
    f"GET {_P}/jobs": "read",
    f"GET {_P}/jobs/{{job}}": "read",
    f"GET {_P}/jobs/{{job}}/events": "read",
    f"POST {_P}/jobs/{{job}}/stop": "train",
    f"POST {_P}/speech": "read",
    f"GET {_P}/history": "read",
    f"GET {_P}/history/{{commit}}/diff": "read",
    f"POST {_P}/commit": "edit",
    f"POST {_P}/restore": "edit",
    f"GET {_P}/branches": "read",
    f"POST {_P}/branches": "edit",
    f"POST {_P}/branches/switch": "edit",
    f"POST {_P}/branches/merge": "edit",
    f"POST {_P}/branches/delete": "edit",
    f"GET {_P}/environments": "read",
    f"GET {_P}/trained": "read",
    f"POST {_P}/publish": "stage",  # production asks for more: see the route
    f"POST {_P}/rollback": "publish",
    f"GET {_P}/archive": "read",
    f"POST {_P}/push": "edit",
    f"POST {_P}/tests": "edit",
    f"GET {_P}/coverage": "read",
    f"GET {_P}/tests/runs": "read",
    f"POST {_P}/tests/runs": "train",
    f"POST {_P}/tests/runs/{{job}}/stop": "train",
    "POST /api/conversations/{conversation_id}/slots": "read",
    "POST /api/conversations/{conversation_id}/rewind": "read",
    "GET /api/conversations/{conversation_id}/test": "read",
    "GET /api/conversations/{conversation_id}": "read",
}


def right_for(method: str, path: str) -> Right | Open:
    """Return the right that a route asks for; a route that was forgotten here asks for the highest."""
    return RIGHTS.get(f"{'GET' if method == 'HEAD' else method} {path}", "administer")
