"""Sessions as rows of `gateway.db`: whose each is and how its CLI calls it, never what was said."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import peewee

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.job import Session, SessionTotals, session_totals_of
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, place
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import HOLE, SessionRow, SqlDialect, columns

_COLUMNS = columns(SessionRow)


class SessionStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path, at_rest: AtRest = PLAIN) -> None:
        self._at_rest = at_rest
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()

    def add(self, session: Session) -> None:
        """An active one takes the place of the one that was."""
        row = list(self._row(session).values())
        if not session.is_active:
            self._file.run(self._insert, row)
            return
        with self._file.transaction() as connection:
            connection.execute(self._rests, [session.owner, str(session.cli)])
            connection.execute(self._insert, row)

    def get(self, session_id: str, owner: str) -> Session | None:
        """By our id, or by the CLI's own; None also for somebody else's."""

        def named() -> Any:
            by_cli = (SessionRow.provider_session_id == HOLE) & (
                SessionRow.provider_session_id != peewee.SQL("''")
            )
            own = ((SessionRow.id == HOLE) | by_cli) & (SessionRow.owner == HOLE)
            return SessionRow.select().where(own).order_by(SessionRow.used_at_s.desc()).limit(HOLE)

        found = self._sessions("get", named, [session_id, session_id, owner, 1])
        return found[0] if found else None

    def is_held(self, cli: CliName, provider_session_id: str) -> bool:
        """Whether it is anybody's."""
        same = (SessionRow.cli == cli) & (SessionRow.provider_session_id == provider_session_id)
        return bool(self._run(SessionRow.select(SessionRow.id).where(same).limit(1).tuples()))

    def recent(
        self,
        owner: str | None,
        cli: CliName | None = None,
        *,
        working_dir: str = "",
        limit: int = 100,
    ) -> list[Session]:
        """The last used first; without an owner everybody's."""
        named = {
            "owner": owner,
            "cli": None if cli is None else str(cli),
            "working_dir": working_dir or None,
        }
        given = {name: value for name, value in named.items() if value is not None}

        def last_used() -> Any:
            order = SessionRow.used_at_s.desc(), SessionRow.id.desc()
            query = SessionRow.select().order_by(*order).limit(HOLE)
            for name in given:
                query = query.where(getattr(SessionRow, name) == HOLE)
            return query

        return self._sessions(("recent", *given), last_used, [*given.values(), limit])

    def active(self, owner: str) -> list[Session]:
        """At most one a CLI."""

        def marked() -> Any:
            return SessionRow.select().where(
                (SessionRow.owner == HOLE) & (SessionRow.is_active == peewee.SQL("1"))
            )

        return self._sessions("active", marked, [owner])

    def activate(self, session: Session) -> None:
        self._run(
            _resting(session.owner, session.cli),
            SessionRow.update(is_active=1).where(_is(session.id, session.owner)),
        )

    def deactivate(self, owner: str, cli: CliName) -> None:
        self._run(_resting(owner, cli))

    def touch(self, session_id: str, owner: str, now_s: float) -> None:
        """It is being used."""
        self._run(SessionRow.update(used_at_s=now_s).where(_is(session_id, owner)))

    def went_on(
        self, session_id: str, owner: str, *, provider_id: str, totals: SessionTotals, now_s: float
    ) -> None:
        """After a run; of one that was deleted meanwhile nothing comes back. An empty
        `provider_id` leaves what is known."""
        news = [provider_id, now_s, _written(totals)]
        self._file.run(self._went_on, [*news, session_id, owner])

    def delete(self, session_ids: Sequence[str], owner: str) -> int:
        """How many of this owner's there were."""
        gone = SessionRow.delete().where(
            SessionRow.id.in_(list(session_ids)) & (SessionRow.owner == owner)
        )
        return len(self._run(gone.returning(SessionRow.id)))

    def clear(self, owner: str, cli: CliName | None = None) -> list[Session]:
        """All of an owner, or those with one CLI; the answer are those that are gone."""
        own = SessionRow.owner == owner if cli is None else _of(owner, cli)
        return self._gone(own)

    def forget(self, before_s: float) -> list[Session]:
        """Those that nobody used since; the answer are those that are gone."""
        return self._gone(SessionRow.used_at_s < before_s)

    def is_used(self, neutral_dir: str) -> bool:
        """Whether a session works in this folder."""
        same = SessionRow.neutral_dir == neutral_dir
        return bool(self._run(SessionRow.select(SessionRow.id).where(same).limit(1).tuples()))

    def close(self) -> None:
        self._file.close()

    # Composed once, when first used: that takes longer than the writing.

    @cached_property
    def _insert(self) -> str:
        """Takes all columns."""
        insert = SessionRow.insert({getattr(SessionRow, name): HOLE for name in _COLUMNS})
        return self._dialect.compose(insert)[0]

    @cached_property
    def _rests(self) -> str:
        """Of an owner and a CLI no session is active."""
        return self._dialect.compose(_resting(HOLE, HOLE))[0]

    @cached_property
    def _went_on(self) -> str:
        """An update of a session's name, use and totals."""
        told = peewee.fn.NULLIF(HOLE, peewee.SQL("''"))
        news = {
            "provider_session_id": peewee.fn.COALESCE(told, SessionRow.provider_session_id),
            "used_at_s": HOLE,
            "totals": HOLE,
        }
        update = SessionRow.update(news).where(_is(HOLE, HOLE))
        return self._dialect.compose(update)[0]

    def _gone(self, which: Any) -> list[Session]:
        rows = self._run(SessionRow.delete().where(which).returning(*_fields()))
        return [self._session(row) for row in rows]

    def _sessions(
        self, shape: Hashable, query: Callable[[], Any], values: Sequence[Any]
    ) -> list[Session]:
        rows = self._file.ask(shape, lambda: query().tuples(), values)
        return [self._session(row) for row in rows]

    def _run(self, *queries: Any) -> list[Any]:
        """All or none of them; what the last one answers."""
        if len(queries) == 1:
            return self._file.run(*self._dialect.compose(queries[0]))
        rows: list[Any] = []
        with self._file.transaction() as connection:
            for query in queries:
                rows = connection.execute(*self._dialect.compose(query)).fetchall()
        return rows

    def _row(self, session: Session) -> dict[str, Any]:
        row = {name: getattr(session, name) for name in _COLUMNS}
        said = self._at_rest.cell_or_withheld(session.description, _said_place(session.id))
        return row | {
            "cli": str(session.cli),
            "description": said,
            "is_active": int(session.is_active),
            "totals": _written(session.totals),
        }

    def _session(self, values: Sequence[Any]) -> Session:
        row = dict(zip(_COLUMNS, values, strict=True))
        totals = orjson.loads(row["totals"])
        return Session(
            **row
            | {
                "cli": CliName(row["cli"]),
                "description": self._at_rest.text_or_words(
                    row["description"], _said_place(row["id"])
                ),
                "is_active": bool(row["is_active"]),
                "totals": session_totals_of(totals),
            }
        )


def _said_place(session_id: str) -> str:
    return place("sessions", "description", session_id)


def _resting(owner: Any, cli: Any) -> Any:
    marked = _of(owner, cli) & (SessionRow.is_active == peewee.SQL("1"))
    return SessionRow.update(is_active=peewee.SQL("0")).where(marked)


def _of(owner: Any, cli: Any) -> Any:
    return (SessionRow.owner == owner) & (SessionRow.cli == cli)


def _is(session_id: Any, owner: Any) -> Any:
    return (SessionRow.id == session_id) & (SessionRow.owner == owner)


def _fields() -> list[Any]:
    return [getattr(SessionRow, name) for name in _COLUMNS]


def _written(totals: SessionTotals) -> str:
    return orjson.dumps(asdict(totals)).decode()
