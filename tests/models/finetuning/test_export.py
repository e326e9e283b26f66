import json
import struct

import numpy as np
import pytest

from models.errors import ModelError
from models.finetuning.adapter_folder import CONFIG, WEIGHTS, read_adapter, read_safetensors
from models.finetuning.errors import AdapterUnusable
from models.finetuning.export import export
from models.finetuning.gguf_adapter import ModelShape, rows_in_pairs, shape_of, tensors_of

HEADS, KEY_HEADS, WIDTH = 4, 2, 8
KIND = {"float32": "F32", "float16": "F16"}


def write_safetensors(path, tensors):
    header, body = {}, b""
    for name, numbers in tensors.items():
        content = numbers.tobytes()
        kind = KIND.get(str(numbers.dtype), "BF16")
        header[name] = {"dtype": kind, "shape": numbers.shape, "data_offsets": [len(body), len(body) + len(content)]}
        body += content
    head = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head + body)


@pytest.fixture
def trained(tmp_path):
    """A PEFT folder of one layer with rank 2, and the folder of its model."""
    base, folder = tmp_path / "base", tmp_path / "adapter"
    base.mkdir()
    folder.mkdir()
    shape = {"model_type": "llama", "num_attention_heads": HEADS, "num_key_value_heads": KEY_HEADS}
    (base / "config.json").write_text(json.dumps(shape))
    config = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "base_model_name_or_path": str(base)}
    (folder / CONFIG).write_text(json.dumps(config))
    chance = np.random.default_rng(1)
    inside, keys = HEADS * WIDTH, KEY_HEADS * WIDTH
    sizes = {"q_proj": inside, "k_proj": keys, "v_proj": keys, "o_proj": inside}
    tensors = {}
    for name, rows in sizes.items():
        layer = f"base_model.model.model.layers.0.self_attn.{name}"
        tensors[f"{layer}.lora_A.weight"] = chance.normal(size=(2, inside)).astype(np.float32)
        tensors[f"{layer}.lora_B.weight"] = chance.normal(size=(rows, 2)).astype(np.float32)
    for name, (rows, columns) in {
        "gate_proj": (64, inside),
        "up_proj": (64, inside),
        "down_proj": (inside, 64),
    }.items():
        layer = f"base_model.model.model.layers.0.mlp.{name}"
        tensors[f"{layer}.lora_A.weight"] = chance.normal(size=(2, columns)).astype(np.float32)
        tensors[f"{layer}.lora_B.weight"] = chance.normal(size=(rows, 2)).astype(np.float32)
    write_safetensors(folder / WEIGHTS, tensors)
    return folder


def turned(rows, places, *, in_pairs):
    """Turn the rows of one head by angles of their own: neighbours together, or row i with row i + half."""
    out = np.empty_like(rows)
    half = len(rows) // 2
    for i in range(half):
        a, b = (2 * i, 2 * i + 1) if in_pairs else (i, i + half)
        angle = places * 10.0 ** (-i)
        out[a] = rows[a] * np.cos(angle) - rows[b] * np.sin(angle)
        out[b] = rows[b] * np.cos(angle) + rows[a] * np.sin(angle)
    return out


def test_rows_in_pairs_turn_as_halves_do():
    rows = np.random.default_rng(2).normal(size=(2 * WIDTH, 3)).astype(np.float32)
    paired = rows_in_pairs(rows, 2)

    for head in range(2):
        at = slice(head * WIDTH, (head + 1) * WIDTH)
        by_halves = turned(rows[at], 3, in_pairs=False)
        by_pairs = turned(paired[at], 3, in_pairs=True)
        np.testing.assert_allclose(rows_in_pairs(by_halves, 1), by_pairs, rtol=1e-5)


def test_tensors_have_the_names_and_the_order_of_llama_cpp(trained):
    adapter = read_adapter(trained)
    tensors = tensors_of(adapter, ModelShape("llama", HEADS, KEY_HEADS))

    assert sorted(tensors) == sorted(
        f"blk.0.{part}.weight.lora_{half}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
        for half in "ab"
    )
    key, value = (adapter.pairs[f"model.layers.0.self_attn.{name}"] for name in ("k_proj", "v_proj"))
    np.testing.assert_array_equal(tensors["blk.0.attn_k.weight.lora_b"], rows_in_pairs(key.b, KEY_HEADS))
    np.testing.assert_array_equal(tensors["blk.0.attn_k.weight.lora_a"], key.a)
    np.testing.assert_array_equal(tensors["blk.0.attn_v.weight.lora_b"], value.b)


