"""Sign-ins at servers behind us: a person's browser brings one, the vault keeps it, it is renewed
before it ends, and all who use the server have it.

Nobody is sent to a browser unasked. A server that lets nobody in says so in each call, and stands
as one that wants a sign-in until a person begins one.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_server import SIGNED_IN_PATH, GivenServer, McpServer
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryAddress, EntryKind, NoSuchEntry, VaultEntry, VaultError
from llmgw_desktop.engine.mcp.behind.authorization import (
    Errand,
    GrantRefused,
    ServerSignIn,
    SignInWanted,
    discovered,
    known_as,
    redeemed,
    refreshed,
    revoked,
)
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.mcp.behind.web import Challenge, Web, challenge_of
from llmgw_desktop.engine.upstream.pool import Pool

ANSWER_WITHIN_S = 600.0
"""So long a browser may take."""
_FILE = "mcp-sign-in.json"
_BY = "sign-in at a tool server"
_EARLY_S, _EARLY_SHARE = 60.0, 0.2
"""Before its end a token is renewed: so long, or such a share of its life if that is less."""
_log = logging.getLogger(__name__)


class SignInState(StrEnum):
    """How a server stands with regard to sign-ins."""

    NONE = ""
    """It has never asked for one."""
    WANTED = "wanted"
    WAITING = "waiting"
    """A browser is out."""
    DONE = "done"


class SignInVault(Protocol):
    """As `store/vault/vault` does it; for threads."""

    def secret(self, entry: EntryAddress, *, by: str) -> bytes: ...

    def put(self, entry: EntryAddress, secret: bytes, *, by: str) -> VaultEntry: ...

    def entries(
        self, kind: EntryKind | None = None, project: str | None = None
    ) -> list[VaultEntry]: ...

    def remove(self, entry_id: int, *, by: str) -> bool: ...

    def version(self) -> int: ...


@value
class SignInParts:
    """What they stand on."""

    pool: Pool
    vault: SignInVault
    clock: Clock
    given: Callable[[str], GivenServer]
    """A server as it is asked, its secrets filled in. For a thread; raises InvalidRun."""
    url: Callable[[], str]
    """Of the gateway's own door, where browsers come back."""
    learn: Callable[[str], None]
    """What guards records hears each token first."""
    changed: Callable[[], None]
    signed_in: Callable[[str], None]
    """A server that was waited for can be used now."""


class _Out:
    """A browser that is out for one server."""

    def __init__(self, server: McpServer, errand: Errand, web: Web) -> None:
        self.server = server
        self.errand = errand
        self.web = web
        loop = asyncio.get_running_loop()
        self.came: asyncio.Future[None] = loop.create_future()
        self.came.add_done_callback(lambda done: done.cancelled() or done.exception())
        self.timer = loop.call_later(ANSWER_WITHIN_S, self.fail, "Nobody signed in in time.")

    def fail(self, why: str) -> None:
        self.timer.cancel()
        if not self.came.done():
            self.came.set_exception(ServerFailed(why))


