"""The vault's keys for upstreams, each for the project of its request; a key never comes back to a
caller.

A key is asked of the vault once and then kept in memory until anything in the vault changes, by
this process or by another. What guards records learns each key before it is used. Some servers
repeat the credential that they refuse, in words or in a header: whoever asked us has no business
with it, for he has a key of his own.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from multidict import CIMultiDict

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import KeyMissing, StoreError
from llmgw_desktop.domain.provider import Upstream
from llmgw_desktop.domain.vault import (
    EntryKind,
    EntryUnfit,
    VaultError,
    address,
    checked_project,
    reference,
)
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.store.vault.vault import Vault

LOOK_S = 0.25
"""What another process changes is noticed within this time."""


class KeyChanges:
    """For the loop's thread alone."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock
        self._looked_at_s = -LOOK_S
        self._writes = 0
        self._version: int | None = None
        self.count = 0
        """Another number after every change, and after a look that failed."""
        self.noticed_at_s = float("-inf")
        """Monotonic: the last change was noticed then."""

    def look(self) -> int:
        """The count of now."""
        now_s = self._clock.monotonic_s()
        if self._writes == self._vault.writes and now_s - self._looked_at_s < LOOK_S:
            return self.count
        self._looked_at_s = now_s
        self._writes = self._vault.writes
        try:
            version = self._vault.version()
        except StoreError:
            self.count += 1  # nobody may go on with what he has
            return self.count
        if version != self._version:
            self._version = version
            self.count += 1
            self.noticed_at_s = now_s
        return self.count


REFUSED_S = 1.0
"""A key that is not there, or a locked vault, is not asked for more often."""
MOST_KEPT = 1024
"""Projects are named by callers."""

PATIENCE_S = 10.0
"""For the system's keyring, which may be asking a person."""

_NO_ANSWER = (
    "the vault does not open, because the system's keyring does not answer; it may be waiting for "
    "its password in a window"
)
_Asked = tuple[Upstream, str]
_T = TypeVar("_T")


class ProviderKeys:
    """For the loop's thread alone; what blocks is done in another."""

    def __init__(
        self,
        vault: Vault,
        clock: Clock,
        *,
        learn: Callable[[str], None],
        changes: KeyChanges | None = None,
    ) -> None:
        self._vault = vault
        self._changes = changes or KeyChanges(vault, clock)
        self._clock = clock
        self._learn = learn
        self._one = asyncio.Lock()
        self._kept: dict[_Asked, Upstream] = {}
        self._refused: dict[_Asked, tuple[float, str]] = {}
        self._known_changes = 0

    async def with_key(self, upstream: Upstream, project: str) -> Upstream:
        """The same, with the key that its account names in the vault, and the sign-in of its proxy.
        Raises KeyMissing."""
        if not upstream.vault and not upstream.way.vault:
            return upstream
        asked = (upstream, project)
        self._forget_what_changed()
        kept = self._kept.get(asked)
        if kept is not None:
            return kept
        async with self._one:  # a burst asks once
            self._raise_again(asked)
            kept = self._kept.get(asked)
            return kept or await self._ask(asked)

    async def _ask(self, asked: _Asked) -> Upstream:
        upstream, project = asked
        before = self._known_changes
        try:
            async with asyncio.timeout(PATIENCE_S):
                with_key = await asyncio.to_thread(self._read, upstream, project)
        except (VaultError, StoreError, TimeoutError) as error:
            said = str(error).rstrip(".") or _NO_ANSWER
            why = said[0].lower() + said[1:]  # it ends another sentence
            if before == self._known_changes:
                _bound(self._refused)[asked] = (self._clock.monotonic_s(), why)
            raise KeyMissing(upstream.provider, why) from error
        for secret in filter(None, (with_key.api_key, *with_key.way.secrets)):
            self._learn(secret)
        if before == self._known_changes:
            _bound(self._kept)[asked] = with_key
        return with_key

    def _read(self, upstream: Upstream, project: str) -> Upstream:
        by = f"provider {upstream.provider}"
        way = upstream.way
        if way.vault:
            sign_in = self._secret(way.vault, project, by)
            if ":" not in sign_in:
                raise EntryUnfit(way.vault, "the proxy's sign-in, as name:password")
            way = replace(way, sign_in=sign_in)
        key = self._secret(upstream.vault, project, by) if upstream.vault else upstream.api_key
        return replace(upstream, api_key=key, way=way)

    def _secret(self, named: str, project: str, by: str) -> str:
        provider, name = reference(named)
        try:
            known = checked_project(project)
        except EntryUnfit:
            known = ""  # nothing can be stored for it
        entry = address(EntryKind.API_KEY, provider, name, known)
        return self._vault.secret(entry, by=by).decode("ascii")

    def _forget_what_changed(self) -> None:
        changes = self._changes.look()
        if changes != self._known_changes:
            self._known_changes = changes
            self._kept.clear()
            self._refused.clear()

    def _raise_again(self, asked: _Asked) -> None:
        at_s, why = self._refused.get(asked, (0.0, ""))
        if why and self._clock.monotonic_s() - at_s < REFUSED_S:
            raise KeyMissing(asked[0].provider, why)


def _bound(kept: dict[_Asked, _T]) -> dict[_Asked, _T]:
    if len(kept) >= MOST_KEPT:
        kept.clear()
    return kept


MASK = b"[key removed]"
MOST_BYTES = 1 << 20
"""So much of an error is looked at as a whole; nobody reads more of one."""
_SHORTEST = 8
"""Shorter keys would be found in words."""


def without_key(headers: CIMultiDict[str], key: str) -> CIMultiDict[str]:
    """The same object, unless the key stands in it."""
    if len(key) < _SHORTEST or key not in "\n".join(headers.values()):
        return headers
    return CIMultiDict([(name, value) for name, value in headers.items() if key not in value])


class KeylessError:
    """An error as it came, but for the key, however JSON or an address spells it."""

    def __init__(self, answer: UpstreamAnswer, key: str) -> None:
        self._answer = answer
        self._spellings = _spellings(key)
        self._has_begun = False
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers

    async def read(self) -> bytes:
        """All of it at first: a key may come in two pieces."""
        if self._has_begun:
            return self._clean(await self._answer.read())
        self._has_begun = True
        body = bytearray()
        while len(body) <= MOST_BYTES and (piece := await self._answer.read()):
            body += piece
        return self._clean(bytes(body))

    def said_all(self) -> None:
        self._answer.said_all()

    async def close(self) -> None:
        await self._answer.close()

    def _clean(self, body: bytes) -> bytes:
        for spelling in self._spellings:
            if spelling in body:
                body = body.replace(spelling, MASK)
        return body


def _spellings(key: str) -> Sequence[bytes]:
    if len(key) < _SHORTEST:
        return ()
    spelled = dict.fromkeys((key, key.replace("/", "\\/"), quote(key, safe="")))
    return [each.encode() for each in spelled]
