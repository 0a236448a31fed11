"""Whether there is a screen for windows: asked before Qt, which aborts when there is none."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_PATIENCE_S = 2.0
_X11_FOLDER = Path("/tmp/.X11-unix")  # noqa: S108 - where every X server puts its socket
_X11_BASE_PORT = 6000


def missing_display(env: Mapping[str, str]) -> str:
    """Empty if windows can be shown, else one sentence that says why not."""
    if sys.platform in ("win32", "darwin") or env.get("QT_QPA_PLATFORM"):
        return ""
    wayland, x11 = env.get("WAYLAND_DISPLAY", ""), env.get("DISPLAY", "")
    if not wayland and not x11:
        return "There is no display."
    if (wayland and _wayland_answers(wayland, env)) or (x11 and _x11_answers(x11)):
        return ""
    return f"The display '{(wayland or x11)[:60]}' does not answer."


def _wayland_answers(name: str, env: Mapping[str, str]) -> bool:
    return _answers(str(Path(env.get("XDG_RUNTIME_DIR", "/run")) / name))


def _x11_answers(display: str) -> bool:
    """`:0`, `:0.0`, `host:0`; an abstract socket is tried before the one in the file system."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix"):
        path = str(_X11_FOLDER / f"X{number}")
        return _answers(f"\0{path}") or _answers(path)
    try:
        address = (host, _X11_BASE_PORT + int(number))
        socket.create_connection(address, _PATIENCE_S).close()
    except OSError:
        return False
    return True


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PATIENCE_S)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
