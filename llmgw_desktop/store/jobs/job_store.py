"""Jobs as rows of `gateway.db`. What a run wrote lies beside it in files, never in here.

A row that has reached its end is never written again but to be deleted: every move is one UPDATE
that names the states it may begin from, so that of two who would end a job one wins and knows it.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import peewee

from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.jobs.job import (
    ALLOWED_MOVES,
    LIVE_STATES,
    Job,
    JobFigures,
    JobProcess,
    JobState,
    JobSum,
)
from llmgw_desktop.domain.usage import AnswerShape, Usage, usage_of
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, place
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import HOLE, JobRow, SqlDialect, columns
from llmgw_desktop.store.flights.rows import FACT_COLUMNS, fact_cells, facts_of

_COLUMNS = columns(JobRow)
_HOLES = {getattr(JobRow, name): HOLE for name in _COLUMNS}
_READ = (*_COLUMNS, "handed_to")
_WHOLE = [each.name for each in fields(Job) if each.name not in {"process", "prompt_facts"}]
"""Fields that have several columns."""
_AT_ONCE = 200
_MOST_STATES = 3
_SESSIONS = JobRow.select(JobRow.id, JobRow.session_id)
_LATER = JobRow.alias("later")


class JobStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt, StoreInQuestion or SchemaTooNew.
    """

    def __init__(self, path: Path, at_rest: AtRest = PLAIN) -> None:
        self._at_rest = at_rest
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()

    def add(self, job: Job) -> None:
        row = _row(job)
        title = self._at_rest.cell_or_withheld(job.title, _title_place(job.id))
        self._write(self._insert, list((row | {"title": title}).values()))

    def move(self, job: Job, *, since: Iterable[JobState] = ()) -> bool:
        """Write the whole row but for its title, if it stands where this state may come from;
        whether it did.

        `since`: other states that it may come from, such as its own for news of a live one.
        """
        beginnings = {state for state, nexts in ALLOWED_MOVES.items() if job.state in nexts}
        beginnings |= set(since) & LIVE_STATES
        # There are at most three states that a move may begin from.
        states = [str(state) for state in (*beginnings, *beginnings, *beginnings)][:_MOST_STATES]
        row = _row(job)
        del row["title"]
        return bool(self._write(self._update, [*row.values(), job.id, *states]))

    def get(self, job_id: str, owner: str | None = None) -> Job | None:
        """None also for somebody else's; without an owner anybody's."""
        found = self._made(self._write(self._select_one, [job_id]))
        return found[0] if found and owner in (None, found[0].owner) else None

    def live(self) -> list[Job]:
        """Those that have not ended, oldest first."""
        live = JobRow.state.in_(sorted(LIVE_STATES))
        return self._jobs(_rows().where(live).order_by(JobRow.asked_at_s, JobRow.id))

    def recent(
        self,
        owner: str | None = None,
        *,
        limit: int = 100,
        states: Collection[JobState] = (),
        cli: CliName | None = None,
    ) -> list[Job]:
        """Newest first; without an owner everybody's, without states those in all."""
        query = _rows()
        if owner is not None:
            query = query.where(JobRow.owner == owner)
        if states:
            query = query.where(JobRow.state.in_(sorted(states)))
        if cli is not None:
            query = query.where(JobRow.cli == cli)
        newest = query.order_by(JobRow.asked_at_s.desc(), JobRow.id.desc())
        return self._jobs(newest.limit(limit))

    def of_session(self, session_id: str, owner: str, *, limit: int) -> list[Job]:
        """Newest first."""
        return self._newest("session_id", session_id, owner, limit)

    def sessions_of(self, job_ids: Iterable[str]) -> dict[str, str]:
        """By job; those without a session, or that are kept no longer, are left out."""
        wanted, found = list(job_ids), dict[str, str]()
        for start in range(0, len(wanted), _AT_ONCE):
            some = JobRow.id.in_(wanted[start : start + _AT_ONCE])
            found |= dict(self._run(_SESSIONS.where(some & (JobRow.session_id != ""))))
        return found

    def beside(self, job_ids: Iterable[str]) -> list[str]:
        """Jobs that go on what one of these does: of the same sessions, or handed over from or to
        one; these themselves are among them."""
        wanted = list(job_ids)[:_AT_ONCE]
        some = JobRow.id.in_(wanted) | JobRow.handed_from.in_(wanted)
        if sessions := set(self.sessions_of(wanted).values()):
            some |= JobRow.session_id.in_(sorted(sessions))
        handed = JobRow.select(JobRow.handed_from).where(JobRow.id.in_(wanted))
        some |= (JobRow.id != "") & JobRow.id.in_(handed)
        query = JobRow.select(JobRow.id).where(some).order_by(JobRow.asked_at_s.desc())
        return [str(row[0]) for row in self._run(query.limit(_AT_ONCE))]

    def of_correlation(self, correlation_id: str, owner: str) -> Job | None:
        """The newest that was asked for by this name."""
        found = self._newest("correlation_id", correlation_id, owner, 1)
        return found[0] if found else None

    def sums(self, owner: str) -> list[JobSum]:
        """Of all that are kept."""
        took_ms = (JobRow.ended_at_s - JobRow.asked_at_s) * 1000
        count = peewee.fn.COUNT(JobRow.id)
        query = JobRow.select(JobRow.cli, JobRow.state, count, peewee.fn.AVG(took_ms))
        rows = self._run(query.where(JobRow.owner == owner).group_by(JobRow.cli, JobRow.state))
        return [
            JobSum(cli=CliName(cli), state=JobState(state), count=count, mean_ms=mean_ms)
            for cli, state, count, mean_ms in rows
        ]

    def same(self, request_key: str, since_s: float) -> Job | None:
        """The newest of this key that was completed since then."""
        parameters = [request_key, str(JobState.COMPLETED), since_s]
        found = self._made(self._write(self._select_same, parameters))
        return found[0] if found else None

    def ids(self) -> set[str]:
        """Of all jobs."""
        return {str(row[0]) for row in self._run(JobRow.select(JobRow.id).tuples())}

    def ended_ids(self) -> list[str]:
        """Of all that are not live, newest first."""
        ended = JobRow.select(JobRow.id).where(JobRow.state.not_in(sorted(LIVE_STATES)))
        return [str(row[0]) for row in self._run(ended.order_by(JobRow.asked_at_s.desc()).tuples())]

    def expired(self, now_s: float) -> list[str]:
        """Some ids of jobs that have outlived their keeping."""
        old = JobRow.select(JobRow.id).where(JobRow.expires_at_s <= now_s).limit(_AT_ONCE)
        return [str(row[0]) for row in self._run(old.tuples())]

    def delete(self, job_ids: Iterable[str]) -> None:
        """Ended ones; a live one stays."""
        ended = JobRow.id.in_(list(job_ids)) & JobRow.state.not_in(sorted(LIVE_STATES))
        self._run(JobRow.delete().where(ended))

    def close(self) -> None:
        self._file.close()

    # Composed once, when first used: of so many columns that takes longer than the writing.

    @cached_property
    def _insert(self) -> str:
        """Takes all columns."""
        return self._dialect.compose(JobRow.insert(_HOLES))[0]

    @cached_property
    def _update(self) -> str:
        """Takes all columns but the title, the id and three states."""
        may = (JobRow.id == HOLE) & JobRow.state.in_([HOLE] * _MOST_STATES)
        holes = {field: hole for field, hole in _HOLES.items() if field is not JobRow.title}
        return self._dialect.compose(JobRow.update(holes).where(may).returning(JobRow.id))[0]

    @cached_property
    def _select_one(self) -> str:
        """Takes an id."""
        return self._dialect.compose(_rows().where(JobRow.id == HOLE).tuples())[0]

    @cached_property
    def _select_same(self) -> str:
        """Takes a request key, a state, and since when."""
        done = (JobRow.state == HOLE) & (JobRow.ended_at_s >= HOLE)
        same = _rows().where((JobRow.request_key == HOLE) & done)
        newest = same.order_by(JobRow.asked_at_s.desc()).limit(peewee.SQL("1"))
        return self._dialect.compose(newest.tuples())[0]

    def _newest(self, column: str, value: str, owner: str, limit: int) -> list[Job]:
        def newest() -> Any:
            which = (JobRow.owner == HOLE) & (getattr(JobRow, column) == HOLE)
            order = JobRow.asked_at_s.desc(), JobRow.id.desc()
            return _rows().where(which).order_by(*order).limit(HOLE).tuples()

        return self._made(self._file.ask(column, newest, [owner, value, limit]))

    def _jobs(self, query: Any) -> list[Job]:
        return self._made(self._run(query.tuples()))

    def _made(self, rows: list[Any]) -> list[Job]:
        return [self._job(dict(zip(_READ, row, strict=True))) for row in rows]

    def _job(self, row: dict[str, Any]) -> Job:
        title = self._at_rest.text_or_words(row["title"], _title_place(row["id"]))
        return _job(row | {"title": title})

    def _run(self, query: Any) -> list[Any]:
        return self._write(*self._dialect.compose(query))

    def _write(self, sql: str, parameters: list[Any]) -> list[Any]:
        return self._file.run(sql, parameters)


