"""Brings up what the studio's pages need: accounts, the folder of projects, the workbench over both."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from studio.errors import ServiceNotReady
from studio.parts import PartBoard
from studio.people.accounts import Accounts
from studio.people.store import PeopleStore
from studio.projects.workspace import Workspace
from studio.settings import Settings
from studio.workbench import Workbench

ACCOUNTS = "accounts"


@dataclass(slots=True)
class OpenedWorkbench:
    """The workbench, and the accounts once they are open (None before, or where their file cannot be used)."""

    workbench: Workbench
    file: Path
    accounts: Accounts | None = None

    def at_door(self) -> Accounts | None:
        """Return whom to ask who somebody is; None only where there never were accounts.

        Raises:
            ServiceNotReady: there may be accounts, and they are not open. Nobody is let in then.
        """
        if self.accounts is None and self.file.exists():
            raise ServiceNotReady(
                "The accounts are not open: the server is still starting, or their file cannot be used (/readyz says "
                "which). Try again in a few seconds."
            )
        return self.accounts


def make_workbench(settings: Settings, served: Path) -> OpenedWorkbench:
    """Put the parts together; nothing is opened yet."""
    opened: OpenedWorkbench
    workspace = Workspace(settings.projects_folder, served=served)
    data = settings.conversations.log_file.parent
    opened = OpenedWorkbench(Workbench(workspace, data, lambda: opened.accounts), settings.people_file)
    return opened


async def open_workbench(stack: AsyncExitStack, opened: OpenedWorkbench, board: PartBoard) -> None:
    """Open the accounts and tidy the folder of projects; `stack` closes what was opened."""

    async def begin() -> Accounts:
        store = PeopleStore(opened.file)
        stack.push_async_callback(store.close)
        await store.open()
        return Accounts(store)

    stack.push_async_callback(opened.workbench.close)
    opened.accounts = await board.start(ACCOUNTS, begin)
    await asyncio.to_thread(opened.workbench.workspace.tidy)
    await opened.workbench.tidy()
