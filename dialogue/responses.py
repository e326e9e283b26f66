"""From the name of a response to what is said: choose a variation, fill in its text. Pure; chance is passed in.

Variations are tried in four classes, and chance decides only within the first class that has any:
conditional on this channel, unconditional on this channel, conditional on any channel, unconditional on any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from dialogue.errors import DialogueError, ResponseUnavailable, TemplateFailed
from dialogue.templates import Values, interpolate, render_jinja
from dialogue.turn import Button, Said
from flows.commands import Json
from flows.model import Assistant, Response

INTERNAL_ERROR = "utter_internal_error_rasa"
LAST_RESORT = "Sorry, something went wrong on my side. Please try again."
"""Said only by an assistant that has overridden the internal-error response with one that cannot be said."""
_MESSAGE_KEYS = frozenset({"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"})


@dataclass(frozen=True, slots=True)
class Moment:
    """The circumstances in which a response is said."""

    values: Values = field(default_factory=Values)
    channel: str = "voice"


def choose(variations: Sequence[Response], moment: Moment, random: Random) -> Response | None:
    """Return the variation to say, or None when none fits."""
    classes: dict[tuple[bool, bool], list[Response]] = {}
    for variation in variations:
        if variation.channel not in (None, moment.channel):
            continue
        if variation.condition is not None and not variation.condition.test(moment.values.slots, {}):
            continue
        key = (variation.channel is not None, variation.condition is not None)
        classes.setdefault(key, []).append(variation)
    if not classes:
        return None
    fitting = classes[max(classes)]
    return fitting[0] if len(fitting) == 1 else random.choice(fitting)


def say(name: str, assistant: Assistant, moment: Moment, random: Random) -> Said:
    """Choose and render a response.

    Raises:
        ResponseUnavailable: there is no such response, or none of its variations fits.
        TemplateFailed: its text cannot be rendered.
    """
    variations = assistant.responses.get(name)
    if variations is None:
        raise ResponseUnavailable(f"the domain has no response {name!r}")
    variation = choose(variations, moment, random)
    if variation is None:
        raise ResponseUnavailable(f"no variation of {name!r} fits the channel {moment.channel!r} and the slots")
    language = moment.values.slots.get("language") or assistant.language
    return render(name, variation, moment.values, str(language))


def say_or_apologise(
    name: str, assistant: Assistant, moment: Moment, random: Random
) -> tuple[Said, DialogueError | None]:
    """Say a response; where that fails apologise instead, and return why."""
    try:
        return say(name, assistant, moment, random), None
    except (ResponseUnavailable, TemplateFailed) as problem:
        return apology(assistant, moment, random), problem


def apology(assistant: Assistant, moment: Moment, random: Random) -> Said:
    """Return the assistant's internal-error response, or words of our own when that fails as well."""
    try:
        return say(INTERNAL_ERROR, assistant, moment, random)
    except (ResponseUnavailable, TemplateFailed):
        return Said(LAST_RESORT, INTERNAL_ERROR)


def render(name: str, variation: Response, values: Values, language: str = "") -> Said:
    """Fill in everything of a variation that a caller or a screen gets. Raises TemplateFailed."""

    def fill(text: str) -> str:
        return render_jinja(text, values) if variation.is_jinja else interpolate(text, values)

    buttons = tuple(Button(fill(button.title), fill(button.payload)) for button in variation.buttons)
    return Said(
        text=fill(_translated(variation, language) or ""),
        response=name,
        buttons=buttons,
        custom=_filled(variation.custom, values),
        image=None if variation.image is None else fill(variation.image),
        attachment=_filled(variation.attachment, values),
        allow_interruptions=variation.allow_interruptions,
        metadata=_metadata(variation),
    )


def say_for_action(
    message: Mapping[str, Json], assistant: Assistant, moment: Moment, random: Random
) -> tuple[Said, DialogueError | None]:
    """Say what an action asked for: a response of the domain with the message's other keys as arguments, its
    buttons, image, attachment and custom data put beside it; or the message's own text, which is no template."""
    name = message.get("response") or message.get("template")
    arguments = {key: value for key, value in message.items() if key not in _MESSAGE_KEYS}
    problem: DialogueError | None = None
    if name:
        values = replace(moment.values, arguments={**moment.values.arguments, **arguments})
        said, problem = say_or_apologise(str(name), assistant, replace(moment, values=values), random)
        if message.get("text") and problem is None:
            said = replace(said, text=str(message["text"]))
    else:
        said = Said(str(message.get("text") or ""), metadata=arguments)
    return _with_extras(said, message), problem


def _with_extras(said: Said, message: Mapping[str, Json]) -> Said:
    added = tuple(
        Button(str(button.get("title", "")), str(button.get("payload", button.get("title", ""))))
        for button in message.get("buttons") or ()
        if isinstance(button, Mapping)
    )
    return replace(
        said,
        buttons=said.buttons + added,
        custom=message.get("custom") or said.custom,
        image=message.get("image") or said.image,
        attachment=message.get("attachment") or said.attachment,
    )


def _translated(variation: Response, language: str) -> str | None:
    translated = variation.translation.get(language)
    if isinstance(translated, Mapping):
        translated = translated.get("text")
    return translated if isinstance(translated, str) else variation.text


def _metadata(variation: Response) -> Mapping[str, Json]:
    return variation.metadata if variation.id is None else {**variation.metadata, "id": variation.id}


def _filled(content: Json, values: Values) -> Json:
    if isinstance(content, str):
        return interpolate(content, values)
    if isinstance(content, Mapping):
        return {key: _filled(item, values) for key, item in content.items()}
    if isinstance(content, (list, tuple)):
        return [_filled(item, values) for item in content]
    return content
