"""Jobs that are parked at a limit of their vendor's: whether one is, until when, and how it goes
on. Who wakes it: `queue.py`.

All that is known of one lies in its folder before its row says that it is parked: whoever comes
after us goes on with it as we would have, and once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any

from llmgw_desktop.clis.failures import MINUTE_S, moments_in
from llmgw_desktop.domain.brakes import LowWindow
from llmgw_desktop.domain.cli import ErrorCategory, SessionWish
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.cli_settings import LimitWait, LimitWish
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState
from llmgw_desktop.domain.jobs.run_errors import CliResting
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.usage import Figure, usage_of
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.live_job import LiveJob, begun_anew, may_begin_again
from llmgw_desktop.engine.jobs.outcome import RunAccount, RunStop, RunVerdict
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.runner import Run

_log = logging.getLogger(__name__)

GO_ON = "You were stopped by a usage limit, which is over now. Go on where you stopped."
"""To a CLI whose session knows what was asked."""
MARGIN_S = 2.0
"""After the moment that was told: clocks of vendors differ by less."""
FARTHEST_S = 8 * 86400.0
"""No limit of a subscription lasts longer than a week."""
FIRST_WAIT_S = 300.0
"""Where no end is told; each further one without any work in between is twice as long."""
LONGEST_WAIT_S = 3600.0
LOOKED_AGAIN_S = 900.0
"""At a window that nobody tells the end of."""
MOST_FRUITLESS = 24
"""So often in a row without any work: then it has failed."""
_LATE_WORDS_S = 120.0
"""What is told to be over may have ended while it was said."""
KEEP_NO_SESSION = ("noSessionPersistence", "ephemeral")
"""Fields of CLIs that mean: nothing to go on with later."""


class _Way(StrEnum):
    """How it goes on."""

    ANEW = "anew"
    """Nothing was done: the same is asked in a session that begins."""
    SAME = "same"
    """Nothing was done in a session that went on: the same is asked there."""
    RESUME = "resume"


@value
class Park:
    """A run that ended at a limit is to go on so."""

    wait: LimitWait
    way: _Way
    session_id: str
    """The CLI's own, but where it begins anew."""
    fruitless: int
    """How often in a row it was parked without any work in between, before this."""

    def note(self, waited_s: float, figures: JobFigures | None) -> dict[str, Any]:
        """What is kept in the job's folder. `waited_s`: before this one; `figures`: what its runs
        have used so far."""
        return {
            "wait": asdict(self.wait),
            "fruitless": self.fruitless,
            "waited_s": waited_s,
            "figures": figures and asdict(figures),
        }


def wait_of(note: Mapping[str, Any]) -> LimitWait | None:
    """As it was kept; None where that is none."""
    try:
        return LimitWait(**note["wait"])
    except (KeyError, TypeError):
        return None


def waited_s_of(note: Mapping[str, Any]) -> float:
    """How long a job had been parked when it went on; all times together."""
    since_s = float(note.get("wait", {}).get("since_s", 0.0))
    went_on_at_s = float(note.get("went_on_at_s", since_s))
    return float(note.get("waited_s", 0.0)) + max(went_on_at_s - since_s, 0.0)


def figures_of(note: Mapping[str, Any]) -> JobFigures | None:
    """What the runs before had used; None where that is not known, or there were none."""
    try:
        kept = dict(note["figures"])
        usages = {name: usage_of(kept[name]) for name in ("usage", "beside")}
        return JobFigures(**kept | usages)
    except (KeyError, TypeError):
        return None


def note_wait(live: LiveJob, wait: LimitWait) -> None:
    """The first, or another one. In a thread. Raises OSError."""
    folder, retry = live.folder, live.job.retries
    note = {**folder.parked_note(retry), "wait": asdict(wait)}
    folder.note_retry(retry, wait.reason, wait.due_at_s, note)


def at_rest(resting: CliResting, wish: LimitWish, now_s: float) -> LimitWait:
    """Of a job that was not even started: its CLI met a limit before."""
    return LimitWait(
        since_s=now_s,
        due_at_s=now_s + (resting.retry_after_s or 0) + MARGIN_S,
        is_known=True,
        reason=str(resting),
        asks=wish is LimitWish.ASK,
    )


def below_line(live: LiveJob, low: LowWindow, wish: LimitWish, now_s: float) -> LimitWait:
    """Of one that is not to begin or go on, since what is left of a window is kept. What it waits
    for already counts from its beginning."""
    begun = live.folder.parked_note(live.job.retries).get("wait", {}).get("since_s")
    resets_at_s = low.resets_at_s
    return LimitWait(
        since_s=now_s if begun is None else min(float(begun), now_s),
        due_at_s=now_s + LOOKED_AGAIN_S if resets_at_s is None else resets_at_s + MARGIN_S,
        is_known=resets_at_s is not None,
        reason=low.in_words,
        asks=wish is not LimitWish.ON and not live.may_go_on,
        window=low.words,
    )


