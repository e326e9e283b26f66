"""An exported adapter writes in llama.cpp what it writes in transformers: same weights, same tokens.

The base is the catalogue's model with its weights in float32, since llama.cpp rounds activations for 4-bit weights
and a near tie would then fall either way.
"""

from pathlib import Path

import pytest

from models.cache import ModelCache
from models.errors import ModelError
from models.finetuning.bases import as_folder, find_base
from models.finetuning.export import export
from models.llama import LlamaModel, LlamaSettings

for package in ("torch", "peft", "gguf", "xllamacpp"):
    pytest.importorskip(package)

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.filterwarnings("default")]

PREFIX = (
    "Write what the caller wants as commands.\nf1 pay a bill: Pay a bill (s1 amount)\nf2 block a card: Block it\n\n"
)
PROMPTS = [
    f"{PREFIX}Caller: {said}\n"
    for said in ("pay fifty dollars", "my card is gone", "what is the weather", "forget it", "f1 and then f2 please")
]
TOKENS = 12


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """The catalogue's model: its file, with 4-bit weights."""
    try:
        return find_base("smollm2-135m-instruct", ModelCache())
    except ModelError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module")
def folder(base, tmp_path_factory) -> Path:
    return as_folder(base, tmp_path_factory.mktemp("base") / "folder")


@pytest.fixture(scope="module")
def adapter(folder, tmp_path_factory) -> Path:
    """A PEFT adapter of random numbers, large enough to change what the model writes."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(3)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"))
    for name, value in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.05)
    out = tmp_path_factory.mktemp("adapter")
    model.save_pretrained(out)
    return out


def in_float32(file: Path, out: Path) -> Path:
    """Write a GGUF file again with whole numbers for its quantised ones, rounded as in the folder."""
    import gguf
    import torch

    reader = gguf.GGUFReader(file)
    writer = gguf.GGUFWriter(out, "llama")
    left_out = ("general.architecture", "general.file_type", "general.quantization_version")
    for field in reader.fields.values():
        if not field.name.startswith("GGUF.") and field.name not in left_out:
            kind = field.types[0]
            inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
    for tensor in reader.tensors:
        whole = torch.tensor(gguf.quants.dequantize(tensor.data, tensor.tensor_type))
        writer.add_tensor(tensor.name, whole.bfloat16().float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out


def in_transformers(folder: Path, adapter: Path) -> tuple[list[str], list[str]]:
    """What the model writes, with the adapter and without."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), adapter).eval()

    def write(prompt: str) -> str:
        ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")
        with torch.no_grad():
            made = model.generate(**ids, max_new_tokens=TOKENS, do_sample=False, pad_token_id=0)
        return str(tokenizer.decode(made[0][ids["input_ids"].shape[1] :]))

    with_adapter = [write(prompt) for prompt in PROMPTS]
    with model.disable_adapter():
        return with_adapter, [write(prompt) for prompt in PROMPTS]


async def in_llama_cpp(file: Path, adapter: Path) -> list[str]:
    model = LlamaModel(file, LlamaSettings(adapter=adapter))
    await model.start()
    try:
        return [(await model.complete("", prompt, max_tokens=TOKENS)).text for prompt in PROMPTS]
    finally:
        await model.close()


def test_rows_are_those_of_the_file(base, folder):
    import gguf
    import numpy as np
    from transformers import AutoModelForCausalLM

    from models.finetuning.gguf_adapter import rows_in_pairs, shape_of

    shape = shape_of(folder)
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(base).tensors}
    layers = AutoModelForCausalLM.from_pretrained(folder).model.layers
    assert shape == shape_of(base)
    for place in (0, len(layers) - 1):
        for name, part, heads in (("attn_q", "q_proj", shape.heads), ("attn_k", "k_proj", shape.key_heads)):
            tensor = tensors[f"blk.{place}.{name}.weight"]
            stored = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
            loaded = getattr(layers[place].self_attn, part).weight.detach().float().numpy()
            np.testing.assert_allclose(rows_in_pairs(loaded, heads), stored, rtol=1e-2, atol=1e-3)  # bfloat16
            assert not np.allclose(loaded, stored, rtol=1e-2, atol=1e-3)


async def test_llama_cpp_writes_the_same_tokens(base, folder, adapter, tmp_path):
    expected, bare = in_transformers(folder, adapter)
    assert sum(one != other for one, other in zip(expected, bare, strict=True)) >= 3
    export(adapter, tmp_path / "adapter.gguf", "gguf", str(folder))

    found = await in_llama_cpp(in_float32(base, tmp_path / "base.gguf"), tmp_path / "adapter.gguf")

    assert found == expected
