"""Keeps a share of each window for the person: below the line work in the background waits.

A window is one that a vendor tells of an account (5 hours, a week, a month), or a budget of a
client. Background is what says a label, what a run of a CLI asks, and clients that the settings
name; all else is the person's own and is never looked at. Background first goes to accounts above
the line; where none is left it is held, with one question for each window.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from llmgw_desktop.domain.brakes import (
    Brake,
    BrakeSettings,
    HeldBack,
    HoldChoice,
    KeptLine,
    LowWindow,
    ReserveKept,
)
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.domain.policy import Measure, Period, Spent, budget_words
from llmgw_desktop.domain.provider import is_brief
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.policy.brakes.holds import GO_ON, HoldDesk, HoldReason
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.store.policy import LineStore

ASKED_AGAIN_AFTER_S = 900.0
"""Where it was refused or nobody answered: who asks meanwhile is told to wait, and no question is
put again."""
_MOVE, _WAIT = "move", "wait"
_CLOCKS_S = 60.0
"""Clocks are set by so much without having been wrong."""
_MOST_KNOWN = 1000
_log = logging.getLogger(__name__)


@value(kw_only=False)
class _Term:
    """From when until when something holds that a person said; None: as long as the gateway runs.
    A clock that is set back ends it: who waits for a moment told by a wrong clock waits for years.
    """

    since_s: float
    until_s: float | None

    def holds(self, now_s: float) -> bool:
        if now_s < self.since_s - _CLOCKS_S:
            return False
        return self.until_s is None or now_s < self.until_s


class ReserveBrake:
    """On the loop."""

    def __init__(
        self,
        desk: HoldDesk,
        health: HealthTracker,
        policies: Policies,
        bus: Bus,
        *,
        store: LineStore,
        moved: Callable[[], None],
    ) -> None:
        """`moved`: a line may stand elsewhere now; who waits below it looks again."""
        self._store = store
        self._reading: asyncio.Future[list[KeptLine]] | None = None
        self._desk, self._clock, self._tell_moved = desk, desk.clock, moved
        self._health, self._policies = health, policies
        self._settings = BrakeSettings()
        self._is_read = False
        self._moved: dict[str, tuple[float, _Term]] = {}
        """The line of a window where a person moved it."""
        self._waits: dict[str, _Term] = {}
        """Windows that a person said to wait for, refused or left unanswered."""
        self._jobs: dict[str, str] = {}
        """Jobs that wait below a line, with the window: their question is that window's."""
        self._asked: dict[str, str] = {}
        """Windows that a request's question is about, by their words: the key it waits with."""
        bus.subscribe(self._job_changed, JobChanged)

    def apply(self, settings: BrakeSettings) -> None:
        """Another line: what was said of the one before holds no more."""
        if settings == self._settings:
            return
        self._settings = settings
        if self._reading is None:  # the first: what was said before a start is on the disk
            self._reading = asyncio.get_running_loop().run_in_executor(None, self._found)
            self._reading.add_done_callback(self._take)
            return
        self._moved.clear()
        self._waits.clear()
        self._keep()
        self._tell_moved()

    def _found(self) -> list[KeptLine]:
        """In a thread. Where it cannot be read it is said anew, and the log says so."""
        try:
            return self._store.all()
        except StoreError as error:
            _log.warning("what was said of lines kept for the person is not known: %s", error)
            return []

    def _take(self, read: "asyncio.Future[list[KeptLine]]") -> None:
        if read.cancelled():
            return
        for each in read.result():
            term = _Term(each.since_s, each.until_s)
            if each.reserve != self._settings.reserve or not term.holds(self._clock.now_s()):
                continue
            if each.what == _MOVE:
                self._moved.setdefault(each.window, (each.line, term))
            else:
                self._waits.setdefault(each.window, term)
        self._is_read = True
        self._tell_moved()

    def _keep(self) -> None:
        """What has an end: the rest holds as long as the gateway runs."""
        of = self._settings.reserve
        said = [(key, _MOVE, line, term) for key, (line, term) in self._moved.items()]
        said += [(key, _WAIT, 0.0, term) for key, term in self._waits.items()]
        self._store.keep(
            [
                KeptLine(
                    window=key,
                    what=what,
                    reserve=of,
                    line=line,
                    since_s=term.since_s,
                    until_s=term.until_s,
                )
                for key, what, line, term in said
                if term.until_s is not None
            ]
        )

    def _job_changed(self, event: Event) -> None:
        if not isinstance(event, JobChanged):
            return
        wait = event.job.limit_wait
        if wait is not None and wait.window:
            self._jobs[event.job.id] = wait.window
            if wait.asks and (key := self._asked.get(wait.window)):
                self._desk.join_another(key)
        else:
            self._jobs.pop(event.job.id, None)

    async def check(self, exchange: Exchange) -> None:
        """Raises ReserveKept."""
        who = exchange.principal
        if who.sits_here or not self.is_background(who.label, who.job, who.known_as):
            return
        if not self._is_read and self._reading is not None:
            await asyncio.shield(self._reading)
        low = self.low_budget(who.client_id, who.name)
        if low is None:
            candidates = exchange.decision.candidates
            lows = [self.below(each.upstream.account) for each in candidates]
            if not any(lows):
                return
            if not all(lows):
                above = [each for each, found in zip(candidates, lows, strict=True) if not found]
                exchange.decision = replace(exchange.decision, candidates=tuple(above))
                return
            low = lows[0]
        if low is not None:
            await self._ask(exchange, low)

    def below(self, account: str) -> LowWindow | None:
        """Its first window below the line."""
        least = self._health.quota_left(account)
        if least is None or least >= self._settings.reserve:
            return None
        now_s = self._clock.now_s()
        for window in self._health.status(account).windows:
            if window.used_share is None or is_brief(window):
                continue
            if window.resets_at_s is not None and window.resets_at_s <= now_s:
                continue
            key, left = f"{account}\x1f{window.name}", 1.0 - window.used_share
            line = self._line(key, now_s)
            if left < line:
                words = f"the window '{window.name}' of {account}"
                return _low(key, words, (left, line), window.resets_at_s)
        return None

    def move(self, low: LowWindow) -> None:
        """A person has its line at half, until the window begins anew."""
        self._moved[low.key] = low.half, _Term(self._clock.now_s(), low.resets_at_s)
        if len(self._moved) > _MOST_KNOWN:
            del self._moved[next(iter(self._moved))]
        self._keep()
        self._tell_moved()

    def is_background(self, label: str, job: str, known_as: str) -> bool:
        return self._settings.is_background(label, job, known_as)

    def low_budget(self, client_id: str, name: str) -> LowWindow | None:
        """Of a client's budgets the first below the line."""
        standing = self._policies.standing(client_id)
        return next(self._low_budgets(client_id, name, standing), None) if standing else None

    def _low_budgets(
        self, client_id: str, name: str, standing: Sequence[Spent]
    ) -> Iterator[LowWindow]:
        now_s = self._clock.now_s()
        for spent in standing:
            budget = spent.budget
            if budget.period is Period.HOUR or budget.measure is Measure.REQUESTS:
                continue
            key = f"{client_id}\x1f{budget.measure}\x1f{budget.period}"
            left, line = spent.left / budget.amount, self._line(key, now_s)
            if left < line:
                words = f"the budget of {budget_words(budget)} of {name}"
                yield _low(key, words, (left, line), spent.ends_at_s)

    def _line(self, key: str, now_s: float) -> float:
        moved = self._moved.get(key)
        if moved is None:
            return self._settings.reserve
        line, term = moved
        if term.holds(now_s):
            return line
        del self._moved[key]
        return self._settings.reserve

    async def _ask(self, exchange: Exchange, low: LowWindow) -> None:
        now_s = self._clock.now_s()
        reason = HoldReason(
            brake=Brake.RESERVE,
            title=f"Background work meets the line of {low.words}",
            words=low.in_words,
            choices=(
                GO_ON,
                HoldChoice(id=_MOVE, words=f"Move the line to {low.half:.1%}"),
                HoldChoice(id=_WAIT, words="Wait until it begins anew"),
            ),
            key=low.key,
        )
        waits = self._waits.get(low.key)
        if (waits is not None and waits.holds(now_s)) or low.words in self._jobs.values():
            raise self._kept(exchange, low, reason.words)
        until_s, can_ask = low.resets_at_s, self._desk.audience.is_there
        self._asked[low.words] = low.key
        try:
            choice = await self._desk.decide(exchange, reason)
        except HeldBack as error:
            if can_ask:  # whoever comes later has not been asked yet
                self._remember(low.key, now_s + ASKED_AGAIN_AFTER_S)
            raise self._kept(exchange, low, str(error)) from error
        if choice == _MOVE:
            self.move(low)
        elif choice == _WAIT:
            self._remember(low.key, until_s or now_s + ASKED_AGAIN_AFTER_S)
            raise self._kept(exchange, low, reason.words)

    def _remember(self, key: str, until_s: float) -> None:
        self._waits[key] = _Term(self._clock.now_s(), until_s)
        if len(self._waits) > _MOST_KNOWN:
            del self._waits[next(iter(self._waits))]
        self._keep()

    def _kept(self, exchange: Exchange, low: LowWindow, words: str) -> ReserveKept:
        now_s = self._clock.now_s()
        waits_s = None if low.resets_at_s is None else max(low.resets_at_s - now_s, 1.0)
        error = ReserveKept(words, retry_after_s=waits_s)
        self._policies.refused(exchange.principal, error)
        return error


def _low(key: str, words: str, shares: tuple[float, float], resets_at_s: float | None) -> LowWindow:
    """`shares`: what is left, and what is kept of it."""
    left, line = shares
    return LowWindow(key=key, words=words, left=left, line=line, resets_at_s=resets_at_s)
