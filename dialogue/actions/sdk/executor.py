"""What an action says things with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dialogue.actions.sdk.interfaces import Tracker

__all__ = ["CollectingDispatcher"]


class CollectingDispatcher:
    """Collects what an action wants to be said, in order, in `messages`.

    A streamed answer is one message: its chunks are joined when the stream ends, since pieces of a sentence cannot be
    spoken apart. Nothing of it is heard before the action has returned.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self._stream: dict[str, Any] | None = None
        self._is_cancelled = False

    def utter_message(  # the signature is the format's, hence its length
        self,
        text: str | None = None,
        image: str | None = None,
        json_message: dict[str, Any] | None = None,
        template: str | None = None,
        response: str | None = None,
        attachment: Any = None,
        buttons: list[dict[str, Any]] | None = None,
        elements: list[dict[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Say `text`, or the domain's `response` with `kwargs` as its arguments."""
        message = {
            "text": text,
            "buttons": buttons or [],
            "elements": elements or [],
            "custom": json_message or {},
            "template": template,
            "response": response or template,
            "image": image,
            "attachment": attachment,
        }
        self.messages.append({**message, **kwargs})

    @property
    def is_streaming_active(self) -> bool:
        """Whether a stream was started and not yet ended."""
        return self._stream is not None

    @property
    def is_streaming_cancelled(self) -> bool:
        """Whether nobody listens to the stream any more."""
        return self._is_cancelled

    def cancel_stream(self) -> None:
        """Drop what is still to come of the stream."""
        self._is_cancelled = True

    async def stream_start(self) -> None:
        """Begin an answer that comes in pieces."""
        self._stream, self._is_cancelled = {}, False

    async def stream_chunk(  # the signature is the format's, hence its length
        self,
        text: str | None = None,
        image: str | None = None,
        json_message: dict[str, Any] | None = None,
        attachment: Any = None,
        buttons: list[dict[str, Any]] | None = None,
        elements: list[dict[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Add a piece to the answer; outside a stream it is a message of its own."""
        piece = {"image": image, "json_message": json_message, "attachment": attachment}
        given = {name: value for name, value in piece.items() if value is not None}
        if self._is_cancelled:
            return
        if self._stream is None:
            self.utter_message(text, buttons=buttons, elements=elements, **given, **kwargs)
            return
        stream = self._stream
        stream.update(given, **kwargs)
        stream["text"] = (stream.get("text") or "") + (text or "")
        stream["buttons"] = [*stream.get("buttons", []), *(buttons or [])]
        stream["elements"] = [*stream.get("elements", []), *(elements or [])]

    async def stream_end(self) -> None:
        """End the answer: it becomes one message."""
        stream, self._stream = self._stream, None
        if stream:
            self.utter_message(**{**stream, "text": stream["text"] or None})

    # The older names, which code written long ago still calls.

    def utter_custom_message(self, *elements: dict[str, Any], **kwargs: Any) -> None:
        """Show elements."""
        self.utter_message(elements=list(elements), **kwargs)

    def utter_elements(self, *elements: dict[str, Any], **kwargs: Any) -> None:
        """Show elements."""
        self.utter_message(elements=list(elements), **kwargs)

    def utter_button_message(self, text: str, buttons: list[dict[str, Any]], **kwargs: Any) -> None:
        """Say a text with buttons."""
        self.utter_message(text=text, buttons=buttons, **kwargs)

    def utter_attachment(self, attachment: str, **kwargs: Any) -> None:
        """Send an attachment."""
        self.utter_message(attachment=attachment, **kwargs)

    def utter_template(self, template: str, tracker: Tracker, silent_fail: bool = False, **kwargs: Any) -> None:
        """Say a response of the domain."""
        self.utter_message(template=template, **kwargs)

    def utter_button_template(
        self,
        template: str,
        buttons: list[dict[str, Any]],
        tracker: Tracker,
        silent_fail: bool = False,
        **kwargs: Any,
    ) -> None:
        """Say a response of the domain with buttons."""
        self.utter_message(template=template, buttons=buttons, **kwargs)

    def utter_custom_json(self, json_message: dict[str, Any], **kwargs: Any) -> None:
        """Send data."""
        self.utter_message(json_message=json_message, **kwargs)

    def utter_image_url(self, image: str, **kwargs: Any) -> None:
        """Show an image."""
        self.utter_message(image=image, **kwargs)
