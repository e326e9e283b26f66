"""Folders with actions, as assistants have them, and what runs them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from dialogue.actions.in_process import InProcessActions

TRACKER = {"sender_id": "c", "slots": {"amount": 5}, "events": [], "latest_message": {}}

HEAD = "from dialogue.actions.sdk import Action, SlotSet, FollowupAction\n"


def action(name: str, *body: str, head: str = HEAD, is_async: bool = False) -> str:
    lines = "\n".join(f"        {line}" for line in body)
    kind = "async def" if is_async else "def"
    return (
        f"{head}\nclass {name.title()}(Action):\n    def name(self):\n        return '{name}'\n"
        f"    {kind} run(self, dispatcher, tracker, domain):\n{lines}\n"
    )


class Folders:
    """Makes assistants' folders and closes what was loaded from them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.loaded: list[InProcessActions] = []

    def load(
        self, files: dict[str, str], name: str = "one", module: str | None = None, time_limit_s: float = 5.0
    ) -> InProcessActions:
        for file, text in files.items():
            path = self.root / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        actions = InProcessActions(self.root / name, module, time_limit_s=time_limit_s)
        self.loaded.append(actions)
        actions.load()
        return actions
