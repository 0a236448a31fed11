"""What was used of an account, what is left of it and how it stands, in words."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from llmgw_desktop.app.flights.provenance_words import sum_money, sum_tokens
from llmgw_desktop.app.words.figures import count_text, counted, share_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightSummary, FlightTotals
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.policy import Period, span_of
from llmgw_desktop.domain.provider import (
    OWN_BUDGET,
    AccountState,
    AccountStatus,
    CredentialKind,
    QuotaWindow,
    is_brief,
)
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.routing.health import HealthTracker

ReadTotals = Callable[[float, float], Mapping[str, FlightTotals]]
"""(since, until) → by provider."""
_SPANS = {Period.DAY: "today", Period.MONTH: "this month"}


class ProviderSpending:
    """What was read last is told at once; reading it anew blocks. `running`: flights under way."""

    def __init__(
        self,
        totals: ReadTotals,
        running: Callable[[], Sequence[FlightSummary]],
        clock: Clock,
        at_desk: Callable[[str], str] = lambda _: "",
    ) -> None:
        """`at_desk`: what a local server with a queue does now, in words."""
        self._at_desk = at_desk
        self._totals = totals
        self._running = running
        self._clock = clock
        self._read: Mapping[Period, Mapping[str, FlightTotals]] = {}

    def under_way(self) -> Mapping[str, int]:
        """By provider, as far as it is known who answers."""
        return Counter(each.provider or "" for each in self._running())

    def words(self, provider: str, under_way: int) -> str:
        """«2 under way · today 34 requests, $3.20 · this month 402 requests, $41.10». Nothing of
        what is not known; empty where there is nothing to tell."""
        desk = inert_line(self._at_desk(provider), 200)
        parts = [desk] if desk else [f"{under_way:,} under way"] if under_way else []
        for period, name in _SPANS.items():
            totals = self._read.get(period, {}).get(provider)
            if totals is not None and totals.flights:
                parts.append(f"{name} {_spent_words(totals)}")
        return " · ".join(parts)

    def read(self) -> None:
        """Looks into the recorder's file: for another thread than the windows'. Raises
        StoreError."""
        # only where somebody looks: without windows nobody needs to know where this computer is
        from tzlocal import get_localzone

        now_s, zone = self._clock.now_s(), get_localzone()
        begins = {period: span_of(period, now_s, zone).begins_at_s or 0.0 for period in _SPANS}
        self._read = {
            period: self._totals(begins_at_s, now_s + 1) for period, begins_at_s in begins.items()
        }


def _spent_words(totals: FlightTotals) -> str:
    cost = "" if totals.cost_usd is None else f", {sum_money(totals)}"
    return f"{counted(totals.flights, 'request')}{cost}"


SPAN_S = 24 * 3600.0

"""(since, until) → by account."""


class AccountUsage:
    """What was read last is told at once; reading it anew blocks."""

    def __init__(self, totals: ReadTotals, clock: Clock) -> None:
        self._totals = totals
        self._clock = clock
        self._words: Mapping[str, str] = {}

    def of(self, account: str) -> str:
        """Empty: it was not used, or nothing was read yet."""
        return self._words.get(account, "")

    def read(self) -> None:
        """Looks into the recorder's file: for another thread than the windows'. Raises
        StoreError."""
        now_s = self._clock.now_s()
        by_account = self._totals(now_s - SPAN_S, now_s + 1)
        self._words = {name: used_words(totals) for name, totals in by_account.items() if name}


class Accounts:
    """How each stands, and what was used of it: all that the cards tell of accounts, and of what
    their provider costs."""

    def __init__(
        self, health: HealthTracker, usage: AccountUsage, spending: ProviderSpending
    ) -> None:
        self.statuses = health.statuses
        self.reset = health.reset
        self.used = usage.of
        self._usage = usage
        self.spending = spending

    def read_usage(self) -> None:
        """Blocks. Raises StoreError."""
        self._usage.read()
        self.spending.read()


def used_words(totals: FlightTotals) -> str:
    """«24 h: 34 requests, 1.2M tokens in, 45k out, $3.20». Nothing that nobody told."""
    parts = [counted(totals.flights, "request")]
    if totals.input_tokens is not None:
        parts.append(f"{sum_tokens(totals, Figure.INPUT)} tokens in")
    if totals.output_tokens is not None:
        parts.append(f"{sum_tokens(totals, Figure.OUTPUT)} out")
    if totals.cost_usd is not None:
        parts.append(sum_money(totals))
    if totals.errors:
        parts.append(counted(totals.errors, "error"))
    return f"24 h: {', '.join(parts)}"


_WINDOW_NAMES = {"requests": "Requests", "tokens": "Tokens"}
_LOW_SHARE = 0.1
_SPAN = re.compile(r"(\d{1,4})([smhd])")


@value
class QuotaLine:
    """One bar: how much is left, and when it is whole again."""

    name: str
    left_share: float | None
    """0 to 1; None where the vendor does not tell."""
    words: str
    is_low: bool
    is_brief: bool = False
    """Whole again within minutes."""
    kept_share: float = 0.0
    """Of it so much is kept for the person: the mark on the bar."""


def with_kept(lines: Sequence[QuotaLine], share: float) -> tuple[QuotaLine, ...]:
    """With the line of `[brakes] reserve`, where there is one and it is known what is left."""
    if not share:
        return tuple(lines)
    return tuple(
        each
        if each.is_brief or each.left_share is None
        else replace(
            each, kept_share=share, words=f"{each.words} · {share_text(share)} kept for you"
        )
        for each in lines
    )


def kept_windows(
    statuses: Iterable[AccountStatus], share: float, now_s: float
) -> tuple[QuotaLine, ...]:
    """Of all accounts, those windows of which that share is kept for the person; each with its
    account's name."""
    return tuple(
        replace(line, name=f"{inert_line(status.account, 40)} · {line.name}")
        for status in statuses
        for line in with_kept([quota_line(each, now_s) for each in status.windows], share)
        if line.kept_share
    )


