"""What voice.yml says of recording, and what an assistant lacks for it."""

from __future__ import annotations

from pathlib import Path

from flows.errors import Finding
from flows.model import Assistant
from voice.recording.errors import RecordingPolicyInvalid
from voice.recording.policy import RecordingPolicy

FOLDER = "recordings"
"""In the server's data folder, where voice.yml names no other."""
_KEY = "recording"


def recording_policy(assistant: Assistant) -> RecordingPolicy:
    """Give how this assistant's calls are recorded. Raises RecordingPolicyInvalid."""
    return RecordingPolicy.from_mapping(assistant.voice.get(_KEY) or {})


def recordings_root(data_folder: Path, policy: RecordingPolicy) -> Path:
    """Give the folder of recordings; a relative one of voice.yml is below the server's data folder."""
    return data_folder / (Path(policy.folder).expanduser() if policy.folder else Path(FOLDER))


def recording_findings(assistant: Assistant) -> tuple[Finding, ...]:
    """Return what is wrong with `recording:` of voice.yml, and what the assistant lacks for it."""
    try:
        policy = recording_policy(assistant)
    except RecordingPolicyInvalid as problem:
        return (Finding("voice.yml", 1, 1, problem.code, str(problem)),)
    if not policy.enabled:
        return ()
    slot = assistant.slots.get(policy.consent_slot)
    problem_found = None
    if policy.consent == "ask" and (slot is None or slot.type != "bool"):
        problem_found = f"consent: ask waits for the slot {policy.consent_slot!r}, and the domain has no such bool slot"
    if policy.consent == "announce" and policy.notice not in assistant.responses:
        problem_found = f"consent: announce waits for the response {policy.notice!r}, and the domain has none"
    if problem_found is None:
        return ()
    message = f"{problem_found}: no call would ever be recorded"
    return (Finding("voice.yml", 1, 1, _KEY, message, severity="warning"),)
