"""An authorization server with a clock that a test turns, and a program that wants to be let in."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from llmgw_desktop.domain.access.consent import (
    GRANTABLE_SCOPES,
    ClientMade,
    ClientProof,
    ConsentAnswer,
    ConsentTerm,
    ConsentWay,
    OauthClient,
    Peer,
    TokenPair,
)
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.events import GrantsChanged
from llmgw_desktop.domain.settings.door import OauthSettings
from llmgw_desktop.engine.access.oauth.addresses import OauthAddresses
from llmgw_desktop.engine.access.oauth.documents import DocumentFetcher, NotFetched
from llmgw_desktop.engine.access.oauth.server import OauthServer
from llmgw_desktop.engine.access.oauth.tokens import OauthParts, TokenFinder
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.hashing import Hashing, digest
from llmgw_desktop.store.access.grants import GrantStore
from llmgw_desktop.store.access.oauth_clients import OauthClientStore, hashed
from tests.support.turned_clock import TurnedClock

ISSUER = "http://127.0.0.1:3333"
RESOURCE = f"{ISSUER}/mcp"
REDIRECT = "http://127.0.0.1:7777/callback"
VERIFIER = "v" * 64
SECRET = "the-secret-of-the-shop"
SECRET_HASH = hashed(SECRET)
PEER = Peer(pid=4711, program="/usr/bin/agent", user="ann", started_ticks=99)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class NoNetwork(DocumentFetcher):
    """Documents by their addresses; what is asked is counted."""

    def __init__(self) -> None:
        self.documents: dict[str, tuple[bytes, str]] = {}
        self.asked: list[str] = []

    async def fetch(self, url: str) -> tuple[bytes, str]:
        self.asked.append(url)
        if url not in self.documents:
            raise NotFetched("there is none")
        return self.documents[url]


@dataclass
class OauthScene:
    folder: Path
    settings: OauthSettings = field(default_factory=OauthSettings)
    issuer: str = ISSUER

    def __post_init__(self) -> None:
        self.clock = TurnedClock()
        self.fetcher = NoNetwork()
        self.dead: set[int] = set()
        self.news = self.looks = 0
        self.bus = Bus()
        self.bus.subscribe(lambda _: setattr(self, "news", self.news + 1), GrantsChanged)
        self.open()

    def open(self) -> None:
        """As a start of the gateway does; again after `close`."""
        database = self.folder / "gateway.db"
        self.grants, self.clients = GrantStore(database), OauthClientStore(database)
        addresses = OauthAddresses(lambda: self.issuer, "/mcp")
        self.tokens = TokenFinder(
            self.grants,
            addresses,
            self.clock,
            is_running=lambda peer: peer.pid not in self.dead,
            is_on=lambda: self.settings.enabled,
        )
        self.server = OauthServer(
            OauthParts(
                grants=self.grants,
                clients=self.clients,
                tokens=self.tokens,
                addresses=addresses,
                settings=lambda: self.settings,
                clock=self.clock,
                ids=TimedIds(self.clock),
                bus=self.bus,
                hashing=Hashing(),
                fetcher=self.fetcher,
                program_at=self.program_at,
            )
        )

    async def program_at(self, _: str, port: int | None) -> str:
        self.looks += 1
        return "" if port is None else f"program {port}"

    def close(self) -> None:
        self.grants.close()
        self.clients.close()

    def add_client(self, client_id: str = "oac_agent", **more: Any) -> OauthClient:
        """A public one, if nothing else is said."""
        told = {"name": "Agent", "redirect_uris": (REDIRECT,), "made": ClientMade.STATIC} | more
        client = OauthClient(id=client_id, **{"scopes": GRANTABLE_SCOPES, **told})
        self.clients.add(client)
        return client

    def add_shop(self) -> OauthClient:
        """One with a secret."""
        proof = ClientProof.POST
        return self.add_client("oac_shop", name="Shop", proof=proof, secret_hash=SECRET_HASH)

    async def let_in(
        self,
        client_id: str = "oac_agent",
        *,
        scopes: Sequence[Scope] = (),
        term: ConsentTerm = ConsentTerm.EIGHT_HOURS,
        peer: Peer | None = None,
        **asked: str,
    ) -> str:
        """The code that the browser brings the program, once a person has said yes."""
        request = await self.server.understood(asking(client_id=client_id, **asked))
        answer = ConsentAnswer(
            allowed=True,
            way=ConsentWay.DIALOG,
            at_s=self.clock.now_s(),
            scopes=tuple(scopes) or request.scopes,
            term=term,
            person="ann",
        )
        return answered(await self.server.allowed(request, answer, peer))["code"]

    async def exchange(self, code: str, client_id: str = "oac_agent", **more: str) -> TokenPair:
        return await self.server.exchanged(exchange_form(code, client_id, **more))

    async def refresh(self, token: str, client_id: str = "oac_agent", **more: str) -> TokenPair:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id}
        return await self.server.exchanged(form | more)

    async def tokens_of(self, client_id: str = "oac_agent", **more: Any) -> TokenPair:
        secret = {"client_secret": SECRET} if client_id == "oac_shop" else {}
        return await self.exchange(await self.let_in(client_id, **more), client_id, **secret)

    def who(self, token: str) -> Principal | None:
        return self.tokens.find(digest(token))


def exchange_form(code: str, client_id: str = "oac_agent", **more: str) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "resource": RESOURCE,
    }
    return {name: value for name, value in (form | more).items() if value}


def asking(**more: str) -> str:
    """A query of `/oauth/authorize`; an empty value leaves its parameter out."""
    asked = {
        "response_type": "code",
        "client_id": "oac_agent",
        "redirect_uri": REDIRECT,
        "state": "a state",
        "scope": "mcp models:use",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "resource": RESOURCE,
    }
    return urlencode({name: value for name, value in (asked | more).items() if value})


def answered(url: str) -> dict[str, str]:
    """What an address that a browser is sent to tells the program."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
