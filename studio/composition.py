"""The composition root: which adapter stands behind which port, and in which order parts come up and go down.

event log ────────────────────────────┐
actions ──────────────────────────────┤
sentence encoder ─┬─→ understanding ──┴─→ conversations ─┬─→ text channel
language model ───┘                                      └─→ calls over WebRTC
recognition, synthesis, turn model, voice activity ────────────↑
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack

import structlog

from dialogue.conversation import Conversation, log_fault
from dialogue.errors import DialogueError
from flows.model import Assistant
from models.cache import ModelCache
from studio.api.security import LOOPBACK_HOSTS
from studio.api.services import Services
from studio.assistants import turn_policy
from studio.catalogue import describe_models
from studio.conversations import TEXT_PARTS, Dialogue, open_actions, open_store, open_understanding
from studio.doctor import PAGE_FOLDER
from studio.errors import ServiceNotReady
from studio.observing import ObservedLink, ObservedStore
from studio.parts import PartBoard, PartStatus
from studio.prerendering import render_ahead
from studio.settings import Settings
from studio.speech import SPEECH_PARTS, Speech, open_speech
from studio.telemetry import Telemetry
from studio.text_channel import TextConversations
from voice.call import run_call
from voice.link import MediaLink
from voice.transports.webrtc import WebRtcGateway

CALL_PARTS = (*TEXT_PARTS, *SPEECH_PARTS)
_STARTING = "The server is still starting: try again in a few seconds."


class Runtime:
    """One server's parts. `start` brings them up; what cannot start is on the board with its reason."""

    def __init__(
        self, assistant: Assistant, settings: Settings, changed: Callable[[PartStatus], None] = lambda _: None
    ) -> None:
        """Raises `voice.policy.PolicyInvalid` for turn settings of voice.yml that do not exist."""
        self.assistant = assistant
        self.telemetry = Telemetry()
        self.board = PartBoard(changed)
        self._settings = settings
        self._policy = turn_policy(assistant)
        self._speech: Speech | None = None
        self._gateway: WebRtcGateway | None = None
        self._text: TextConversations | None = None
        self.telemetry.watch_parts(self.board)
        self.telemetry.add_gauge("calls_live", "Calls that are running.", lambda: self._live_calls)
        self.telemetry.add_gauge("text_conversations", "Text conversations kept open.", self._open_texts)

    def services(self, *, is_public: bool) -> Services:
        """Give the HTTP API what it needs; `is_public`: others may name this machine as they like."""
        return Services(
            assistant=self.assistant,
            board=self.board,
            telemetry=self.telemetry,
            gateway=self._started_gateway,
            require_calls=lambda: self.board.require(*CALL_PARTS),
            text=self._ready_text,
            models=lambda: describe_models(ModelCache(self._settings.models)),
            page_folder=PAGE_FOLDER,
            allowed_hosts=None if is_public else LOOPBACK_HOSTS,
        )

    async def start(self, stack: AsyncExitStack) -> None:
        """Bring everything up, side by side; `stack` takes it down again. Returns once nothing is starting."""
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(open_speech(stack, self.assistant, self._settings.workers, self.board))
            thinking = group.create_task(self._open_dialogue(stack))
        dialogue, self._speech = thinking.result(), speaking.result()
        if dialogue is None:
            return
        self._open_text(stack, dialogue)
        if self._speech is not None:
            self._open_calls(stack, dialogue, self._speech)

    async def work_ahead(self) -> None:
        """Use the time before and between calls: speak ahead what will be said word for word."""
        if self._speech is not None:
            await render_ahead(self.assistant, self._speech.rendered, lambda: self._live_calls == 0)

    async def _open_dialogue(self, stack: AsyncExitStack) -> Dialogue | None:
        config = self._settings.conversations
        async with asyncio.TaskGroup() as group:
            storing = group.create_task(open_store(stack, config, self.board))
            acting = group.create_task(open_actions(stack, self.assistant, config, self.board))
            thinking = group.create_task(open_understanding(stack, self.assistant, self._settings.workers, self.board))
        store, actions, understanding = storing.result(), acting.result(), thinking.result()
        if store is None or actions is None or understanding is None:
            return None
        observed = ObservedStore(store, self.telemetry)
        return Dialogue(self.assistant, understanding, actions, observed, self._report)

    def _open_text(self, stack: AsyncExitStack, dialogue: Dialogue) -> None:
        def begin() -> Conversation:
            return dialogue.new_conversation(f"rest-{uuid.uuid4().hex[:12]}", "rest")

        self._text = TextConversations(begin, limit=self._settings.max_conversations)
        stack.push_async_callback(self._text.close)

    def _open_calls(self, stack: AsyncExitStack, dialogue: Dialogue, speech: Speech) -> None:
        async def hold(link: MediaLink) -> None:
            structlog.contextvars.bind_contextvars(call_id=link.call_id)
            conversation = dialogue.new_conversation(link.call_id, "voice")
            about = {"call_id": link.call_id, "direction": "inbound"}
            observed = ObservedLink(link, self.telemetry)
            await run_call(observed, conversation, speech.engines, self._policy, about)

        self._gateway = WebRtcGateway(hold, max_calls=self._settings.max_calls)
        stack.push_async_callback(self._gateway.close)

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
