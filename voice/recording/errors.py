"""The errors of recordings. All are `voice.errors.VoiceError`.

VoiceError
├── RecordingPolicyInvalid   configuration: `recording:` of voice.yml cannot be used
├── RecordingNotFound        client: there is no such recording
├── RecordingUnfinished      client: the call is still being recorded
└── RecordingUnreadable      client: its files are damaged, or of a version that this program does not know
"""

from __future__ import annotations

from voice.errors import VoiceError


class RecordingPolicyInvalid(VoiceError):
    code = "recording-policy-invalid"
    fault = "configuration"


class RecordingNotFound(VoiceError):
    code = "recording-not-found"
    fault = "client"
    http_status = 404


class RecordingUnfinished(VoiceError):
    code = "recording-unfinished"
    fault = "client"
    http_status = 409


class RecordingUnreadable(VoiceError):
    code = "recording-unreadable"
    fault = "client"
    http_status = 422
