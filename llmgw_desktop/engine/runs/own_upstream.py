"""Whom a CLI asks for its models, as far as its environment and its settings say; and how a run is
given a key of its own where that is this gateway."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from llmgw_desktop.clis.cli import Cli, ModelUpstream
from llmgw_desktop.engine.access.authenticator import RUN_HEADER
from llmgw_desktop.engine.runs.own_settings import file_of

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
    ways: ModelUpstream, environment: Mapping[str, str], upstream: str, own_url: str, key: str
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
