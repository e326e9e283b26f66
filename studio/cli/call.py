"""`vivavoce call`: a caller without a microphone. Speaks WAV files or texts turn by turn, and measures the
answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from voice.caller.client import CallOptions
    from voice.caller.log import ServerEvent
    from voice.caller.report import CallRecord, CallReport
    from voice.caller.wav import Utterance

LEAD_MS, TRAIL_MS = 200, 300
"""Silence around a synthesised text, as a recording has it."""


def call(
    arguments: Annotated[
        list[str],
        typer.Argument(metavar="URL", help="Address of the server, as http://127.0.0.1:8080.", show_default=False),
    ],
    wav: Annotated[
        list[Path] | None,
        typer.Option("--wav", metavar="IN...", help="Recordings to speak, one a turn (PCM, any rate, up to 60 s)."),
    ] = None,
    say: Annotated[
        list[str] | None,
        typer.Option("--say", metavar="TEXT...", help="Texts to speak with the catalogue's voice, one a turn."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="OUT", help="Write what was received here, as WAV at 48 kHz.")
    ] = None,
    is_stereo: Annotated[
        bool, typer.Option("--stereo", help="Record both sides: the caller left, the assistant right.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    turn_timeout_s: Annotated[
        float, typer.Option("--turn-timeout", metavar="S", min=0.1, help="Seconds to wait for an answer to begin.")
    ] = 20.0,
    is_kept_open: Annotated[
        bool, typer.Option("--keep-open", help="Stay on the line after the last turn, until Ctrl-C or hang-up.")
    ] = False,
) -> None:
    """Call a server over WebRTC, say each recording or text and wait for its answer, then hang up.

    --wav and --say take several values each (--wav a.wav b.wav), or are repeated; recordings come before
    texts. Exit code 0 only if every turn was answered and the call ended as it should.
    """
    import asyncio

    from studio.settings import load_settings
    from voice.caller.client import CallOptions
    from voice.caller.listening import Limits
    from voice.caller.wav import load_utterance

    url, recordings, texts = sort_arguments(arguments, wav or [], say or [])
    utterances = [load_utterance(path) for path in recordings]
    if out is not None:
        check_writable(out)
    if texts:
        utterances += asyncio.run(synthesise_utterances(texts, load_settings().models))
    options = CallOptions(limits=Limits(answer_ms=turn_timeout_s * 1000), is_kept_open=is_kept_open)
    follow = None if as_json else show_event
    record = asyncio.run(place_until_interrupted(url, utterances, options, follow))
    if out is not None:
        write_recording(out, record, is_stereo=is_stereo)
    if as_json:
        typer.echo(json.dumps(record.report.to_json(), indent=2, ensure_ascii=False))
    else:
        show_report(record.report, out)
    if record.report.failure is not None:
        typer.echo(f"vivavoce: {record.report.failure}", err=True)
    raise typer.Exit(0 if record.report.is_good else 1)


def sort_arguments(
    arguments: Sequence[str], wav: Sequence[Path], say: Sequence[str]
) -> tuple[str, list[Path], list[str]]:
    """Find the address among what stands free, and give the rest to the option it follows.

    Options of the command line take one value each, so that in `URL --wav a.wav b.wav` the second file
    arrives as a free argument.
    """
    urls = [each for each in arguments if each.startswith(("http://", "https://"))]
    url = urls[0] if urls else arguments[0]
    more = list(arguments)
    more.remove(url)
    if more and bool(wav) == bool(say):
        hint = "write --wav or --say before each value" if wav else "use --wav FILE or --say TEXT"
        raise typer.BadParameter(f"{' '.join(more)!r}: it is not clear what this is; {hint}", param_hint="URL")
    if not wav and not say:
        raise typer.BadParameter("there is nothing to say: use --wav FILE or --say TEXT", param_hint="--wav")
    return url, [*wav, *(Path(each) for each in more if wav)], [*say, *(each for each in more if say)]


def check_writable(path: Path) -> None:
    """Refuse a place to record to before the call is made, not after."""
    try:
        with path.open("ab"):
            pass
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be written: {error.strerror}", param_hint="--out") from error


async def synthesise_utterances(texts: Sequence[str], models: Path | None) -> list[Utterance]:
    """Speak texts with the catalogue's voice. Raises ModelMissing if it has not been fetched."""
    import numpy as np

    from models.cache import ModelCache
    from models.piper import PiperSynthesiser
    from voice.audio import silence
    from voice.caller.errors import RecordingUnusable
    from voice.caller.wav import make_utterance

    synthesiser = PiperSynthesiser(ModelCache(models))
    await synthesiser.start()
    utterances = []
    try:
        for text in texts:
            chunks = [chunk async for chunk in synthesiser.synthesise(text)]
            if not chunks:
                raise RecordingUnusable(repr(text), "has no words to say")
            rate_hz = chunks[0].sample_rate_hz
            speech = [silence(LEAD_MS, rate_hz), *(chunk.samples for chunk in chunks), silence(TRAIL_MS, rate_hz)]
            utterances.append(make_utterance(np.concatenate(speech), rate_hz, text))
    finally:
        await synthesiser.close()
    return utterances


async def place_until_interrupted(
    url: str,
    utterances: Sequence[Utterance],
    options: CallOptions,
    on_event: Callable[[ServerEvent], None] | None,
) -> CallRecord:
    """Place the call; Ctrl-C hangs up properly in place of breaking off, so that the recording is kept."""
    import asyncio
    import signal

    from voice.caller.client import place_call

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    try:
        return await place_call(url, utterances, options, on_event=on_event, stop=stop)
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def write_recording(path: Path, record: CallRecord, *, is_stereo: bool) -> None:
    from voice.caller.wav import write_wav

    write_wav(path, (record.spoken, record.received) if is_stereo else (record.received,))


def show_event(event: ServerEvent) -> None:
    """Tell a person how the call goes, on stderr."""
    message = event.message
    lines = {
        "call_started": f"connected: {message.get('assistant')}",
        "speaking": f"speaking    {message.get('name')}",
        "user_said": f"heard       {message.get('text')}",
        "assistant_said": f"answered    {message.get('text')}",
        "turn_dropped": f"dropped     {message.get('reason')}",
        "fault": f"fault       {message.get('message')}",
        "call_ended": f"call ended: {message.get('reason')}",
    }
    line = lines.get(event.type)
    if line is not None:
        print(line, file=sys.stderr, flush=True)


def show_report(report: CallReport, out: Path | None) -> None:
    """Print the turns as a table, and below it how the call ended."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Call {report.call_id}", title_justify="left")
    table.add_column("#", justify="right")
    table.add_column("heard")
    table.add_column("answered")
    table.add_column("gap", justify="right")
    table.add_column("of it, in ms")
    for number, turn in enumerate(report.turns, start=1):
        gap = turn.gap
        parts = dict(gap.parts) if gap else {}
        if gap is not None and gap.unaccounted_ms:
            parts["unaccounted"] = gap.unaccounted_ms
        table.add_row(
            str(number),
            turn.heard or "(nothing)",
            " ".join(turn.lines) or "(nothing)",
            f"{gap.gap_ms} ms" if gap else "no answer",
            ", ".join(f"{name} {value}" for name, value in parts.items()),
        )
    console = Console()
    console.print(table)
    recorded = f" Recorded to {out}." if out is not None else ""
    late = f" {report.late_frames} frames of the caller left late: the gaps are not to be trusted."
    console.print(f"Ended: {report.ended}.{recorded}{late if report.late_frames > 5 else ''}", highlight=False)
