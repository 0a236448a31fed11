"""The authorization server: what is asked, what a person said to it, and what comes of that.

A request is understood first, then a person decides (`engine/questions/consents`); only then a
code is made.
"""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError, SentBack, ShownToPerson
from llmgw_desktop.domain.access.consent import (
    LONGEST_GRANT_S,
    AuthorizeRequest,
    ConsentAnswer,
    ConsentTerm,
    Grant,
    OauthClient,
    Peer,
    TokenPair,
    actor_of,
)
from llmgw_desktop.domain.audit import acting
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import GrantsChanged
from llmgw_desktop.engine.access.oauth.addresses import (
    OauthAddresses,
    OauthRates,
    Telling,
    in_order,
)
from llmgw_desktop.engine.access.oauth.authorize import (
    Understanding,
    allowed_url,
    client_in,
    refused_url,
)
from llmgw_desktop.engine.access.oauth.clients import OauthClients, named_client
from llmgw_desktop.engine.access.oauth.documents import Documents
from llmgw_desktop.engine.access.oauth.exchange import TokenExchange
from llmgw_desktop.engine.access.oauth.tokens import OauthParts
from llmgw_desktop.engine.loop.hashing import CODE, digest, made
from llmgw_desktop.store.access.grants import TokenKind

_TERMS_S = {
    ConsentTerm.PROGRAM: LONGEST_GRANT_S,
    ConsentTerm.EIGHT_HOURS: 8 * 3600.0,
    ConsentTerm.THIRTY_DAYS: 30 * 86_400.0,
}
_LONGEST_TOKEN = 512
_SWEEP_EVERY_S = 3600.0
"""What nobody asks for any more goes when something new comes, at most so often."""
_log = logging.getLogger(__name__)


