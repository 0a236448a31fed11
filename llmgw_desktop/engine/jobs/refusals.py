"""An upstream that refuses a run whose CLI asks again by itself: said at once, and borne no longer
than the settings say.

What is known of it comes from two sides: from what the CLI says, and from the gateway where the
run's requests pass it.
"""

import asyncio
from collections.abc import Callable

from llmgw_desktop.clis.failures import category_of
from llmgw_desktop.domain.cli import CliEvent, ErrorCategory, Retrying
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.job import UpstreamWait
from llmgw_desktop.engine.jobs.outcome import Cause, is_refusal, is_work

RECENT_S = 120.0
"""A CLI that has not been refused for longer may be working in silence: no CLI waits that long on
its own account."""
_LATER_S = 60.0
"""An end that comes sooner is none to speak of, and one that differs by less is no news."""
_LONGEST_REASON = 400


class RefusalWatch:
    """Of one run, in the loop. What shows that work was done ends it, until the next refusal."""

    def __init__(
        self,
        clock: Clock,
        longest_s: float,
        *,
        changed: Callable[[UpstreamWait | None], None],
        give_up: Callable[[], None],
    ) -> None:
        """`longest_s`: so long refusals without a break are borne; 0: for ever. `changed` is told
        what the run waits for now, `give_up` is called once."""
        self._clock = clock
        self._longest_s = longest_s
        self._changed = changed
        self._give_up = give_up
        self._wait: UpstreamWait | None = None
        self._began_s = self._last_s = 0.0
        """Of the monotonic clock: first and last refusal without a break."""
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    def note(self, event: CliEvent) -> None:
        """What its CLI said."""
        if isinstance(event, Retrying):
            pause_s = event.pause_s
            until_s = None if pause_s is None else self._clock.now_s() + pause_s
            self.refused(event.status, until_s, event.reason)
        elif self._wait is not None and is_work(event):
            self.answered()

    def refused(self, status: int | None, until_s: float | None = None, reason: str = "") -> None:
        """`status` is None where there was no answer, or it was not told; `until_s` (wall clock)
        where no end was told."""
        if self._is_over:
            return
        now_s = self._last_s = self._clock.monotonic_s()
        old = self._wait
        if old is None:
            self._began_s = now_s
            self._look_in(self._longest_s)
        if until_s is not None and until_s - self._clock.now_s() < _LATER_S:
            until_s = None
        reason = " ".join(reason.split())[:_LONGEST_REASON] or ("" if old is None else old.reason)
        began_s = self._clock.now_s() if old is None else old.since_s
        wait = UpstreamWait(status=status, since_s=began_s, until_s=until_s, reason=reason)
        if old is None or _is_news(old, wait):
            self._wait = wait
            self._changed(wait)
        self._judge()

    def answered(self) -> None:
        """Its upstream took a request of the run's own work; a title's says nothing of that."""
        self._rest()
        if self._wait is not None and not self._is_over:
            self._wait = None
            self._changed(None)

    def close(self) -> None:
        """The run has ended: nothing is told any more."""
        self._is_over = True
        self._rest()

    @property
    def cause(self) -> Cause | None:
        """Why a run that is stopped now comes to nothing; None: not for its upstream."""
        if (wait := self._wait) is None:
            return None
        category = category_of(wait.reason, wait.status)
        if category not in (ErrorCategory.AUTH, ErrorCategory.RATE_LIMIT):
            category = ErrorCategory.UPSTREAM
        left_s = 0.0 if wait.until_s is None else wait.until_s - self._clock.now_s()
        return Cause(
            words=_words(wait, self._clock.monotonic_s() - self._began_s, left_s),
            category=category,
            passes=False if is_refusal(wait.status) else None,
        )

    def _judge(self) -> None:
        """Whether it has been refused for too long."""
        now_s = self._clock.monotonic_s()
        if self._is_over or self._wait is None or not self._longest_s:
            return
        if now_s - self._began_s < self._longest_s:
            return
        is_told = (self._wait.until_s or 0.0) > self._clock.now_s()
        if is_told or now_s - self._last_s <= RECENT_S:
            self._rest()
            self._give_up()

    def _look_in(self, seconds: float) -> None:
        self._rest()
        if seconds:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._judge)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _is_news(old: UpstreamWait, new: UpstreamWait) -> bool:
    if (old.status, old.until_s is None) != (new.status, new.until_s is None):
        return True
    return abs((new.until_s or 0.0) - (old.until_s or 0.0)) >= _LATER_S


def _words(wait: UpstreamWait, waited_s: float, left_s: float) -> str:
    refused = "refused it" if wait.status is None else f"refused it (HTTP {wait.status})"
    minutes = round(waited_s / 60)
    length = f"{minutes} min" if minutes else f"{round(waited_s)} s"
    words = f"Its upstream {refused} without a break; the CLI had asked again for {length}."
    if wait.reason:
        words += f" It was told: {wait.reason}"
    # As vendors say it, so that whoever keeps rests finds it.
    return f"{words}\nTry again in {round(left_s)} s." if left_s >= 1 else words