def span_text(seconds: float) -> str:
    """How long until then: «45 s», «2 m», «3 h 10 m», «2 d»; rounded up, so that it never lies."""
    whole = max(int(-(-seconds // 1)), 0)
    if whole < 60:
        return f"{whole} s"
    minutes = -(-whole // 60)
    if minutes < 60:
        return f"{minutes} m"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} m" if minutes else f"{hours} h"
    return f"{-(-hours // 24)} d"


def state_words(
    status: AccountStatus, credential: CredentialKind, now_s: float, *, is_refused: bool = False
) -> str:
    """«ready», «cooling 2 m». `is_refused`: there is a key, and its vendor does not take it."""
    left = "" if status.until_s is None else f" {span_text(status.until_s - now_s)}"
    match status.state:
        case AccountState.READY:
            return "ready"
        case AccountState.COOLING:
            return f"cooling{left}"
        case AccountState.AUTH_REQUIRED:
            if credential is CredentialKind.SIGN_IN:
                return "sign in again"
            is_bad = is_refused and credential is CredentialKind.API_KEY
            return "key refused" if is_bad else "needs a key"
        case AccountState.OVER_QUOTA:
            return _used_up(left, is_own=status.reason.startswith(OWN_BUDGET))
        case AccountState.OFF:
            return "off"


def _used_up(left: str, *, is_own: bool) -> str:
    if not left:
        return "budget used up" if is_own else "quota used up"
    return f"{'budget' if is_own else 'quota'} used up, back in{left}"


def settled(status: AccountStatus, now_s: float) -> AccountStatus:
    """A pause whose end has come is over, whether or not anybody has said so yet."""
    waiting = status.state in (AccountState.COOLING, AccountState.OVER_QUOTA)
    if waiting and status.until_s is not None and status.until_s <= now_s:
        return AccountStatus(
            account=status.account,
            windows=status.windows,
            last_error=status.last_error,
            last_error_at_s=status.last_error_at_s,
            last_used_at_s=status.last_used_at_s,
            cooling_models=status.cooling_models,
        )
    return status


def credential_words(credential: CredentialKind, api_key_env: str, vault: str) -> str:
    if credential is CredentialKind.NONE:
        return "needs no key"
    if credential is CredentialKind.SIGN_IN:
        return "signed in through the vendor's own program"
    if vault:
        return f"key from the vault, {vault}"
    return f"key from {api_key_env}" if api_key_env else "no key named"


def quota_line(window: QuotaWindow, now_s: float, zone: tzinfo | None = None) -> QuotaLine:
    name = _WINDOW_NAMES.get(window.name.casefold()) or _span_name(window.name)
    over = window.resets_at_s is not None and window.resets_at_s <= now_s
    left = 1.0 if over else _left_share(window)
    words = "reset since; not asked again yet" if over else _left_words(window, left)
    if window.resets_at_s is not None and not over:
        words += f" · resets in {span_text(window.resets_at_s - now_s)}"
        words += f", at {_clock(window.resets_at_s, now_s, zone)}"
    return QuotaLine(
        name=name,
        left_share=left,
        words=words,
        is_low=left is not None and left < _LOW_SHARE,
        is_brief=is_brief(window),
    )


def ago_text(at_s: float | None, now_s: float) -> str:
    """«just now», «4 m ago»; empty where it never happened."""
    if at_s is None:
        return ""
    seconds = now_s - at_s
    if seconds < 10:
        return "just now"
    return f"{span_text(seconds)} ago"


def _span_name(name: str) -> str:
    """«5h» is «5 h»; all else as the vendor calls it."""
    span = _SPAN.fullmatch(name)
    return f"{span.group(1)} {span.group(2)}" if span else inert_line(name, 24)


def _left_share(window: QuotaWindow) -> float | None:
    if window.used_share is not None:
        return min(max(1 - window.used_share, 0.0), 1.0)
    if window.limit and window.remaining is not None:
        return min(max(window.remaining / window.limit, 0.0), 1.0)
    return None


def _left_words(window: QuotaWindow, left: float | None) -> str:
    if window.limit is not None and window.remaining is not None:
        return f"{count_text(round(window.remaining))} of {count_text(round(window.limit))} left"
    if left is not None:
        return f"{share_text(left)} left"
    if window.remaining is not None:
        return f"{count_text(round(window.remaining))} left"
    return "how much is left is not told"


def _clock(at_s: float, now_s: float, zone: tzinfo | None) -> str:
    """«15:16», with its day where that is not today."""
    at, now = (datetime.fromtimestamp(each, tz=UTC).astimezone(zone) for each in (at_s, now_s))
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%H:%M} on {at.day} {month_text(at)}"
