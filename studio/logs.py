"""Structured logs: one line an event on standard error, for people on a terminal and as JSON elsewhere."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.types import Processor

from studio.settings import LogConfig

# These log every packet, query or step of their own at INFO or DEBUG: nothing here logs per frame.
_CHATTY = (
    "aioice",
    "aiortc",
    "aiosqlite",
    "httpcore",
    "httpx",
    "httpx2",
    "sqlalchemy.engine",
    "sse_starlette",
    "uvicorn.error",
    "websockets",
)

_INDISCREET = ("mcp",)
"""These write what a server answered, and so values of slots, when it was no answer; the conversation's log has why."""


def configure_logs(config: LogConfig) -> None:
    """Send structlog and the standard library's logging through one formatter to standard error."""
    is_console = config.format == "console" or (config.format == "auto" and sys.stderr.isatty())
    level = logging.getLevelNamesMapping()[config.level.upper()]
    shared = _shared_processors(is_console)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(is_console)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _INDISCREET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _shared_processors(is_console: bool) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_console else "iso", utc=not is_console),
    ]


def _renderers(is_console: bool) -> list[Processor]:
    if is_console:
        # Plain tracebacks: the pretty ones print local variables, slots among them, and take seconds for deep data.
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
