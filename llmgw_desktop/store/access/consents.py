"""Who asked to be let in and what the answer was: rows of `gateway.db`, written behind. The oldest
give way when there are very many."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.access.consent import (
    ConsentAnswer,
    ConsentDecision,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
    Peer,
    actor_of,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.store.access.schema import ConsentDecisionRow
from llmgw_desktop.store.audit.audit_rows import note
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import SqlDialect, columns
from llmgw_desktop.store.database.write_behind import WriteBehind

MOST_KEPT = 10_000
LONGEST_TEXT = 2000
"""Of what the program said of itself."""
_SCOPES = frozenset(str(scope) for scope in Scope)
_TEXTS = ("client_id", "client_name", "redirect_uri", "address", "words")


class ConsentStore:
    """`note` is quick and may be called anywhere; the rest is for a thread and raises
    StoreUnavailable, StoreCorrupt or SchemaTooNew."""

    def __init__(self, path: Path) -> None:
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()
        self._behind: WriteBehind[ConsentDecision] = WriteBehind(
            "decisions about programs", "consent-writer", lambda some: self._write(some.values())
        )

    def note(self, decision: ConsentDecision) -> None:
        self._behind.put(decision.question.id, decision)

    def recent(self, limit: int = 100) -> list[ConsentDecision]:
        """Newest first, those included that are not written yet."""
        row = ConsentDecisionRow
        query = row.select().order_by(row.at_s.desc(), row.id.desc()).limit(limit)
        with self._behind.at_rest():
            waiting = self._behind.waiting()
            rows = self._file.run(*self._dialect.compose(query.tuples()))
        listed = [*waiting, *(_decision(each) for each in rows)]
        return sorted(listed, key=_age, reverse=True)[:limit]

    def close(self) -> None:
        self._behind.close()
        self._file.close()

    def _write(self, decisions: Iterable[ConsentDecision]) -> None:
        decisions = tuple(decisions)
        row = ConsentDecisionRow
        oldest = row.select(row.at_s).order_by(row.at_s.desc())
        surplus = oldest.offset(MOST_KEPT).limit(1)
        queries = (
            *(row.insert(_row(each)).on_conflict_replace() for each in decisions),
            row.delete().where(row.at_s <= surplus),
        )
        with self._file.transaction() as connection:
            for query in queries:
                connection.execute(*self._dialect.compose(query))
            for each in decisions:
                note(
                    connection,
                    _act(each),
                    actor=actor_of(each.answer, each.question.address),
                    at_s=each.answer.at_s,
                )


def _act(decision: ConsentDecision) -> Act:
    """Short: what was asked stands in its own row."""
    question, answer = decision.question, decision.answer
    after: dict[str, object] = {"way": str(answer.way)}
    if answer.allowed:
        after |= {"scopes": " ".join(answer.scopes), "term": str(answer.term)}
    return Act(
        verb="consent.allowed" if answer.allowed else "consent.refused",
        subject=question.client_name or question.client_id,
        after=after,
        note=f"decision {question.id}",
    )


def _age(decision: ConsentDecision) -> tuple[float, str]:
    return decision.answer.at_s, decision.question.id


def _row(decision: ConsentDecision) -> dict[str, Any]:
    question, answer = decision.question, decision.answer
    texts = {name: _storable(getattr(question, name)) for name in _TEXTS}
    return (
        texts
        | peer_row(question.peer)
        | {
            "id": question.id,
            "at_s": answer.at_s,
            "asked_at_s": question.asked_at_s,
            "asked_scopes": " ".join(question.scopes),
            "is_first": int(question.is_first),
            "allowed": int(answer.allowed),
            "way": str(answer.way),
            "scopes": " ".join(answer.scopes),
            "term": str(answer.term),
            "person": _storable(answer.person),
        }
    )


def peer_row(peer: Peer | None) -> dict[str, Any]:
    """`pid` is None where nobody is known."""
    return {
        "pid": peer.pid if peer else None,
        "program": _storable(peer.program) if peer else "",
        "program_user": _storable(peer.user) if peer else "",
        "started_ticks": peer.started_ticks if peer else 0,
    }


def peer_of(row: Mapping[str, Any]) -> Peer | None:
    if row["pid"] is None:
        return None
    return Peer(
        pid=row["pid"],
        program=row["program"],
        user=row["program_user"],
        started_ticks=row["started_ticks"],
    )


def _storable(text: str) -> str:
    """SQLite takes no halves of letters."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _decision(values: Sequence[Any]) -> ConsentDecision:
    row = dict(zip(columns(ConsentDecisionRow), values, strict=True))
    question = ConsentQuestion(
        **{name: row[name] for name in _TEXTS},
        id=row["id"],
        scopes=_scopes(row["asked_scopes"]),
        asked_at_s=row["asked_at_s"],
        expires_at_s=row["at_s"],
        peer=peer_of(row),
        is_first=bool(row["is_first"]),
    )
    answer = ConsentAnswer(
        allowed=bool(row["allowed"]),
        way=ConsentWay(row["way"]),
        at_s=row["at_s"],
        scopes=_scopes(row["scopes"]),
        term=ConsentTerm(row["term"]),
        person=row["person"],
    )
    return ConsentDecision(question=question, answer=answer)


def _scopes(text: str) -> tuple[Scope, ...]:
    return tuple(Scope(word) for word in text.split() if word in _SCOPES)
