"""The program that holds the embedded language model: llama.cpp by xllamacpp, one completion at a time.

Request {op: complete, prompt, grammar?, max_tokens, stop?} -> a frame {text, prompt_tokens, cached_tokens,
completion_tokens} for each piece that it writes, with the counts so far. While it reads the prompt it sends frames
without text: between any two frames a cancelled request stops. `max_tokens` 0 only reads the prompt, for the turn
that will begin with it. Run as `python -m models.workers.llama`.
"""

from __future__ import annotations

import os
import queue
import secrets
import threading
from collections.abc import Generator, Mapping
from typing import Any

from models.frames import Frame
from models.workers.serving import Handler, serve

PREFILL_TOKENS = 64
"""How much of a prompt is read in one go. After each a cancelled request can stop: 0.2 to 0.4 s on one core."""

_DONE = object()


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    """Load the model. Options: path, context_tokens, threads, prefill_threads, adapter (a GGUF file, optional)."""
    # Read when the library is loaded. Threads that wait for each other by spinning lose their core to whatever else
    # runs: with two threads on two busy cores a turn took 2.2 s by spinning, 0.3 s by sleeping, 0.3 s with one thread.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(options["path"])
    params.n_ctx = int(options["context_tokens"])
    params.n_parallel = 1
    params.cpuparams.n_threads = int(options["threads"])
    params.cpuparams_batch.n_threads = int(options["prefill_threads"])
    params.n_batch = PREFILL_TOKENS
    params.n_ubatch = PREFILL_TOKENS
    params.n_gpu_layers = 0
    if options.get("adapter"):
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(options["adapter"]), 1.0)]
    params.warmup = True
    params.verbosity = 0
    # States of other prompts are not worth memory: the prefix of the one assistant stays in its slot.
    params.cache_ram_mib = 0
    # The library opens an HTTP port on loopback, which nothing here uses: a key that nobody has shuts it.
    params.api_keys = [secrets.token_hex(32)]
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_props = False
    server = xllamacpp.Server(params)

    def answer(request: Frame) -> Generator[Frame, None, None]:
        header = request.header
        given = {
            "prompt": str(header["prompt"]),
            "n_predict": int(header["max_tokens"]),
            "temperature": 0.0,
            "cache_prompt": True,
            "stop": [str(text) for text in header.get("stop", ())],
            "stream": True,
            "return_progress": True,
            "timings_per_token": True,
        }
        if header.get("grammar"):
            given["grammar"] = str(header["grammar"])
        yield from _complete(server, given)

    return answer, {"system": str(xllamacpp.get_system_info())}


def _complete(server: Any, given: Mapping[str, Any]) -> Generator[Frame, None, None]:
    """Run one completion in a thread of its own, since the library hands pieces to a callback."""
    parts: queue.SimpleQueue[Any] = queue.SimpleQueue()
    is_unwanted = threading.Event()

    def take(part: Any) -> bool:
        parts.put(part)
        return is_unwanted.is_set()

    def run() -> None:
        try:
            server.handle_completions(dict(given), take)
        except Exception as problem:  # goes to the parent as the request's error
            parts.put(problem)
        finally:
            parts.put(_DONE)

    thread = threading.Thread(target=run, name="completion", daemon=True)
    thread.start()
    try:
        while (part := parts.get()) is not _DONE:
            if isinstance(part, Exception):
                raise part
            if "error" in part:
                raise ValueError(part["error"].get("message", "the library refused the request"))
            yield _frame(part, given["n_predict"])
    finally:
        is_unwanted.set()
        thread.join()


def _frame(part: Mapping[str, Any], most: int) -> Frame:
    """What one part of the library's answer adds to the text, and the counts so far."""
    timings = part.get("timings")
    counts = {}
    if timings:
        cached = int(timings.get("cache_n", 0))
        counts = {
            "prompt_tokens": cached + int(timings.get("prompt_n", 0)),
            "cached_tokens": cached,
            "completion_tokens": min(most, int(timings.get("predicted_n", 0))),
        }
    return Frame({"text": "".join(choice.get("text", "") for choice in part.get("choices", ())), **counts})


if __name__ == "__main__":
    serve(build)
