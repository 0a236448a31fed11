"""Tools of other MCP servers for a person: how they stand, what differs from what was approved, and
the person's word on them.
"""

import asyncio
import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field
from typing import TYPE_CHECKING, Any, Final

from llmgw_desktop.app.words.figures import counted, moment_text, size_text
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.values import value

if TYPE_CHECKING:
    from llmgw_desktop.domain.mcp_server import McpServer
    from llmgw_desktop.engine.mcp.behind.pins import ServerTool
    from llmgw_desktop.engine.mcp.behind.server import ServerStanding
    from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers

STATE_WORDS: Final = {
    "offered": "offered",
    "new": "new, held back",
    "changed": "changed, held back",
    "hidden": "hidden",
    "shut": "hidden by the settings",
    "gone": "not there any more",
    "running": "running",
    "resting": "not running",
    "failed": "failed",
    "wanted": "wants a sign-in",
    "waiting": "waits for your browser",
}
"""Of tools and of servers."""
SIGN_IN_WORDS: Final = {
    "wanted": "wants a sign-in",
    "waiting": "waits for your browser to sign in",
    "done": "signed in",
}
HELD_BACK: Final = ("new", "changed")
_LONGEST = 400_000
"""Characters of a definition that are shown; it has at most 64 KB, but deep ones are indented."""


def difference(approved: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What a person has to look at, whole: lines with - were approved, lines with + are said now.
    Harmless to show."""
    before, after = (_lines(each) for each in (approved, now))
    if not approved:
        return _whole(after)
    lines = difflib.unified_diff(before, after, lineterm="", n=2)
    found = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return _whole(found)


def _whole(lines: Sequence[str]) -> str:
    """What is left out is said: an approval counts for it, too."""
    text = "\n".join(lines)
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}\n… {len(text) - _LONGEST:,} more characters are not shown."


def first_words(definition: Mapping[str, Any], longest: int = 100) -> str:
    """Of its description, for a line."""
    said = str(definition.get("description") or definition.get("title") or "")
    return inert_line(" ".join(said.split()), longest)


def server_words(server: Mapping[str, Any]) -> str:
    """«running, 12 calls, the last one 4 ms»."""
    return ", ".join(_server_parts(server))


def _server_parts(server: Mapping[str, Any]) -> list[str]:
    parts = ["running" if server.get("is_running") else "not running"]
    calls, latency = server.get("calls"), server.get("latency_ms")
    if calls:
        parts.append(f"{calls:,} calls" if calls != 1 else "1 call")
    if isinstance(latency, int | float):
        parts.append(f"the last one {latency:.0f} ms")
    if server.get("failures"):
        parts.append(f"{server['failures']:,} failed")
    return parts


def helpers_words(rows: "Sequence[ToolRow]") -> str:
    """«3 processes with 210 MB»: of all servers together; empty where none runs here."""
    processes = sum(each.processes for each in rows)
    if not processes:
        return ""
    sizes = [each.memory for each in rows if each.memory is not None]
    words = counted(processes, "process", "processes")
    return f"{words} with {size_text(sum(sizes))}" if sizes else words


def _lines(definition: Mapping[str, Any]) -> list[str]:
    """Long texts line by line: a difference in one is to be seen."""
    found: list[str] = []
    for key, each in sorted(definition.items()):
        if isinstance(each, str):
            found += [f"{key}: {line}" for line in inert(each).split("\n")]
        else:
            written = json.dumps(each, indent=1, sort_keys=True, ensure_ascii=False)
            found += [f"{key}: {line}" for line in inert(written).split("\n")]
    return found


SERVER = ""
"""The tool of a row that tells of its server."""


@value
class ToolRow:
    """A server, or one of its tools below it."""

    server: str
    tool: str
    """As its server calls it; SERVER of a server."""
    state: str
    """One of offered, new, changed, hidden, shut (by the settings), gone; of a server one of
    running, resting, failed, wanted (a sign-in), waiting (for a browser)."""
    says: str
    """Of itself, in a line: somebody else's words."""
    facts: str
    """Of a server, ours."""
    name: str = ""
    """Under which clients see the tool."""
    now: Mapping[str, Any] = field(default_factory=dict, repr=False)
    approved: Mapping[str, Any] = field(default_factory=dict, repr=False)
    log: tuple[str, ...] = ()
    sign_in: str = ""
    """Of a server: wanted, waiting, done; empty where it has never asked for one."""
    processes: int = 0
    """Of a server, that run on this computer."""
    memory: int | None = None
    """In bytes, of all of them with what they started; None: it cannot be told."""

    @property
    def key(self) -> tuple[str, str]:
        return (self.server, self.tool)

    @property
    def is_server(self) -> bool:
        return self.tool == SERVER

    @property
    def is_held_back(self) -> bool:
        return self.state in HELD_BACK

    @property
    def may_approve(self) -> bool:
        return self.state in ("new", "changed", "hidden")

    @property
    def may_hide(self) -> bool:
        return self.state in ("offered", "new", "changed")

    @property
    def may_sign_in(self) -> bool:
        return self.sign_in in ("wanted", "waiting", "done")

    @property
    def may_sign_out(self) -> bool:
        return self.sign_in == "done"

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]

    def text(self) -> str:
        """All of it: of a changed one the lines that were approved (-) and that are said now (+);
        of a server the end of its log. Harmless to show."""
        if self.is_server:
            return "\n".join(map(inert, self.log))
        if self.state == "changed":
            return difference(self.approved, self.now)
        return difference({}, self.now or self.approved)


