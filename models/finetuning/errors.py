"""What fine-tuning raises: a branch of the error tree of `models`.

ModelError
└── FineTuningFailed        cannot go on; the message says what to do
    ├── ExtraMissing        the extra `train` is not installed
    ├── DataUnusable        tests, a data file or a folder of data that cannot be used
    └── AdapterUnusable     a folder that is no LoRA adapter, or one that cannot be written for llama.cpp
"""

from __future__ import annotations

from models.errors import ModelError


class FineTuningFailed(ModelError):
    """Fine-tuning cannot go on. What was written before is still in place."""

    code = "fine-tuning-failed"
    fault = "configuration"


class ExtraMissing(FineTuningFailed):
    """A package of the extra `train` is not installed."""

    code = "extra-missing"

    def __init__(self, package: str) -> None:
        super().__init__(
            f"this needs the package {package}, which the extra `train` brings; run: pip install 'vivavoce[train]'"
        )


class DataUnusable(FineTuningFailed):
    """Training data that cannot be used."""

    code = "data-unusable"
    fault = "client"


class AdapterUnusable(FineTuningFailed):
    """An adapter that cannot be read or exported."""

    code = "adapter-unusable"
    fault = "client"
