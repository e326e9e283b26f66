"""The behaviours, by the name of their file, and the profiles of the format in which each is written.

A behaviour that looks the same in all profiles is written for the newest only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from tests.golden.behaviours import answers, changes, detours
from tests.golden.script import Script
from tests.golden.turns import GoldenCase

Behaviour: TypeAlias = Callable[[Script, str], Iterator[GoldenCase]]

NEWEST = "3.16"
PROFILES = ("3.13", "3.14", NEWEST)

BEHAVIOURS: Mapping[str, Behaviour] = MappingProxyType(
    {
        "cancel_and_start": detours.cancel_and_start,
        "cancellation": detours.cancellation,
        "clarification": detours.clarification,
        "correction": changes.correction,
        "correction_and_answer": changes.correction_and_answer,
        "correction_by_button": changes.correction_by_button,
        "correction_to_wrong": changes.correction_to_wrong,
        "corrections": changes.corrections,
        "digression": detours.digression,
        "forced": answers.forced,
        "handoff": detours.handoff,
        "happy_path": answers.happy_path,
        "inner_cancellation": detours.inner_cancellation,
        "kept": answers.kept,
        "knowledge": detours.knowledge,
        "linked": answers.linked,
        "negation": answers.negation,
        "not_understood": answers.not_understood,
        "pending_correction": changes.pending_correction,
        "payloads": answers.payloads,
        "prefilled": answers.prefilled,
        "rejection": answers.rejection,
        "repeat": answers.repeat,
        "restart": answers.restart,
        "resumption": detours.resumption,
        "several_flows": detours.several_flows,
        "silence": answers.silence,
        "skip": answers.skip,
        "small_talk": detours.small_talk,
        "validation": answers.validation,
    }
)
DIFFERENT_BEFORE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "3.13": ("cancellation", "digression", "handoff", "knowledge", "small_talk", "several_flows"),
        "3.14": ("cancellation", "handoff", "knowledge"),
    }
)
"""Behaviours that show something else in older profiles."""


def behaviours_of(profile: str) -> Mapping[str, Behaviour]:
    """Return the behaviours that are written for a profile."""
    if profile == NEWEST:
        return BEHAVIOURS
    return {name: BEHAVIOURS[name] for name in DIFFERENT_BEFORE[profile]}
