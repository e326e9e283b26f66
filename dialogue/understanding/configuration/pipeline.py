"""The components of config.yml's pipeline that are about understanding, by the names that the format gives them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from dialogue.understanding.configuration.groups import GroupReader
from dialogue.understanding.configuration.options import Options, first_items
from dialogue.understanding.configuration.settings import (
    DEFAULT_FLOWS,
    Coexistence,
    Configuration,
    Generator,
    GeneratorKind,
    ModelGroup,
    Retrieval,
)
from dialogue.understanding.limits import MAX_CHARACTERS
from flows.findings import Findings, did_you_mean
from flows.source import Rows, Scalar, Table, Value

GENERATORS: Final[Mapping[str, GeneratorKind]] = {
    "LLMCommandGenerator": "single-step",
    "SingleStepLLMCommandGenerator": "single-step",
    "MultiStepLLMCommandGenerator": "single-step",
    "CompactLLMCommandGenerator": "compact",
    "SearchReadyLLMCommandGenerator": "search-ready",
}
CLASSIFIER: Final = "NLUCommandAdapter"
ROUTERS: Final = ("LLMBasedRouter", "IntentBasedRouter")
_KNOWN: Final = (*GENERATORS, CLASSIFIER, *ROUTERS)
_OPEN_SOURCE: Final = frozenset(
    {
        "WhitespaceTokenizer", "JiebaTokenizer", "MitieTokenizer", "SpacyTokenizer", "RegexFeaturizer", "SpacyNLP",
        "LexicalSyntacticFeaturizer", "CountVectorsFeaturizer", "LanguageModelFeaturizer", "SpacyFeaturizer",
        "ConveRTFeaturizer", "MitieFeaturizer", "MitieNLP", "DIETClassifier", "SklearnIntentClassifier",
        "LogisticRegressionClassifier", "KeywordIntentClassifier", "FallbackClassifier", "MitieIntentClassifier",
        "EntitySynonymMapper", "RegexEntityExtractor", "DucklingEntityExtractor", "CRFEntityExtractor",
        "SpacyEntityExtractor", "MitieEntityExtractor", "ResponseSelector", "MessageTokenizer",
    }
)  # fmt: skip
"""Components of an intent-based assistant. Ours has one classifier for all of them."""
MOST_COMPONENTS: Final = 100
_MAX_CHARACTERS: Final = 100_000
_SCOPE_SEPARATOR: Final = " "


class PipelineReader:
    """Reads the pipeline. The first generator counts, as in the format."""

    def __init__(self, findings: Findings, groups: GroupReader) -> None:
        self._findings = findings
        self._groups = groups
        self._generator: Generator | None = None
        self._has_classifier = False
        self._coexistence: Coexistence | None = None

    def read(self, config: Value | None) -> Configuration:
        """Return what the pipeline says; what cannot be used is a finding."""
        pipeline = config.get("pipeline") if isinstance(config, Table) else None
        if isinstance(pipeline, Rows):
            for item in first_items(pipeline, MOST_COMPONENTS, "the pipeline", self._findings):
                self._component(item)
        elif pipeline is not None and not (isinstance(pipeline, Scalar) and pipeline.value is None):
            self._findings.warning(pipeline.place, "understanding", "'pipeline' must be a list of components")
        return Configuration(self._generator, self._has_classifier, self._coexistence, dict(self._groups.groups))

    def _component(self, item: Value) -> None:
        if isinstance(item, Scalar) and isinstance(item.value, str):  # a component without options, by its name alone
            item = Table({"name": item}, {"name": item.place}, item.place)
        if not isinstance(item, Table) or not item.text("name"):
            self._findings.warning(item.place, "understanding", "a component of the pipeline needs a 'name'")
            return
        long_name = item.text("name") or ""
        name = long_name.rsplit(".", 1)[-1].strip()
        options = Options(item, name, self._findings)
        options.allow("name")
        if name in GENERATORS:
            self._read_generator(GENERATORS[name], options)
        elif name == CLASSIFIER:
            self._has_classifier = True
            options.get("user_input")
            options.finish()
        elif name in ROUTERS:
            self._read_router(name, options)
        elif name not in _OPEN_SOURCE:
            self._unknown(name, long_name, options)

    def _unknown(self, name: str, long_name: str, options: Options) -> None:
        what = "component of your own code" if "." in long_name else "component"
        hint = "" if "." in long_name else did_you_mean(name, (*_KNOWN, *_OPEN_SOURCE))
        options.complain(options.table.place_of("name"), f"the {what} '{long_name[:80]}' is not run here", hint)

    def _read_generator(self, kind: GeneratorKind, options: Options) -> None:
        if self._generator is not None:
            options.complain(options.place, f"{options.what}: the pipeline has a generator already; the first counts")
            return
        group = self._groups.read_llm(options)
        prompt = self._prompt_file(options, has_model=group is not None)
        options.flag("minimize_num_calls", otherwise=True)  # what it says is for `nlu_adapter`
        options.allow("trace_prompt_tokens", "embeddings", "_model_groups")
        self._generator = Generator(
            kind=kind,
            group=group,
            retrieval=self._retrieval(options),
            max_characters=self._max_characters(options),
            prompt_file=prompt,
            prompt_place=options.table.place_of(
                "prompt_template" if "prompt_template" in options.table.entries else "prompt"
            ),
        )
        options.finish()

    def _prompt_file(self, options: Options, *, has_model: bool) -> str | None:
        given = options.text("prompt_template", "prompt")
        if not given:
            return None
        key = "prompt_template" if options.table.get("prompt_template") is not None else "prompt"
        path = PurePosixPath(given)
        if path.is_absolute() or ".." in path.parts or len(given) > 500 or "\0" in given:
            message = f"{options.what}: '{key}' must be a file in the assistant's folder; our own prompt is used"
            options.complain(options.table.place_of(key), message)
            return None
        if not has_model:
            message = f"{options.what}: '{key}' is for a model named by 'llm'; the embedded one has a prompt of its own"
            options.complain(options.table.place_of(key), message)
            return None
        return given

    def _retrieval(self, options: Options) -> Retrieval:
        inner = options.inner("flow_retrieval")
        if inner is None:
            return Retrieval()
        if inner.get("embeddings") is not None:
            message = f"{inner.what}: 'embeddings' is ignored: flows are compared by this server's sentence encoder"
            inner.complain(inner.table.keys["embeddings"], message)
        found = Retrieval(
            is_active=inner.flag("active", otherwise=True),
            num_flows=int(inner.number("num_flows", otherwise=DEFAULT_FLOWS, least=1, most=1000)),
            turns_to_embed=int(inner.number("turns_to_embed", otherwise=1, least=1, most=100)),
            should_embed_slots=inner.flag("should_embed_slots", otherwise=True),
        )
        if found.turns_to_embed != 1 or not found.should_embed_slots:
            for key in ("turns_to_embed", "should_embed_slots"):
                if key in inner.table.entries:
                    message = f"{inner.what}: '{key}' is read but flows are ranked by the turn and their descriptions"
                    inner.complain(inner.table.keys[key], message)
        inner.finish()
        return found

    def _max_characters(self, options: Options) -> int | None:
        inner = options.inner("user_input")
        if inner is None:
            return MAX_CHARACTERS
        # Zero and less switch the bound off, as in the format.
        limit = inner.number("max_characters", otherwise=MAX_CHARACTERS, least=-1, most=_MAX_CHARACTERS)
        inner.finish()
        return int(limit) if limit > 0 else None

    def _read_router(self, name: str, options: Options) -> None:
        by_llm = name == "LLMBasedRouter"
        group: ModelGroup | None = self._groups.read_llm(options) if by_llm else None
        calm, nlu = options.inner("calm_entry"), options.inner("nlu_entry")
        read = _scopes if by_llm else _intents
        self._coexistence = Coexistence(
            by="llm" if by_llm else "intent",
            calm=read(calm, "sticky"),
            nlu_sticky=read(nlu, "sticky"),
            nlu_non_sticky=read(nlu, "non_sticky"),
            group=group,
        )
        for inner in (calm, nlu):
            if inner is not None:
                inner.finish()
        options.allow("prompt", "prompt_template")
        message = (
            f"{name}: there is no intent-based assistant here: what belongs to one is answered by "
            "pattern_cannot_handle (cannot_handle_not_supported)"
        )
        options.complain(options.table.place_of("name"), message)
        options.finish()


def _intents(options: Options | None, key: str) -> tuple[str, ...]:
    return () if options is None else options.texts(key)


def _scopes(options: Options | None, key: str) -> tuple[str, ...]:
    joined = _SCOPE_SEPARATOR.join(_intents(options, key))
    return (joined,) if joined else ()
