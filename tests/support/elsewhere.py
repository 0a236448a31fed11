"""Reads in every module of the program as on another system, as far as that can be played here:
names that the standard library does not have there are taken out of it, modules that it has are
put in. What is not ours is read in before, as it is here.

    python -m tests.support.elsewhere win32 os.pread signal.SIGKILL …
"""

from __future__ import annotations

import ctypes
import importlib
import os
import pkgutil
import sys
import traceback
from types import ModuleType
from unittest.mock import MagicMock

import llmgw_desktop

_GONE = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
_FLAGS = ("O_BINARY", "O_NOINHERIT")
_OTHERS = {
    "win32": ("_posix", "_linux", "_macos", ".door_within"),
    "darwin": ("_windows", "_linux"),
}
"""How modules end that are read in on other systems alone."""


def main(system: str, missing: list[str]) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    names = [
        each.name
        for each in pkgutil.walk_packages(llmgw_desktop.__path__, "llmgw_desktop.")
        if not each.name.endswith("__main__")
    ]
    here = [each for each in names if not each.endswith("_windows")]
    assert not _failures(here)
    for name in [each for each in sys.modules if each.startswith("llmgw_desktop.")]:
        del sys.modules[name]
    _go_to(system, missing)
    there = [each for each in names if not each.endswith(_OTHERS[system])]
    failed = _failures(there)
    print(len(there), "modules;", len(failed), "cannot be read in on", system)
    print("\n".join(failed))
    return bool(failed)


def _go_to(system: str, missing: list[str]) -> None:
    for each in missing:
        module, _, name = each.partition(".")
        if hasattr(sys.modules[module], name):
            delattr(sys.modules[module], name)
    sys.platform = system
    if system != "win32":
        return
    for gone in _GONE:
        sys.modules[gone] = None  # type: ignore[assignment]
    for there in ("msvcrt", "winreg", "_winapi"):
        sys.modules[there] = MagicMock(spec=ModuleType(there))
    for flag in _FLAGS:
        setattr(os, flag, 0)
    ctypes.WinDLL = MagicMock()  # type: ignore[attr-defined]
    ctypes.WINFUNCTYPE = ctypes.CFUNCTYPE  # type: ignore[attr-defined]
    import subprocess

    for flag in ("CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP", "CREATE_NEW_CONSOLE"):
        setattr(subprocess, flag, 0)


def _failures(names: list[str]) -> list[str]:
    failed = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            last = traceback.extract_tb(error.__traceback__)[-1]
            failed.append(f"{name}: {error!r} at {last.filename}:{last.lineno}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
