"""What a gateway says of itself: the file by which other programs find the one that runs, and its
mark, by which it knows a request that comes back to it.

Whether the process still lives is left to whoever reads it.
"""

import json
import logging
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.domain.routing.hops import is_mark
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.private_files import write_first, write_whole

if TYPE_CHECKING:
    import ssl


@value
class RunFile:
    """What a running gateway says of itself."""

    url: str
    pid: int
    started_at_s: float
    started_ticks: int | None = None
    """When the process began, in the system's own ticks: a later one of its pid has others."""
    mcp: str = ""
    """The address of the MCP door."""
    certificate: str = ""
    """The file of the door's certificate, where its connections are TLS."""
    can_restart: bool = False
    """It starts anew when it is asked by the signal."""


def write_run_file(path: Path, told: RunFile) -> None:
    """Raises OSError."""
    write_whole(path, json.dumps(asdict(told)).encode() + b"\n")


def read_run_file(path: Path) -> RunFile | None:
    """None if there is none, or none that can be understood."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    url, pid, started_at_s = (told.get(name) for name in ("url", "pid", "started_at_s"))
    if not isinstance(url, str) or type(pid) is not int or pid <= 0:
        return None
    if not isinstance(started_at_s, int | float) or isinstance(started_at_s, bool):
        return None
    ticks, mcp, certificate = (told.get(name) for name in ("started_ticks", "mcp", "certificate"))
    return RunFile(
        url=url,
        pid=pid,
        started_at_s=float(started_at_s),
        started_ticks=ticks if type(ticks) is int else None,
        mcp=mcp if isinstance(mcp, str) else "",
        certificate=certificate if isinstance(certificate, str) else "",
        can_restart=told.get("can_restart") is True,
    )


def remove_run_file(path: Path) -> None:
    """Raises OSError, but not for a file that is gone already."""
    path.unlink(missing_ok=True)


def own_context(certificate: str) -> "ssl.SSLContext":
    """For connections of this person's programs to the gateway that wrote the file: they trust
    its certificate and no other, whatever name it is for. Raises OSError."""
    import ssl  # most gateways need none

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(Path(certificate).expanduser())
    return context


MARK_FILE = "gateway.mark"
_log = logging.getLogger(__name__)


def load_or_make_mark(data_folder: Path) -> str:
    """Random, and no secret. The same from start to start, or where it cannot be kept, for this
    one."""
    path = data_folder / MARK_FILE
    made = secrets.token_hex(6)
    try:
        if write_first(path, f"{made}\n".encode()):
            return made
        kept = path.read_text("ascii", "replace").strip()
    except OSError as error:
        _log.warning("the gateway's mark %s cannot be kept: %s", path, error)
        return made
    return kept if is_mark(kept) else made
