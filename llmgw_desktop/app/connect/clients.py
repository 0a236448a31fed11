"""The programs that ask, as a person sees them: how each is set up, and when it was last heard of.

Everything but the constructor blocks, and belongs in a worker.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from llmgw_desktop.app.account_words import ago_text
from llmgw_desktop.app.connect.connector import Connector, Outcome, Plan, Wanted
from llmgw_desktop.app.connect.preview import diff_of
from llmgw_desktop.app.connect.programs import ENTRY, PROGRAMS, Transport
from llmgw_desktop.app.connect.standing import Standing, State, standings
from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.flight import FlightQuery, FlightSummary

_DAY_S = 24 * 3600.0
_KEY_TO_FILL_IN = "YOUR-KEY"
_SNIPPET_KEY = "jetbrains"


class RecordedFlights(Protocol):
    """What is asked of the store's reader."""

    def count(self, query: FlightQuery) -> int: ...

    def page(self, query: FlightQuery, *, offset: int, limit: int) -> Sequence[FlightSummary]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCard:
    """One program that is here, or that we have set up."""

    name: str
    title: str
    state: State
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsView:
    """All that the page shows."""

    cards: tuple[ClientCard, ...]
    absent: tuple[str, ...]
    """Titles of those that are not here."""
    http_snippet: str
    stdio_snippet: str
    problem: str = ""
    """Why programs could not find the gateway, were they set up."""

    @property
    def summary(self) -> str:
        """«2 of 5 programs here are set up»."""
        if not self.cards:
            return ""
        ready = sum(card.state in (State.SET_UP, State.BY_HAND) for card in self.cards)
        are = "is" if len(self.cards) == 1 else "are"
        return f"{ready} of {counted(len(self.cards), 'program')} here {are} set up"


class Clients:
    """What the window shows and does of programs that are set up."""

    def __init__(self, connector: Connector, flights: RecordedFlights, clock: Clock) -> None:
        self._connector = connector
        self._flights = flights
        self._clock = clock

    def look(self) -> ClientsView:
        """Raises StoreError."""
        found = standings(self._connector)
        here = [each for each in found if each.state is not State.NOT_HERE]
        return ClientsView(
            cards=tuple(self._card(each) for each in here),
            absent=tuple(each.program.title for each in found if each.state is State.NOT_HERE),
            http_snippet=self._snippet(Transport.HTTP, _KEY_TO_FILL_IN),
            stdio_snippet=self._snippet(Transport.STDIO, ""),
            problem=self._address_problem(),
        )

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

    def _card(self, standing: Standing) -> ClientCard:
        program, known = standing.program, standing.connection
        words = standing.state.value
        wanted = Wanted()
        if known is not None:
            words = f"{words}: {standing.how}" if standing.state is State.SET_UP else words
            wanted = Wanted(transport=Transport(known.transport), models=known.models)
        return ClientCard(
            name=program.name,
            title=program.title,
            state=standing.state,
            words=words,
            facts=" · ".join(part for part in (standing.found, str(standing.file)) if part),
            used=self._used(known.key_name) if known is not None and known.key_name else "",
            why=inert_line(standing.why, 400),
            can_connect=standing.state is not State.UNREADABLE,
            can_undo=standing.can_undo,
            takes_models=program.models is not None,
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


def _done_words(outcome: Outcome) -> str:
    parts = [f"{path.name} {what}" for path, what in outcome.files]
    if outcome.key_name:
        parts.append("its key is revoked")
    return "; ".join(parts) or "there was nothing left of it"
