"""The error tree of spoken tests.

StudioError
├── SpokenOptionInvalid   client: an option of the command line cannot be used
└── VoiceUnusable         configuration: a voice's file is not there, or is no voice
"""

from __future__ import annotations

from studio.errors import StudioError


class SpokenOptionInvalid(StudioError):
    """`option` is the option's name."""

    code = "spoken-option-invalid"
    fault = "client"
    http_status = 400

    def __init__(self, option: str, problem: str) -> None:
        self.option = option
        self.problem = problem
        super().__init__(f"{option}: {problem}")


class VoiceUnusable(StudioError):
    code = "voice-unusable"
    fault = "configuration"
