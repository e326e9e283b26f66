"""From an assistant's files to the configuration of its understanding, and to what is wrong with it.

The same reader serves two ends: `read_configuration` on files whose places are known, for `vivavoce validate`, and
`configuration_of` on a loaded assistant, whose findings were told when it was validated. Whatever is wrong is a
warning, and the assistant runs with what is right: a model that cannot be asked is one that does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.understanding.configuration.groups import GroupReader
from dialogue.understanding.configuration.options import as_value
from dialogue.understanding.configuration.pipeline import PipelineReader
from dialogue.understanding.configuration.settings import Configuration
from flows.findings import Findings
from flows.model import Assistant
from flows.places import Place
from flows.source import Value


def read_configuration(
    config: Value | None, endpoints: Value | None, environment: Mapping[str, str], findings: Findings
) -> Configuration:
    """Read both files, already with their variables filled in.

    Args:
        environment: where the providers' usual keys are looked for, such as OPENAI_API_KEY.
    """
    groups = GroupReader(findings, environment)
    groups.read_groups(endpoints)
    return PipelineReader(findings, groups).read(config)


def configuration_of(assistant: Assistant, environment: Mapping[str, str]) -> Configuration:
    """Return the configuration of a loaded assistant."""
    config = as_value(assistant.config, Place("config.yml", 1, 1))
    endpoints = as_value(assistant.endpoints, Place("endpoints.yml", 1, 1))
    return read_configuration(config, endpoints, environment, Findings())