class OauthServer:
    """On the loop. `issuer` is how the gateway is reached, never what a Host header says."""

    def __init__(self, parts: OauthParts) -> None:
        self._parts = parts
        self._store = parts.grants
        self._clock = parts.clock
        self._addresses = parts.addresses
        self._clients = OauthClients(parts, Documents(parts.fetcher, parts.clock))
        self._understanding = Understanding(self._clients, parts.addresses)
        self._exchange = TokenExchange(parts, self._clients, revoke=self.revoke)
        self._rates = OauthRates(parts.clock)
        self._swept_at_s = -_SWEEP_EVERY_S

    @property
    def issuer(self) -> str:
        """Without a slash at its end."""
        return self._addresses.issuer

    @property
    def is_on(self) -> bool:
        return self._parts.settings().enabled

    @property
    def addresses(self) -> OauthAddresses:
        return self._addresses

    def about_server(self) -> dict[str, Any]:
        return self._addresses.about_server(self._parts.settings())

    async def understood(self, query: str, address: str = "") -> AuthorizeRequest:
        """What the browser's query says; `address` is whom the rate is limited for.

        Raises ShownToPerson where the client or its redirect is not known (nothing may be sent
        there), SentBack with the address to send the browser to for all else.
        """
        try:
            asking = partial(self._clients.known, client_in(query))
            await self._rates.authorizations.take(address, asking)
            return await self._understanding.of(query)
        except StoreError as error:
            raise ShownToPerson(OauthCode.SERVER_ERROR, str(error)) from error

    async def allowed(
        self,
        request: AuthorizeRequest,
        answer: ConsentAnswer,
        peer: Peer | None = None,
        *,
        standing: Grant | None = None,
    ) -> str:
        """A person let it in: the address to send the browser to. Where the person did so before,
        `standing` is what was given then, and no more is given now, and no longer.

        The grant is there from now on, its tokens from the exchange on. Raises SentBack where it
        cannot be written down; ValueError for an answer that allows nothing.
        """
        scopes = frozenset(answer.scopes) & frozenset(request.scopes)
        if standing is not None:
            scopes &= standing.scopes
        if not answer.allowed or not scopes:
            raise ValueError("nothing was allowed")
        grant = self._grant(request, answer, scopes=scopes, peer=peer, standing=standing)
        code = made(CODE)
        named, challenge = request.names_redirect, request.challenge
        try:
            with acting(actor_of(answer)):
                await asyncio.to_thread(
                    self._store.open, grant, digest(code), challenge, names_redirect=named
                )
        except StoreError as error:
            _log.error("a grant could not be written down: %s", error)
            words = "The gateway could not write down what the person said."
            url = self.denied(request, OauthCode.SERVER_ERROR, words)
            raise SentBack(OauthCode.SERVER_ERROR, words, url=url) from error
        self._parts.bus.publish(GrantsChanged())
        await self._sweep()
        return allowed_url(request.redirect_uri, request.state, self.issuer, code)

    def denied(
        self,
        request: AuthorizeRequest,
        code: OauthCode = OauthCode.ACCESS_DENIED,
        words: str = "The person at the computer said no.",
    ) -> str:
        """The address to send the browser to."""
        return refused_url(request.redirect_uri, request.state, self.issuer, code=code, words=words)

    async def exchanged(
        self, form: Mapping[str, str], authorization: str = "", address: str = ""
    ) -> TokenPair:
        """What the token's door answers. Raises OauthError, StoreError."""
        await self._rates.exchanges.take(address, self._showing(form, authorization))
        pair = await self._exchange.tokens(form, authorization)
        self._parts.bus.publish(GrantsChanged())
        return pair

    async def registered(
        self, said: Mapping[str, Any], address: str = "", port: int | None = None
    ) -> tuple[OauthClient, str]:
        """A program that makes itself known, with its secret; `port` is its end of the connection.
        Raises OauthError, StoreError."""
        try:
            client = self._clients.wished(said, address)
        except OauthError:
            await self.odd_registration(address)
            raise
        program = partial(self._parts.program_at, address, port)
        await self._rates.registrations.take(address, program)
        await self._sweep()
        return await self._clients.register(client, said)

    async def odd_registration(self, address: str) -> None:
        """One came that makes nothing known, whatever it says. Raises OauthError where there were
        too many of them."""
        await self._rates.odd_registrations.take(address)

    async def given_back(
        self, form: Mapping[str, str], authorization: str = "", address: str = ""
    ) -> None:
        """RFC 7009: a refresh token takes all of its grant along. What is not this program's, or
        not known, is left alone and answered alike. Raises OauthError, StoreError."""
        await self._rates.exchanges.take(address, self._showing(form, authorization))
        client = await self._clients.proven(form, authorization)
        found = await self._found(form.get("token", ""))
        if found is None or found[1].client_id != client.id:
            return
        token, grant = found
        if token.kind is TokenKind.REFRESH:
            await self.revoke(grant.id)
        else:
            await asyncio.to_thread(self._store.drop_token, token.digest)

    async def described(
        self, form: Mapping[str, str], authorization: str = "", address: str = ""
    ) -> dict[str, Any]:
        """RFC 7662, for a program with a secret, of its own tokens. Raises OauthError,
        StoreError."""
        await self._rates.exchanges.take(address, self._showing(form, authorization))
        client = await self._clients.proven(form, authorization, with_secret=True)
        found = await self._found(form.get("token", ""))
        if found is None or found[1].client_id != client.id:
            return {"active": False}
        token, grant = found
        is_over = token.used_at_s is not None or self._clock.now_s() >= token.expires_at_s
        is_ours = self._addresses.door_of(grant.resource) is not None
        if is_over or not is_ours or not self._parts.tokens.in_force(grant):
            return {"active": False}
        return {
            "active": True,
            "scope": " ".join(in_order(token.scopes & grant.scopes)),
            "client_id": client.id,
            "token_type": "Bearer" if token.kind is TokenKind.ACCESS else "refresh_token",
            "exp": int(min(token.expires_at_s, grant.expires_at_s)),
            "iat": int(token.made_at_s),
            "sub": grant.person,
            "aud": grant.resource,
            "iss": self.issuer,
        }

    def grants(self) -> tuple[Grant, ...]:
        """Those in force, newest first: not revoked, not past their end, their program alive.
        Waits for the disk. Raises StoreError."""
        standing = self._store.standing(self._clock.now_s())
        return tuple(grant for grant in standing if self._parts.tokens.in_force(grant))

    async def revoke(self, grant_id: str) -> Grant | None:
        """With all its tokens, at once; None where it is not in force. Raises StoreError."""
        grant = await asyncio.to_thread(self._store.revoke, grant_id, self._clock.now_s())
        if grant is not None:
            self._parts.bus.publish(GrantsChanged())
        return grant

    async def restore(self, revoked: Grant) -> bool:
        """Take back what `revoke` just did and gave back. Raises StoreError."""
        if revoked.revoked_at_s is None:
            return False
        at_s = revoked.revoked_at_s
        is_back = await asyncio.to_thread(self._store.restore, revoked.id, at_s)
        if is_back:
            self._parts.bus.publish(GrantsChanged())
        return is_back

    def _showing(self, form: Mapping[str, str], authorization: str) -> Telling:
        """Who says that it is its code or token."""
        return partial(self._clients.known, named_client(form, authorization))

    async def _sweep(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._swept_at_s < _SWEEP_EVERY_S:
            return
        self._swept_at_s = now_s
        try:
            await asyncio.to_thread(self._store.sweep, self._clock.now_s())
        except StoreError as error:
            _log.warning("old access could not be forgotten: %s", error)

    async def _found(self, token: str) -> Any:
        if not 0 < len(token) <= _LONGEST_TOKEN:
            return None
        return await asyncio.to_thread(self._store.token, digest(token))

    def _grant(
        self,
        request: AuthorizeRequest,
        answer: ConsentAnswer,
        *,
        scopes: frozenset[Any],
        peer: Peer | None,
        standing: Grant | None,
    ) -> Grant:
        now_s = self._clock.now_s()
        term = answer.term
        if standing is not None:
            term, peer = standing.term, standing.peer
        elif term is ConsentTerm.PROGRAM and peer is None:
            term = ConsentTerm.EIGHT_HOURS  # nobody would see its end
        ends_s = now_s + _TERMS_S[term]
        return Grant(
            id=self._parts.ids.new("gra"),
            client_id=request.client.id,
            client_name=request.client.name,
            scopes=scopes,
            resource=request.resource,
            redirect_uri=request.redirect_uri,
            term=term,
            person=answer.person,
            granted_at_s=now_s,
            expires_at_s=ends_s if standing is None else min(ends_s, standing.expires_at_s),
            peer=peer,
        )
