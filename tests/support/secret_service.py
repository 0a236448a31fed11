"""A Secret Service of the test's own: gnome-keyring on a private D-Bus session."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SESSION = ("dbus-run-session", "--", "sh", "-c")
_UNLOCKED = "printf test | gnome-keyring-daemon --unlock --components=secrets --daemonize >&2; "
_TELL_AND_WAIT = 'echo "$DBUS_SESSION_BUS_ADDRESS"; read _'


def need_secret_service() -> None:
    for program, package in (("dbus-run-session", "dbus"), ("gnome-keyring-daemon",) * 2):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (package {package})")


@contextmanager
def secret_service(home: Path, *, unlocked: bool = True) -> Iterator[dict[str, str]]:
    """The environment for programs that are to use it, while it runs. What it keeps lies in
    `home`, under the same password each time."""
    need_secret_service()
    runtime = home / "run"
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(runtime),
    }
    session = subprocess.Popen(
        [*_SESSION, (_UNLOCKED if unlocked else "") + _TELL_AND_WAIT],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert session.stdin is not None
    assert session.stdout is not None
    try:
        address = session.stdout.readline().strip()
        assert address.startswith("unix:"), f"no session bus: {address!r}"
        yield {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": str(runtime)}
    finally:
        session.stdin.close()
        session.stdout.close()
        session.wait(20)
