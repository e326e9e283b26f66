"""The `call` verb: how its command line is read, and that bad input is told before any call is placed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from studio.cli.call import call, sort_arguments
from tests.support.wav import join, silence, tone, wav_bytes
from voice.caller.errors import CallerError, RecordingUnusable, ServerUnreachable

URL = "http://127.0.0.1:8080"


def run(*arguments: str):
    app = typer.Typer(add_completion=False)
    app.command()(call)
    return CliRunner().invoke(app, list(arguments))


def speech_file(folder: Path, name: str = "a.wav") -> Path:
    path = folder / name
    path.write_bytes(wav_bytes(join(silence(100), tone(300)).tobytes()))
    return path


@pytest.mark.parametrize(
    ("arguments", "wav", "say", "expected"),
    [
        ([URL], ["a"], [], (["a"], [])),
        ([URL, "b", "c"], ["a"], [], (["a", "b", "c"], [])),
        (["b", URL], ["a"], [], (["a", "b"], [])),
        ([URL, "two"], [], ["one"], ([], ["one", "two"])),
        ([URL], ["a"], ["one"], (["a"], ["one"])),
    ],
)
def test_several_values_after_one_option(arguments, wav, say, expected):
    url, recordings, texts = sort_arguments(arguments, [Path(each) for each in wav], say)
    assert url == URL
    assert ([str(each) for each in recordings], texts) == expected


@pytest.mark.parametrize(("wav", "say"), [([], []), ([Path("a")], ["one"])])
def test_a_value_that_belongs_to_no_option_is_asked_about(wav, say):
    with pytest.raises(typer.BadParameter, match="not clear"):
        sort_arguments([URL, "more"], wav, say)


def test_nothing_to_say_is_refused():
    result = run(URL)
    assert result.exit_code == 2
    assert "nothing to say" in result.output


def test_a_bad_recording_is_named_before_the_call(tmp_path: Path):
    good, bad = speech_file(tmp_path), tmp_path / "bad.wav"
    bad.write_bytes(good.read_bytes()[:-100])
    result = run(URL, "--wav", str(good), str(bad))
    assert result.exit_code == 1
    assert isinstance(result.exception, RecordingUnusable)
    assert "bad.wav: is truncated" in str(result.exception)


def test_a_place_that_cannot_be_written_is_refused_before_the_call(tmp_path: Path):
    result = run(URL, "--wav", str(speech_file(tmp_path)), "--out", str(tmp_path / "no" / "out.wav"))
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_an_address_that_is_none_is_refused(tmp_path: Path):
    result = run("localhost:8080", "--wav", str(speech_file(tmp_path)), "--json")
    assert isinstance(result.exception, ServerUnreachable)
    assert isinstance(result.exception, CallerError)
    assert result.output == ""


@pytest.mark.network
@pytest.mark.slow
def test_a_call_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from tests.support.echo_peer import URL as ECHO_URL
    from tests.support.echo_peer import EchoPeer, Script
    from voice.caller import client

    real = client.place_call

    async def place(url, utterances, options, **more):
        peer = EchoPeer(Script(delays_ms=(300,)))
        try:
            return await real(url, utterances, options, http=peer.http, **more)
        finally:
            await peer.close()

    monkeypatch.setattr(client, "place_call", place)
    out = tmp_path / "out.wav"
    result = run(ECHO_URL, "--wav", str(speech_file(tmp_path)), "--out", str(out), "--stereo", "--json")
    assert result.exit_code == 0, result.output
    given = json.loads(result.stdout)
    assert given["turns"][0]["answered"] == "answer 1"
    assert given["ended"] == "caller-hung-up"
    assert out.stat().st_size > 48_000 * 4
    shown = run(ECHO_URL, "--wav", str(speech_file(tmp_path)))
    assert shown.exit_code == 0
    assert "answer 1" in shown.output
    assert "transport" in shown.output
