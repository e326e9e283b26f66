"""The error tree of `dialogue`.

DialogueError
├── EventInvalid              JSON that should be an event of the log is not one
├── KnowledgeUnavailable      a vector store does not answer, or cannot be used as configured
├── StoreUnavailable          the event log cannot be read or written
├── UnderstandingFailed       understanding raised instead of answering
├── ActionsUnloadable         the assistant's actions package cannot be imported
├── ActionEndpointInvalid     `action_endpoint` of endpoints.yml cannot be used (in `dialogue.actions.errors`)
├── ActionServerUnavailable   the action server does not answer (there as well)
├── AnswerInvalid             an action gave back something that is no answer (there as well)
├── ResponseUnavailable       no variation of a response fits, or the response does not exist
├── TemplateFailed            a response template cannot be rendered within its limits
├── ReplayDiverged            a log does not come from this assistant
├── StageMissing              a stage of understanding that is to be tested alone lacks its model (in
│                             `dialogue.testing.understanding.stages`)
└── TestsInvalid              test or command files do not read; carries every finding
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.errors import Finding


class DialogueError(Exception):
    """Root of what this package raises; `fault` says who can mend it."""

    code = "dialogue-error"
    fault = "internal"


class EventInvalid(DialogueError):
    """JSON that should be an event of the log is not one."""

    code = "event-invalid"


class StoreUnavailable(DialogueError):
    """The event log cannot be read or written: check that its file is writable and the disk is not full."""

    code = "store-unavailable"


class KnowledgeUnavailable(DialogueError):
    """Documents cannot be looked up; the message says where, why, and what to do. The call goes on without."""

    code = "knowledge-unavailable"
    fault = "provider"


class UnderstandingFailed(DialogueError):
    """Understanding raised instead of answering; the caller hears the internal-error pattern."""

    code = "understanding-failed"
    fault = "provider"


class ActionsUnloadable(DialogueError):
    """The assistant's actions package cannot be imported; the message has the import error and its place."""

    code = "actions-unloadable"
    fault = "configuration"


class ResponseUnavailable(DialogueError):
    """No variation of a response fits, or the response does not exist."""

    code = "response-unavailable"
    fault = "configuration"


class TemplateFailed(DialogueError):
    """A response template cannot be rendered within its limits."""

    code = "template-failed"
    fault = "configuration"


class ReplayDiverged(DialogueError):
    """A log does not come from this assistant: the engine would have done something else."""

    code = "replay-diverged"
    fault = "client"


class TestsInvalid(DialogueError):
    """Test or command files do not read. `findings` has everything that is wrong, not just the first."""

    code = "tests-invalid"
    fault = "client"
    __test__ = False  # the name would make pytest collect it

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
