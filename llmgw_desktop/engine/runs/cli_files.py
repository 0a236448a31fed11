"""Files that CLIs keep below HOME: a person's settings, whom they ask for models, and what a run
used.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from llmgw_desktop.clis.cli import Cli, ModelUpstream, SideUsage
from llmgw_desktop.domain.cli import RunUsageTold
from llmgw_desktop.engine.access.authenticator import RUN_HEADER

MOST_BYTES = 4 * 1024 * 1024


def settings_of(cli: Cli, environment: Mapping[str, str]) -> bytes:
    """As its runs would find them; empty where there are none. For a thread."""
    return file_of(cli, cli.model_use.settings_file, environment)


def file_of(cli: Cli, name: str, environment: Mapping[str, str]) -> bytes:
    """Any of its files by its name below HOME. For a thread."""
    path = _place(cli, name, environment)
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return b""


def _place(cli: Cli, file: str, environment: Mapping[str, str]) -> Path:
    for variable, folder in cli.sign_in.homes.items():
        elsewhere = environment.get(variable)
        if elsewhere and file.startswith(f"{folder}/"):
            return Path(elsewhere) / file.removeprefix(f"{folder}/")
    return Path(environment.get("HOME") or "/") / file


_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def upstream_of(cli: Cli, environment: Mapping[str, str]) -> str:
    """The address; empty where neither says one. For a thread."""
    ways = cli.upstream
    if ways is None:
        return ""
    in_file = ""
    if ways.settings_file and ways.url_in is not None:
        in_file = ways.url_in(file_of(cli, ways.settings_file, environment))
    named = environment.get(ways.url, "")
    return in_file or named if ways.file_wins else named or in_file


def key_variables(
    ways: ModelUpstream, environment: Mapping[str, str], *, upstream: str, own_url: str, key: str
) -> dict[str, str]:
    """Empty where the run asks somebody else: no other is shown the key."""
    if not _is_same(upstream, own_url):
        return {}
    if ways.headers:
        given = environment.get(ways.headers, "")
        line = f"{RUN_HEADER}: {key}"
        return {ways.headers: f"{given}\n{line}" if given else line}
    return {ways.key: key} if ways.key else {}


def _is_same(upstream: str, own_url: str) -> bool:
    """By port, and by a host that means this computer."""
    try:
        one, own = urlsplit(upstream.strip()), urlsplit(own_url)
        ports = one.port or _usual(one.scheme), own.port or _usual(own.scheme)
    except ValueError:
        return False
    host = (one.hostname or "").lower()
    return ports[0] == ports[1] and bool(host) and (host in _HERE or host == own.hostname)


def _usual(scheme: str) -> int:
    return 443 if scheme == "https" else 80


MOST_TAIL_BYTES = 64 * 1024 * 1024
"""Of a larger file its end: such files grow at their end."""
_MOST_LOOKED_AT = 20_000
_IN_RUN = "{folder}/"
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_CLOCK_S = 0.02
"""A file's time is taken from a clock that may stand a little behind."""
_log = logging.getLogger(__name__)


def read_side_usage(
    side: SideUsage, *, session_id: str, home: Path, temp: Path, since_s: float
) -> RunUsageTold | None:
    """None where nothing was written since then, or what was does not tell. For a thread."""
    if "{session_id}" in side.path and not _is_plain(session_id):
        return None
    path = side.path.replace("{session_id}", session_id)
    root = temp if path.startswith(_IN_RUN) else home
    found = _newest(root, path.removeprefix(_IN_RUN), since_s)
    if found is None:
        return None
    try:
        return side.read(_end_of(found))
    except Exception:  # noqa: BLE001 - a file of somebody else's may be anything
        _log.warning("what a run used could not be read from its file", exc_info=True)
        return None


def _newest(root: Path, pattern: str, since_s: float) -> Path | None:
    times = [(seen, path) for path, seen in _written(root, pattern) if seen >= since_s - _CLOCK_S]
    return max(times)[1] if times else None


def _written(root: Path, pattern: str) -> Iterator[tuple[Path, float]]:
    for path in islice(root.glob(pattern), _MOST_LOOKED_AT):
        try:
            yield path, path.stat().st_mtime
        except OSError:
            continue


def _end_of(path: Path) -> bytes:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(size - MOST_TAIL_BYTES, 0))
        return file.read(MOST_TAIL_BYTES)


def _is_plain(session_id: str) -> bool:
    return _PLAIN.fullmatch(session_id) is not None and not session_id.startswith(".")
