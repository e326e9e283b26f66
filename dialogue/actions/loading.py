"""Imports an assistant's own Python code under a name of its own, so that two assistants never share a module.

Every assistant calls its package `actions`, and its files say `from actions.contacts import Book` as well as
`from .contacts import Book`. So each assistant gets a root package with a unique name whose path is its folder:

    vivavoce_assistant_3                 the folder (synthetic, no code)
    vivavoce_assistant_3.actions         its actions/__init__.py
    vivavoce_assistant_3.actions.contacts

Relative imports then work by themselves. Absolute ones work because modules below a root are executed with an
`__import__` of their own, which looks for a top-level name in the assistant's folder before it looks elsewhere.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import inspect
import itertools
import pkgutil
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from dialogue.errors import ActionsUnloadable

PUBLIC_SDK = "rasa_sdk"
OWN_SDK = "dialogue.actions.sdk"

_numbers = itertools.count(1)


class AssistantCode:
    """The Python code of one assistant: imports modules from its folder, apart from all others'."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._root = f"vivavoce_assistant_{next(_numbers)}"
        self._finder = _Finder(self)
        self.builtins: dict[str, Any] = {**vars(builtins), "__import__": self._import}

    @property
    def root(self) -> str:
        """The unique name of the package that stands for the folder."""
        return self._root

    def open(self) -> None:
        """Make the folder importable; undone by `close`."""
        package = ModuleType(self._root)
        package.__path__ = [str(self._folder)]
        sys.modules[self._root] = package
        sys.meta_path.insert(0, self._finder)

    def close(self) -> None:
        """Forget every module of this assistant."""
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for name in (self._root, *self._imported()):
            sys.modules.pop(name, None)

    def owns(self, module: str) -> bool:
        """Say whether a module's full name lies below this assistant's root."""
        return module.startswith(f"{self._root}.")

    def has(self, module: str) -> bool:
        """Say whether the folder has a module or package of this top-level name."""
        path = self._folder / module
        return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()

    def has_folder(self, module: str) -> bool:
        """Say whether the folder has a folder of this name with Python files in it, `__init__.py` or not."""
        return any((self._folder / module).glob("*.py"))

    def import_all(self, module: str) -> None:
        """Import a module of the folder and everything below it. Raises ActionsUnloadable."""
        full_name = f"{self._root}.{module}"
        try:
            package = importlib.import_module(full_name)
            for _, name, _ in pkgutil.walk_packages(getattr(package, "__path__", []), f"{full_name}."):
                importlib.import_module(name)
        except (Exception, SystemExit) as problem:  # user code runs at import and may raise anything
            raise ActionsUnloadable(f"cannot import {module!r}: {self._describe(problem)}") from problem

    def classes(self) -> Iterator[type]:
        """Yield the classes that the imported modules define, module by module in order of definition."""
        for name in self._imported():
            for value in list(vars(sys.modules[name]).values()):
                if inspect.isclass(value) and value.__module__ == name:
                    yield value

    def _imported(self) -> list[str]:
        """Names of this assistant's modules; from a copy, since other threads import while one looks."""
        return [name for name in list(sys.modules) if self.owns(name)]

    def _describe(self, problem: BaseException) -> str:
        own = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename.startswith(str(self._folder))]
        if isinstance(problem, SyntaxError) and problem.filename:
            place = f"{self._relative(problem.filename)}:{problem.lineno}: "
        else:
            place = f"{self._relative(own[-1].filename)}:{own[-1].lineno}: " if own else ""
        return f"{place}{type(problem).__name__}: {problem}"

    def _relative(self, file: str) -> str:
        path = Path(file)
        return str(path.relative_to(self._folder)) if path.is_relative_to(self._folder) else file

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Resolve an import statement of the assistant's code; the parameters are those of `__import__`."""
        top = name.partition(".")[0]
        if level == 0 and (self.has(top) or f"{self._root}.{top}" in sys.modules):
            leaf = importlib.import_module(f"{self._root}.{name}")
            if not fromlist:
                return sys.modules[f"{self._root}.{top}"]
            self._import_submodules(leaf, fromlist)
            return leaf
        if level == 0 and top == PUBLIC_SDK and importlib.util.find_spec(PUBLIC_SDK) is None:
            return _stand_in(name, fromlist or ())
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    def _import_submodules(self, package: ModuleType, names: Sequence[str]) -> None:
        """Import those of `from package import names` that are modules and not yet attributes."""
        for name in names:
            if hasattr(package, "__path__") and name != "*" and not hasattr(package, name):
                full_name = f"{package.__name__}.{name}"
                if importlib.util.find_spec(full_name) is not None:
                    importlib.import_module(full_name)


class _Finder(MetaPathFinder):
    """Finds modules below one assistant's root and has them executed with that assistant's builtins."""

    def __init__(self, code: AssistantCode) -> None:
        self._code = code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not self._code.owns(fullname):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path, self._code.builtins)
        return spec


class _Loader(SourceFileLoader):
    """Executes a module with given builtins, so that its import statements come to the assistant first."""

    def __init__(self, fullname: str, path: str, own_builtins: Mapping[str, Any]) -> None:
        super().__init__(fullname, path)
        self._own_builtins = own_builtins

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self._own_builtins
        super().exec_module(module)


def _stand_in(name: str, fromlist: Sequence[str]) -> ModuleType:
    """Import a module of our own SDK in the place of the public one of the same name."""
    leaf = OWN_SDK + name.removeprefix(PUBLIC_SDK)
    try:
        module = importlib.import_module(leaf)
    except ModuleNotFoundError as problem:
        if problem.name is None or not problem.name.startswith(OWN_SDK):
            raise
        advice = f"there is no {name!r} here: type pip install 'vivavoce[rasa-sdk]', which brings the whole of it"
        raise ModuleNotFoundError(advice, name=name) from None
    return module if fromlist else sys.modules[OWN_SDK]
