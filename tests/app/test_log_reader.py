"""The log as a person reads it, and the report of a fault that is made with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.app.doctor.diagnostics import LOG_LINES, Diagnostics
from llmgw_desktop.app.gateway.log_file import FILE_NAME, LogEntry, LogReader
from llmgw_desktop.app.settings.told import SettingsBook
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings

KEY = "sk-ant-api03-" + "k" * 40


def line(number: int, level: str = "INFO", words: str = "") -> str:
    return f"2026-11-23 10:00:{number % 60:02},123 {level} llmgw: {words or number}\n"


def texts(entries: list[LogEntry]) -> list[str]:
    return [each.text.partition(": ")[2] for each in entries]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def test_what_comes_is_read_once_and_lines_that_go_on_belong_to_their_entry(
    file: Path, tmp_path: Path
) -> None:
    reader = LogReader(tmp_path)
    assert reader.read() == []  # there is none yet
    file.write_text(line(1) + line(2, "ERROR", "it failed") + "    Traceback\n    Boom\n")
    first, second = reader.read()
    assert (first.level, second.level) == ("INFO", "ERROR")
    assert second.text.endswith("it failed\n    Traceback\n    Boom")
    assert second.is_at_least("WARNING")
    assert not first.is_at_least("WARNING")
    assert reader.read() == []
    with file.open("a") as more:
        more.write(line(3)[:-9])  # half of a line
    assert reader.read() == []
    with file.open("a") as more:
        more.write(line(3)[-9:] + line(4))
    assert texts(reader.read()) == ["3", "4"]


def test_a_file_that_is_turned_away_is_read_to_its_end(file: Path, tmp_path: Path) -> None:
    file.write_text(line(1))
    reader = LogReader(tmp_path)
    assert texts(reader.read()) == ["1"]
    with file.open("a") as more:
        more.write(line(2))
    file.rename(file.with_name(f"{FILE_NAME}.1"))
    file.write_text(line(3))
    assert texts(reader.read()) == ["2", "3"]
    with file.open("a") as more:
        more.write(line(4))
    assert texts(reader.read()) == ["4"]


def test_a_file_that_begins_anew_is_read_anew(file: Path, tmp_path: Path) -> None:
    file.write_text(line(1) + line(2))
    reader = LogReader(tmp_path)
    assert len(reader.read()) == 2
    file.write_text(line(3))
    assert texts(reader.read()) == ["3"]


def test_of_a_long_file_the_end_is_read_from_a_whole_line_on(file: Path, tmp_path: Path) -> None:
    file.write_text("".join(line(number, words="x" * 200) for number in range(5_000)))
    entries = LogReader(tmp_path).read()
    assert 500 < len(entries) < 2_000
    assert all(each.text.startswith("2026-11-23") for each in entries)


def test_the_file_before_is_read_where_this_one_is_short(file: Path, tmp_path: Path) -> None:
    file.with_name(f"{FILE_NAME}.1").write_text(line(1))
    file.write_text(line(2))
    assert texts(LogReader(tmp_path).read()) == ["1", "2"]


def test_a_report_holds_what_helps_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMGW_HOME", str(tmp_path))
    env = {"LLMGW_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": "", "OWN": "opensesame-1"}
    places = Places.of(env)
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    places.config_file.write_text(
        '[http]\nport = 4000\n[providers.mine]\nkind = "anthropic"\napi_key_env = "OWN"\n'
    )
    loaded = load_settings(places.config_file, env)
    places.log_folder.mkdir(parents=True, exist_ok=True)
    lines = [line(number, words=f"of {tmp_path}/data number {number}.") for number in range(500)]
    lines.append(line(1, "ERROR", f"refused {KEY} and opensesame-1"))
    (places.log_folder / FILE_NAME).write_text("".join(lines))
    book = SettingsBook(lambda: loaded, env, places.config_file)
    text = Diagnostics(places, env, book, lambda: loaded.settings.api_keys).text()
    assert "llmgw 0." in text
    assert "http.port = 4000" in text
    assert "providers.mine.api_key_env = OWN" in text
    assert "~/data number 499." in text
    assert f"number {500 - LOG_LINES}." not in text
    assert "number 301." in text
    assert "The gateway" in text  # the doctor's verdict
    for hidden in (KEY, "opensesame-1", str(tmp_path), "http.host"):
        assert hidden not in text.replace("LLM_GATEWAY_HTTP_HOST", "")


def test_what_cannot_be_had_takes_nothing_else_away(tmp_path: Path) -> None:
    env = {"LLMGW_HOME": str(tmp_path), "PATH": ""}
    places = Places.of(env)
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    places.config_file.write_text("")
    places.log_folder.mkdir(parents=True)
    (places.log_folder / FILE_NAME).mkdir()  # no file
    loaded = load_settings(places.config_file, env)
    book = SettingsBook(lambda: loaded, env, places.config_file)
    text = Diagnostics(places, env, book, lambda: ()).text()
    assert "Not known:" in text.partition("lines of the log")[2]
    assert "None." in text.partition("by default")[2]
