"""Which of the MCP servers that a request names there are, and which a managed run may have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from llmgw_desktop.domain.mcp_server import McpServer, ServersTold
from llmgw_desktop.domain.run_errors import InvalidRun

KnownServers = Mapping[str, McpServer]
NO_SERVERS: KnownServers = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    servers: tuple[McpServer, ...]
    told: ServersTold

    @property
    def scores(self) -> tuple[tuple[str, int], ...]:
        return tuple((each.name, each.points) for each in self.servers)

    def check_managed(self) -> None:
        """Raises InvalidRun naming those that no managed run may have."""
        refused = [each.name for each in self.servers if not each.managed]
        if refused:
            raise InvalidRun(
                f"a managed run may not have {', '.join(refused)}; the settings allow it by"
                f" [mcp_servers.{refused[0]}] managed = true",
                field="mcpServers",
            )


def choose(known: KnownServers, names: tuple[str, ...]) -> Chosen:
    there = {name: known[name] for name in names if name in known}
    servers = tuple(each for each in there.values() if each.enabled)
    enabled = tuple(each.name for each in servers)
    missing = tuple(name for name in names if name not in enabled)
    told = ServersTold(
        requested=names, enabled=enabled, missing=missing, why=_why(missing, there, known)
    )
    return Chosen(servers=servers, told=told)


def _why(missing: tuple[str, ...], there: KnownServers, known: KnownServers) -> str:
    if not missing:
        return ""
    off = [name for name in missing if name in there]
    unknown = [name[:64] for name in missing if name not in there]
    listed = ", ".join(name for name, each in known.items() if each.enabled) or "none"
    said = [f"{', '.join(off)} switched off"] if off else []
    said += [f"{', '.join(unknown)} not in the settings"] if unknown else []
    return f"MCP servers that the run does not get: {'; '.join(said)}. There are: {listed}."
