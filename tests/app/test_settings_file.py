"""A changed file is taken over when somebody asks, a broken one never is."""

from pathlib import Path

import pytest

from llmgw_desktop.app.settings.settings_file import LOOK_EVERY_S, SettingsFile
from llmgw_desktop.domain.errors import ConfigError


class TurnedClock:
    """Stands still until the test moves it."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text("[http]\nport = 4000\n")
    return path


def _later(clock: TurnedClock) -> None:
    clock.at_s += LOOK_EVERY_S


def test_nothing_changed_is_no_news(path: Path, clock: TurnedClock) -> None:
    file = SettingsFile(path, {}, clock)
    _later(clock)
    assert file.refresh() is None
    assert file.loaded.settings.http.port == 4000


def test_a_change_is_news_once(path: Path, clock: TurnedClock) -> None:
    file = SettingsFile(path, {}, clock)
    path.write_text("[recorder]\nretention_days = 7\n")
    _later(clock)
    news = file.refresh()
    assert news is not None
    assert news.settings.recorder.retention_days == 7
    _later(clock)
    assert file.refresh() is None


def test_the_file_is_not_looked_at_more_than_once_a_second(path: Path, clock: TurnedClock) -> None:
    file = SettingsFile(path, {}, clock)
    path.write_text("")
    assert file.refresh() is None
    assert file.refresh(now=True) is not None


def test_a_broken_file_leaves_the_last_good_settings(path: Path, clock: TurnedClock) -> None:
    file = SettingsFile(path, {}, clock)
    path.write_text("[http]\nport = 'many'\n")
    _later(clock)
    news = file.refresh()
    assert news is not None
    assert "config.toml, line 2" in news.problem
    assert "http.port" in news.problem
    assert news.settings.http.port == file.loaded.settings.http.port == 4000
    path.write_text("[http]\nport = 4001\n")
    _later(clock)
    mended = file.refresh()
    assert mended is not None
    assert not mended.problem
    assert mended.settings.http.port == 4001


def test_a_file_that_goes_away_means_defaults(path: Path, clock: TurnedClock) -> None:
    file = SettingsFile(path, {}, clock)
    path.unlink()
    _later(clock)
    news = file.refresh()
    assert news is not None
    assert news.settings.http.port == 3333


def test_a_broken_file_at_the_start_is_an_error(path: Path, clock: TurnedClock) -> None:
    path.write_text("[http\n")
    with pytest.raises(ConfigError, match=r"config\.toml"):
        SettingsFile(path, {}, clock)
