"""Tools of MCP servers behind the gateway as a person approved them, in `gateway.db`, and how many
tokens each server had of a model of ours.

What a server says of a tool later is compared with what stands here; only what is the same is
offered. Each change is an administrative act.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import peewee

from llmgw_desktop.domain.audit import BY_ITSELF, Act
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.mcp_server import ToolPin
from llmgw_desktop.store.audit.audit_rows import note
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import SqlDialect

_FIRST = ""
"""The name of the row that says: this server's first list was approved."""
_MOST_NAMED = 20


class ToolPinRow(peewee.Model):
    """A tool of an MCP server as it was when it was approved; the one without a name says that the
    server's first list was."""

    server = peewee.TextField()
    tool = peewee.TextField()
    definition = peewee.TextField()
    is_hidden = peewee.IntegerField(default=0)
    at_s = peewee.FloatField()

    class Meta:
        table_name = "tool_pins"
        primary_key = peewee.CompositeKey("server", "tool")


class SampledRow(peewee.Model):
    """Since when a server's day runs, and what it has had of it."""

    server = peewee.TextField(primary_key=True)
    since_s = peewee.FloatField()
    tokens = peewee.IntegerField()

    class Meta:
        table_name = "sampled_tokens"


class ToolPinStore:
    """May be used from any thread. Everything raises StoreUnavailable, StoreCorrupt,
    StoreInQuestion or SchemaTooNew."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()
        self._clock = clock

    def all(self) -> dict[str, dict[str, ToolPin]]:
        """By server and tool. A server whose first list was approved is there, with none even."""
        query = ToolPinRow.select(
            ToolPinRow.server, ToolPinRow.tool, ToolPinRow.definition, ToolPinRow.is_hidden
        )
        found: dict[str, dict[str, ToolPin]] = {}
        for server, tool, definition, is_hidden in self._file.run(
            *self._dialect.compose(query.tuples())
        ):
            pins = found.setdefault(server, {})
            if tool != _FIRST:
                pins[tool] = ToolPin(definition=orjson.loads(definition), is_hidden=bool(is_hidden))
        return found

    def begin(self, server: str, tools: Mapping[str, ToolPin]) -> None:
        """The first list of a server that the person wrote into the settings."""
        names = ", ".join(list(tools)[:_MOST_NAMED]) or "no tools"
        act = Act(
            verb="tools.first_listed", subject=server, after={"tools": len(tools)}, note=names
        )
        first = {_FIRST: ToolPin(definition={}), **tools}
        with self._file.transaction() as connection:
            for tool, pin in first.items():
                connection.execute(*self._put(server, tool, pin))
            note(connection, act, actor=BY_ITSELF)

    def decide(self, server: str, tool: str, pin: ToolPin, *, before: ToolPin | None) -> None:
        """A person looked at it."""
        said = "" if before is None or before.definition == pin.definition else "as it is now"
        act = Act(verb="tool.approved", subject=f"{server}/{tool}", note=said)
        if pin.is_hidden:
            act = Act(verb="tool.hidden", subject=f"{server}/{tool}")
        with self._file.transaction() as connection:
            connection.execute(*self._put(server, tool, pin))
            note(connection, act)

    def sampled(self) -> dict[str, tuple[float, int]]:
        """Of each server that ever had a model's words: since when its day runs, and how many
        tokens it has had."""
        query = SampledRow.select(SampledRow.server, SampledRow.since_s, SampledRow.tokens)
        rows = self._file.run(*self._dialect.compose(query.tuples()))
        return {server: (since_s, tokens) for server, since_s, tokens in rows}

    def note_sampled(self, server: str, since_s: float, tokens: int) -> None:
        query = SampledRow.insert(
            server=server, since_s=since_s, tokens=tokens
        ).on_conflict_replace()
        with self._file.transaction() as connection:
            connection.execute(*self._composed(query))

    def close(self) -> None:
        self._file.close()

    def _put(self, server: str, tool: str, pin: ToolPin) -> tuple[str, list[object]]:
        query = ToolPinRow.insert(
            server=server,
            tool=tool,
            definition=orjson.dumps(pin.definition).decode(),
            is_hidden=int(pin.is_hidden),
            at_s=self._clock.now_s(),
        ).on_conflict_replace()
        return self._composed(query)

    def _composed(self, query: Any) -> tuple[str, list[object]]:
        sql, parameters = self._dialect.compose(query)
        return sql, list(parameters)
