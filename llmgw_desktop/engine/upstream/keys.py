"""The vault's keys for upstreams, each for the project of its request.

A key is asked of the vault once and then kept in memory until anything in the vault changes, by
this process or by another. What guards records learns each key before it is used.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import KeyMissing, StoreError
from llmgw_desktop.domain.provider import Upstream
from llmgw_desktop.domain.vault import EntryKind, address, checked_project, reference
from llmgw_desktop.domain.vault_errors import EntryUnfit, VaultError
from llmgw_desktop.engine.upstream.key_changes import KeyChanges
from llmgw_desktop.store.vault import Vault

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


class Keys:
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
        """The same, with the key that its account names in the vault. Raises KeyMissing."""
        if not upstream.vault:
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
                key = await asyncio.to_thread(self._read, upstream, project)
        except (VaultError, StoreError, TimeoutError) as error:
            said = str(error).rstrip(".") or _NO_ANSWER
            why = said[0].lower() + said[1:]  # it ends another sentence
            if before == self._known_changes:
                _bound(self._refused)[asked] = (self._clock.monotonic_s(), why)
            raise KeyMissing(upstream.provider, why) from error
        self._learn(key)
        with_key = replace(upstream, api_key=key)
        if before == self._known_changes:
            _bound(self._kept)[asked] = with_key
        return with_key

    def _read(self, upstream: Upstream, project: str) -> str:
        provider, name = reference(upstream.vault)
        try:
            known = checked_project(project)
        except EntryUnfit:
            known = ""  # nothing can be stored for it
        entry = address(EntryKind.API_KEY, provider, name, known)
        return self._vault.secret(entry, by=f"provider {upstream.provider}").decode("ascii")

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
