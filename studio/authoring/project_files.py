"""All text of a project at one moment: which file says what. Changing it makes another one; nothing is parsed twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from flows.commands import Json
from flows.folder import YAML_SUFFIXES
from studio.authoring.errors import EditRefused, NothingThere, TextInvalid
from studio.authoring.files import POSITIONS
from studio.authoring.parts import Spot, YamlFile, etag_of, read_file
from studio.authoring.positions import Positions, read_positions


@dataclass(frozen=True, eq=False)
class TextFile:
    """One file; its YAML is cut up when it is first asked for."""

    path: str
    text: str
    given: YamlFile | None = None

    @cached_property
    def yaml(self) -> YamlFile:
        return self.given or read_file(self.path, self.text)

    @cached_property
    def etag(self) -> str:
        return etag_of(self.text)


@dataclass(frozen=True, eq=False)
class ProjectFiles:
    """An assistant's text files by path."""

    files: Mapping[str, TextFile]
    code: Mapping[str, str] = field(default_factory=dict)
    """The assistant's own Python files: never changed here, only looked into for names."""

    @classmethod
    def of(cls, texts: Mapping[str, str], code: Mapping[str, str] | None = None) -> ProjectFiles:
        return cls({path: TextFile(path, text) for path, text in texts.items()}, code or {})

    def text(self, path: str) -> str | None:
        found = self.files.get(path)
        return None if found is None else found.text

    def yaml(self, path: str) -> YamlFile:
        found = self.files.get(path)
        if found is None:
            raise NothingThere(f"There is no file {path} any more. Look at the list of files again.")
        return found.yaml

    def usable(self, path: str) -> YamlFile:
        """Return a YAML file for editing.

        Raises:
            EditRefused: it does not parse as it is.
        """
        file = self.yaml(path)
        if file.problem is not None:
            place = f"line {file.problem.line}, column {file.problem.column}"
            raise EditRefused(f"{path} has to be mended in the text first: {file.problem.reason} ({place}).")
        return file

    def shown(self, path: str) -> YamlFile:
        """Return a YAML file for looking at: one that does not parse as it last was, where that is known."""
        file = self.yaml(path)
        return file if file.problem is None or file.last is None else file.last

    def with_text(self, path: str, text: str | None) -> ProjectFiles:
        """Return the project with one file's text replaced, or without the file."""
        files = dict(self.files)
        files.pop(path, None)
        if text is not None:
            files[path] = TextFile(path, text)
        return ProjectFiles(files, self.code)

    def with_yaml(self, file: YamlFile) -> ProjectFiles:
        return ProjectFiles({**self.files, file.path: TextFile(file.path, file.text, file)}, self.code)

    # roles

    @cached_property
    def yaml_paths(self) -> list[str]:
        """Every YAML file, in the order in which the engine reads them."""
        found = [path for path in self.files if PurePosixPath(path).suffix in YAML_SUFFIXES]
        return sorted(found, key=lambda path: PurePosixPath(path).parts)

    @cached_property
    def data_paths(self) -> list[str]:
        return [path for path in self.yaml_paths if path.startswith("data/")]

    @cached_property
    def domain_paths(self) -> list[str]:
        top = [path for path in ("domain.yml", "domain.yaml") if path in self.files]
        return [*top, *(path for path in self.yaml_paths if path.startswith("domain/"))]

    @cached_property
    def unreadable(self) -> dict[str, TextInvalid]:
        """What is wrong with each file of flows, content or settings that does not parse, by path."""
        found = {path: self.yaml(path).problem for path in self.yaml_paths if is_kept(path)}
        return {path: problem for path, problem in found.items() if problem is not None}

    @cached_property
    def shown_domain(self) -> list[YamlFile]:
        """The domain for looking at. Files that do not parse come last: an entry that is elsewhere too counts there."""
        return [self.shown(path) for path in sorted(self.domain_paths, key=self.unreadable.__contains__)]

    @cached_property
    def shown_data(self) -> list[YamlFile]:
        """The files of flows and examples for looking at, in the same order."""
        return [self.shown(path) for path in sorted(self.data_paths, key=self.unreadable.__contains__)]

    @cached_property
    def flows(self) -> dict[str, tuple[str, Spot]]:
        """Every flow of the project's own, by id; the first of two counts, as for the engine."""
        found: dict[str, tuple[str, Spot]] = {}
        for path in self.data_paths:
            for name, spot in self.yaml(path).entries("flows"):
                found.setdefault(name, (path, spot))
        return found

    def flow(self, flow_id: str) -> tuple[YamlFile, Spot]:
        found = self.flows.get(flow_id)
        if found is None:
            raise NothingThere(f"There is no flow '{flow_id}' any more. Look at the list of flows again.")
        return self.usable(found[0]), found[1]

    def flow_text(self, flow_id: str) -> str:
        file, spot = self.flow(flow_id)
        return file.parts[spot.part].text

    def with_part(self, file: YamlFile, spot: Spot, text: str, name: str | None = None) -> ProjectFiles:
        return self.with_yaml(file.with_part(spot.part, text, name))

    def domain_entry(self, section: str, name: str) -> tuple[YamlFile, Spot] | None:
        """Return where a map section of the domain has an entry; the first counts."""
        for path in self.domain_paths:
            spot = self.yaml(path).spots.get((section, name))
            if spot is not None:
                return self.usable(path), spot
        return None

    @cached_property
    def positions(self) -> Positions:
        return read_positions(self.text(POSITIONS))

    def settings(self, name: str) -> dict[str, Json]:
        """Return what a file of the top, such as config.yml, says or last said; nothing where it is no map or none."""
        for path in (f"{name}.yml", f"{name}.yaml"):
            if path in self.files and self.shown(path).problem is None:
                data = self.shown(path).whole().data
                return data if isinstance(data, dict) else {}
        return {}


def is_kept(path: str) -> bool:
    """Whether pages show what a file says: what it last said is kept where it does not parse."""
    is_ours = "/" not in path or path.startswith(("data/", "domain/"))
    return is_ours and PurePosixPath(path).suffix in YAML_SUFFIXES
