"""What is written down of a run as it begins, works and ends: its session, what it really used,
its flight.
"""

import asyncio
import logging
import re
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from typing_extensions import override

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import ErrorCategory, RunUsageTold, SessionWish
from llmgw_desktop.domain.clock import IdSource
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.cli_settings import provider_of
from llmgw_desktop.domain.jobs.job import Job, JobFigures, SessionTotals, SessionUse
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.provider import QuotaWindow
from llmgw_desktop.engine.jobs.outcome import RunAccount
from llmgw_desktop.engine.jobs.parts import Ledger
from llmgw_desktop.engine.runs.cache_states import NOTHING_USED, settled
from llmgw_desktop.engine.runs.cli_files import read_side_usage
from llmgw_desktop.engine.runs.run_flights import RunFlights
from llmgw_desktop.engine.runs.sessions import Sessions

_ID = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9_-]{15,99}")
"""An id of a CLI's, long enough to be nobody else's."""
_MOST = 8
_log = logging.getLogger(__name__)


def remove_session(home: Path, pattern: str, session_id: str, since_s: float) -> None:
    """The folder of this one session, if it was made since then. For a thread."""
    if not pattern or not _ID.fullmatch(session_id):
        return
    for folder in islice(home.glob(pattern.replace("{session_id}", session_id)), _MOST):
        try:
            is_its_own = folder.name == session_id and folder.is_dir() and not folder.is_symlink()
            if is_its_own and _oldest(folder) >= since_s - 1:
                shutil.rmtree(folder)
        except OSError as error:
            _log.info("the session of an answer could not be removed: %s", error)


def _oldest(folder: Path) -> float:
    """Files there that were there before are another run's."""
    return min((each.lstat().st_mtime for each in folder.rglob("*")), default=0.0)


def renewed(asked: Submission, sessions: Sessions, ids: IdSource) -> Submission:
    """With a flight of its own where it has none; then its session is as of now, too, since an
    earlier run may have had it. For a thread. Raises StoreError."""
    if asked.flight_id:
        return asked
    asked = replace(asked, flight_id=ids.new("flt"), has_own_flight=True, is_attempt=False)
    use = asked.session
    if use is None:
        return asked
    if use.is_new:
        return _begun_again(asked, use, sessions)
    return _gone_on_again(asked, use, sessions)


def _begun_again(asked: Submission, use: SessionUse, sessions: Sessions) -> Submission:
    """No id is given twice."""
    request = asked.request
    new = sessions.new(request.cli, asked.owner, use.working_dir)
    if request.session is not SessionWish.NEW:
        return replace(asked, session=replace(use, id=new.id))
    use = replace(
        use,
        id=new.id,
        new_provider_id=str(uuid.uuid4()) if use.new_provider_id else "",
        neutral_dir=new.neutral_dir,
    )
    return replace(asked, session=use, request=replace(request, session_id=""))


def _gone_on_again(asked: Submission, use: SessionUse, sessions: Sessions) -> Submission:
    known = sessions.find(use.id, asked.owner)
    if known is None or not known.provider_session_id:
        return asked
    request = replace(
        asked.request, session=SessionWish.RESUME, session_id=known.provider_session_id
    )
    use = replace(use, new_provider_id="", before=known.totals)
    return replace(asked, session=use, request=request)


_BEGAN_NOTHING = frozenset({ErrorCategory.AUTH, ErrorCategory.INVALID_INPUT})
"""After these a CLI has told an id under which it finds nothing later."""


class Books(Ledger):
    """A Ledger of the jobs."""

    def __init__(
        self,
        sessions: Sessions,
        flights: RunFlights,
        *,
        ids: IdSource,
        cli_of: Callable[[Job], Cli],
        home_of: Callable[[Cli, str], Path],
        told_quota: Callable[[str, Sequence[QuotaWindow]], None],
    ) -> None:
        """`told_quota` is told (account, windows): who keeps how accounts stand."""
        self._sessions = sessions
        self._flights = flights
        self._ids = ids
        self._cli_of = cli_of
        self._home_of = home_of
        self._told_quota = told_quota

    @override
    async def prepare(self, asked: Submission) -> Submission:
        if asked.flight_id:
            return asked
        return await asyncio.to_thread(renewed, asked, self._sessions, self._ids)

    @override
    def enter(self, job: Job, asked: Submission) -> None:
        if asked.session is not None:
            self._sessions.enter(asked.session, job.cli, job.owner)

    @override
    def strike(self, job: Job, asked: Submission) -> None:
        if asked.session is not None:
            self._sessions.strike(asked.session, job.owner)

    @override
    async def settle(
        self, job: Job, asked: Submission, account: RunAccount, temp: Path
    ) -> JobFigures:
        side = await self._side_usage(job, asked, account, temp)
        windows = (side.windows if side is not None else ()) or account.windows
        if windows and not asked.has_other_account:
            self._told_quota(provider_of(job.cli), windows)
        use = asked.session
        linked = await self._flights.links.settled(job)
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

    async def _forget(self, job: Job, asked: Submission, account: RunAccount) -> None:
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

    @override
    async def resets(
        self, job: Job, asked: Submission, account: RunAccount, temp: Path
    ) -> tuple[float, ...]:
        side = await self._side_usage(job, asked, account, temp)
        windows = (() if side is None else side.windows) or account.windows
        return tuple(
            each.resets_at_s
            for each in windows
            if each.resets_at_s is not None and (each.used_share or 0.0) >= 1.0
        )

    @override
    def going_on(self, asked: Submission, figures: JobFigures) -> Submission:
        if (use := asked.session) is None:
            return asked
        before, known = use.before, self._sessions.find(use.id, asked.owner)
        if figures.requests is not None:  # its requests are counted, those of all its runs
            is_fresh = asked.request.session is SessionWish.NEW
            before = SessionTotals(usage=NOTHING_USED, cost_usd=0.0) if is_fresh else before
        elif known is not None:
            before = known.totals
        use = replace(use, is_new=False, new_provider_id="", before=before)
        return replace(asked, session=use)

    @override
    def changed(self, job: Job, asked: Submission) -> None:
        self._flights.changed(job, asked)

    async def _side_usage(
        self, job: Job, asked: Submission, account: RunAccount, temp: Path
    ) -> RunUsageTold | None:
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


def _began_nothing(account: RunAccount) -> bool:
    return account.ended is not None and account.ended.category in _BEGAN_NOTHING
