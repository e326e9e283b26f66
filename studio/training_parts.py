"""The parts of a training, each a function from what is being made to a line for people and figures for programs.

Whatever encodes sentences does so with `making.encoder`, which keeps them for the artefact: an index that a later
stage of understanding needs is trained by building it here once, and is then built from known vectors at the start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from dialogue.knowledge.index_files import index_path
from dialogue.knowledge.passages import SOURCE
from dialogue.knowledge.reading import read_documents
from dialogue.knowledge.settings import LOCAL, read_settings
from dialogue.ports import SentenceEncoder
from dialogue.understanding.grammar import turn_grammar
from dialogue.understanding.intents import IntentClassifier, fit_intents, sentences_of
from dialogue.understanding.naming import Naming, flows_of, real_names, short_names
from dialogue.understanding.nlu_adapter import has_adapter
from dialogue.understanding.prompt import flows_in_prefix, static_prefix
from dialogue.understanding.reader.reader import Reader
from dialogue.understanding.router import Router
from dialogue.understanding.situation import read_situation
from dialogue.understanding.trained import KnowingEncoder, KnowingReader, KnownSentences
from dialogue.understanding.words import label
from flows.model import Assistant
from flows.state import initial_state
from models.cache import ModelCache
from models.errors import ModelMissing
from models.stored_speech import StoredSpeech, speech_path
from studio.conversations import LANGUAGE_MODEL, open_models
from studio.errors import ServiceNotReady
from studio.knowledge import Shelf, open_index
from studio.parts import PartBoard
from studio.prerendering import fixed_sentences
from studio.settings import Settings

Detail: TypeAlias = dict[str, Any]
SPOKEN_A_LINE = 20
"""Sentences between two lines of progress: some ten seconds."""
EXAMPLE_TURN = "I would like some help with something, please"
"""Of which a grammar is written to tell its size."""


class LeftOut(Exception):
    """A part is not made, for a reason that is no fault."""


@dataclass(slots=True)
class Making:
    """What is being made of an assistant. `plain_encoder` encodes what is not for the artefact."""

    assistant: Assistant
    settings: Settings
    cache: ModelCache
    stack: AsyncExitStack
    say: Callable[[str], None]
    encoder: KnowingEncoder | None = None
    plain_encoder: SentenceEncoder | None = None
    reader: KnowingReader | None = None
    classifier: IntentClassifier | None = None


MakePart: TypeAlias = Callable[[Making], Awaitable[tuple[str, Detail]]]


async def other_inputs(assistant: Assistant, cache: ModelCache, settings: Settings, *, has_voice: bool) -> Detail:
    """Return hashes of what else goes in: if one of them changes, something is to be done."""
    from models.piper import voice_hash

    folder = _documents(assistant)
    read = None if folder is None else await asyncio.to_thread(read_documents, folder)
    return {
        "documents": "" if read is None else read.digest,
        "voice": voice_hash(cache) if has_voice else "",
        "sentences": list(fixed_sentences(assistant)) if has_voice else [],
        "language_model": settings.language_model,
    }


async def encode_sentences(making: Making) -> tuple[str, Detail]:
    """Build the indexes of understanding once, so that every sentence they need is known."""
    assistant, board = making.assistant, PartBoard()
    workers = replace(making.settings.workers, has_language_model=False)
    models = await open_models(making.stack, workers, board)
    making.plain_encoder = models.encoder
    making.encoder = None if models.encoder is None else KnowingEncoder(models.encoder)
    making.reader = None if models.reader is None else KnowingReader(models.reader)
    if making.encoder is not None:
        await Router.build(assistant, making.encoder)
        values = sorted({label(value) for slot in assistant.slots.values() for value in slot.values})
        await making.encoder.encode(values)
    if making.reader is not None:
        await Reader.build(assistant, making.reader)
    failed = [part.detail for part in board.parts if part.state == "failed"]
    if failed:
        raise ServiceNotReady("; ".join(failed))
    counts = {name: 0 if one is None else len(one.known) for name, one in _encoders(making).items()}
    if making.encoder is None and making.reader is None:
        raise LeftOut("sentence encoder and reader are switched off")
    flows = len(assistant.user_flows)
    return f"{flows} flows; " + ", ".join(f"{n} for the {name}" for name, n in counts.items()), counts | {
        "flows": flows
    }


def _encoders(making: Making) -> dict[str, KnownSentences | None]:
    return {"encoder": making.encoder, "reader": making.reader}


async def fit_classifier(making: Making) -> tuple[str, Detail]:
    """Fit the classifier of intents to the assistant's examples."""
    assistant = making.assistant
    if not assistant.examples:
        raise LeftOut("the assistant has no examples of intents")
    encoder = making.encoder
    if encoder is None:
        raise LeftOut("there is no sentence encoder")
    said = sentences_of(assistant.examples)
    vectors = {intent: await encoder.encode(texts) for intent, texts in said.items() if texts}
    fitted = await asyncio.to_thread(fit_intents, vectors)
    if fitted is None:
        raise LeftOut("a classifier needs examples of at least two intents")
    making.classifier, fit = fitted
    is_used = has_adapter(assistant)
    told = (
        f"{len(vectors)} intents, {sum(len(texts) for texts in said.values())} examples; "
        f"unseen ones {fit.accuracy:.1%} right, above the threshold {fit.precision:.1%} of {fit.coverage:.1%} decided"
    )
    detail = {"intents": len(vectors), "examples": fit.examples, "accuracy": round(fit.accuracy, 4)}
    detail |= {"precision": round(fit.precision, 4), "coverage": round(fit.coverage, 4), "used": is_used}
    detail |= {"threshold": round(making.classifier.threshold, 4)}
    return told if is_used else f"{told}; not heard, since the pipeline has no NLUCommandAdapter", detail


