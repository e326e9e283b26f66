"""Settings: the environment is read once, flags go before it, and a bad value names its variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.errors import SettingsInvalid
from studio.settings import Settings, describe_settings, load_settings


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in describe_settings():
        monkeypatch.delenv(setting.variable, raising=False)


def test_defaults_listen_on_loopback() -> None:
    settings = load_settings()
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8080)
    assert not settings.server.allow_insecure_bind
    assert settings.workers.has_language_model


def test_event_log_lies_in_the_data_folder(tmp_path: Path) -> None:
    assert load_settings().conversations.log_file.is_absolute()
    assert load_settings(data_dir=tmp_path).conversations.log_file == tmp_path / "conversations.sqlite"


def test_environment_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIVAVOCE_PORT", "9001")
    monkeypatch.setenv("VIVAVOCE_MODELS", str(tmp_path))
    monkeypatch.setenv("VIVAVOCE_LANGUAGE_MODEL", "off")
    settings = load_settings()
    assert settings.server.port == 9001
    assert settings.workers.models == tmp_path
    assert not settings.workers.has_language_model


def test_flag_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOCE_PORT", "9001")
    assert load_settings(port=9002, host=None).server.port == 9002


def test_bad_variables_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOCE_PORT", "eighty")
    monkeypatch.setenv("VIVAVOCE_LOG_LEVEL", "loud")
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert "VIVAVOCE_PORT cannot be 'eighty'" in str(caught.value)
    assert "VIVAVOCE_LOG_LEVEL" in str(caught.value)


def test_bad_flag_is_named_as_a_flag() -> None:
    with pytest.raises(SettingsInvalid, match="--port cannot be 99999"):
        load_settings(port=99_999)


def test_every_setting_is_described() -> None:
    described = describe_settings()
    assert len(described) == len(Settings.model_fields)
    assert all(setting.description.endswith(".") for setting in described)
    assert all(setting.variable.startswith("VIVAVOCE_") for setting in described)
