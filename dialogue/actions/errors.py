"""The errors of `dialogue.actions`, branches of the package's tree in `dialogue.errors`.

DialogueError
├── ActionEndpointInvalid     `action_endpoint` of endpoints.yml cannot be used
├── ActionServerUnavailable   the action server does not answer
├── McpServerInvalid          an entry of `mcp_servers` of endpoints.yml cannot be used
└── AnswerInvalid             an action gave back something that is no answer
"""

from __future__ import annotations

from dialogue.errors import DialogueError


class ActionEndpointInvalid(DialogueError):
    """`action_endpoint` of endpoints.yml cannot be used; the message says which key, and what it may be."""

    code = "action-endpoint-invalid"
    fault = "configuration"


class ActionServerUnavailable(DialogueError):
    """The action server does not answer; the message says where it was looked for, and what to do."""

    code = "action-server-unavailable"
    fault = "provider"


class McpServerInvalid(DialogueError):
    """An entry of `mcp_servers` of endpoints.yml cannot be used; the message says which key, and what it may be."""

    code = "mcp-server-invalid"
    fault = "configuration"


class AnswerInvalid(DialogueError):
    """An action gave back something that is no answer of the action protocol."""

    code = "answer-invalid"
    fault = "provider"
