"""Where files lie, and who may see the folders."""

import os
import stat
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.store.paths import Places


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_home_decides_all(tmp_path: Path) -> None:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    assert places.config_file == tmp_path / "home" / "config" / "config.toml"
    assert places.gateway_db == tmp_path / "home" / "data" / "gateway.db"
    assert places.flights_db == tmp_path / "home" / "data" / "flights.db"
    assert places.run_file == tmp_path / "home" / "run" / "gateway.json"
    assert places.access_key_file == tmp_path / "home" / "run" / "access.key"
    assert places.instance_lock.parent == places.run_folder
    assert places.cache_folder == tmp_path / "home" / "cache"
    assert places.log_folder == tmp_path / "home" / "log"


def test_relative_home_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Places.of({"LLMGW_HOME": "here"}).data_folder == tmp_path / "here" / "data"


def test_empty_home_means_the_system_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("HOME", str(tmp_path))
    places = Places.of({"LLMGW_HOME": ""})
    assert places == Places.of({})
    for folder in (places.config_folder, places.data_folder, places.run_folder):
        assert folder.is_absolute()
        assert "llmgw-desktop" in folder.parts


def test_run_folder_is_the_same_with_and_without_a_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/12345")
    inside = Places.of({})
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert Places.of({}).run_folder == inside.run_folder


def test_folders_are_private_made_or_found(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "a" / "b"
    places = Places.of({"LLMGW_HOME": str(home)})
    places.make()
    for folder in (home.parent, *places.folders):
        assert _mode(folder) == 0o700
    assert not caplog.records
    places.config_file.touch()
    for each in (*places.folders, places.config_file):
        each.chmod(0o777)
    places.make()
    assert _mode(home) == 0o755, "it may be for more than us"
    assert {_mode(each) for each in places.folders[1:]} == {0o700}
    assert _mode(places.config_file) == 0o600
    assert "run could be read by other users (mode 777)" in caplog.text


def test_folder_of_another_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    places.data_folder.chmod(0o777)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    with pytest.raises(StoreUnavailable, match="cannot be used for secrets: it belongs to another"):
        places.make()
    assert _mode(places.data_folder) == 0o777


def test_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailable, match=r"Cannot make the folder .*file: File exists"):
        Places.of({"LLMGW_HOME": str(tmp_path / "file")}).make()
