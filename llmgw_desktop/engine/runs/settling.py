"""What one run used, where its CLI tells of the whole session or writes it beside its output.

Unknown is unknown: a difference to something that nobody told is none.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from llmgw_desktop.domain.cli import RunUsageTold
from llmgw_desktop.domain.flights.linked_flights import LinkedFlights
from llmgw_desktop.domain.jobs.job import JobFigures, SessionTotals
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Usage
from llmgw_desktop.engine.jobs.outcome import RunAccount

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
    base = SessionTotals(usage=_NOTHING, cost_usd=0.0) if is_fresh else before
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
_NOTHING = Usage(**_no_tokens)
