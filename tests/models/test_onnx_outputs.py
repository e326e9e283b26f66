"""An inner tensor becomes an output: checked on a model that is written here byte by byte."""

from __future__ import annotations

import contextlib

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.onnx_outputs import outputs_of, with_output


def message(*fields: tuple[int, bytes | int]) -> bytes:
    """Encode a protobuf message: bytes with their length, integers as such."""
    out = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return bytes(out)


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def tiny_model() -> bytes:
    """x → Ceil → inner → Neg → y, float32 of any length."""
    dimension = message((1, message((2, b"n"))))
    tensor_type = message((1, message((1, 1), (2, dimension))))
    graph = message(
        (1, message((1, b"x"), (2, b"inner"), (4, b"Ceil"))),
        (1, message((1, b"inner"), (2, b"y"), (4, b"Neg"))),
        (2, b"tiny"),
        (11, message((1, b"x"), (2, tensor_type))),
        (12, message((1, b"y"), (2, tensor_type))),
    )
    return message((1, 8), (7, graph), (8, message((1, b""), (2, 13))))


def test_the_inner_tensor_comes_out() -> None:
    model = tiny_model()
    (name,) = outputs_of(model, "Ceil")
    assert name == "inner"
    session = onnxruntime.InferenceSession(with_output(model, name), providers=["CPUExecutionProvider"])
    y, inner = session.run(None, {"x": np.array([0.2, 1.5], np.float32)})
    assert list(y) == [-1.0, -2.0]
    assert list(inner) == [1.0, 2.0]


def test_what_is_not_there_has_no_name() -> None:
    assert outputs_of(tiny_model(), "Conv") == []
    assert outputs_of(b"", "Ceil") == []


@given(st.binary(max_size=200))
def test_what_is_no_model_is_said_to_be_none(content: bytes) -> None:
    with contextlib.suppress(ValueError):  # UnicodeDecodeError is one
        outputs_of(content, "Ceil")


def test_a_model_that_was_cut_off_is_noticed() -> None:
    with pytest.raises(ValueError, match="ends"):
        outputs_of(tiny_model()[:60], "Ceil")