def _rows() -> Any:
    """A query of whole rows, each with the newest job that goes on from it."""
    # The first half says that the partial index holds whatever is looked for.
    nothing = peewee.SQL("''")
    is_later = (_LATER.handed_from != nothing) & (_LATER.handed_from == JobRow.id)
    later = _LATER.select(_LATER.id).where(is_later).order_by(_LATER.asked_at_s.desc())
    to = peewee.fn.IFNULL(later.limit(peewee.SQL("1")), nothing)
    return JobRow.select(*(getattr(JobRow, name) for name in _COLUMNS), to.alias("handed_to"))


def _title_place(job_id: str) -> str:
    return place("jobs", "title", job_id)


def _row(job: Job) -> dict[str, Any]:
    """In the order of the columns."""
    values = {name: getattr(job, name) for name in _WHOLE}
    process = job.process
    row = values | {
        "cli": str(job.cli),
        "state": str(job.state),
        "category": None if job.category is None else str(job.category),
        "retryable": None if job.retryable is None else int(job.retryable),
        "output_truncated": int(job.output_truncated),
        "changes_files": int(job.changes_files),
        "figures": orjson.dumps(asdict(job.figures)).decode(),
        "answer_shape": str(job.answer_shape),
        **dict(zip(FACT_COLUMNS, fact_cells(job.prompt_facts), strict=True)),
        "pid": process and process.pid,
        "started_ticks": process and process.started_ticks,
        "process_group": process and process.group,
    }
    return {name: row[name] for name in _COLUMNS}


