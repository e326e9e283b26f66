"""Importing an assistant's code while the rest of the process imports as well."""

import itertools
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dialogue.actions.loading import AssistantCode


def test_other_threads_may_import_while_classes_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "actions.py").write_text("class Speaks:\n    pass\n")
    code = AssistantCode(tmp_path)
    numbers, is_own = itertools.count(), code.owns

    def owns_while_something_is_imported(name: str) -> bool:
        monkeypatch.setitem(sys.modules, f"imported_meanwhile_{next(numbers)}", ModuleType("imported_meanwhile"))
        return is_own(name)

    code.open()
    code.import_all("actions")
    monkeypatch.setattr(code, "owns", owns_while_something_is_imported)
    assert [kind.__name__ for kind in code.classes()] == ["Speaks"]
    code.close()
    assert not any(name.startswith(code.root) for name in list(sys.modules))
