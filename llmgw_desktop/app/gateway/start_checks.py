"""Who listens on a port of this computer, for the sentence «port 3333 is held by …»."""

import re
import socket
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.domain.errors import LlmgwError, PortTaken, StoreInQuestion
from llmgw_desktop.engine.questions.consents.programs import holds_socket, listening_sockets
from llmgw_desktop.platform.channels import answers_locally
from llmgw_desktop.platform.environment import ALWAYS_SHOWS_WINDOWS

OWN_NAME = "another LLM Gateway"
"""A gateway of this program with a home of its own: of one home there is never a second."""


def port_owner(port: int, proc: Path = Path("/proc")) -> str:
    """`ollama (pid 812)`, or `another program` where the system does not tell."""
    sockets = [inode for inode, at in listening_sockets(proc) if at == port]
    for process in proc.glob("[0-9]*") if sockets else ():
        if any(holds_socket(proc, int(process.name), inode) for inode in sockets):
            name = OWN_NAME if _is_ours(process) else _name(process)
            return f"{name} (pid {process.name})"
    return "another program"


def _is_ours(process: Path) -> bool:
    """`python … -m llmgw_desktop …`, or `llmgw`, itself or as a script."""
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    is_script = any(Path(word).name == "llmgw" for word in words[:2])
    return is_script or ("-m", "llmgw_desktop") in pairwise(words)


def _name(process: Path) -> str:
    try:
        name = (process / "comm").read_text().strip()
    except OSError:
        return "a program"
    return re.sub(r"[^\x20-\x7e]", "?", name)[:40] or "a program"


_WAYS_OUT = (
    "Nothing was done. 'llmgw doctor' tells what can be done about it, such as 'llmgw restore --at"
    " newest'; the window asks as well."
)
PYTHON = sys.version_info[:2]


def start_problem(error: LlmgwError) -> str:
    if isinstance(error, PortTaken):
        return (
            f"Port {error.port} on {error.host} is held by {port_owner(error.port)}. "
            f"Stop it, or choose another port: --port, LLM_GATEWAY_HTTP_PORT or http.port."
        )
    if isinstance(error, StoreInQuestion):
        return f"{error} {_WAYS_OUT}"
    return str(error)


def bad_qt_version() -> str:
    """Empty if Python and Qt go together. See docs/decisions/0002."""
    import importlib.metadata  # where there are no windows, nobody asks

    try:
        version = importlib.metadata.version("PySide6_Essentials")
    except importlib.metadata.PackageNotFoundError:
        return (
            f"Qt is not installed: pip install 'PySide6-Essentials<6.12', "
            f"or use: {own_command('serve')}"
        )
    if PYTHON < (3, 12) and _major_minor(version) >= (6, 12):
        return (
            f"PySide6 {version} crashes on Python {PYTHON[0]}.{PYTHON[1]}: "
            f"pip install 'PySide6-Essentials<6.12', or use Python 3.12."
        )
    return ""


def _major_minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


_PATIENCE_S = 2.0
_X11_FOLDER = Path("/tmp/.X11-unix")  # noqa: S108 - where every X server puts its socket
_X11_BASE_PORT = 6000


def missing_display(env: Mapping[str, str]) -> str:
    """Empty if windows can be shown, else one sentence that says why not."""
    if ALWAYS_SHOWS_WINDOWS or env.get("QT_QPA_PLATFORM"):
        return ""
    wayland, x11 = env.get("WAYLAND_DISPLAY", ""), env.get("DISPLAY", "")
    if not wayland and not x11:
        return "There is no display."
    if (wayland and _wayland_answers(wayland, env)) or (x11 and _x11_answers(x11)):
        return ""
    return f"The display '{(wayland or x11)[:60]}' does not answer."


def _wayland_answers(name: str, env: Mapping[str, str]) -> bool:
    return answers_locally(str(Path(env.get("XDG_RUNTIME_DIR", "/run")) / name), _PATIENCE_S)


def _x11_answers(display: str) -> bool:
    """`:0`, `:0.0`, `host:0`; an abstract socket is tried before the one in the file system."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix"):
        path = str(_X11_FOLDER / f"X{number}")
        return any(answers_locally(each, _PATIENCE_S) for each in (f"\0{path}", path))
    try:
        address = (host, _X11_BASE_PORT + int(number))
        socket.create_connection(address, _PATIENCE_S).close()
    except OSError:
        return False
    return True
