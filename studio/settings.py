"""What can be set from outside, read once in the composition root and handed down as small frozen configs.

Each setting is a variable of the environment, `VIVAVOCE_` and its name in capitals; a flag of the command
line goes before it. `describe_settings` lists them all, and `vivavoce doctor --settings` prints the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from studio.errors import SettingsInvalid

PREFIX = "VIVAVOCE_"


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where to listen."""

    host: str
    port: int
    allow_insecure_bind: bool


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """Where the weights are and how many threads each worker may use."""

    models: Path | None
    asr_threads: int
    asr_workers: int
    asr_device: Literal["cpu", "cuda"]
    asr_batch: int
    llm_threads: int
    has_encoder: bool
    has_reader: bool
    has_language_model: bool
    llm_budget_s: float


@dataclass(frozen=True, slots=True)
class ConversationConfig:
    """Where conversations are kept and how many may be open at once."""

    log_file: Path
    max_calls: int
    max_conversations: int
    action_timeout_s: float


@dataclass(frozen=True, slots=True)
class LogConfig:
    """How much to log and in which form; `auto` is console on a terminal and JSON elsewhere."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["auto", "console", "json"]


class Settings(BaseSettings):
    """Every setting, its default and what it means."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on; loopback by default.")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on; 0 takes any free one.")
    allow_insecure_bind: bool = Field(
        False, description="Beyond this machine, let anybody call without signing in; the studio itself still asks."
    )
    assistant: Path | None = Field(
        None, description="Folder of the assistant that `serve` runs; the bank example when not set."
    )
    reload: bool = Field(True, description="Take changed files of the assistant into the running server.")
    models: Path | None = Field(
        None, description="Folder that holds downloaded models; the user's cache folder when not set."
    )
    asr_threads: int = Field(1, ge=1, le=64, description="Threads of the speech recognition worker.")
    asr_workers: int = Field(1, ge=1, le=64, description="Processes of speech recognition; they share one queue.")
    asr_device: Literal["cpu", "cuda"] = Field("cpu", description="Where speech recognition computes.")
    asr_batch: int = Field(1, ge=1, le=64, description="Utterances recognised at once; more than one pays on a GPU.")
    llm_threads: int = Field(1, ge=1, le=64, description="Threads of the language model worker.")
    sentence_encoder: bool = Field(
        True, description="Compare what was said with the flows' descriptions and examples, by their meaning."
    )
    reader: bool = Field(
        True, description="Read turns with the trained reader that comes with the server: what is wanted, which values."
    )
    language_model: bool = Field(
        True, description="Ask the embedded language model when the earlier stages are not certain."
    )
    llm_budget_s: float = Field(
        1.5, gt=0, le=60, description="Seconds that language models may take for a turn, all that are asked together."
    )
    data_dir: Path | None = Field(None, description="Folder of the event log; the user's data folder when not set.")
    projects: Path | None = Field(
        None, description="Folder of the studio's projects; `projects` beside the event log when not set."
    )
    max_calls: int = Field(8, ge=1, le=1_000, description="Calls at once; further ones are answered 503.")
    max_conversations: int = Field(
        500, ge=1, le=100_000, description="Text conversations kept open; the longest unused one is dropped."
    )
    action_timeout_s: float = Field(10.0, gt=0, le=600, description="Seconds that a custom action may take.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is logged: debug, info, warning or error."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`console` for people, `json` for programs, `auto` by whether a terminal reads."
    )

    @property
    def projects_folder(self) -> Path:
        return self.projects or self.conversations.log_file.parent / "projects"

    @property
    def people_file(self) -> Path:
        """The accounts, beside the event log."""
        return self.conversations.log_file.parent / "people.sqlite"

    @property
    def server(self) -> ServerConfig:
        return ServerConfig(self.host, self.port, self.allow_insecure_bind)

    @property
    def workers(self) -> WorkerConfig:
        return WorkerConfig(
            models=self.models,
            asr_threads=self.asr_threads,
            asr_workers=self.asr_workers,
            asr_device=self.asr_device,
            asr_batch=self.asr_batch,
            llm_threads=self.llm_threads,
            has_encoder=self.sentence_encoder,
            has_reader=self.reader,
            has_language_model=self.language_model,
            llm_budget_s=self.llm_budget_s,
        )

    @property
    def conversations(self) -> ConversationConfig:
        return ConversationConfig(
            log_file=(self.data_dir or user_data_path("vivavoce")) / "conversations.sqlite",
            max_calls=self.max_calls,
            max_conversations=self.max_conversations,
            action_timeout_s=self.action_timeout_s,
        )

    @property
    def log(self) -> LogConfig:
        return LogConfig(self.log_level, self.log_format)


@dataclass(frozen=True, slots=True)
class SettingDescription:
    """One setting as documentation shows it."""

    variable: str
    default: str
    description: str


def load_settings(**flags: Any) -> Settings:
    """Read the environment; `flags` that are not None go before it.

    Raises:
        SettingsInvalid: names every variable or flag that cannot be used, and why.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsInvalid("\n".join(_complaints(error, given))) from None


def describe_settings() -> tuple[SettingDescription, ...]:
    """List every setting in the order in which it is declared."""
    return tuple(
        SettingDescription(
            variable=PREFIX + name.upper(),
            default="not set" if field.default is None else str(field.default),
            description=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    )


def _complaints(error: ValidationError, flags: dict[str, Any]) -> Iterator[str]:
    for problem in error.errors():
        name = str(problem["loc"][0])
        source = "--" + name.replace("_", "-") if name in flags else PREFIX + name.upper()
        yield f"{source} cannot be {problem['input']!r}: {problem['msg'].lower()}."
