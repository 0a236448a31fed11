"""How each program stands towards this gateway, in ready words. Looks at files, starts nothing."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from llmgw_desktop.app.connect.connector import Connector
from llmgw_desktop.app.connect.entries import address_in, is_ours, key_in
from llmgw_desktop.app.connect.programs import PROGRAMS, Program, Transport
from llmgw_desktop.domain.client import Client
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.store.client_files.config_file import read_bytes, said, text_of
from llmgw_desktop.store.client_files.connections import Connection
from llmgw_desktop.store.client_files.formats import FORMATS
from llmgw_desktop.store.client_files.marks import MISSING, TextFormat, Unreadable

_AGAIN = "Set it up again, or undo."
_OTHER = "It has another entry of this name; undoing brings that back."


class State(StrEnum):
    """What a person needs to know first."""

    NOT_HERE = "not installed"
    READY = "not set up"
    SET_UP = "set up"
    BY_HAND = "set up by hand"
    CHANGED = "changed since"
    STALE = "out of date"
    UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One program."""

    program: Program
    state: State
    found: str
    """Its program or folder; empty: it is not here."""
    file: Path
    why: str = ""
    """What is wrong and what to do; empty when all is well."""
    connection: Connection | None = None
    client: Client | None = None

    @property
    def can_undo(self) -> bool:
        return self.connection is not None or self.state is State.BY_HAND

    @property
    def how(self) -> str:
        """«MCP by HTTP, and its models»."""
        if self.connection is None:
            return ""
        way = "HTTP" if self.connection.transport == Transport.HTTP else "stdio"
        return f"MCP by {way}{', and its models' if self.connection.models else ''}"


def standings(connector: Connector) -> tuple[Standing, ...]:
    """In the order of the table."""
    return tuple(standing_of(connector, program) for program in PROGRAMS.values())


def standing_of(connector: Connector, program: Program) -> Standing:
    ground = connector.ground
    file = program.file(ground)
    found = program.found(ground)
    try:
        known = connector.connections.of(program.name)
        client = connector.keys.client_of(known)
        entry = _value(file, program.format, program.path)
        state, why = _state(known, entry)
    except (ConfigError, StoreError) as error:
        return Standing(
            program=program, state=State.UNREADABLE, found=found, file=file, why=str(error)
        )
    if state is State.READY and not found:
        state = State.NOT_HERE
    if known is not None and state is State.SET_UP:
        state, why = _staleness(connector, known, client, entry)
    return Standing(
        program=program,
        state=state,
        found=found,
        file=file,
        why=why,
        connection=known,
        client=client,
    )


def _value(file: Path, form: TextFormat, path: tuple[str, ...]) -> Any:
    try:
        return form.value_at(text_of(file, read_bytes(file))[1], path)
    except Unreadable as error:
        raise said(file, error) from error


def _state(known: Connection | None, entry: Any) -> tuple[State, str]:
    if known is not None:
        what = _missing_of(known, entry)
        return (State.CHANGED, f"{what} {_AGAIN}") if what else (State.SET_UP, "")
    if entry is not MISSING and is_ours(entry):
        return State.BY_HAND, ""
    return State.READY, "" if entry is MISSING else _OTHER


def _missing_of(known: Connection, entry: Any) -> str:
    if entry is MISSING:
        return "Our entry is gone from its settings."
    is_http = known.transport == Transport.HTTP
    if not is_ours(entry) or (is_http and address_in(entry) != known.mcp_url):
        return "Our entry was changed."
    for file in known.files:
        for mark in file.marks:
            if _value(Path(file.path), FORMATS[file.format], mark.path) is MISSING:
                return "Some of our keys are gone."
    return ""


def _staleness(
    connector: Connector, known: Connection, client: Client | None, entry: Any
) -> tuple[State, str]:
    if known.transport == Transport.STDIO and (missing := _missing_program(entry)):
        return State.STALE, f"It starts {missing}, which is gone. Set it up again."
    try:
        address = connector.address()
    except ConfigError as error:
        return State.STALE, str(error)
    asked, is_now = (known.mcp_url, address.mcp)
    if known.models and known.url != address.base:
        asked, is_now = (known.url, address.base)
    if asked != is_now and (known.transport == Transport.HTTP or known.models):
        return State.STALE, f"It asks {asked}, and the gateway is {is_now}. Set it up again."
    if known.key_id and client is None:
        return State.STALE, "Its key was revoked. Set it up again for a new one."
    key = key_in(entry)
    if client is not None and key and key_digest(key) != client.key_digest:
        return State.STALE, "It has another key than the one made for it. Set it up again."
    return State.SET_UP, ""


def _missing_program(entry: Any) -> str:
    command = entry.get("command") if isinstance(entry, dict) else None
    program = command[0] if isinstance(command, list) and command else command
    if isinstance(program, str) and Path(program).is_absolute() and not Path(program).exists():
        return program
    return ""