class SignIns:
    """On the loop."""

    def __init__(self, parts: SignInParts) -> None:
        self._parts = parts
        self._out: dict[str, _Out] = {}
        self._wanted: dict[str, Challenge] = {}
        self._kept: dict[str, ServerSignIn | None] = {}
        self._seen = -1
        self._locks: dict[str, asyncio.Lock] = {}

    def close(self) -> None:
        for out in tuple(self._out.values()):
            self._forget(out, "The gateway stops.")

    # what a connection asks

    def of(self, server: McpServer) -> "SignInOf":
        return SignInOf(self, server)

    async def token(self, server: McpServer) -> str:
        """For its next request; empty where nobody signed in. Raises ServerFailed."""
        if self._parts.vault.version() == self._seen and server.name in self._kept:
            kept = self._own(server)
            if kept is None or not kept.access_token or not self._ends_soon(kept):
                return "" if kept is None else kept.access_token
        async with self._lock(server):
            kept = await self._read(server)
            if kept is None or not kept.access_token:
                return ""
            if kept.refresh_token and self._ends_soon(kept):
                kept = await self._renewed(server, kept)
            return kept.access_token

    async def refused(self, server: McpServer, token: str, status: int, told: str) -> bool:
        """The server refused a request that showed `token`. Whether another one is worth a try;
        raises SignInWanted where a person has to sign in."""
        challenge = challenge_of(told)
        is_short = status == 403 and challenge.error == "insufficient_scope"
        if status != 401 and not is_short:
            return False
        async with self._lock(server):
            kept = await self._read(server)
            if kept is not None and kept.access_token not in ("", token):
                return True  # somebody renewed it meanwhile
            if kept is not None and kept.refresh_token and token and not is_short:
                await self._renewed(server, kept)
                return True
            before = kept.scope if kept is not None and is_short else ""
            raise self._want(server, challenge, before)

    # what a person asks

    async def states(self, servers: Iterable[McpServer]) -> dict[str, SignInState]:
        """Nothing of the vault is opened. Raises StoreError."""
        found = await asyncio.to_thread(self._parts.vault.entries, EntryKind.FILE)
        kept = {each.address.provider for each in found if each.address.name == _FILE}
        return {each.name: self._state(each, kept) for each in servers}

    def is_done(self, server: McpServer) -> bool:
        kept = self._parts.vault.entries(EntryKind.FILE)  # in a thread
        return _place(server.name) in {each.address for each in kept}

    async def begin(self, server: McpServer) -> str:
        """The address at which a person signs in; another browser that is out for it is not waited
        for any more. Raises ServerFailed."""
        if not server.url:
            raise ServerFailed(f"{server.name} is a program of this computer: nobody signs in.")
        if "authorization" in map(str.lower, server.headers):
            raise ServerFailed(f"{server.name} has a token of yours in its headers.")
        own = self._parts.url()
        if not own:
            raise ServerFailed("The gateway does not listen: no browser could come back.")
        try:
            given = await asyncio.to_thread(self._parts.given, server.name)
        except InvalidRun as error:
            raise ServerFailed(str(error)) from error
        web = Web(given, self._parts.pool)
        answer = await web.greet(given)
        challenge = challenge_of(answer.challenge)
        if (wanted := self._wanted.get(server.name)) is not None and wanted.scope:
            challenge = wanted
        at = await discovered(web, server.url, challenge, server.oauth_scopes)
        redirect = f"{own}{SIGNED_IN_PATH}"
        client = await known_as(
            web,
            at,
            redirect,
            client_id=server.oauth_client_id,
            client_secret=given.oauth_secret,
        )
        if (before := self._out.get(server.name)) is not None:
            self._forget(before, "Another sign-in was begun.")
        out = _Out(server, Errand(at=at, client=client, redirect=redirect), web)
        out.came.add_done_callback(lambda _: self._over(out))
        self._out[server.name] = out
        self._parts.changed()
        return out.errand.url

    async def outcome(self, name: str) -> None:
        """Returns once the person has signed in. Raises ServerFailed."""
        out = self._out.get(name)
        if out is None:
            raise ServerFailed(f"No browser is out for {name[:80]}.")
        await asyncio.shield(out.came)

    def cancel(self, name: str) -> None:
        """Nobody waits for the browser any more."""
        if (out := self._out.get(name)) is not None:
            self._forget(out, "The sign-in was given up.")

    async def came_back(self, query: str) -> str:
        """A browser, with what it was given: the server's name. Raises ServerFailed."""
        query = urlsplit(query).query if query.startswith(("http://", "https://")) else query
        told = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=40))
        state = told.get("state", "").encode()
        out = next(
            (
                each
                for each in self._out.values()
                if hmac.compare_digest(each.errand.state.encode(), state)
            ),
            None,
        )
        if out is None:
            raise ServerFailed(
                "Nobody waits for this sign-in (any more). Begin it anew on the page Tools, or with"
                " llmgw tools sign-in."
            )
        del self._out[out.server.name]  # an answer counts once
        out.timer.cancel()
        try:
            await self._redeem(out, told)
        except (ServerFailed, GrantRefused) as error:
            out.fail(str(error))
            self._parts.changed()
            raise ServerFailed(str(error)) from error
        if not out.came.done():
            out.came.set_result(None)
        self._parts.signed_in(out.server.name)
        return out.server.name

    async def sign_out(self, server: McpServer) -> bool:
        """Whether somebody was signed in. What the server's side keeps of it is ended, where that
        is offered. Raises StoreError, VaultError."""
        self.cancel(server.name)
        async with self._lock(server):
            try:
                kept = await self._read(server)
            except ServerFailed:
                kept = None
            await asyncio.to_thread(self._remove, server.name)
            self._kept[server.name] = None
            self._wanted[server.name] = Challenge()
        if kept is not None:
            try:
                await revoked(Web(_bare(server), self._parts.pool), kept)
            except ServerFailed as error:
                _log.info("the sign-in at %s was not ended there: %s", server.name, error)
        self._parts.changed()
        return kept is not None

    # inside

    def _state(self, server: McpServer, kept: set[str]) -> SignInState:
        if not server.url:
            return SignInState.NONE
        if server.name in self._out:
            return SignInState.WAITING
        if server.name in self._wanted:
            return SignInState.WANTED
        return SignInState.DONE if server.name in kept else SignInState.NONE

    def _lock(self, server: McpServer) -> asyncio.Lock:
        return self._locks.setdefault(server.name, asyncio.Lock())

    def _own(self, server: McpServer) -> ServerSignIn | None:
        """One at another address is not shown to this one."""
        kept = self._kept.get(server.name)
        return kept if kept is not None and kept.url == server.url else None

    def _ends_soon(self, kept: ServerSignIn) -> bool:
        early_s = min(_EARLY_S, kept.lasts_s * _EARLY_SHARE)
        return bool(kept.expires_at_s) and self._parts.clock.now_s() > kept.expires_at_s - early_s

    async def _read(self, server: McpServer) -> ServerSignIn | None:
        """Raises ServerFailed."""
        now = self._parts.vault.version()
        if now != self._seen:
            self._seen, self._kept = now, {}
        if server.name not in self._kept:
            try:
                raw = await asyncio.to_thread(self._parts.vault.secret, _place(server.name), by=_BY)
                self._keep(server.name, ServerSignIn.read(raw))
            except NoSuchEntry:
                self._kept[server.name] = None
            except (VaultError, StoreError, ValueError) as error:
                said = f"the sign-in at {server.name} cannot be had of the vault: {error}"
                raise ServerFailed(said) from error
        return self._own(server)

    def _keep(self, name: str, kept: ServerSignIn) -> None:
        for secret in (kept.access_token, kept.refresh_token, kept.client.secret):
            if secret:
                self._parts.learn(secret)
        self._kept[name] = kept

    async def _renewed(self, server: McpServer, kept: ServerSignIn) -> ServerSignIn:
        """Raises ServerFailed."""
        web, now_s = Web(_bare(server), self._parts.pool), self._parts.clock.now_s()
        try:
            fresh = await refreshed(web, kept, now_s)
        except GrantRefused as error:
            _log.warning("the sign-in at %s has ended: %s", server.name, error)
            raise self._want(server, Challenge(scope=kept.scope), "") from error
        except ServerFailed:
            if kept.expires_at_s > now_s:
                return kept  # it is good for a moment
            raise
        await self._store(server.name, fresh)
        return fresh

    async def _redeem(self, out: _Out, told: Mapping[str, str]) -> None:
        """Raises ServerFailed, GrantRefused."""
        code, now_s = out.errand.code_of(told), self._parts.clock.now_s()
        kept = await redeemed(out.web, out.server.url, out.errand, code, now_s=now_s)
        async with self._lock(out.server):
            await self._store(out.server.name, kept)
        self._wanted.pop(out.server.name, None)

    async def _store(self, name: str, kept: ServerSignIn) -> None:
        """What the vault does not take is used as long as the gateway runs, and told."""
        self._keep(name, kept)
        try:
            await asyncio.to_thread(self._parts.vault.put, _place(name), kept.written(), by=_BY)
        except (VaultError, StoreError) as error:
            _log.warning("the sign-in at %s is not kept: %s", name, error)
        self._seen = self._parts.vault.version()

    def _remove(self, name: str) -> None:
        for each in self._parts.vault.entries(EntryKind.FILE):
            if each.address == _place(name):
                self._parts.vault.remove(each.id, by=_BY)

    def _want(self, server: McpServer, challenge: Challenge, before: str) -> SignInWanted:
        """`before`: what was granted and goes on being wanted."""
        scopes = dict.fromkeys((*before.split(), *challenge.scope.split()))
        wanted = Challenge(
            metadata_url=challenge.metadata_url, scope=" ".join(scopes), error=challenge.error
        )
        if self._wanted.get(server.name) != wanted:
            self._wanted[server.name] = wanted
            self._parts.changed()
        what = "wants you to allow more" if before else "wants you to sign in"
        return SignInWanted(
            f"{server.name} {what}: on the page Tools, or with llmgw tools sign-in {server.name}."
        )

    def _over(self, out: _Out) -> None:
        if self._out.get(out.server.name) is out:
            del self._out[out.server.name]
            self._parts.changed()

    def _forget(self, out: _Out, why: str) -> None:
        self._out.pop(out.server.name, None)
        out.fail(why)
        self._parts.changed()


class SignInOf:
    """That of one server, as its connection asks for it."""

    def __init__(self, sign_ins: SignIns, server: McpServer) -> None:
        self._all = sign_ins
        self._server = server

    async def token(self) -> str:
        """Raises ServerFailed."""
        return await self._all.token(self._server)

    async def refused(self, token: str, status: int, challenge: str) -> bool:
        """Raises ServerFailed."""
        return await self._all.refused(self._server, token, status, challenge)


def _place(name: str) -> EntryAddress:
    return EntryAddress(kind=EntryKind.FILE, provider=name, name=_FILE)


def _bare(server: McpServer) -> GivenServer:
    """Its address alone."""
    return GivenServer(name=server.name, url=server.url)
