"""What vendors' prompt caches have done for runs, by everything, session and stable beginning.

Everything is its owner's: the person at the computer sees beside his own what has no owner.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName, Warned
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.cache_state import (
    CacheUse,
    GlobalCache,
    LastUse,
    ModelCacheUse,
    PrefixCache,
    SessionCache,
    together,
)
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.jobs.job import Session
from llmgw_desktop.domain.settings.tables import CacheSettings
from llmgw_desktop.store.flights.cache_sums import CacheSums, Which

HOURS = 24
SOON_S = 30.0


class CacheStates:
    """Methods raise StoreError."""

    def __init__(
        self,
        sums: CacheSums,
        *,
        clock: Clock,
        price_of: Callable[[CliName, str], Price | None],
        settings: CacheSettings,
    ) -> None:
        self._sums = sums
        self._clock = clock
        self._price_of = price_of
        self._settings = settings

    def apply(self, settings: CacheSettings) -> None:
        self._settings = settings

    async def of_everything(self, owner: str) -> GlobalCache:
        """Of the last hours."""
        return await asyncio.to_thread(self._of_everything, owner)

    async def of_session(self, session: Session) -> SessionCache:
        return await asyncio.to_thread(self._of_session, session)

    async def of_prefix(self, prefix_hash: str, owner: str) -> PrefixCache | None:
        """None where this owner never used it."""
        return await asyncio.to_thread(self._of_prefix, prefix_hash, owner)

    def warnings(
        self, cli: CliName, owner: str, *, prefix_hash: str, session_id: str
    ) -> tuple[Warned, ...]:
        """Before a request is sent. For a thread."""
        if not cli_of(cli).tells_cache_life or not self._settings.warn_on_ttl_expiry:
            return ()
        left = [
            self._left_s(last)
            for which in (
                Which(owners=[owner], prefix_hash=prefix_hash),
                Which(owners=[owner], session_id=session_id),
            )
            if which.prefix_hash or which.session_id
            if (last := self._sums.last(which, self._clock.now_s())) is not None
        ]
        if not left or not 0 < max(left) < SOON_S:
            return ()
        words = (
            f"What the cache keeps of this prompt or session is kept for {max(left):.0f} s more;"
            f" after that it is written anew."
        )
        return (Warned(code="cache_ttl_expiring_soon", message=words),)

    def _of_everything(self, owner: str) -> GlobalCache:
        since_s = self._clock.now_s() - HOURS * 3600
        which = Which(owners=_owners(owner), since_s=since_s)
        models = self._priced(which)
        by_cli: dict[CliName, list[CacheUse]] = defaultdict(list)
        for each in models:
            by_cli[each.cli].append(each.use)
        return GlobalCache(
            hours=HOURS,
            use=together(each.use for each in models),
            clis=tuple(
                ModelCacheUse(cli=cli, model="", use=together(uses)) for cli, uses in by_cli.items()
            ),
            marks=self._sums.marks(which),
        )

    def _of_session(self, session: Session) -> SessionCache:
        which = Which(owners=[session.owner], session_id=session.id)
        last = self._sums.last(which, self._clock.now_s())
        knows_life = last is not None and cli_of(session.cli).tells_cache_life
        return SessionCache(
            session_id=session.id,
            cli=session.cli,
            use=together(each.use for each in self._priced(which)),
            prefixes=self._sums.prefixes(which),
            last=last,
            ttl_left_s=self._left_s(last) if last is not None and knows_life else None,
        )

    def _of_prefix(self, prefix_hash: str, owner: str) -> PrefixCache | None:
        which = Which(owners=_owners(owner), prefix_hash=prefix_hash)
        span = self._sums.span(which) if prefix_hash else None
        if span is None:
            return None
        models = self._priced(which)
        return PrefixCache(
            prefix_hash=prefix_hash,
            use=together(each.use for each in models),
            models=tuple(models),
            first_at_s=span[0],
            last_at_s=span[1],
        )

    def _priced(self, which: Which) -> list[ModelCacheUse]:
        priced = []
        for each in self._sums.by_model(which):
            price = self._price_of(each.cli, each.model) if each.model else None
            saved = None if price is None else price.cache_saving_usd(each.use.usage)
            priced.append(replace(each, use=replace(each.use, saving_usd=saved)))
        return priced

    def _left_s(self, last: LastUse) -> float:
        """An hour where something was marked, else what the settings take for it."""
        life_s = last.ttl_s or (3600 if last.blocks else self._settings.anthropic_ttl_seconds)
        return max(last.at_s + life_s - self._clock.now_s(), 0.0)


def _owners(owner: str) -> list[str]:
    return [owner, ""] if owner == LOCAL.client_id else [owner]
