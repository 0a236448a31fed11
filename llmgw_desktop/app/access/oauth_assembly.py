"""Letting programs in by OAuth, joined: a part of the composition root."""

import asyncio
import logging
from collections.abc import Callable

from llmgw_desktop.app.access.consent_pages import ConsentPages
from llmgw_desktop.app.questions.consent_words import (
    TERM_WORDS,
    peer_words,
    redirection,
    shown_name,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.consent import ConsentDecision, Peer
from llmgw_desktop.domain.clock import Clock, TimedIds
from llmgw_desktop.domain.settings.door import OauthSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.oauth.addresses import Challenges, OauthAddresses
from llmgw_desktop.engine.access.oauth.documents import DocumentFetcher
from llmgw_desktop.engine.access.oauth.server import OauthServer
from llmgw_desktop.engine.access.oauth.tokens import OauthParts, TokenFinder
from llmgw_desktop.engine.front.consent_door import ConsentDoor
from llmgw_desktop.engine.front.questions_door import ConsentsDoor
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.hashing import Hashing
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker, ConsentParts
from llmgw_desktop.engine.questions.consents.operator import OperatorAnswers, OperatorPassword
from llmgw_desktop.engine.questions.consents.program_watch import ProgramEnds, ProgramWatch
from llmgw_desktop.engine.questions.consents.programs import Programs
from llmgw_desktop.platform.processes import started_ticks
from llmgw_desktop.store.access.consents import ConsentStore
from llmgw_desktop.store.access.grants import GrantStore
from llmgw_desktop.store.access.oauth_clients import CONSENT_PASSWORD, OauthClientStore
from llmgw_desktop.store.paths import Places

MOST_LOOKS = 16
"""That wait for their turn; beyond them nobody is told apart."""


@value
class Oauth:
    """`hashing` is the one for the whole gateway."""

    server: OauthServer
    tokens: TokenFinder
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
    *,
    settings: Callable[[], OauthSettings],
    addresses: OauthAddresses,
) -> Oauth:
    """Nothing is opened yet."""
    grants, clients = GrantStore(places.gateway_db), OauthClientStore(places.gateway_db)
    hashing = Hashing()

    def is_on() -> bool:
        return settings().enabled

    tokens = TokenFinder(grants, addresses, clock, is_running=is_running, is_on=is_on)
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


_log = logging.getLogger(__name__)


@value
class Consents:
    """`broker` is where windows answer, `store` what was decided."""

    broker: ConsentBroker
    store: ConsentStore
    browsers: ConsentDoor
    commands: ConsentsDoor
    ends: ProgramEnds

    def start(self) -> None:
        """On the loop."""
        self.ends.start()

    async def stop(self) -> None:
        """Whoever still waits is told no."""
        await self.broker.close()
        await self.ends.stop()
        await asyncio.to_thread(self.store.close)


def make_consents(places: Places, clock: Clock, bus: Bus, oauth: Oauth) -> Consents:
    """Nothing is opened yet."""
    store = ConsentStore(places.gateway_db)
    password = OperatorPassword(
        lambda: oauth.clients.secret(CONSENT_PASSWORD), oauth.hashing, clock
    )

    def note(decision: ConsentDecision) -> None:
        _log.info("%s", log_line(decision))
        store.note(decision)

    broker = ConsentBroker(
        ConsentParts(
            clock=clock,
            ids=TimedIds(clock),
            bus=bus,
            grants_of=oauth.grants.grants,
            asking_program=Programs(started_ticks).asking,
            is_running=is_running,
            log=note,
            has_password=lambda: password.is_set,
        )
    )
    return Consents(
        broker=broker,
        store=store,
        browsers=ConsentDoor(
            oauth=oauth.server,
            broker=broker,
            password=OperatorAnswers(broker, password, clock),
            pages=ConsentPages(),
            clock=clock,
        ),
        commands=ConsentsDoor(broker, clock),
        ends=ProgramEnds(
            oauth.server.revoke,
            lambda: oauth.grants.standing(clock.now_s()),
            ProgramWatch(is_running),
            bus,
        ),
    )


def log_line(decision: ConsentDecision) -> str:
    """One line with all that a later look needs, and nothing in it that acts on a terminal."""
    question, answer = decision.question, decision.answer
    asked = " ".join(question.scopes)
    given = f"was let in to {' '.join(answer.scopes)} until {TERM_WORDS[answer.term]}"
    took_s = max(answer.at_s - question.asked_at_s, 0.0)
    return (
        f"{shown_name(question.client_name)} (client {inert_line(question.client_id, 200)}, "
        f"{peer_words(question.peer)}) asked for {asked}, to be sent back to "
        f"{redirection(question.redirect_uri).origin}, and "
        f"{given if answer.allowed else 'was refused'} ({answer.way}, after {took_s:.0f} s)"
    )
