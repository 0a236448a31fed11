"""Who listens on a port of this computer, for the sentence «port 3333 is held by …»."""

import re
from itertools import pairwise
from pathlib import Path

OWN_NAME = "another LLM Gateway"
"""A gateway of this program with a home of its own: of one home there is never a second."""
_LISTENING = "0A"


def port_owner(port: int, proc: Path = Path("/proc")) -> str:
    """`ollama (pid 812)`, or `another program` where the system does not tell."""
    sockets = _listening_sockets(port, proc)
    for process in proc.glob("[0-9]*") if sockets else ():
        if _holds(process, sockets):
            name = OWN_NAME if _is_ours(process) else _name(process)
            return f"{name} (pid {process.name})"
    return "another program"


def _listening_sockets(port: int, proc: Path) -> set[str]:
    wanted = f":{port:04X}"
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[1].endswith(wanted) and fields[3] == _LISTENING:
                found.add(f"socket:[{fields[9]}]")
    return found


def _holds(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(handle.readlink()) in sockets for handle in (process / "fd").iterdir())
    except OSError:  # gone meanwhile, or another user's
        return False


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
