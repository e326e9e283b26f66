"""Which weights exist: the catalogue file, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from models.cache import ModelCache
from models.errors import CatalogueInvalid, ModelUnknown

__all__ = [
    "Catalogue",
    "FilePart",
    "ModelCache",
    "ModelEntry",
    "PinnedFile",
    "Source",
    "installed_source",
    "load_catalogue",
]

Task = Literal["recognition", "synthesis", "voice-activity", "end-of-turn", "language-model", "sentence-encoder"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# A file name and nothing that leads out of the cache folder.
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+-]*$")]
Requirement = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!]+$")]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_STRICT)
class FilePart:
    """Bytes inside a package. `member` may be `outer.zip!inner`."""

    package: Requirement
    member: str
    archive: Literal["wheel", "sdist"] = "wheel"

    @property
    def project(self) -> str:
        return self.package.partition("==")[0]

    @property
    def version(self) -> str:
        return self.package.partition("==")[2]


@dataclass(frozen=True, slots=True, config=_STRICT)
class PinnedFile:
    """One file of a model: what it must be, and the parts that joined make it.

    `inside`: the joined parts are a zip file, and this is the member's name.
    """

    sha256: Sha256
    size_bytes: Annotated[int, Field(gt=0)]
    parts: Annotated[tuple[FilePart, ...], Field(min_length=1)]
    inside: str = ""


@dataclass(frozen=True, slots=True, config=_STRICT)
class Source:
    """One way to get a whole model."""

    name: str
    files: Annotated[Mapping[FileName, PinnedFile], Field(min_length=1)]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files.values())

    @property
    def pins(self) -> dict[str, str]:
        """The SHA-256 of each file."""
        return {name: file.sha256 for name, file in self.files.items()}


@dataclass(frozen=True, slots=True, config=_STRICT)
class ModelEntry:
    """One model. `hub` is its official name on a model hub, for those who have one."""

    id: FileName
    task: Task
    title: str
    languages: tuple[str, ...]
    licence: str
    provenance: str
    hub: str
    default: bool
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    hub_alternatives: tuple[str, ...] = field(default=())

    @property
    def size_bytes(self) -> int:
        """Size on disk, by the first source."""
        return self.sources[0].size_bytes


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models, in the order of the file."""

    models: tuple[ModelEntry, ...]

    def find(self, model_id: str) -> ModelEntry:
        """Return one model. Raises `ModelUnknown` naming those that exist."""
        for entry in self.models:
            if entry.id == model_id:
                return entry
        known = ", ".join(entry.id for entry in self.models)
        raise ModelUnknown(f"no model is called {model_id!r}; there are: {known}")

    def select(self, model_ids: Iterable[str] = ()) -> tuple[ModelEntry, ...]:
        """Return the models named, each once, or the default set. Raises `ModelUnknown`."""
        wanted = tuple(dict.fromkeys(model_ids))
        if not wanted:
            return tuple(entry for entry in self.models if entry.default)
        return tuple(self.find(model_id) for model_id in wanted)


def installed_source(entry: ModelEntry, cache: ModelCache) -> Source | None:
    """Return the source of which every file is in the cache, verified; None if the model is not installed."""
    return next((source for source in entry.sources if cache.has(entry.id, source.pins)), None)


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue of this installation, or another one. Raises `CatalogueInvalid`."""
    path = path or Path(__file__).with_name("catalogue.yml")
    try:
        content = YAML(typ="safe").load(path.read_text())
        entries = [{"id": model_id, **entry} for model_id, entry in content["models"].items()]
        return Catalogue(TypeAdapter(tuple[ModelEntry, ...]).validate_python(entries))
    except (OSError, YAMLError, ValidationError, TypeError, KeyError, AttributeError) as error:
        raise CatalogueInvalid(f"{path}: {error}") from error
