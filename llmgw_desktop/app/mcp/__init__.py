"""MCP: what the door offers; `llmgw mcp`, which answers the greeting itself.

`command` begins, with next to nothing read in; `bridge` goes on when an engine is needed.
"""

from llmgw_desktop.domain.mcp_presentation import PROFILES

LINGER_S = 300
"""For so long an engine that was started for editors stays after the last of them has gone."""


class Options:
    """What `llmgw mcp` may be told."""

    __slots__ = ("linger_s", "profile", "server")

    def __init__(self, profile: str = "", linger_s: int = LINGER_S, server: str = "") -> None:
        self.profile = profile
        """Empty: what the engine shows to who asks for none."""
        self.linger_s = linger_s
        self.server = server
        """One behind the gateway, of which alone the tools are listed; empty: all, and ours."""


def quick_options(words: list[str]) -> Options | None:
    """Of the plain uses; None for what the parser of all commands had better look at."""
    if not words:
        return Options()
    if len(words) == 1:
        words = words[0].split("=", 1)
    if len(words) == 2 and words[0] == "--profile" and words[1] in PROFILES:
        return Options(words[1])
    return None
