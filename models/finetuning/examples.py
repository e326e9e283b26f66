"""Examples of prompt and completion, and the JSON lines that they are kept in.

    {"prompt": "…Caller: fifty dollars please\\n", "completion": "s2 50\\n"}                         instruction
    {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}         conversational

The prompt of both is the text that the model is asked with, as it is: no chat template comes around it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from models.finetuning.errors import DataUnusable

Format: TypeAlias = Literal["instruction", "conversational"]
FORMATS: tuple[Format, ...] = get_args(Format)
MAX_LINE_CHARACTERS = 1_000_000

SPLITS = Path("4_train_test_split", "ft_splits")
"""Where `prepare` puts the two files of examples, in its folder."""


@dataclass(frozen=True, slots=True)
class Example:
    """What a model is asked, and what it is to write."""

    prompt: str
    completion: str


def line_of(example: Example, kind: Format) -> str:
    """Write an example as a line of JSON."""
    if kind == "instruction":
        return json.dumps({"prompt": example.prompt, "completion": example.completion}, ensure_ascii=False)
    said = [{"role": "user", "content": example.prompt}, {"role": "assistant", "content": example.completion}]
    return json.dumps({"messages": said}, ensure_ascii=False)


def write_examples(file: Path, examples: Iterable[Example], kind: Format) -> None:
    """Write a file of examples."""
    file.write_text("".join(line_of(example, kind) + "\n" for example in examples), encoding="utf-8")


def read_examples(file: Path) -> tuple[Example, ...]:
    """Read a file of examples of either format. Raises `DataUnusable` with the line that is wrong."""
    found: list[Example] = []
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    found.append(_example(line, f"{file}:{number}"))
    except OSError as problem:
        raise DataUnusable(f"{file}: cannot be read ({problem.strerror or problem})") from problem
    except UnicodeDecodeError as problem:
        raise DataUnusable(f"{file}: not UTF-8 text") from problem
    if not found:
        raise DataUnusable(f"{file}: no example in it")
    return tuple(found)


def read_data(place: Path) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Read what to train and what to check with: a folder of `finetune prepare`, or a file of examples by itself.

    Of a file by itself every tenth example is kept for checking, where there are at least twenty.
    """
    if place.is_dir():
        folder = place / SPLITS if (place / SPLITS).is_dir() else place
        train, test = folder / "train.jsonl", folder / "test.jsonl"
        if not train.is_file():
            raise DataUnusable(f"{place}: no {SPLITS / 'train.jsonl'} in it; vivavoce finetune prepare makes one")
        has_test = test.is_file() and test.stat().st_size > 0
        return read_examples(train), read_examples(test) if has_test else ()
    examples = read_examples(place)
    if len(examples) < 20:
        return examples, ()
    return tuple(one for place, one in enumerate(examples) if place % 10 != 9), examples[9::10]


def _example(line: str, where: str) -> Example:
    if len(line) > MAX_LINE_CHARACTERS:
        raise DataUnusable(f"{where}: the line has more than {MAX_LINE_CHARACTERS:,} characters")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise DataUnusable(f"{where}: not a line of JSON ({problem})") from problem
    if isinstance(row, Mapping) and isinstance(row.get("messages"), list):
        row = _from_messages(row["messages"])
    prompt, completion = (row.get("prompt"), row.get("completion")) if isinstance(row, Mapping) else (None, None)
    if not isinstance(prompt, str) or not isinstance(completion, str) or not prompt or not completion:
        raise DataUnusable(f"{where}: needs the texts `prompt` and `completion`, or `messages` of user and assistant")
    return Example(prompt, completion)


def _from_messages(messages: list[Any]) -> Mapping[str, Any]:
    roles = [one.get("role") if isinstance(one, Mapping) else None for one in messages]
    if roles != ["user", "assistant"]:
        return {}
    return {"prompt": messages[0].get("content"), "completion": messages[1].get("content")}
