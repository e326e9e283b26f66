"""The error tree of `studio`, and how any package's error is told to a client.

StudioError
├── SettingsInvalid        a VIVAVOCE_ variable (or a flag) has a value that cannot be used
├── AssistantNotFound      there is no assistant folder where one was named
├── AddressUnusable        the address to listen on is none of this machine's
├── PortInUse              another program listens on the port
├── PortForbidden          this user may not listen on the port
├── RecordingRefused       a result cannot be written where it should go
├── BenchmarksMissing      the benchmarks are part of a checkout, and this is none
├── ServiceNotReady        a part that this request needs is not running (503)
├── RequestTooLarge        the body is over its limit (413)
├── RequestTooSlow         the body did not arrive in time (408)
├── RequestUnusable        the body is not what this address takes (400)
├── MediaTypeUnsupported   the body is of another type than this address takes (415)
├── HostNotAllowed         the request names a host that this server is not (421)
├── CallUnknown            no such call (404)
├── CallStillLive          an offer on a call that is running (409)
└── CallOver               an offer on a call that has ended (410)

The other packages' errors are not wrapped: each carries `code` and `fault`, which `http_status_of` maps.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias, get_args

Fault: TypeAlias = Literal["client", "configuration", "provider", "internal"]

_STATUS_OF_FAULT: dict[str, int] = {"client": 400, "configuration": 503, "provider": 503, "internal": 500}


class StudioError(Exception):
    """Root of what this package raises; the message says what happened and what to do."""

    code: ClassVar[str] = "studio-error"
    fault: ClassVar[Fault] = "internal"
    http_status: ClassVar[int] = 500


class SettingsInvalid(StudioError):
    code = "settings-invalid"
    fault = "configuration"


class AssistantNotFound(StudioError):
    code = "assistant-not-found"
    fault = "configuration"


class AddressUnusable(StudioError):
    code = "address-unusable"
    fault = "configuration"


class PortInUse(StudioError):
    code = "port-in-use"
    fault = "configuration"


class PortForbidden(StudioError):
    code = "port-forbidden"
    fault = "configuration"


class RecordingRefused(StudioError):
    code = "recording-refused"
    fault = "configuration"


class BenchmarksMissing(StudioError):
    code = "benchmarks-missing"
    fault = "configuration"


class ServiceNotReady(StudioError):
    code = "not-ready"
    fault = "provider"
    http_status = 503


class RequestTooLarge(StudioError):
    code = "request-too-large"
    fault = "client"
    http_status = 413


class RequestTooSlow(StudioError):
    code = "request-too-slow"
    fault = "client"
    http_status = 408


class RequestUnusable(StudioError):
    code = "request-unusable"
    fault = "client"
    http_status = 400


class MediaTypeUnsupported(StudioError):
    code = "media-type-unsupported"
    fault = "client"
    http_status = 415


class HostNotAllowed(StudioError):
    code = "host-not-allowed"
    fault = "client"
    http_status = 421


class CallUnknown(StudioError):
    code = "call-unknown"
    fault = "client"
    http_status = 404


class CallStillLive(StudioError):
    code = "call-live"
    fault = "client"
    http_status = 409


class CallOver(StudioError):
    code = "call-over"
    fault = "client"
    http_status = 410


def is_expected(error: BaseException) -> bool:
    """Say whether `error` is one of ours: it has a code and a fault, and its message is for people."""
    return isinstance(getattr(error, "code", None), str) and getattr(error, "fault", None) in get_args(Fault)


def http_status_of(error: BaseException) -> int:
    """Give the HTTP status for an expected error of any package."""
    status = getattr(error, "http_status", None)
    if isinstance(status, int):
        return status
    return _STATUS_OF_FAULT.get(str(getattr(error, "fault", "internal")), 500)