def taken_over(live: LiveJob) -> LimitWait | None:
    """What an earlier program knew of it; None where it does not wait for a limit next. What that
    one left half done is done. In a thread. Raises OSError."""
    job = live.job
    note = live.folder.parked_note(job.retries)
    live.before, live.waited_s = figures_of(note), waited_s_of(note)
    if job.retries > 0 and job.process is None:
        live.folder.set_aside(job.retries)
    return wait_of(note)


def with_before(figures: JobFigures, before: JobFigures | None) -> JobFigures:
    """Of all runs of a job. What its own requests say is of all of them already; what one of them
    did not tell leaves a lower bound."""
    if before is None or figures.requests is not None:
        return figures
    usage, cost_usd = figures.usage.with_earlier(before.usage), figures.cost_usd
    if (cost_usd is None) != (before.cost_usd is None):
        usage = replace(usage, partial=usage.partial | Figure.COST)
    if cost_usd is not None or before.cost_usd is not None:
        cost_usd = (cost_usd or 0.0) + (before.cost_usd or 0.0)
    return replace(
        figures,
        usage=usage,
        cost_usd=cost_usd,
        model=figures.model or before.model,
        provider_session_id=figures.provider_session_id or before.provider_session_id,
    )


@value
class ToldEnds:
    """When a limit is over, as everybody says who does; wall clock."""

    moments: tuple[float, ...]
    said_at_s: float

    @property
    def credible(self) -> list[float]:
        first_s, last_s = self.said_at_s - _LATE_WORDS_S, self.said_at_s + FARTHEST_S
        return [each for each in self.moments if first_s <= each <= last_s]


def may_wait(live: LiveJob, verdict: RunVerdict, wish: LimitWish) -> bool:
    """Whether it ended at a limit, and somebody said that it may go on after it."""
    if wish is LimitWish.OFF or live.asked.is_attempt:
        return False
    is_ours = live.stop_asked in (None, RunStop.REFUSED)
    return is_ours and verdict.category is ErrorCategory.RATE_LIMIT


def parked(
    live: LiveJob,
    verdict: RunVerdict,
    account: RunAccount,
    *,
    told: ToldEnds,
    asks: bool,
    now_s: float,
) -> Park | None:
    """None where it cannot go on, or what it was told cannot be. `asks`: a person is to say that it
    may."""
    way = _way(live, account)
    if way is None:
        return None
    # without any work since the last time
    fruitless = 0
    if live.job.retries and not account.has_begun:
        fruitless = int(live.folder.parked_note(live.job.retries).get("fruitless", -1)) + 1
    if fruitless >= MOST_FRUITLESS:
        return None
    credible = told.credible
    if told.moments and not credible:
        return None
    growing_s = min(FIRST_WAIT_S * 2**fruitless, LONGEST_WAIT_S)
    if not credible:
        due_at_s = now_s + growing_s
    else:
        due_at_s = max(max(credible) + MARGIN_S, now_s)
        if fruitless:  # it was told so before, and it was not so
            due_at_s = max(due_at_s, now_s + growing_s)
    wait = LimitWait(
        since_s=now_s,
        due_at_s=due_at_s,
        is_known=bool(credible),
        reason=verdict.error,
        asks=asks and not live.may_go_on,
    )
    return Park(wait=wait, way=way, session_id=_session_of(live, account), fruitless=fruitless)


def _has_begun(live: LiveJob, account: RunAccount) -> bool:
    """Of one that says nothing until its end nobody knows."""
    return account.has_begun or not live.cli.facts.streams


def _way(live: LiveJob, account: RunAccount) -> _Way | None:
    asked, has_begun = live.asked, _has_begun(live, account)
    if not has_begun and may_begin_again(asked):
        return _Way.ANEW
    keeps_none = any(asked.request.options.get(name) is True for name in KEEP_NO_SESSION)
    if keeps_none or not live.cli.facts.resumes or not _session_of(live, account):
        return None
    return _Way.RESUME if has_begun else _Way.SAME


def _session_of(live: LiveJob, account: RunAccount) -> str:
    told = account.figures.provider_session_id
    if told or live.asked.request.session is SessionWish.FORK:
        return told or ""
    return live.asked.request.session_id


def continued(asked: Submission, park: Park) -> Submission:
    """What it asks when it goes on."""
    if park.way is _Way.ANEW:
        return begun_anew(asked)
    prompt = GO_ON if park.way is _Way.RESUME else asked.request.prompt
    request = replace(
        asked.request, session=SessionWish.RESUME, session_id=park.session_id, prompt=prompt
    )
    return replace(asked, request=request)


