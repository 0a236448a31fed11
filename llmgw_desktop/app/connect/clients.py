"""How each program stands towards this gateway, in ready words. Looks at files, starts nothing."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from llmgw_desktop.app.connect.connector import Connector, ConnectOutcome, Plan, Wanted
from llmgw_desktop.app.connect.edits import address_in, diff_of, is_ours, key_in
from llmgw_desktop.app.connect.native_rules import FORMS
from llmgw_desktop.app.connect.pinning import PinDesk, PinStanding
from llmgw_desktop.app.connect.programs import ENTRY, PROGRAMS, Program, Transport
from llmgw_desktop.app.providers.usage import ago_text
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.principal import Client
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.authenticator import key_digest
from llmgw_desktop.store.client_files.config_file import FORMATS, read_bytes, said, text_of
from llmgw_desktop.store.client_files.connections import Connection
from llmgw_desktop.store.client_files.marks import MISSING, TextFormat, Unreadable
from llmgw_desktop.store.flights.flight_reader import FlightReader

_AGAIN = "Set it up again, or undo."
_OTHER = "It has another entry of this name; undoing brings that back."


class ProgramState(StrEnum):
    """What a person needs to know first."""

    NOT_HERE = "not installed"
    READY = "not set up"
    SET_UP = "set up"
    BY_HAND = "set up by hand"
    CHANGED = "changed since"
    STALE = "out of date"
    UNREADABLE = "cannot be read"


@value
class ProgramStanding:
    """One program."""

    program: Program
    state: ProgramState
    found: str
    """Its program or folder; empty: it is not here."""
    file: Path
    why: str = ""
    """What is wrong and what to do; empty when all is well."""
    connection: Connection | None = None
    client: Client | None = None

    @property
    def can_undo(self) -> bool:
        return self.connection is not None or self.state is ProgramState.BY_HAND

    @property
    def how(self) -> str:
        """«MCP by HTTP, and its models»."""
        if self.connection is None:
            return ""
        way = "HTTP" if self.connection.transport == Transport.HTTP else "stdio"
        more = ", and its models" if self.connection.models else ""
        return f"MCP by {way}{more}{', held to the rules' if self.connection.rules else ''}"


def standings(connector: Connector) -> tuple[ProgramStanding, ...]:
    """In the order of the table."""
    return tuple(standing_of(connector, program) for program in PROGRAMS.values())


def standing_of(connector: Connector, program: Program) -> ProgramStanding:
    ground = connector.ground
    file = program.file(ground)
    found = program.found(ground)
    try:
        known = connector.connections.of(program.name)
        client = connector.keys.client_of(known)
        entry = _value(file, program.format, program.path)
        state, why = _state(known, entry)
    except (ConfigError, StoreError) as error:
        return ProgramStanding(
            program=program, state=ProgramState.UNREADABLE, found=found, file=file, why=str(error)
        )
    if state is ProgramState.READY and not found:
        state = ProgramState.NOT_HERE
    if known is not None and state is ProgramState.SET_UP:
        state, why = _staleness(connector, known, client, entry)
    return ProgramStanding(
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


def _state(known: Connection | None, entry: Any) -> tuple[ProgramState, str]:
    if known is not None:
        what = _missing_of(known, entry)
        return (ProgramState.CHANGED, f"{what} {_AGAIN}") if what else (ProgramState.SET_UP, "")
    if entry is not MISSING and is_ours(entry):
        return ProgramState.BY_HAND, ""
    return ProgramState.READY, "" if entry is MISSING else _OTHER


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
) -> tuple[ProgramState, str]:
    if known.transport == Transport.STDIO and (missing := _missing_program(entry)):
        return ProgramState.STALE, f"It starts {missing}, which is gone. Set it up again."
    try:
        address = connector.address()
    except ConfigError as error:
        return ProgramState.STALE, str(error)
    asked, is_now = (known.mcp_url, address.mcp)
    if known.models and known.url != address.base:
        asked, is_now = (known.url, address.base)
    if asked != is_now and (known.transport == Transport.HTTP or known.models):
        return ProgramState.STALE, f"It asks {asked}, and the gateway is {is_now}. Set it up again."
    if known.key_id and client is None:
        return ProgramState.STALE, "Its key was revoked. Set it up again for a new one."
    key = key_in(entry)
    if client is not None and key and key_digest(key) != client.key_digest:
        return ProgramState.STALE, "It has another key than the one made for it. Set it up again."
    return ProgramState.SET_UP, ""


def _missing_program(entry: Any) -> str:
    command = entry.get("command") if isinstance(entry, dict) else None
    program = command[0] if isinstance(command, list) and command else command
    if isinstance(program, str) and Path(program).is_absolute() and not Path(program).exists():
        return program
    return ""


_DAY_S = 24 * 3600.0
_KEY_TO_FILL_IN = "YOUR-KEY"
_SNIPPET_KEY = "jetbrains"


@value
class ClientCard:
    """One program that is here, or that we have set up."""

    name: str
    title: str
    state: ProgramState
    words: str
    """«set up», and by what way."""
    facts: str
    """Its program and its file."""
    used: str
    """«last asked 4 m ago · 34 requests in 24 h»."""
    why: str
    can_connect: bool
    can_undo: bool
    takes_models: bool
    """Whether its model requests can be sent here as well."""
    wanted: Wanted
    """How it is set up, or would be at first."""
    takes_rules: bool = False
    """Whether its own settings can say the lasting rules."""


@value
class ClientsView:
    """All that the page shows."""

    cards: tuple[ClientCard, ...]
    absent: tuple[str, ...]
    """Titles of those that are not here."""
    http_snippet: str
    stdio_snippet: str
    problem: str = ""
    """Why programs could not find the gateway, were they set up."""
    pins: tuple[PinStanding, ...] = ()
    """Folders whose programs leave through one account."""

    @property
    def summary(self) -> str:
        """«2 of 5 programs here are set up»."""
        if not self.cards:
            return ""
        ready = sum(
            card.state in (ProgramState.SET_UP, ProgramState.BY_HAND) for card in self.cards
        )
        are = "is" if len(self.cards) == 1 else "are"
        return f"{ready} of {counted(len(self.cards), 'program')} here {are} set up"


class Clients:
    """What the window shows and does of programs that are set up."""

    def __init__(
        self,
        connector: Connector,
        flights: FlightReader,
        clock: Clock,
        pins: PinDesk | None = None,
    ) -> None:
        self._connector = connector
        self._flights = flights
        self._clock = clock
        self._pins = pins

    def look(self) -> ClientsView:
        """Raises StoreError."""
        found = standings(self._connector)
        here = [each for each in found if each.state is not ProgramState.NOT_HERE]
        return ClientsView(
            cards=tuple(self._card(each) for each in here),
            absent=tuple(
                each.program.title for each in found if each.state is ProgramState.NOT_HERE
            ),
            http_snippet=self._snippet(Transport.HTTP, _KEY_TO_FILL_IN),
            stdio_snippet=self._snippet(Transport.STDIO, ""),
            problem=self._address_problem(),
            pins=self._pinned(),
        )

    def unpin(self, folder: str) -> str:
        """What was done, in a sentence. Raises ConfigError, StoreError."""
        outcome = None if self._pins is None else self._pins.unpin(Path(folder))
        if outcome is None:
            return f"{inert_line(folder, 200)} is not pinned any more."
        told = [f"{Path(path).name} {what}" for path, what in outcome.files]
        done = "; ".join(told) or "there was nothing left of it"
        return f"{inert_line(folder, 200)} is unpinned: {done}."

    def _pinned(self) -> tuple[PinStanding, ...]:
        """None while the settings cannot be read, or tell no lasting address."""
        try:
            return () if self._pins is None else tuple(self._pins.all())
        except ConfigError:
            return ()

    def plan(self, name: str, wanted: Wanted) -> tuple[Plan, str]:
        """With the lines that would change. Raises ConfigError, StoreError."""
        plan = self._connector.plan(name, wanted)
        return plan, diff_of(plan.changes)

    def plan_undo(self, name: str) -> tuple[Plan, str]:
        """Raises ConfigError, StoreError."""
        plan = self._connector.plan_undo(name)
        return plan, diff_of(plan.changes)

    def carry_out(self, plan: Plan) -> str:
        """What was done, in a sentence. Raises ConfigError, StoreError."""
        title = plan.program.title
        if plan.wanted is None:
            return f"{title} is taken back: {_done_words(self._connector.undo(plan))}."
        self._connector.set_up(plan)
        return f"{title} is set up. Start it anew to have it see the change."

    def snippet_with_key(self) -> str:
        """For a program whose settings are pasted; a key is made for it. Raises StoreError."""
        key, _ = self._connector.keys.make(_SNIPPET_KEY)
        return self._snippet(Transport.HTTP, key)

    def _card(self, standing: ProgramStanding) -> ClientCard:
        program, known = standing.program, standing.connection
        words = standing.state.value
        wanted = Wanted()
        if known is not None:
            words = f"{words}: {standing.how}" if standing.state is ProgramState.SET_UP else words
            wanted = Wanted(
                transport=Transport(known.transport), models=known.models, rules=known.rules
            )
        return ClientCard(
            name=program.name,
            title=program.title,
            state=standing.state,
            words=words,
            facts=" · ".join(part for part in (standing.found, str(standing.file)) if part),
            used=self._used(known.key_name) if known is not None and known.key_name else "",
            why=inert_line(standing.why, 400),
            can_connect=standing.state is not ProgramState.UNREADABLE,
            can_undo=standing.can_undo,
            takes_models=program.models is not None,
            takes_rules=program.name in FORMS,
            wanted=wanted,
        )

    def _used(self, client: str) -> str:
        last = self._flights.page(FlightQuery(client=client), offset=0, limit=1)
        if not last:
            return "has not asked for anything yet"
        now_s = self._clock.now_s()
        count = self._flights.count(FlightQuery(client=client, since_s=now_s - _DAY_S))
        ago = ago_text(last[0].started_at_s, now_s)
        return f"last asked {ago} · 24 h: {counted(count, 'request')}"

    def _address_problem(self) -> str:
        try:
            self._connector.address()
        except ConfigError as error:
            return str(error)
        return ""

    def _snippet(self, transport: Transport, key: str) -> str:
        """As most programs take it when it is pasted."""
        try:
            offer = self._connector.offer(Wanted(transport=transport), key)
        except ConfigError:
            return ""
        entry = PROGRAMS["cursor"].entry(offer)
        return json.dumps({"mcpServers": {ENTRY: entry}}, indent=2, ensure_ascii=False)


def _done_words(outcome: ConnectOutcome) -> str:
    parts = [f"{path.name} {what}" for path, what in outcome.files]
    if outcome.key_name:
        parts.append("its key is revoked")
    return "; ".join(parts) or "there was nothing left of it"