def test_a_model_whose_rows_stay_keeps_them(trained):
    adapter = read_adapter(trained)
    tensors = tensors_of(adapter, ModelShape("qwen2", HEADS, KEY_HEADS))

    np.testing.assert_array_equal(
        tensors["blk.0.attn_q.weight.lora_b"], adapter.pairs["model.layers.0.self_attn.q_proj"].b
    )


def test_the_file_is_read_back_by_gguf(trained, tmp_path):
    gguf = pytest.importorskip("gguf")
    size_bytes = export(trained, tmp_path / "out" / "adapter.gguf", "gguf")

    reader = gguf.GGUFReader(tmp_path / "out" / "adapter.gguf")
    told = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    tensors = {tensor.name: tensor for tensor in reader.tensors}
    assert size_bytes == (tmp_path / "out" / "adapter.gguf").stat().st_size
    assert told["general.type"] == "adapter"
    assert told["general.architecture"] == "llama"
    assert told["adapter.type"] == "lora"
    assert told["adapter.lora.alpha"] == 4.0
    assert tensors["blk.0.ffn_down.weight.lora_a"].data.shape == (2, 64)
    assert tensors["blk.0.ffn_down.weight.lora_a"].data.dtype == np.float16


def test_a_rank_stabilised_adapter_keeps_its_scale(trained):
    config = json.loads((trained / CONFIG).read_text())
    (trained / CONFIG).write_text(json.dumps({**config, "use_rslora": True}))

    adapter = read_adapter(trained)

    assert adapter.alpha / adapter.rank == pytest.approx(4 / np.sqrt(2))


def test_a_peft_folder_names_its_model_and_no_place(trained, tmp_path):
    export(trained, tmp_path / "vllm", "peft", "smollm2-135m-instruct")

    config = json.loads((tmp_path / "vllm" / CONFIG).read_text())
    assert config["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert (tmp_path / "vllm" / WEIGHTS).read_bytes() == (trained / WEIGHTS).read_bytes()


def test_half_precision_is_read(tmp_path):
    numbers = np.array([[1.5, -2.0], [0.25, 3.0]], dtype=np.float32)
    bfloat = (numbers.view(np.uint32) >> 16).astype(np.uint16)
    write_safetensors(tmp_path / "a", {"half": numbers.astype(np.float16), "brain": bfloat})

    read = read_safetensors(tmp_path / "a")

    np.testing.assert_array_equal(read["half"], numbers)
    np.testing.assert_array_equal(read["brain"], numbers)


@pytest.mark.parametrize(
    "content",
    [b"", b"abc", struct.pack("<Q", 10**15), struct.pack("<Q", 2) + b"[]", struct.pack("<Q", 4) + b"{{{{"],
    ids=["empty", "short", "huge", "list", "broken"],
)
def test_a_file_that_is_none_is_told(trained, content, tmp_path):
    (trained / WEIGHTS).write_bytes(content)

    with pytest.raises(AdapterUnusable, match="safetensors"):
        export(trained, tmp_path / "a.gguf", "gguf")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"peft_type": "IA3"}, "only plain LoRA"),
        ({"use_dora": True}, "only plain LoRA"),
        ({"r": 3}, "has rank 2"),
        ({"r": "many"}, "not the configuration"),
        ({"rank_pattern": {"q_proj": 4}}, "a rank or an alpha of their own"),
        ({"base_model_name_or_path": "/nowhere"}, "--model"),
        ({"base_model_name_or_path": None}, "--model"),
    ],
)
def test_an_adapter_that_cannot_be_exported_is_told(trained, change, told, tmp_path):
    config = json.loads((trained / CONFIG).read_text())
    (trained / CONFIG).write_text(json.dumps({**config, **change}))

    with pytest.raises(AdapterUnusable, match=told):
        export(trained, tmp_path / "a.gguf", "gguf")
    assert not list(tmp_path.glob("a.gguf*"))


def test_numbers_that_are_none_are_told(trained, tmp_path):
    tensors = read_safetensors(trained / WEIGHTS)
    tensors = {name: numbers.copy() for name, numbers in tensors.items()}
    next(iter(tensors.values()))[0, 0] = np.nan
    write_safetensors(trained / WEIGHTS, tensors)

    with pytest.raises(AdapterUnusable, match="went astray"):
        export(trained, tmp_path / "a.gguf", "gguf")


def test_a_model_of_another_kind_is_told(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "mamba", "num_attention_heads": 1}')

    with pytest.raises(ModelError, match="mamba"):
        shape_of(tmp_path)
