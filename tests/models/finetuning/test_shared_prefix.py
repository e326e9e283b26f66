import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

ROWS = [
    ([5, 6, 7, 8, 9, 10, 11, 12], 2),
    ([5, 6, 7, 8, 9, 40, 41, 42, 43, 44, 45], 3),
    ([5, 6, 7, 8, 9, 30, 31], 1),
]


@pytest.fixture
def model(tmp_path):
    from transformers import AutoModelForCausalLM

    from tests.models.finetuning.tiny_model import write_tiny_model

    return AutoModelForCausalLM.from_pretrained(write_tiny_model(tmp_path / "model"))


def one_by_one(model, rows):
    """The loss of each row by itself in ordinary attention, over all target tokens."""
    import torch
    from torch.nn import functional

    model.config._attn_implementation = "eager"
    logits, wanted = [], []
    for row, count in rows:
        said = model(input_ids=torch.tensor([row])).logits[0]
        logits.append(said[-count - 1 : -1])
        wanted += row[-count:]
    return functional.cross_entropy(torch.cat(logits), torch.tensor(wanted))


def gradients(model):
    found = {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}
    model.zero_grad(set_to_none=True)
    return found


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], [([5, 6], 1), ([7, 8, 9], 1)]], ids=["prefix", "one", "no-prefix"])
def test_loss_and_gradient_are_those_of_prompts_one_by_one(model, rows):
    import torch

    from models.finetuning.shared_prefix import SharedPrefix, pack_rows

    plain = one_by_one(model, rows)
    plain.backward()
    expected = gradients(model)

    attention = SharedPrefix()
    attention.into(model)
    loss = attention.loss(model, pack_rows(rows))
    loss.mean.backward()
    found = gradients(model)

    assert float(loss.mean.detach()) == pytest.approx(float(plain.detach()), rel=1e-5)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5)


def test_the_token_before_an_answer_belongs_to_its_turn():
    from models.finetuning.shared_prefix import pack_rows

    packed = pack_rows([([1, 2, 3, 4], 1), ([1, 2, 3, 5], 1)])

    assert (packed.prefix, packed.tails, packed.targets) == ([1, 2], [[3, 4], [3, 5]], [1, 1])
    assert packed.prompt_tokens == 8
    assert packed.computed_tokens == 6


def test_a_share_of_right_answers_is_told(model):
    import torch

    from models.finetuning.shared_prefix import SharedPrefix, pack_rows

    with torch.no_grad():
        said = int(model(input_ids=torch.tensor([[5, 6, 7]])).logits[0, -1].argmax())
    attention = SharedPrefix()
    attention.into(model)

    loss = attention.loss(model, pack_rows([([5, 6, 7, said], 1), ([5, 6, 7, (said + 1) % 200], 1)]))

    assert (loss.right, loss.whole) == (0.5, 0.5)
