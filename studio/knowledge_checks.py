"""What is wrong with an assistant's search of documents: policy, vector store and documents, with file and line.

Nothing is run and nobody is asked: a class of the assistant's own is looked for in its text, and a server's address is
only read.
"""

from __future__ import annotations

import ast
import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from dialogue.actions.loading import AssistantCode
from dialogue.errors import KnowledgeUnavailable
from dialogue.knowledge.passages import SOURCE
from dialogue.knowledge.reading import read_documents
from dialogue.knowledge.settings import CODE, LOCAL, STORES, ReadSearch, read_search
from dialogue.understanding.configuration.groups import GroupReader
from flows.errors import Finding
from flows.findings import Findings, did_you_mean
from flows.source import Table, Value
from models.vector_stores.requests import address
from studio.configuration_files import read_files, template_text

NO_DOCUMENTS: Final = "no-documents"
_SHOWN: Final = 80


def search_findings(folder: Path) -> tuple[Finding, ...]:
    """Read config.yml, endpoints.yml and the documents, and return warnings. Never raises for what is in them."""
    config, endpoints = read_files(folder)
    findings = Findings()
    read = read_search(config, endpoints, findings)
    if read is None:
        return ()
    _check_model(read, endpoints, findings)
    _check_template(read, folder, findings)
    documents: tuple[Finding, ...] = ()
    if read.settings.store == LOCAL:
        documents = _of_documents(read, folder, findings)
    elif read.settings.store in STORES:
        _check_address(read, endpoints, findings)
    else:
        problem = _wrong_with_class(folder, read.settings.store)
        if problem:
            message = f"the vector store '{read.settings.store[:_SHOWN]}' cannot be used: {problem}; nothing is found"
            findings.warning(read.store, CODE, message, f"one of {', '.join(STORES)}, or module.Class of your own")
    return tuple(sorted((*findings.sorted(), *documents)))


def _check_model(read: ReadSearch, endpoints: Value | None, findings: Findings) -> None:
    """Check the model that writes answers; that a group itself is wrong is told with the other models."""
    given = read.options.table.get("llm")
    if not isinstance(given, Table):
        return
    groups = GroupReader(Findings(), os.environ)
    groups.read_groups(endpoints)
    named = given.text("model_group")
    if named is None:
        GroupReader(findings, os.environ).read_llm(read.options)
    elif named not in groups.groups:
        message = f"{SOURCE}: llm: endpoints.yml has no usable model group '{named[:_SHOWN]}'"
        hint = did_you_mean(named, groups.groups) or "the documents' own words are said"
        findings.warning(given.place_of("model_group"), CODE, message, hint)


def _check_template(read: ReadSearch, folder: Path, findings: Findings) -> None:
    name = read.settings.prompt_template
    if name is None:
        return
    try:
        template_text(folder, name)
        return
    except FileNotFoundError:
        problem = "there is no such file in the assistant's folder"
    except (OSError, ValueError) as error:
        problem = str(error)
    findings.warning(read.prompt, CODE, f"the prompt '{name[:_SHOWN]}' cannot be used: {problem}; ours is used")


def _of_documents(read: ReadSearch, folder: Path, findings: Findings) -> tuple[Finding, ...]:
    """Return what is wrong with single files, and note where there is nothing to answer from at all."""
    source = Path(read.settings.source)
    documents = read_documents(folder / source)
    if not documents.passages:
        shown = source.as_posix()[:_SHOWN]
        is_there = (folder / source).is_dir()
        problem = f"'{shown}' has no text to answer from" if is_there else f"there is no folder '{shown}'"
        hint = "put .md, .txt or .html files there" if is_there else "make it, and put .md, .txt or .html files there"
        findings.warning(read.source, NO_DOCUMENTS, f"{problem}: no question is answered", hint)
    above = source.parent.as_posix()
    return tuple(
        finding if above == "." else replace(finding, file=f"{above}/{finding.file}")
        for finding in documents.findings
        if finding.code != NO_DOCUMENTS
    )


def _check_address(read: ReadSearch, endpoints: Value | None, findings: Findings) -> None:
    place = read.store
    if isinstance(endpoints, Table) and endpoints.get("vector_store") is not None:
        place = endpoints.place_of("vector_store")
    elif not read.settings.connection:
        message = f"endpoints.yml has no vector_store, so {read.settings.store} is looked for on this machine"
        findings.warning(place, CODE, message, "add vector_store with host, port and collection to endpoints.yml")
    try:
        address(read.settings.connection, 1)
    except KnowledgeUnavailable as problem:
        findings.warning(place, CODE, str(problem))


def _wrong_with_class(folder: Path, name: str) -> str:
    """Say why `module.Class` is not there, empty where it may be: its text is read and not run."""
    module, _, class_name = name.rpartition(".")
    parts = module.split(".")
    if not all(part.isidentifier() for part in parts):
        return f"'{module[:_SHOWN]}' is no module of Python"
    path = folder.joinpath(*parts)
    files = [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]
    if not files or not AssistantCode(folder).has(parts[0]):
        return f"there is no module '{module[:_SHOWN]}' in the assistant's folder"
    try:
        names = _names(ast.parse(files[0].read_bytes()))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as problem:
        return f"{files[0].relative_to(folder).as_posix()} cannot be read: {problem}"
    return "" if names & {class_name, "*"} else f"'{module[:_SHOWN]}' has no class '{class_name[:_SHOWN]}'"


def _names(tree: ast.Module) -> set[str]:
    """Return the names that a module has, whichever way it gets them, and `*` where they are not known."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found
