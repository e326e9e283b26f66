import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    from tests.models.finetuning.tiny_model import write_tiny_model

    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


def weights(folder):
    from models.finetuning.adapter_folder import read_adapter

    return read_adapter(folder).pairs


def test_a_killed_training_goes_on_as_if_nothing_had_been(tiny, tmp_path):
    import numpy as np

    from models.finetuning.training import train
    from tests.models.finetuning.train_until_killed import EXAMPLES, KEPT, OPTIONS

    whole = train(EXAMPLES, KEPT, tiny, tmp_path / "whole", OPTIONS)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.models.finetuning.train_until_killed", tiny, tmp_path / "killed", "5"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]

    resumed = train(EXAMPLES, KEPT, tiny, tmp_path / "killed", OPTIONS)

    assert 0 < resumed.resumed_at < 5
    assert (resumed.step, resumed.ended) == (whole.step, whole.ended)
    assert resumed.loss == pytest.approx(whole.loss, rel=1e-3)
    for name, pair in weights(whole.adapter).items():
        np.testing.assert_allclose(weights(resumed.adapter)[name].b, pair.b, atol=1e-3)


def test_it_learns_and_tells_how_far_it_is(tiny, tmp_path):
    from dataclasses import replace

    from models.finetuning.training import train
    from tests.models.finetuning.train_until_killed import EXAMPLES, KEPT, OPTIONS

    told = []
    trained = train(EXAMPLES, KEPT, tiny, tmp_path, replace(OPTIONS, epochs=10.0, rank=4, rate=3e-2), told.append)

    assert told[-1].step == told[-1].steps == trained.step
    assert trained.loss < 0.9 * told[0].loss
    assert [one.step for one in told if one.checked is not None][:3] == [4, 8, 12]
    assert (trained.adapter / "adapter_config.json").is_file()


def test_it_stops_when_the_check_gets_no_better(tiny, tmp_path):
    from dataclasses import replace

    from models.finetuning.training import PATIENCE, train
    from tests.models.finetuning.train_until_killed import EXAMPLES, KEPT, OPTIONS

    trained = train(EXAMPLES, KEPT, tiny, tmp_path, replace(OPTIONS, rate=1e-9, epochs=30.0, steps_a_check=1))

    assert trained.ended == "no-gain"
    assert trained.step == PATIENCE + 1


def test_other_data_in_the_folder_is_refused(tiny, tmp_path):
    from dataclasses import replace

    from models.finetuning.errors import DataUnusable
    from models.finetuning.training import train
    from tests.models.finetuning.train_until_killed import EXAMPLES, KEPT, OPTIONS

    quick = replace(OPTIONS, epochs=0.3)
    train(EXAMPLES, KEPT, tiny, tmp_path, quick)

    with pytest.raises(DataUnusable, match="of other data"):
        train(EXAMPLES[1:], KEPT, tiny, tmp_path, quick)


def test_no_gpu_is_told(tiny, tmp_path):
    import torch

    from models.finetuning.errors import FineTuningFailed
    from models.finetuning.training import TrainOptions, train
    from tests.models.finetuning.train_until_killed import EXAMPLES

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(FineTuningFailed, match="no GPU"):
        train(EXAMPLES, [], tiny, tmp_path, TrainOptions(device="cuda"))
