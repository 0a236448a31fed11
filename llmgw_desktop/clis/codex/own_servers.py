"""The person's MCP servers, switched off one by one: no setting does without all of them, and
without the person's settings Codex would lose the provider that they name."""

import re
import tomllib
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
_MOST = 200


def without_servers(options: Mapping[str, object], settings: bytes) -> Mapping[str, object]:
    """The same options with these off. Settings that cannot be read name none: then Codex says
    itself what is wrong with them."""
    off = {f"mcp_servers.{name}.enabled": False for name in _servers(settings)}
    given = options.get("configOverrides")
    return {**options, "configOverrides": {**(given if isinstance(given, dict) else {}), **off}}


def _servers(settings: bytes) -> list[str]:
    try:
        servers = tomllib.loads(settings.decode()).get("mcp_servers")
    except (ValueError, RecursionError):
        return []
    named = servers if isinstance(servers, dict) else {}
    return [name for name in named if _NAME.fullmatch(name)][:_MOST]
