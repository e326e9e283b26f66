"""A training that kills itself at a step: `python -m tests.models.finetuning.train_until_killed MODEL OUT STEP`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from models.finetuning.examples import Example
from models.finetuning.training import Progress, TrainOptions, train

PREFIX = "f1 pay a bill: Pay a bill (s1 amount)\nf2 block a card: Block a card\n\nCaller:"
EXAMPLES = [Example(f"{PREFIX} pay {number}\n", f"f1; s1 {number}\n") for number in range(30)]
EXAMPLES += [Example(f"{PREFIX} block it {number}\n", "f2\n") for number in range(10)]
KEPT = [Example(f"{PREFIX} pay {number}\n", f"f1; s1 {number}\n") for number in range(50, 56)]
OPTIONS = TrainOptions(epochs=3.0, rank=2, rate=3e-3, save_s=0.0, steps_a_check=4)


def main() -> None:
    model, out, last = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])

    def kill(progress: Progress) -> None:
        if progress.step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    train(EXAMPLES, KEPT, model, out, OPTIONS, kill)


if __name__ == "__main__":
    main()
