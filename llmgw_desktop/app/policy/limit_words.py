"""Budgets, rates and refusals as people read them. One function for one kind, used by all views."""

from collections.abc import Sequence
from datetime import tzinfo

from llmgw_desktop.app.providers.usage import ago_text, span_text
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    clock_text,
    counted,
    local_time,
    marked,
    money_text,
    short_count_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.principal import NO_FIGURES, ClientFigures
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.policy import (
    Budget,
    ClientPolicy,
    LimitRefusal,
    Measure,
    Period,
    RateLimit,
    RateStanding,
    Spent,
)
from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.domain.values import value

_LOW_SHARE = 0.2
"""As at the first notice: 80 % are used."""
_WINDOWS = {1.0: "a second", 60.0: "a minute", 3600.0: "an hour", 86_400.0: "a day"}
_SOON_S = 300.0


@value
class BudgetLine:
    """How one budget stands. Shares are None where nobody knows yet."""

    name: str
    """«$5 a day»."""
    used_share: float | None
    reserved_share: float
    left: str
    """«$1.70 left», for narrow places."""
    words: str
    """All of it, with when it begins anew."""
    is_low: bool = False
    is_spent: bool = False


@value
class RefusalLine:
    """What a limit refused, and when it opens again."""

    words: str
    opens: str
    is_closed: bool
    """It still refuses."""
    soon: str = ""
    """«opens in 12 s», for narrow places."""


def amount_text(measure: Measure, amount: float) -> str:
    """«$3.10», «1.2 M tokens», «60 requests»."""
    if measure is Measure.USD:
        return money_text(amount).removesuffix(".00")
    if measure is Measure.TOKENS:
        short = short_count_text(round(amount)).replace(".0 M", " M").replace(".0k", "k")
        return "1 token" if round(amount) == 1 else f"{short} tokens"
    return counted(round(amount), "request")


def budget_name(budget: Budget) -> str:
    amount = amount_text(budget.measure, budget.amount)
    return f"{amount} once" if budget.period is Period.NEVER else f"{amount} {_each(budget.period)}"


def rate_name(limit: RateLimit) -> str:
    """«60 requests a minute», «10 requests in 90 s»."""
    window = _WINDOWS.get(limit.window_s) or f"in {span_text(limit.window_s)}"
    return f"{amount_text(limit.measure, limit.amount)} {window}"


def rate_words(standing: RateStanding) -> str:
    used = amount_text(standing.limit.measure, standing.used).partition(" ")[0]
    return f"{rate_name(standing.limit)}: {used} used"


def budget_lines(
    policy: ClientPolicy | None,
    spent: Sequence[Spent],
    now_s: float,
    today: ClientFigures = NO_FIGURES,
) -> tuple[BudgetLine, ...]:
    """Of a policy whose figures are not known, each budget without them. `today`: all that the
    client used since midnight, which is more than a budget knows that was set up since."""
    if policy is None:
        return ()
    known = {(each.budget.measure, each.budget.period): each for each in spent}
    zone = zone_of(policy)
    return tuple(
        _line(each, known.get((each.measure, each.period)), now_s, zone=zone, today=today)
        for each in policy.budgets
    )


def refusal_lines(refusals: Sequence[LimitRefusal], now_s: float) -> tuple[RefusalLine, ...]:
    """The last first."""
    ordered = sorted(refusals, key=lambda each: each.last_at_s, reverse=True)
    return tuple(_refusal(each, now_s) for each in ordered)


def zone_of(policy: ClientPolicy) -> tzinfo | None:
    """None: this computer's."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(policy.time_zone) if policy.time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def moment_words(at_s: float, now_s: float, zone: tzinfo | None = None) -> str:
    """«15:01», with its day where that is not today."""
    return clock_text(at_s, local_time(now_s, zone).date(), zone)[:-3]


def day_words(at_s: float, now_s: float) -> str:
    """«31 Jan», with its year where that is another."""
    day = local_time(at_s)
    words = f"{day.day} {month_text(day)}"
    return words if day.year == local_time(now_s).year else f"{words} {day.year}"


def end_words(at_s: float, now_s: float) -> str:
    """A day that ends is told by its name, not by the midnight after it."""
    at = local_time(at_s)
    if (at.hour, at.minute, at.second) != (0, 0, 0):
        return moment_words(at_s, now_s)
    return f"at the end of {day_words(at_s - 1, now_s)}"


def _line(
    budget: Budget,
    spent: Spent | None,
    now_s: float,
    *,
    zone: tzinfo | None,
    today: ClientFigures,
) -> BudgetLine:
    name = budget_name(budget)
    if spent is None:
        words = "how much is used is not known yet"
        return BudgetLine(name=name, used_share=None, reserved_share=0.0, left=UNKNOWN, words=words)
    measure = budget.measure
    used, left = amount_text(measure, spent.used), amount_text(measure, spent.left)
    parts = [f"{used} used{_since(spent, now_s, zone)}"]
    if spent.reserved > 0:
        parts.append(f"{amount_text(measure, spent.reserved)} reserved by what runs")
    parts.append(f"{left} left")
    if spent.since_s is not None and (whole := _today(measure, today)):
        parts.append(f"{whole} today in all")
    if spent.ends_at_s is not None:
        parts.append(f"begins anew {moment_words(spent.ends_at_s, now_s, zone)}")
    is_spent = spent.used >= budget.amount
    return BudgetLine(
        name=name,
        used_share=min(spent.used / budget.amount, 1.0),
        reserved_share=min(spent.reserved / budget.amount, max(1 - spent.used / budget.amount, 0)),
        left="used up" if is_spent else f"{left} left",
        words=" · ".join(parts),
        is_low=spent.left < budget.amount * _LOW_SHARE,
        is_spent=is_spent,
    )


def _since(spent: Spent, now_s: float, zone: tzinfo | None) -> str:
    return "" if spent.since_s is None else f" since {moment_words(spent.since_s, now_s, zone)}"


def _today(measure: Measure, today: ClientFigures) -> str:
    """With its mark; empty where it is not known."""
    figures = {
        Measure.USD: (today.cost_usd, today.cost_provenance),
        Measure.TOKENS: (today.tokens, today.tokens_provenance),
        Measure.REQUESTS: (today.flights, Provenance.TOLD),
    }
    amount, provenance = figures[measure]
    return "" if amount is None else marked(amount_text(measure, amount), provenance)


def _refusal(refusal: LimitRefusal, now_s: float) -> RefusalLine:
    times = "once" if refusal.count == 1 else f"{refusal.count:,} times, last"
    words = f"Refused {times} {ago_text(refusal.last_at_s, now_s)}: "
    opens_at_s = refusal.opens_at_s
    is_closed = opens_at_s is not None and opens_at_s > now_s
    opens = ""
    if opens_at_s is not None:
        opens = f"Opens again in {_span(opens_at_s, now_s)}." if is_closed else "Open again."
    return RefusalLine(
        words=words + inert_line(refusal.words, 300).rstrip(".") + ".",
        opens=opens,
        is_closed=is_closed,
        soon=f"opens in {span_text(opens_at_s - now_s)}" if opens_at_s is not None else "",
    )


def _span(at_s: float, now_s: float) -> str:
    left = span_text(at_s - now_s)
    return left if at_s - now_s < _SOON_S else f"{left}, at {moment_words(at_s, now_s)}"


def _each(period: Period) -> str:
    return "an hour" if period is Period.HOUR else f"a {period}"
