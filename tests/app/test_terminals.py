"""A person's terminal is found and given a program, word by word; small programs stand for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmgw_desktop.app.clis.use import Terminals

ARGV = ["/opt/odd place/claude", "auth", "login", "$(touch nothing)", "a;b"]


class Desk:
    """Terminals on a PATH of their own, that note what they were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PATH": str(folder), "HOME": str(folder), "DISPLAY": ":0"}

    def install(self, name: str, end: str = "exit 0") -> None:
        path = self.folder / name
        notes = f"{self.folder}/{name}.asked"
        text = f'#!/bin/sh\nfor each in "$@"; do echo "$each" >> \'{notes}\'; done\n'
        path.write_text(f"{text}/usr/bin/env > '{self.folder}/env'\n{end}\n")
        path.chmod(0o755)

    def asked(self, name: str) -> list[str]:
        path = self.folder / f"{name}.asked"
        return path.read_text().splitlines() if path.exists() else []

    def open(self, platform: str = "linux") -> bool:
        return Terminals(self.env, platform).open(ARGV, {"HOME": self.env["HOME"], "ODD": "1"})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("name", "between"),
    [
        ("x-terminal-emulator", ["-e"]),
        ("gnome-terminal", ["--"]),
        ("konsole", ["-e"]),
        ("xfce4-terminal", ["-x"]),
        ("kitty", []),
        ("wezterm", ["start", "--"]),
        ("xterm", ["-e"]),
    ],
)
def test_each_is_given_the_words_as_they_are(desk: Desk, name: str, between: list[str]) -> None:
    desk.install(name)
    assert desk.open()
    assert desk.asked(name) == [*between, *ARGV]
    assert not (desk.folder / "nothing").exists()


def test_the_persons_choice_comes_first_and_one_that_fails_is_passed_over(desk: Desk) -> None:
    desk.install("xterm")
    desk.install("konsole")
    assert desk.open()
    assert desk.asked("xterm") == []
    desk.install("konsole", "exit 1")
    assert desk.open()
    assert desk.asked("xterm") == ["-e", *ARGV]


def test_without_one_or_without_a_display_there_is_none(desk: Desk) -> None:
    assert not desk.open()
    desk.install("xterm", "exit 1")
    assert not desk.open()
    desk.install("xterm")
    del desk.env["DISPLAY"]
    assert not desk.open()
    desk.env["WAYLAND_DISPLAY"] = "wayland-0"
    assert desk.open()


def test_it_stays_open_when_the_gateway_goes_on(desk: Desk) -> None:
    fifo = desk.folder / "wait"
    os.mkfifo(fifo)
    desk.install("xterm", f"read line < '{fifo}'")
    terminals = Terminals(desk.env, "linux")
    assert terminals.open(ARGV, {})
    (process,) = terminals._opened
    assert process.poll() is None
    fifo.write_text("done\n")
    assert process.wait(30) == 0
    desk.install("xterm")
    assert terminals.open(ARGV, {})
    assert terminals._opened == []


def test_no_secret_of_the_gateway_is_handed_on(desk: Desk) -> None:
    desk.install("xterm")
    desk.env |= {"LLM_GATEWAY_MASTER_KEY": "m", "LLMGW_HOME": "h", "MINE": "yes"}
    assert desk.open()
    seen = (desk.folder / "env").read_text()
    assert "ODD=1" in seen
    assert "MINE=yes" in seen
    assert "LLM_GATEWAY" not in seen
    assert "LLMGW_HOME" not in seen


def test_on_a_mac_the_words_are_arguments_of_a_constant_script(desk: Desk) -> None:
    terminals = Terminals(desk.env, "darwin")
    (way,) = terminals._ways(ARGV)
    assert way[:2] == ["osascript", "-e"]
    assert "quoted form of" in way[2]
    assert 'tell application "Terminal"' in way[2]  # as Apple's is called
    assert way[3:] == ARGV
    assert not any(word in way[2] for word in ARGV)


def test_on_windows_the_program_has_a_console_of_its_own(desk: Desk) -> None:
    (way,) = Terminals(desk.env, "win32")._ways(ARGV)
    assert way == ARGV
