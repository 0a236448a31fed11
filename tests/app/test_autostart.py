"""Starting at login: an entry of the system's, made when a person asks, and nowhere else kept."""

from __future__ import annotations

import plistlib
import re
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app.gateway.autostart import Autostart, started_argv
from llmgw_desktop.platform.autostart import desktop_entry, is_entry_on, launch_agent

_HERE = pytest.mark.skipif(sys.platform != "linux", reason="the entry of a Linux desktop")
ODD = '/opt/a "b" $c `d` 100%/llmgw-desktop'


def value_of(entry: str, key: str) -> str:
    line = next(line for line in entry.splitlines() if line.startswith(f"{key}="))
    return line.partition("=")[2]


@_HERE
def test_it_is_off_until_asked_and_leaves_nothing_when_switched_off(tmp_path: Path) -> None:
    start = Autostart({"XDG_CONFIG_HOME": str(tmp_path), "HOME": "/nowhere"})
    assert not start.look().is_on
    assert list(tmp_path.iterdir()) == []  # looking makes nothing
    state = start.switch(on=True)
    assert state.is_on
    assert state.place == str(tmp_path / "autostart/llmgw-desktop.desktop")
    assert value_of(Path(state.place).read_text(), "Exec").endswith('"--hidden"')
    assert not start.switch(on=False).is_on
    assert list((tmp_path / "autostart").iterdir()) == []
    assert not start.switch(on=False).is_on  # once more does no harm


@_HERE
@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_what_the_person_switched_off_with_the_desktops_own_means_is_off(
    tmp_path: Path, line: str
) -> None:
    start = Autostart({"XDG_CONFIG_HOME": str(tmp_path)})
    file = Path(start.switch(on=True).place)
    name = line.partition("=")[0]
    kept = [each for each in file.read_text().splitlines() if not each.startswith(name)]
    file.write_text("\n".join([*kept, line]))
    assert not start.look().is_on


@_HERE
def test_a_home_of_its_own_goes_along(tmp_path: Path) -> None:
    start = Autostart({"XDG_CONFIG_HOME": str(tmp_path), "LLMGW_HOME": "/data/my gateway"})
    line = value_of(Path(start.switch(on=True).place).read_text(), "Exec")
    assert line.startswith('"env" "LLMGW_HOME=/data/my gateway" ')


@_HERE
def test_where_it_cannot_be_written_the_system_says_why(tmp_path: Path) -> None:
    (tmp_path / "autostart").write_text("")
    with pytest.raises(OSError, match=r"exists|directory"):
        Autostart({"XDG_CONFIG_HOME": str(tmp_path)}).switch(on=True)


def test_names_with_odd_letters_stay_one_word_for_a_desktop() -> None:
    entry = desktop_entry([ODD, "--hidden"], {})
    line = value_of(entry, "Exec").replace("\\\\", "\\")  # as the file's own escapes are read
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', line.replace("%%", "%"))
    words = [re.sub(r"\\(.)", r"\1", each) for each in quoted]
    assert words == [ODD, "--hidden"]
    assert value_of(entry, "TryExec") == ODD
    assert is_entry_on(entry)


def test_an_agent_of_macos_starts_it_once() -> None:
    told = plistlib.loads(launch_agent(["/a b/llmgw", "--hidden"], {"LLMGW_HOME": "/c"}))
    assert told["ProgramArguments"] == ["/a b/llmgw", "--hidden"]
    assert told["EnvironmentVariables"] == {"LLMGW_HOME": "/c"}
    assert told["RunAtLoad"] is True
    assert "KeepAlive" not in told


def test_an_appimage_is_started_by_its_file() -> None:
    argv = started_argv({"APPIMAGE": "/home/ada/LLM_Gateway.AppImage"})
    assert argv == ("/home/ada/LLM_Gateway.AppImage", "--hidden")


def test_removing_the_program_removes_the_entry_on_windows() -> None:
    text = (Path(__file__).parents[2] / "installer.nsi").read_text()
    names = dict(re.findall(r'^!define (\w+) "(.*)"', text, re.MULTILINE))
    removing = text.partition("Function un.TakeBack")[2]
    for name in ("NAME", "SYSTEM"):
        removing = removing.replace(f"${{{name}}}", names[name])
    run = r'DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "LLM Gateway"'
    assert run in removing
