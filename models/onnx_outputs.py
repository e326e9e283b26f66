"""Makes an inner tensor of an ONNX model one of its outputs, without the onnx package.

A model is a protobuf message, and in protobuf what is appended to a message is merged into it: so a second piece with
nothing but a graph with nothing but an output adds this output. The names of tensors are found by walking the nodes.
"""

from __future__ import annotations

from collections.abc import Iterator

# Field numbers of onnx.proto3: ModelProto, GraphProto, NodeProto, ValueInfoProto.
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_OUTPUT = 1, 12
_NODE_OUTPUT, _NODE_OP_TYPE = 2, 4
_VALUE_NAME = 1
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def outputs_of(model: bytes, op_type: str) -> list[str]:
    """Return the names of what the nodes of one kind put out. Raises ValueError for what is no model."""
    names = []
    for number, graph in _fields(memoryview(model)):
        for part, node in _fields(graph) if number == _MODEL_GRAPH else ():
            values = list(_fields(node)) if part == _GRAPH_NODE else []
            if any(field == _NODE_OP_TYPE and bytes(value) == op_type.encode() for field, value in values):
                names += [bytes(value).decode() for field, value in values if field == _NODE_OUTPUT]
    return names


def with_output(model: bytes, name: str) -> bytes:
    """Return the model with one more output: the tensor of this name, as the nodes call it."""
    value = _field(_VALUE_NAME, name.encode())
    return model + _field(_MODEL_GRAPH, _field(_GRAPH_OUTPUT, value))


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield number and content of the fields that have a length; numbers are passed over."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _BYTES:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("a field of the model ends behind its end")
            yield key >> 3, message[at : at + length]
            at += length
        elif kind == _VARINT:
            _, at = _varint(message, at)
        elif kind in (_FIXED32, _FIXED64):
            at += 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"a field of the model is of a kind that protobuf does not have: {kind}")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("the model ends in the middle of a number")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _field(number: int, content: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(content)) + content


def _number(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