class ToolDesk:
    """On the loop. `servers`: None where none is offered."""

    def __init__(self, servers: "Callable[[], ToolServers | None]") -> None:
        self._servers = servers

    async def look(self) -> None:
        """Those that were never asked what they have are started. Raises StoreError."""
        servers = self._servers()
        if servers is not None:
            await servers.known()

    async def rows(self) -> tuple[ToolRow, ...]:
        """Each server before its tools. Raises StoreError."""
        servers = self._servers()
        if servers is None:
            return ()
        tools, standings = await servers.tools(), servers.standings()
        signed = await servers.sign_in_states()
        pids = [pid for each in standings for pid in each.pids]
        memory = await asyncio.to_thread(_memory_of, pids)
        rows: list[ToolRow] = []
        for standing in standings:
            rows.append(_server_row(standing, memory, signed))
            own = [each for each in tools if each.server == standing.name]
            rows += [_tool_row(servers, each) for each in own]
        return tuple(rows)

    async def approve(self, row: ToolRow) -> str:
        """As the person has seen it; in words. Raises NotFound, StoreError, ToolChanged."""
        await self._decide(row, hide=False)
        return f"{row.server}/{row.tool} is offered as it is now."

    async def hide(self, row: ToolRow) -> str:
        """Raises NotFound, StoreError."""
        await self._decide(row, hide=True)
        return f"{row.server}/{row.tool} is hidden."

    async def restart(self, server: str) -> str:
        """And asked what it has. Raises ServerFailed, NotFound, StoreError."""
        servers = self._servers()
        if servers is not None:
            await servers.known()
            await servers.look(server)
        return f"{server} was started anew."

    async def sign_in(self, server: str) -> str:
        """The address at which the person's browser signs in. Raises ServerFailed."""
        servers, known = self._servers(), self._server(server)
        if servers is None or servers.sign_ins is None or known is None:
            return ""
        return await servers.sign_ins.begin(known)

    async def signed_in(self, server: str) -> str:
        """Once the browser has come back, in words. Raises ServerFailed."""
        servers = self._servers()
        if servers is not None and servers.sign_ins is not None:
            await servers.sign_ins.outcome(server)
        return f"Signed in at {server}: every program here can use it by the gateway."

    def give_up(self, server: str) -> None:
        """The browser is not waited for any more."""
        servers = self._servers()
        if servers is not None and servers.sign_ins is not None:
            servers.sign_ins.cancel(server)

    async def sign_out(self, server: str) -> str:
        """Raises StoreError, VaultError."""
        servers, known = self._servers(), self._server(server)
        if servers is not None and known is not None:
            await servers.sign_out(known)
        return f"Signed out at {server}."

    def _server(self, name: str) -> "McpServer | None":
        servers = self._servers()
        return None if servers is None else servers.server(name)

    async def _decide(self, row: ToolRow, *, hide: bool) -> None:
        servers = self._servers()
        if servers is not None:
            seen = None if hide else row.now or row.approved
            await servers.decide(row.server, row.tool, hide=hide, seen=seen)


def _memory_of(pids: list[int]) -> dict[int, int | None]:
    """Reads through the computer's processes."""
    from llmgw_desktop.engine.mcp.behind.program import memory_of

    return memory_of(pids) if pids else {}


def _server_row(
    standing: "ServerStanding", memory: Mapping[int, int | None], signed: Mapping[str, str]
) -> ToolRow:
    found = [each for pid in standing.pids if (each := memory.get(pid)) is not None]
    size = sum(found) if found else None
    sign_in = str(signed.get(standing.name, ""))
    is_failing = standing.last_error and not standing.is_running
    parts = _server_parts(asdict(standing))
    if sign_in:
        parts.insert(0, SIGN_IN_WORDS[sign_in])
    if len(standing.pids) > 1:
        parts.append(f"{len(standing.pids):,} processes")
    if size is not None:
        parts.append(f"{size_text(size)} of memory")
    if standing.starts:
        more = f"started {standing.starts:,} times"
        parts.append(more if standing.starts > 1 else "started once")
    if standing.last_error_at_s is not None:
        parts.append(f"last error {moment_text(standing.last_error_at_s)}")
    state = "running" if standing.is_running else "failed" if is_failing else "resting"
    if sign_in in ("wanted", "waiting"):
        state = sign_in
    return ToolRow(
        server=standing.name,
        tool=SERVER,
        state=state,
        says=inert_line(standing.last_error or standing.title, 400),
        facts=" · ".join(parts),
        log=standing.log,
        sign_in=sign_in,
        processes=len(standing.pids),
        memory=size,
    )


def _tool_row(servers: "ToolServers", tool: "ServerTool") -> ToolRow:
    state = str(tool.state)
    server = servers.server(tool.server)
    if state == "hidden" and server is not None and not server.lets_through(tool.tool):
        state = "shut"
    return ToolRow(
        server=tool.server,
        tool=tool.tool,
        state=state,
        says=first_words(tool.now or tool.approved, 300),
        facts="",
        name=servers.name_of(tool.server, tool.tool),
        now=tool.now,
        approved=tool.approved,
    )
