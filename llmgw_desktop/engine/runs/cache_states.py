"""What runs used: one run, where its CLI tells of the whole session or writes it beside its output;
and what vendors' prompt caches have done for runs, by everything, session and stable beginning.

Unknown is unknown: a difference to something that nobody told is none. Everything is its owner's:
the person at the computer sees beside his own what has no owner.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.cli import CliName, RunUsageTold, Warned
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.cache_state import (
    CacheUse,
    GlobalCache,
    LastUse,
    LinkedFlights,
    ModelCacheUse,
    PrefixCache,
    SessionCache,
    together,
)
from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.domain.jobs.job import JobFigures, Session, SessionTotals
from llmgw_desktop.domain.settings.tables import CacheSettings
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Usage
from llmgw_desktop.engine.jobs.outcome import RunAccount
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


_Number = float | int | None


def settled(
    account: RunAccount,
    side: RunUsageTold | None,
    before: SessionTotals | None,
    *,
    is_fresh: bool,
    linked: LinkedFlights | None = None,
) -> tuple[JobFigures, SessionTotals]:
    """The run's own figures, and the session's from now on. What was written beside the output
    takes the place of what the output told, and `linked`, the flights of the run's own requests,
    that of both. `before`: the session's until now."""
    base = SessionTotals(usage=NOTHING_USED, cost_usd=0.0) if is_fresh else before
    told = account.figures
    own, whole = told.usage, account.whole_usage
    own_cost, whole_cost = told.cost_usd, account.whole_cost_usd
    if side is not None:
        own, whole = (own, side.usage) if side.is_cumulative else (side.usage, whole)
        if side.cost_usd is not None:
            is_whole = side.is_cumulative or side.is_cost_cumulative
            own_cost, whole_cost = (
                (own_cost, side.cost_usd) if is_whole else (side.cost_usd, whole_cost)
            )
    all_before = base or SessionTotals()
    old = _as_told(all_before)
    if own == UNKNOWN_USAGE and whole is not None:
        own = _each(_difference, whole, old.usage)
    if own_cost is None:
        own_cost = _difference(whole_cost, old.cost_usd)
    totals = SessionTotals(
        usage=whole if whole is not None else _each(_sum, old.usage, own),
        cost_usd=whole_cost if whole_cost is not None else _sum(old.cost_usd, own_cost),
    )
    figures = replace(told, usage=own, cost_usd=own_cost)
    if linked is not None:
        figures = _of_both(figures, linked)
    elif all_before.told_usage is None:
        return figures, totals
    return figures, SessionTotals(
        usage=_each(_sum, all_before.usage, figures.usage),
        cost_usd=_sum(all_before.cost_usd, figures.cost_usd),
        told_usage=totals.usage,
        told_cost_usd=totals.cost_usd,
    )


def _of_both(told: JobFigures, linked: LinkedFlights) -> JobFigures:
    """The sums of what passed here. Where the CLI itself tells of more, it has asked elsewhere as
    well, and that counts besides; after an answer out of the gateway's own cache nobody can tell
    the two apart, and the sums are lower bounds."""
    here, own = linked.usage, told.usage
    more: dict[str, int] = {}
    for name in _FIGURES:
        passed, said = getattr(here, name), getattr(own, name)
        if passed is not None and said is not None and said > passed:
            more[name] = said - passed
    figures = replace(
        told, cost_usd=linked.cost_usd, model=told.model or linked.model, requests=linked.count
    )
    if not more:
        return replace(figures, usage=here)
    if linked.replayed:
        partial = here.partial | Figure.COST
        for name in more:
            partial |= _FIGURES[name]
        return replace(figures, usage=replace(here, partial=partial))
    beside_usd = _difference(told.cost_usd, linked.cost_usd)
    whole: Any = {name: getattr(here, name) + more.get(name, 0) for name in more}
    beside: Any = {"input_tokens": 0, "output_tokens": 0, **more}
    return replace(
        figures,
        usage=replace(here, **whole),
        cost_usd=_sum(linked.cost_usd, beside_usd),
        beside=Usage(**beside),
        beside_usd=beside_usd,
    )


def _as_told(totals: SessionTotals) -> SessionTotals:
    """By the CLI itself."""
    if totals.told_usage is None:
        return totals
    return SessionTotals(usage=totals.told_usage, cost_usd=totals.told_cost_usd)


def _each(work: Callable[..., _Number], one: Usage, other: Usage) -> Usage:
    made: Any = {name: work(getattr(one, name), getattr(other, name)) for name in _TOKENS}
    estimated, partial = one.estimated | other.estimated, one.partial | other.partial
    return Usage(**made, estimated=estimated, partial=partial)


def _sum(one: _Number, other: _Number) -> _Number:
    return None if one is None or other is None else one + other


def _difference(whole: _Number, before: _Number) -> _Number:
    """None as well where the session shrank: then it is not what it was."""
    if whole is None or before is None or whole < before:
        return None
    return whole - before


_FIGURES = {
    "input_tokens": Figure.INPUT,
    "output_tokens": Figure.OUTPUT,
    "cache_read_tokens": Figure.CACHE_READ,
    "cache_write_tokens": Figure.CACHE_WRITE,
    "reasoning_tokens": Figure.REASONING,
}
_TOKENS = tuple(each.name for each in fields(Usage) if each.name.endswith("_tokens"))
_no_tokens: Any = dict.fromkeys(_TOKENS, 0)
NOTHING_USED = Usage(**_no_tokens)