class Parking:
    """Parks jobs, and has them ready to go on."""

    def __init__(
        self,
        parts: JobParts,
        *,
        write: Callable[[Job], Awaitable[None]],
        settle: Callable[[LiveJob, RunAccount], Awaitable[None]],
    ) -> None:
        """`write` writes a live job's row, `settle` enters into it what a run used."""
        self._parts = parts
        self._write = write
        self._settle = settle

    async def take(
        self, live: LiveJob, verdict: RunVerdict, account: RunAccount | None, run: Run | None
    ) -> bool:
        """Whether it waits for a limit from now on; then nothing of its last run is left."""
        wish = live.asked.limit_wait or self._parts.launcher.limit_wish(live.cli)
        if account is None or not may_wait(live, verdict, wish):
            return False
        now_s = self._parts.clock.now_s()
        said_at_s = now_s if live.launch is not None else await _written_at_s(live, now_s)
        told = await self._told(live, verdict, account, said_at_s)
        clean = replace(verdict, error=self._parts.clean(verdict.error))
        park = parked(live, clean, account, told=told, asks=wish is LimitWish.ASK, now_s=now_s)
        if park is None:
            return False
        live.run = live.refusals = None
        if run is not None:
            await run.sweep()
        await self._parts.launcher.housing.give_back(live.job.id)
        try:
            await self._put_down(live, park, account)
        except (OSError, StoreError):
            _log.warning("%s cannot be parked", live.job.id, exc_info=True)
            return False
        live.goes_on_after_all()
        self._parts.own_requests.ended(live.job)
        self._parts.breaker.parked(live.job, park.wait.reason)
        _log.info("%s is parked until %.0f: %s", live.job.id, park.wait.due_at_s, park.wait.reason)
        return True

    async def leave(self, live: LiveJob) -> None:
        """It goes on. Raises OSError."""
        folder, retry = live.folder, live.job.retries
        went_on_at_s = self._parts.clock.now_s()

        def noted() -> Mapping[str, Any]:
            note = {**folder.parked_note(retry), "went_on_at_s": went_on_at_s}
            reason, due_at_s = folder.retry_reason(retry), folder.retry_due_at_s(retry)
            folder.note_retry(retry, reason, due_at_s, note)
            return note

        live.waited_s = waited_s_of(await asyncio.to_thread(noted))
        # With what its runs asked before.
        await self._parts.own_requests.follow(live.job, live.asked, folder)
        self._parts.breaker.began(live.job, live.asked)

    async def _put_down(self, live: LiveJob, park: Park, account: RunAccount) -> None:
        """All that a later program needs, the row last. Raises OSError, StoreError."""
        asked, figures = live.asked, live.before
        if park.way is not _Way.ANEW:
            await self._settle(live, account)
            figures = live.job.figures
            asked = await asyncio.to_thread(self._parts.ledger.going_on, asked, figures)
        asked = continued(asked, park)
        retries, folder, wait = live.job.retries + 1, live.folder, park.wait
        note = park.note(live.waited_s, figures)

        def noted() -> None:
            self._parts.folders.keep_going_on(folder, retries, asked)
            folder.note_retry(retries, wait.reason, wait.due_at_s, note)

        job = replace(
            live.job, state=JobState.PARKED, retries=retries, process=None, limit_wait=wait
        )
        await asyncio.to_thread(noted)
        await self._write(job)
        await asyncio.to_thread(folder.set_aside, retries)
        # Last, and without a pause until it waits: who sees it parked may have it go on at once.
        live.asked, live.before, live.job = asked, figures, job

    async def _told(
        self, live: LiveJob, verdict: RunVerdict, account: RunAccount, said_at_s: float
    ) -> ToldEnds:
        told = list[float]()
        pause_s = self._parts.breaker.told_pause_s(verdict.error, said_at_s)
        if pause_s is not None:
            told.append(said_at_s + pause_s)
        if account.ended is not None and account.ended.resets_at_s is not None:
            told.append(account.ended.resets_at_s)
        if live.refusals is not None and live.refusals.until_s is not None:
            told.append(live.refusals.until_s)
        ledger, temp = self._parts.ledger, live.folder.temp
        try:
            told += await ledger.resets(live.job, live.asked, account, temp)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            _log.warning("what %s wrote of its limits is not known", live.job.id, exc_info=True)
        for named in moments_in(verdict.error, said_at_s):
            # unless its minute is told to the second
            if not any(named - MINUTE_S <= each <= named for each in told):
                told.append(named)
        return ToldEnds(moments=tuple(told), said_at_s=said_at_s)


async def _written_at_s(live: LiveJob, now_s: float) -> float:
    """When a run that ended while nobody looked said its last word; now where that is no time that
    could be."""
    try:
        at_s = await asyncio.to_thread(lambda: live.folder.stdout.stat().st_mtime)
    except OSError:
        return now_s
    return at_s if 0 <= now_s - at_s <= FARTHEST_S else now_s
