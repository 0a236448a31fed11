"""The books of runs: which session each belongs to, what it really used, its flight."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.account import QuotaWindow
from llmgw_desktop.domain.cli import ErrorCategory, SessionWish, UsageTold
from llmgw_desktop.domain.cli_settings import provider_of
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.domain.job import Job, JobFigures
from llmgw_desktop.domain.linked_flights import NO_FLIGHTS
from llmgw_desktop.domain.session import SessionTotals, SessionUse
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.outcome import Account
from llmgw_desktop.engine.runs.leavings import remove_session
from llmgw_desktop.engine.runs.renewal import renewed
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.engine.runs.settling import settled
from llmgw_desktop.engine.runs.side_files import read_side_usage

if TYPE_CHECKING:
    from llmgw_desktop.engine.runs.run_flights import RunFlights
    from llmgw_desktop.engine.runs.run_links import RunLinks

_BEGAN_NOTHING = frozenset({ErrorCategory.AUTH, ErrorCategory.INVALID_INPUT})
"""After these a CLI has told an id under which it finds nothing later."""

_log = logging.getLogger(__name__)


class Books:
    """A Ledger of the jobs."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        ids: IdSource,
        cli_of: Callable[[Job], Cli],
        home_of: Callable[[Cli, str], Path],
    ) -> None:
        self._sessions = sessions
        self._ids = ids
        self._cli_of = cli_of
        self._home_of = home_of
        self.flights: RunFlights | None = None
        """Joined later: it reads what the jobs said."""
        self.links: RunLinks | None = None
        """Joined later: the flights of runs' own requests."""
        self.told_quota: Callable[[str, Sequence[QuotaWindow]], None] = _nobody_asks
        """(account, windows): who keeps how accounts stand."""

    async def prepare(self, asked: Submission) -> Submission:
        if asked.flight_id:
            return asked
        return await asyncio.to_thread(renewed, asked, self._sessions, self._ids)

    def enter(self, job: Job, asked: Submission) -> None:
        if asked.session is not None:
            self._sessions.enter(asked.session, job.cli, job.owner)

    def strike(self, job: Job, asked: Submission) -> None:
        if asked.session is not None:
            self._sessions.strike(asked.session, job.owner)

    async def settle(self, job: Job, asked: Submission, account: Account, temp: Path) -> JobFigures:
        side = await self._side_usage(job, asked, account, temp)
        if side is not None and side.windows:
            self.told_quota(provider_of(job.cli), side.windows)
        use = asked.session
        linked = NO_FLIGHTS if self.links is None else await self.links.settled(job)
        figures, totals = settled(
            account,
            side,
            None if use is None else use.before,
            is_fresh=asked.request.session is SessionWish.NEW,
            linked=linked if linked.have_tokens else None,
        )
        if asked.is_attempt:
            await self._forget(job, asked, account)
        if use is not None:
            name = "" if _began_nothing(account) else figures.provider_session_id or ""
            await self._go_on(use, job, name, totals)
        return figures

    async def _forget(self, job: Job, asked: Submission, account: Account) -> None:
        """A caller at a model's door has no use for a session."""
        cli, session_id = self._cli_of(job), account.figures.provider_session_id
        leaves = cli.model_use.leaves
        if leaves and session_id and asked.request.session is SessionWish.NEW:
            home, since_s = self._home_of(cli, job.id), job.started_at_s or job.asked_at_s
            await asyncio.to_thread(remove_session, home, leaves, session_id, since_s)

    async def _go_on(
        self, use: SessionUse, job: Job, provider_id: str, totals: SessionTotals
    ) -> None:
        """The run's own figures are known whether the session can be written or not."""
        try:
            await asyncio.to_thread(self._sessions.went_on, use, job.owner, provider_id, totals)
        except StoreError as error:
            _log.warning("session %s could not be kept up: %s", use.id, error)

    def changed(self, job: Job, asked: Submission) -> None:
        if self.flights is not None:
            self.flights.changed(job, asked)

    async def _side_usage(
        self, job: Job, asked: Submission, account: Account, temp: Path
    ) -> UsageTold | None:
        cli = self._cli_of(job)
        side = cli.side_usage
        if side is None:
            return None
        session_id = account.figures.provider_session_id or asked.request.session_id
        return await asyncio.to_thread(
            read_side_usage,
            side,
            session_id=session_id,
            home=self._home_of(cli, job.id),
            temp=temp,
            since_s=job.started_at_s or job.asked_at_s,
        )


def _began_nothing(account: Account) -> bool:
    return account.ended is not None and account.ended.category in _BEGAN_NOTHING


def _nobody_asks(account: str, windows: Sequence[QuotaWindow]) -> None:
    del account, windows
