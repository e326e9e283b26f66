"""Writes a trained adapter for llama.cpp: `python -m models.training.export_adapter --from DIR --base DIR --out FILE`.

What `vivavoce finetune export` does, without the rest of the program: needs numpy and gguf.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from models.finetuning.adapter_folder import read_adapter
from models.finetuning.gguf_adapter import shape_of, write_gguf


def main() -> None:
    """Write the file and say how large it is."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--from", dest="trained", type=Path, required=True, help="folder of the PEFT adapter")
    options.add_argument("--base", type=Path, required=True, help="folder of the language model (transformers)")
    options.add_argument("--out", type=Path, required=True, help="GGUF file to write")
    given = options.parse_args()
    size_bytes = write_gguf(read_adapter(given.trained), shape_of(given.base), given.out)
    print(f"{given.out}: {size_bytes:,} bytes")


if __name__ == "__main__":
    main()
