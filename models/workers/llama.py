"""The program that holds the embedded language model: llama.cpp by xllamacpp, one completion at a time.

Request {op: complete, prompt, grammar?, max_tokens} -> {token} frames while it writes, then one with the whole
{text, prompt_tokens, cached_tokens, completion_tokens}. The token frames carry nothing the client needs: they are
the points at which a cancelled request stops. Run as `python -m models.workers.llama`.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Generator, Mapping
from typing import Any

from models.frames import Frame
from models.workers.serving import Handler, serve

_DONE = object()


def build(options: Mapping[str, Any]) -> tuple[Handler, Mapping[str, Any]]:
    """Load the model. Options: path, context_tokens, threads, prefill_threads."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(options["path"])
    params.n_ctx = int(options["context_tokens"])
    params.n_parallel = 1
    params.cpuparams.n_threads = int(options["threads"])
    params.cpuparams_batch.n_threads = int(options["prefill_threads"])
    params.n_gpu_layers = 0
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
            "stream": True,
            "stream_options": {"include_usage": True},
            "timings_per_token": False,
        }
        if header.get("grammar"):
            given["grammar"] = str(header["grammar"])
        yield from _complete(server, given)

    return answer, {"system": str(xllamacpp.get_system_info())}


def _complete(server: Any, given: Mapping[str, Any]) -> Generator[Frame, None, None]:
    """Run one completion in a thread of its own, since the library hands tokens to a callback."""
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
    text = ""
    timings: Mapping[str, Any] = {}
    try:
        while (part := parts.get()) is not _DONE:
            if isinstance(part, Exception):
                raise part
            if "error" in part:
                raise ValueError(part["error"].get("message", "the library refused the request"))
            timings = part.get("timings") or timings
            text += "".join(choice.get("text", "") for choice in part.get("choices", ()))
            yield Frame({"token": True})
    finally:
        is_unwanted.set()
        thread.join()
    cached = int(timings.get("cache_n", 0))
    yield Frame(
        {
            "text": text,
            "prompt_tokens": cached + int(timings.get("prompt_n", 0)),
            "cached_tokens": cached,
            "completion_tokens": int(timings.get("predicted_n", 0)),
        }
    )


if __name__ == "__main__":
    serve(build)