async def write_prompt(making: Making) -> tuple[str, Detail]:
    """Tell the size of prompt prefix and grammar, in tokens where the language model is here to count them."""
    assistant = making.assistant
    situation = read_situation(initial_state(assistant), assistant)
    figures: Detail = {}
    for name, naming in (("aliases", short_names(assistant)), ("names", real_names(assistant))):
        grammar = turn_grammar(EXAMPLE_TURN, situation, situation.startable, naming)
        figures[name] = _prompt_figures(assistant, naming) | {
            "grammar_rules": grammar.count("::="),
            "grammar_characters": len(grammar),
        }
    tokens, how = await _prefix_tokens(making, static_prefix(assistant, real_names(assistant)))
    figures |= {"tokens": tokens, "tokens_are": how}
    of = figures["names"]
    told = (
        f"{of['flows_in_prefix']} of {of['flows']} flows in a prefix of {tokens} tokens ({how}); "
        f"grammar of {of['grammar_rules']} rules"
    )
    return told, figures


async def encode_documents(making: Making) -> tuple[str, Detail]:
    """Index the documents that questions are answered from."""
    settings = read_settings(making.assistant)[0]
    if settings is None:
        raise LeftOut(f"the assistant has no {SOURCE} in config.yml")
    folder = _documents(making.assistant)
    if folder is None:
        raise LeftOut(f"the documents are in the vector store '{settings.store[:60]}', which is not filled from here")
    index = await open_index(folder, making.plain_encoder, Shelf(least_rows=1))
    n_vectors = 0 if index.vectors is None else len(index.vectors)
    detail = {"passages": len(index.passages), "vectors": n_vectors, "index": index.digest}
    detail |= {"warnings": [str(finding) for finding in index.findings]}
    return f"{len(index.passages)} passages" + ("" if n_vectors else ", compared by words: no vectors"), detail


async def speak_ahead(making: Making) -> tuple[str, Detail]:
    """Speak what is always said alike, where a voice is installed."""
    from models.piper import PiperSynthesiser, voice_hash

    sentences = fixed_sentences(making.assistant)
    try:
        synthesiser = PiperSynthesiser(making.cache)
    except ModelMissing as missing:
        raise LeftOut(str(missing)) from missing
    speech = StoredSpeech(synthesiser, voice_hash(making.cache))
    missing_ones = [sentence for sentence in sentences if not speech.holds(sentence)]
    if missing_ones:
        making.stack.push_async_callback(synthesiser.close)
        await synthesiser.start()
    spoken = 0
    for place, sentence in enumerate(missing_ones):
        if place and place % SPOKEN_A_LINE == 0:
            making.say(f"speech     {place} of {len(missing_ones)} sentences")
        spoken += await speech.store(sentence)
    n_kept = sum(map(speech.holds, sentences))
    told = f"{len(sentences)} sentences, {spoken} spoken now"
    return told, {"sentences": len(sentences), "spoken": spoken, "kept": n_kept}


def is_kept(report: Mapping[str, Any]) -> bool:
    """Say whether what a training put beside its artefact, vectors of documents and speech, is still there."""
    inputs = report.get("inputs") or {}
    details = {part["name"]: part["detail"] for part in report.get("parts", ()) if part["state"] == "made"}
    documents, speech = details.get("documents", {}), details.get("speech", {})
    if documents.get("vectors") and not index_path(documents["index"], Shelf().folder).is_file():
        return False
    n_kept = sum(speech_path(inputs["voice"], text).is_file() for text in inputs["sentences"]) if speech else 0
    return n_kept >= int(speech.get("kept", 0))


def _documents(assistant: Assistant) -> Path | None:
    """Return the folder that is searched, None for an assistant that has none or asks a store elsewhere."""
    settings = read_settings(assistant)[0]
    return None if settings is None or settings.store != LOCAL else Path(assistant.folder) / settings.source


def _prompt_figures(assistant: Assistant, naming: Naming) -> Detail:
    return {
        "characters": len(static_prefix(assistant, naming)),
        "flows": len(flows_of(assistant)),
        "flows_in_prefix": len(flows_in_prefix(assistant, naming)),
    }


async def _prefix_tokens(making: Making, prefix: str) -> tuple[int, str]:
    """Return the tokens of a prefix, and whether they were counted or guessed from its length."""
    guessed = round(len(prefix) / 4)
    workers = replace(making.settings.workers, has_encoder=False, has_reader=False)
    if not workers.has_language_model:
        return guessed, "estimated"
    board = PartBoard()
    async with AsyncExitStack() as stack:
        models = await open_models(stack, workers, board)
        failed = any(part.name == LANGUAGE_MODEL and not part.is_ready for part in board.parts)
        if failed or models.language_model is None:
            return guessed, "estimated"
        written = await models.language_model.complete(prefix, "", max_tokens=1)
    return written.prompt_tokens, "counted"
