"""The composition root: which adapter stands behind which port, and in which order parts come up and go down.

event log ────────────────────────────┐
actions ──────────────────────────────┤
sentence encoder ─┬─→ understanding ──┴─→ conversations ─┬─→ text channel
language model ───┘       knowledge ──↑                  └─→ calls over WebRTC
recognition, synthesis, turn model, voice activity ────────────↑

Actions and understanding belong to a version of the assistant: `studio.reloading` makes new ones when its files
change, and everything else stays up.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import structlog

from dialogue.conversation import Conversation
from dialogue.errors import DialogueError
from dialogue.faults import log_fault
from dialogue.knowledge.running import with_search
from dialogue.knowledge.second_look import with_documents
from flows.model import Assistant
from models.cache import ModelCache
from studio.api.security import LOOPBACK_HOSTS
from studio.api.services import Services
from studio.calls import check_calls, hold_call
from studio.catalogue import describe_models
from studio.conversations import TEXT_PARTS, Models, open_actions, open_models, open_store, prepare_understanding
from studio.doctor import PAGE_FOLDER
from studio.errors import ServiceNotReady
from studio.knowledge import Shelf, open_search
from studio.observing import ObservedLink, ObservedStore
from studio.parts import PartBoard, PartStatus
from studio.people.accounts import Accounts
from studio.people.door import Door
from studio.prerendering import keep_rendered
from studio.previewing import spoken_as_wav
from studio.recordings import RecordedStore, Recordings
from studio.reloading import Prepare, Reloading, ReloadStatus
from studio.running_assistants import ENVIRONMENT, PROJECT, PUBLISHED, RunningAssistants
from studio.settings import Settings
from studio.speech import SPEECH_PARTS, Speech, open_speech
from studio.telemetry import Telemetry
from studio.text_channel import TextConversations
from studio.trying import CHAT, Trying
from studio.versions import Dialogue, Version, version_name
from studio.watching import FolderWatch
from studio.workbench_opening import make_workbench, open_workbench
from voice.link import MediaLink
from voice.loop_lag import LoopMonitor
from voice.transports.pacing import Pacing
from voice.transports.webrtc import WebRtcGateway

CALL_PARTS = (*TEXT_PARTS, *SPEECH_PARTS)
_STARTING = "The server is still starting: try again in a few seconds."
_LONGEST_ID = 250


class Runtime:
    """One server's parts. `start` brings them up; what cannot start is on the board with its reason."""

    def __init__(
        self, assistant: Assistant, settings: Settings, changed: Callable[[PartStatus], None] = lambda _: None
    ) -> None:
        """Raises `voice.errors.VoiceError` for settings of voice.yml that do not exist."""
        self._loaded = assistant
        self._watch = FolderWatch(Path(assistant.folder))
        self._dialogue: Dialogue | None = None
        self._reloading: Reloading | None = None
        self.telemetry = Telemetry()
        self.board = PartBoard(changed)
        self._settings = settings
        check_calls(assistant)
        self._studio = make_workbench(settings, Path(assistant.folder))
        self._running: RunningAssistants | None = None
        self._trying = Trying()
        self._speech: Speech | None = None
        self._shelf = Shelf()
        self._recordings = Recordings(settings.conversations.log_file.parent)
        self._gateway: WebRtcGateway | None = None
        self._text: TextConversations | None = None
        self._loop_monitor = LoopMonitor(
            observe=self.telemetry.observe_loop_lag, is_urgent=lambda: self._live_calls > 0
        )
        self.telemetry.watch_parts(self.board)
        self.telemetry.add_gauge("calls_live", "Calls that are running.", lambda: self._live_calls)
        self.telemetry.add_gauge("text_conversations", "Text conversations kept open.", self._open_texts)
        self.telemetry.add_gauge(
            "event_loop_lag_p99_seconds",
            "How late the event loop was, 99th percentile of the latest 3,000 beats.",
            lambda: self._loop_monitor.p99_ms / 1000,
        )
        self.telemetry.watch_frames(lambda: Pacing() if self._gateway is None else self._gateway.pacing)
        self.telemetry.watch_version(lambda: "" if self._dialogue is None else self._dialogue.version.name)

    @property
    def assistant(self) -> Assistant:
        """The assistant as it runs now."""
        return self._loaded if self._dialogue is None else self._dialogue.assistant

    @property
    def accounts(self) -> Accounts | None:
        """Who may sign in; None until their file is open."""
        return self._studio.accounts

    def end_streams(self) -> None:
        """Let go of the pages that listen, so that the server can stop."""
        self._studio.workbench.end_streams()

    def services(self, *, is_public: bool) -> Services:
        """Give the HTTP API what it needs; `is_public`: others may name this machine as they like."""
        return Services(
            assistant=lambda: self.assistant,
            reload_status=self._reload_status,
            board=self.board,
            telemetry=self.telemetry,
            gateway=self._started_gateway,
            require_calls=lambda: self.board.require(*CALL_PARTS),
            text=self._ready_text,
            models=lambda: describe_models(ModelCache(self._settings.models)),
            page_folder=PAGE_FOLDER,
            allowed_hosts=None if is_public else LOOPBACK_HOSTS,
            workbench=self._studio.workbench,
            running=lambda: self._running,
            preview=self._preview,
            trying=self._trying,
            door=Door(self._studio.at_door, is_public, is_public and self._settings.allow_insecure_bind),
        )

    async def start(self, stack: AsyncExitStack) -> None:
        """Bring everything up, side by side; `stack` takes it down again. Returns once nothing is starting."""
        stack.enter_context(self._loop_monitor.watching())
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(open_speech(stack, self.assistant, self._settings.workers, self.board))
            thinking = group.create_task(self._open_dialogue(stack))
            group.create_task(open_workbench(stack, self._studio, self.board))
        dialogue, self._speech = thinking.result(), speaking.result()
        self._dialogue = dialogue
        if dialogue is None:
            return
        self._open_text(stack, dialogue)
        if self._speech is not None:
            self._open_calls(stack, dialogue, self._speech)

    async def work_beside(self) -> None:
        """Until cancelled: take in changed files, and speak ahead what will be said word for word."""
        async with asyncio.TaskGroup() as group:
            if self._speech is not None and self._dialogue is not None:
                work = keep_rendered(self._dialogue, self._speech.rendered, lambda: self._live_calls == 0)
                group.create_task(work, name="render ahead")
            if self._reloading is not None and self._settings.reload:
                group.create_task(self._reloading.watch(), name="watch files")

    async def _open_dialogue(self, stack: AsyncExitStack) -> Dialogue | None:
        config, assistant = self._settings.conversations, self._loaded
        held = await stack.enter_async_context(AsyncExitStack())
        async with asyncio.TaskGroup() as group:
            storing = group.create_task(open_store(stack, config, self.board))
            modelling = group.create_task(open_models(stack, self._settings.workers, self.board))
            naming = group.create_task(asyncio.to_thread(version_name, assistant))
            acting = group.create_task(open_actions(held, assistant, config, self.board))
        store, models, actions = storing.result(), modelling.result(), acting.result()
        budget_s = self._settings.workers.llm_budget_s
        understanding = await prepare_understanding(assistant, models, self.board, held, budget_s=budget_s)
        search = await open_search(held, assistant, models.encoder, self.board, shelf=self._shelf)
        if store is None or actions is None or understanding is None:
            return None
        heard = with_documents(understanding, search)
        version = Version(assistant, heard, with_search(actions, search), naming.result(), held.pop_all())
        await self._recordings.open(assistant)
        stack.push_async_callback(self._recordings.close)
        stored = RecordedStore(ObservedStore(store, self.telemetry), self._recordings)
        dialogue = Dialogue(version, stored, self._report)
        stack.push_async_callback(dialogue.close)
        prepare = self._preparing(models)
        self._reloading = Reloading(dialogue, self._watch, prepare, observe=self.telemetry.observe_reload)
        begin = partial(Dialogue, store=stored, report=self._report)
        self._running = RunningAssistants(dialogue, prepare, begin)
        stack.push_async_callback(self._running.close)
        return dialogue

    def _preparing(self, models: Models) -> Prepare:
        config, budget_s = self._settings.conversations, self._settings.workers.llm_budget_s

        async def prepare(opened: AsyncExitStack, assistant: Assistant, name: str, board: PartBoard) -> Version | None:
            actions = await open_actions(opened, assistant, config, board)
            if actions is None:
                return None
            understanding = await prepare_understanding(assistant, models, board, opened, budget_s=budget_s)
            search = await open_search(opened, assistant, models.encoder, board, shelf=self._shelf)
            if understanding is None:
                return None
            return Version(assistant, with_documents(understanding, search), with_search(actions, search), name)

        return prepare

    def _open_text(self, stack: AsyncExitStack, dialogue: Dialogue) -> None:
        def begin(sender: str) -> Conversation:
            return dialogue.new_conversation(rest_id(self.assistant.id, sender), "rest", sender=sender)

        self._text = TextConversations(
            begin,
            limit=self._settings.max_conversations,
            last_written=dialogue.store.last_written,
            report=self._report,
        )
        stack.push_async_callback(self._text.close)

    def _open_calls(self, stack: AsyncExitStack, dialogue: Dialogue, speech: Speech) -> None:
        recordings = self._recordings

        async def hold(link: MediaLink) -> None:
            structlog.contextvars.bind_contextvars(call_id=link.call_id)
            called = await self._dialogue_of(link, dialogue)
            conversation = await self._conversation_of(link, called)
            observed = ObservedLink(link, self.telemetry)
            is_chat = CHAT in link.about
            await hold_call(observed, conversation, speech, recordings, called.version.name, is_chat=is_chat)

        self._gateway = WebRtcGateway(hold, max_calls=self._settings.max_calls)
        stack.push_async_callback(self._gateway.close)

    async def _dialogue_of(self, link: MediaLink, served: Dialogue) -> Dialogue:
        """Return what the caller has asked for; `/rtc/offer` has prepared it already."""
        project = link.about.get(PROJECT)
        if project is None or self._running is None:
            return served
        bench, version = self._studio.workbench, link.about.get(PUBLISHED)
        if version is None:
            return await self._running.dialogue((await bench.project(project)).folder, is_draft=True)
        return await self._running.dialogue(await bench.folder_of_version(project, version), is_draft=False)

    async def _conversation_of(self, link: MediaLink, called: Dialogue) -> Conversation:
        """Return the conversation of a call; one that is tried in the studio can be found by its id."""
        project = link.about.get(PROJECT)
        if project is None:
            return called.new_conversation(link.call_id, "voice")
        of = (project, link.about.get(ENVIRONMENT, "draft"))
        return (await self._trying.begin(called, link.call_id, link.about, of)).conversation

    async def _preview(self, folder: Path, text: str) -> bytes:
        if self._speech is None:
            self.board.require(*SPEECH_PARTS)
            raise ServiceNotReady(_STARTING)
        return await spoken_as_wav(folder, text, self._speech)

    def _reload_status(self) -> ReloadStatus:
        if self._reloading is None:
            self.board.require(*TEXT_PARTS)
            raise ServiceNotReady(_STARTING)
        return self._reloading.status

    def _started_gateway(self) -> WebRtcGateway:
        if self._gateway is None:
            self.board.require(*CALL_PARTS)
            raise ServiceNotReady(_STARTING)
        return self._gateway

    def _ready_text(self) -> TextConversations:
        self.board.require(*TEXT_PARTS)
        if self._text is None:
            raise ServiceNotReady(_STARTING)
        return self._text

    def _report(self, problem: DialogueError) -> None:
        log_fault(problem)
        self.telemetry.observe_fault(problem.code)

    def _open_texts(self) -> float:
        return 0 if self._text is None else self._text.count

    @property
    def _live_calls(self) -> int:
        return 0 if self._gateway is None else self._gateway.live_calls


def rest_id(assistant_id: str, sender: str) -> str:
    """Return the id of a sender's conversation, which is the same after a restart and no other assistant's."""
    named = f"rest:{assistant_id}:{sender}"
    return named if len(named) <= _LONGEST_ID else f"rest:{hashlib.sha256(named.encode()).hexdigest()}"
