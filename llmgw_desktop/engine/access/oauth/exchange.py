"""Codes and refresh tokens become tokens, once each.

A code is burnt by being shown, whatever comes of it. One that is shown again, and a refresh token
that was exchanged already, are in two hands: all that came of that grant ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.access.consent import Grant, OauthClient, TokenPair
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.access.oauth.clients import OauthClients
from llmgw_desktop.engine.access.oauth.tokens import OauthParts
from llmgw_desktop.engine.loop.hashing import ACCESS, REFRESH, answers, digest, made
from llmgw_desktop.store.access.grants import KeptToken, TakenCode, TokenKind

_LONGEST = 512
"""Of a code or token of ours."""
_SCOPES = frozenset(str(scope) for scope in Scope)


class TokenExchange:
    """On the loop, the file in threads. `revoke` ends a grant and says so."""

    def __init__(
        self,
        parts: OauthParts,
        clients: OauthClients,
        *,
        revoke: Callable[[str], Awaitable[Grant | None]],
    ) -> None:
        self._store = parts.grants
        self._clients = clients
        self._tokens = parts.tokens
        self._addresses = parts.addresses
        self._settings = parts.settings
        self._clock = parts.clock
        self._revoke = revoke

    async def tokens(self, form: Mapping[str, str], authorization: str) -> TokenPair:
        """Raises OauthError, StoreError."""
        kind = form.get("grant_type", "")
        if kind == "authorization_code":
            return await self._of_code(form, authorization)
        if kind == "refresh_token":
            return await self._of_refresh(form, authorization)
        if not kind:
            raise OauthError(OauthCode.INVALID_REQUEST, "grant_type is missing.")
        raise OauthError(
            OauthCode.UNSUPPORTED_GRANT_TYPE,
            "grant_type must be authorization_code or refresh_token.",
        )

    async def _of_code(self, form: Mapping[str, str], authorization: str) -> TokenPair:
        code = form.get("code", "")
        taken = None
        if 0 < len(code) <= _LONGEST:
            taken = await asyncio.to_thread(self._store.take_code, digest(code), self._now_s())
        try:
            return await self._redeemed(taken, form, authorization)
        except BaseException:
            if taken is not None:
                await self._revoke(taken.grant.id)
            raise

    async def _redeemed(
        self, taken: TakenCode | None, form: Mapping[str, str], authorization: str
    ) -> TokenPair:
        client = await self._clients.proven(form, authorization)
        if not form.get("code"):
            raise OauthError(OauthCode.INVALID_REQUEST, "code is missing.")
        if taken is None or not taken.is_first:
            raise _no_good("The code is not known, or was used before.")
        self._check_code(taken, client, form)
        pair, kept = self._made(taken.grant, taken.grant.scopes)
        if not await asyncio.to_thread(self._store.begin, taken.grant.id, kept, self._now_s()):
            raise _no_good("What the code was for was taken back.")
        return pair

    def _check_code(self, taken: TakenCode, client: OauthClient, form: Mapping[str, str]) -> None:
        grant = taken.grant
        if grant.client_id != client.id:
            raise _no_good("The code was made for another client.")
        if self._now_s() >= taken.expires_at_s or not self._tokens.in_force(grant):
            raise _no_good("The code has expired.")
        named = form.get("redirect_uri", "")
        if named != grant.redirect_uri and (named or taken.names_redirect):
            raise _no_good("redirect_uri is not the one that the code was sent to.")
        if not form.get("code_verifier"):
            raise OauthError(OauthCode.INVALID_REQUEST, "code_verifier is missing: PKCE is needed.")
        if not answers(form["code_verifier"], taken.challenge):
            raise _no_good("code_verifier does not answer the code's challenge.")
        self._check_resource(grant, form)

    async def _of_refresh(self, form: Mapping[str, str], authorization: str) -> TokenPair:
        client = await self._clients.proven(form, authorization)
        shown = form.get("refresh_token", "")
        if not shown:
            raise OauthError(OauthCode.INVALID_REQUEST, "refresh_token is missing.")
        found = None
        if len(shown) <= _LONGEST:
            found = await asyncio.to_thread(self._store.token, digest(shown))
        if found is None or found[0].kind is not TokenKind.REFRESH:
            raise _no_good("The refresh token is not known.")
        token, grant = found
        if token.used_at_s is not None or grant.client_id != client.id:
            await self._revoke(grant.id)
            raise _no_good("The refresh token is in other hands, too: ask the person again.")
        if self._now_s() >= token.expires_at_s or not self._tokens.in_force(grant):
            raise _no_good("What the refresh token was for has ended.")
        self._check_resource(grant, form)
        pair, kept = self._made(grant, _narrowed(grant, form))
        rotate = self._store.rotate
        if not await asyncio.to_thread(rotate, token.digest, grant.id, kept, self._now_s()):
            await self._revoke(grant.id)
            raise _no_good("The refresh token was exchanged a moment ago.")
        return pair

    def _check_resource(self, grant: Grant, form: Mapping[str, str]) -> None:
        named = form.get("resource", "")
        is_ours = self._addresses.door_of(grant.resource) is not None
        if not is_ours or (named and self._addresses.resource(named) != grant.resource):
            raise OauthError(
                OauthCode.INVALID_TARGET, "resource is not the one that the person was asked for."
            )

    def _made(
        self, grant: Grant, scopes: frozenset[Scope]
    ) -> tuple[TokenPair, tuple[KeptToken, ...]]:
        """No token outlives its grant."""
        now_s = self._now_s()
        ends_s = min(now_s + self._settings().token_ttl_seconds, grant.expires_at_s)
        access, refresh = made(ACCESS), made(REFRESH)
        kept = (
            KeptToken(
                digest=digest(access),
                kind=TokenKind.ACCESS,
                scopes=scopes,
                made_at_s=now_s,
                expires_at_s=ends_s,
            ),
            KeptToken(
                digest=digest(refresh),
                kind=TokenKind.REFRESH,
                scopes=grant.scopes,
                made_at_s=now_s,
                expires_at_s=grant.expires_at_s,
            ),
        )
        pair = TokenPair(
            access_token=access,
            refresh_token=refresh,
            expires_in_s=max(int(ends_s - now_s), 1),
            scopes=scopes,
        )
        return pair, kept

    def _now_s(self) -> float:
        return self._clock.now_s()


def _narrowed(grant: Grant, form: Mapping[str, str]) -> frozenset[Scope]:
    """Fewer than were given, where fewer are asked for."""
    named = form.get("scope", "").split()
    if any(word not in _SCOPES or Scope(word) not in grant.scopes for word in named):
        raise OauthError(OauthCode.INVALID_SCOPE, "scope asks for more than the person gave.")
    return frozenset(Scope(word) for word in named) or grant.scopes


def _no_good(words: str) -> OauthError:
    return OauthError(OauthCode.INVALID_GRANT, words)
