"""The studio with calls, but without models: conversations, actions and WebRTC are real, ears and voice are scripted.

    python -m tests.support.trying_server --port 8103 --served examples/clinic [--data DIR]

Callers type, or make sounds: each sound that ends is the next of HEARD. What is typed is understood by the rules of the
fast path, by payloads, and as command lines (`start flow book_appointment; set slot appointment_day 2026-01-05`).
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import uvicorn

from dialogue.actions.in_process import InProcessActions
from dialogue.store import MemoryEventStore
from dialogue.turn import Understood, UserTurn
from dialogue.understanding.parsing import parse_commands
from dialogue.understanding.payload import parse_payload
from flows.model import Assistant
from flows.state import ConversationState
from models.rendered import RenderedSpeech
from studio.api.app import create_app
from studio.api.security import LOOPBACK_HOSTS
from studio.api.services import Services
from studio.assistants import load
from studio.calls import hold_call
from studio.doctor import PAGE_FOLDER
from studio.parts import PartBoard
from studio.people.door import Door
from studio.reloading import Reloading, ReloadStatus
from studio.running_assistants import ENVIRONMENT, PROJECT, RunningAssistants
from studio.settings import Settings
from studio.speech import Speech
from studio.telemetry import Telemetry
from studio.trying import CHAT, Trying
from studio.versions import Dialogue, Version, version_name
from studio.watching import FolderWatch
from studio.workbench_opening import make_workbench, open_workbench
from tests.support.call import ScriptedRecogniser, ToneSynthesiser, engines
from tests.support.studio_server import _no_text
from voice.link import MediaLink
from voice.transports.webrtc import WebRtcGateway

BOOK = "start flow book_appointment; set slot patient_number 204518; set slot birth_year 1980"
HEARD = (BOOK, BOOK, "set slot appointment_type checkup")
"""The first twice: a sound that swells may be recognised anew before its turn is over."""
PROMPT = "You listen to a caller of {name}.\nUSER: {text}\nCommands:"


class TypedCommands:
    """Understands payloads and command lines; says what it would have asked a language model."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    async def understand(self, turn: UserTurn, state: ConversationState) -> Understood:
        payload = parse_payload(turn.text, self._assistant, turn.metadata)
        if payload is not None:
            return Understood(turn, payload, "payload")
        commands = tuple(one for line in turn.text.split(";") for one in parse_commands(line.strip()))
        prompt = PROMPT.format(name=self._assistant.name, text=turn.text)
        said = {"completion": turn.text, "prompt_tokens": 40, "cached_tokens": 24, "completion_tokens": 6}
        return Understood(turn, commands, "llm", took_ms=12.0, prompt=prompt, **said)  # type: ignore[arg-type]


async def prepared(opened: AsyncExitStack, assistant: Assistant, name: str, board: PartBoard) -> Version:
    """Make a version with its own actions and scripted understanding."""
    actions = InProcessActions.for_assistant(assistant, time_limit_s=5.0)
    opened.callback(actions.close)
    await actions.open()
    return Version(assistant, TypedCommands(assistant), actions, name)


async def serve(served: Path, data: Path, port: int, page: Path = PAGE_FOLDER) -> None:
    """Serve until cancelled."""
    settings = Settings(data_dir=data, projects=data / "projects")
    bench = make_workbench(settings, await asyncio.to_thread(served.resolve))
    assistant = await asyncio.to_thread(load, served)
    trying, store = Trying(), MemoryEventStore()
    rendered = RenderedSpeech(ToneSynthesiser(takes_s=0.02))
    ears = engines(ScriptedRecogniser(HEARD, takes_s=0.05), ToneSynthesiser(takes_s=0.02))
    async with AsyncExitStack() as stack:
        await open_workbench(stack, bench, PartBoard())
        begin = partial(Dialogue, store=store)
        version = await prepared(stack, assistant, version_name(assistant), PartBoard())
        dialogue_of_served = begin(version)
        running = RunningAssistants(dialogue_of_served, prepared, begin)
        stack.push_async_callback(running.close)
        reloading = Reloading(dialogue_of_served, FolderWatch(served, every_s=0.3), prepared)
        watching = asyncio.create_task(reloading.watch())
        stack.callback(watching.cancel)

        async def hold(link: MediaLink) -> None:
            project, environment = link.about[PROJECT], link.about[ENVIRONMENT]
            folder, is_draft = await bench.workbench.folder_of(project, environment)
            dialogue = await running.dialogue(folder, is_draft=is_draft)
            tried = await trying.begin(dialogue, link.call_id, link.about, (project, environment))
            await hold_call(link, tried.conversation, Speech(ears, rendered), is_chat=CHAT in link.about)

        gateway = WebRtcGateway(hold)
        stack.push_async_callback(gateway.close)
        services = Services(
            assistant=lambda: assistant,
            reload_status=lambda: ReloadStatus("current", "test", 0.0),
            board=PartBoard(),
            telemetry=Telemetry(),
            gateway=lambda: gateway,
            require_calls=lambda: None,
            text=_no_text,
            models=lambda: [],
            page_folder=page,
            allowed_hosts=LOOPBACK_HOSTS,
            workbench=bench.workbench,
            running=lambda: running,
            trying=trying,
            door=Door(lambda: bench.accounts),
        )
        config = uvicorn.Config(create_app(services), host="127.0.0.1", port=port, log_level="warning", lifespan="off")
        print(f"http://127.0.0.1:{port}/studio", flush=True)
        await uvicorn.Server(config).serve()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--served", type=Path, default=Path("examples/clinic"))
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--port", type=int, default=8103)
    parser.add_argument("--page", type=Path, default=PAGE_FOLDER, help="the built page")
    given = parser.parse_args(arguments)
    data = given.data or Path(tempfile.mkdtemp(prefix="vivavoce-trying-"))
    asyncio.run(serve(given.served, data, given.port, given.page))


if __name__ == "__main__":
    main()
