"""Opens a program in the person's own terminal, for what only he can do, such as signing in.

The program and its arguments are handed over one by one; no shell ever reads them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "x-terminal-emulator": ("-e",),
    "gnome-terminal": ("--",),
    "ptyxis": ("--",),
    "konsole": ("-e",),
    "xfce4-terminal": ("-x",),
    "mate-terminal": ("-x",),
    "lxterminal": ("-e",),
    "kitty": (),
    "alacritty": ("-e",),
    "foot": (),
    "wezterm": ("start", "--"),
    "xterm": ("-e",),
}
"""What stands between a terminal's name and the program that it runs; the person's choice first."""
_IN_MAC_TERMINAL = """
on run argv
    set said to ""
    repeat with each in argv
        set said to said & quoted form of (contents of each) & " "
    end repeat
    tell application "Terminal"
        activate
        do script said
    end tell
end run
"""
_FAILS_WITHIN_S = 1.0
"""A terminal that finds no display says so at once."""
_OURS = ("LLM_GATEWAY_", "LLMGW_")


class Terminals:
    """`env`: the gateway's own environment."""

    def __init__(self, env: Mapping[str, str], platform: str = sys.platform) -> None:
        self._env = {name: text for name, text in env.items() if not name.startswith(_OURS)}
        self._platform = platform
        self._opened: list[subprocess.Popen[bytes]] = []

    def open(self, argv: Sequence[str], env: Mapping[str, str]) -> bool:
        """False where none could be opened. `env` is put on top of the gateway's own, which is
        left out. Blocks for a second."""
        self._opened = [each for each in self._opened if each.poll() is None]
        return any(self._start(words, {**self._env, **env}) for words in self._ways(argv))

    def _ways(self, argv: Sequence[str]) -> Iterator[list[str]]:
        if self._platform == "win32":
            yield list(argv)
        elif self._platform == "darwin":
            yield ["osascript", "-e", _IN_MAC_TERMINAL, *argv]
        elif self._env.get("DISPLAY") or self._env.get("WAYLAND_DISPLAY"):
            for name, between in _KNOWN.items():
                if found := shutil.which(name, path=self._env.get("PATH")):
                    yield [found, *between, *argv]

    def _start(self, words: list[str], env: Mapping[str, str]) -> bool:
        home = Path(env.get("HOME") or os.sep)
        own_console = getattr(subprocess, "CREATE_NEW_CONSOLE", 0)
        try:
            process = subprocess.Popen(  # noqa: S603 - a list, no shell
                words,
                stdin=None if own_console else subprocess.DEVNULL,
                stdout=None if own_console else subprocess.DEVNULL,
                stderr=None if own_console else subprocess.DEVNULL,
                env=dict(env),
                cwd=home if home.is_dir() else os.sep,
                creationflags=own_console,
                start_new_session=not own_console,
            )
        except OSError:
            return False
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_FAILS_WITHIN_S) == 0
        self._opened.append(process)
        return True