def _job(row: dict[str, Any]) -> Job:
    pid, ticks, group = (row.pop(name) for name in ("pid", "started_ticks", "process_group"))
    figures = orjson.loads(row["figures"])
    facts = facts_of(tuple(row.pop(name) for name in FACT_COLUMNS))
    return Job(
        **row
        | {
            "cli": CliName(row["cli"]),
            "state": JobState(row["state"]),
            "category": None if row["category"] is None else ErrorCategory(row["category"]),
            "retryable": None if row["retryable"] is None else bool(row["retryable"]),
            "output_truncated": bool(row["output_truncated"]),
            "changes_files": bool(row["changes_files"]),
            "figures": JobFigures(**figures | _usages_in(figures)),
            "answer_shape": AnswerShape(row["answer_shape"]),
            "prompt_facts": facts,
            "process": None
            if pid is None
            else JobProcess(pid=pid, started_ticks=ticks, group=group),
        }
    )


def _usages_in(figures: Mapping[str, Any]) -> dict[str, Usage]:
    """Those of an earlier version have no `beside`."""
    return {name: usage_of(figures.get(name, {})) for name in ("usage", "beside")}


SPARED = ".of-another-gateway-db"
"""Stands in a folder that no start sweeps away, whatever the rows say."""
_log = logging.getLogger(__name__)


def spare_unknown(database: Path) -> None:
    """Raises StoreError."""
    jobs = database.parent / "jobs"
    if not jobs.is_dir():
        return
    with closing(GatewayFile(database)) as file:
        known = {row[0] for row in file.run("SELECT id FROM jobs", ())}
    for folder in jobs.iterdir():
        if folder.is_dir() and folder.name not in known:
            try:
                (folder / SPARED).touch(mode=0o600)
            except OSError as error:
                _log.warning("%s cannot be spared: %s", folder, error.strerror)
