"""Letting programs in by OAuth, joined: a part of the composition root."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import Peer
from llmgw_desktop.domain.ids import TimedIds
from llmgw_desktop.domain.oauth_settings import OauthSettings
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.consents.programs import Programs
from llmgw_desktop.engine.hashing import Hashing
from llmgw_desktop.engine.jobs.processes import started_ticks
from llmgw_desktop.engine.oauth.addresses import Addresses
from llmgw_desktop.engine.oauth.challenge import Challenges
from llmgw_desktop.engine.oauth.document_fetcher import DocumentFetcher
from llmgw_desktop.engine.oauth.parts import OauthParts
from llmgw_desktop.engine.oauth.server import OauthServer
from llmgw_desktop.engine.oauth.tokens import Tokens
from llmgw_desktop.store.grant_store import GrantStore
from llmgw_desktop.store.oauth_client_store import OauthClientStore
from llmgw_desktop.store.paths import Places

MOST_LOOKS = 16
"""That wait for their turn; beyond them nobody is told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oauth:
    """`hashing` is the one for the whole gateway."""

    server: OauthServer
    tokens: Tokens
    challenges: Challenges
    grants: GrantStore
    clients: OauthClientStore
    hashing: Hashing

    def close(self) -> None:
        self.grants.close()
        self.clients.close()


def is_running(peer: Peer) -> bool:
    """The same process still, not one that got its number later."""
    return started_ticks(peer.pid) == peer.started_ticks


class ProgramAt:
    """One look after the other: each goes through all processes."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._turn: asyncio.Lock | None = None
        self._waiting = 0

    async def __call__(self, address: str, port: int | None) -> str:
        """A name for the process that has come from there, and no other."""
        if port is None or self._waiting >= MOST_LOOKS:
            return ""
        self._turn = self._turn or asyncio.Lock()
        self._waiting += 1
        try:
            async with self._turn:
                peer = await asyncio.to_thread(self._programs.connected, address, port)
        finally:
            self._waiting -= 1
        return "" if peer is None else f"{peer.pid}.{peer.started_ticks}"


def make_oauth(
    places: Places,
    clock: Clock,
    bus: Bus,
    settings: Callable[[], OauthSettings],
    addresses: Addresses,
) -> Oauth:
    """Nothing is opened yet."""
    grants, clients = GrantStore(places.gateway_db), OauthClientStore(places.gateway_db)
    hashing = Hashing()

    def is_on() -> bool:
        return settings().enabled

    tokens = Tokens(grants, addresses, clock, is_running=is_running, is_on=is_on)
    server = OauthServer(
        OauthParts(
            grants=grants,
            clients=clients,
            tokens=tokens,
            addresses=addresses,
            settings=settings,
            clock=clock,
            ids=TimedIds(clock),
            bus=bus,
            hashing=hashing,
            fetcher=DocumentFetcher(),
            program_at=ProgramAt(Programs(started_ticks)),
        )
    )
    return Oauth(
        server=server,
        tokens=tokens,
        challenges=Challenges(addresses, is_on),
        grants=grants,
        clients=clients,
        hashing=hashing,
    )
