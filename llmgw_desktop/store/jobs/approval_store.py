"""What the gate decided, and what agents asked and were answered."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.audit import BY_ITSELF, Act, Actor, ActorDoor
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    Approval,
    ApprovalStatus,
    Ask,
    Decision,
    DecisionWay,
    FileChange,
    PermissionAnswer,
    PermissionDecision,
    PermissionKind,
    PermissionQuestion,
    PermissionRule,
)
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, place
from llmgw_desktop.store.audit.audit_rows import note
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.schema import (
    HOLE,
    ApprovalRow,
    PermissionDecisionRow,
    PermissionRuleRow,
    SqlDialect,
    cells,
    columns,
)
from llmgw_desktop.store.database.write_behind import WriteBehind

MOST_KEPT = 10_000
_COLUMNS = columns(ApprovalRow)
_LISTS = ("reasons", "requested_mcp_servers")
_SAID_OF_ACT = ("prompt_preview", "metadata")
"""Encrypted."""
_FLAGS = ("bypass_requested", "full_auto")


class ApprovalStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(self, path: Path, at_rest: AtRest = PLAIN) -> None:
        self._at_rest = at_rest
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()

    def add(self, approval: Approval) -> None:
        oldest = ApprovalRow.select(ApprovalRow.at_s).order_by(ApprovalRow.at_s.desc())
        surplus = oldest.offset(MOST_KEPT).limit(1)
        queries = (
            ApprovalRow.insert(cells(self._row(approval))),
            ApprovalRow.delete().where(ApprovalRow.at_s <= surplus),
        )
        with self._file.transaction() as connection:
            for query in queries:
                connection.execute(*self._dialect.compose(query))
            note(connection, _act_of_gate(approval))

    def recent(
        self, owner: str | None, cli: CliName | None = None, *, limit: int = 50
    ) -> list[Approval]:
        """Newest first; without an owner everybody's."""
        named = {"owner": owner, "cli": None if cli is None else str(cli)}
        given = {name: value for name, value in named.items() if value is not None}

        def newest() -> Any:
            order = ApprovalRow.at_s.desc(), ApprovalRow.id.desc()
            query = ApprovalRow.select().order_by(*order).limit(HOLE)
            for name in given:
                query = query.where(getattr(ApprovalRow, name) == HOLE)
            return query.tuples()

        rows = self._file.ask(("recent", *given), newest, [*given.values(), limit])
        return [self._approval(row) for row in rows]

    def close(self) -> None:
        self._file.close()

    def _row(self, approval: Approval) -> dict[str, Any]:
        row = {name: getattr(approval, name) for name in _COLUMNS}
        written = {name: orjson.dumps(row[name]).decode() for name in (*_LISTS, "metadata")}
        flags = {name: int(row[name]) for name in _FLAGS}
        row |= written | flags | {"status": str(approval.status), "cli": str(approval.cli)}
        return row | {
            name: self._at_rest.cell_or_withheld(row[name], place("approvals", name, approval.id))
            for name in _SAID_OF_ACT
        }

    def _approval(self, values: Sequence[Any]) -> Approval:
        row: dict[str, Any] = dict(zip(_COLUMNS, values, strict=True))
        for name in _SAID_OF_ACT:
            if not isinstance(row[name], str):
                at = place("approvals", name, row["id"])
                row[name] = self._at_rest.text_or_words(row[name], at)
        for name in _LISTS:
            row[name] = tuple(orjson.loads(row[name]))
        for name in _FLAGS:
            row[name] = bool(row[name])
        row["status"], row["cli"] = ApprovalStatus(row["status"]), CliName(row["cli"])
        metadata = row["metadata"]
        is_told = metadata.startswith("{")
        row["metadata"] = orjson.loads(metadata) if is_told else {"unreadable": metadata}
        return Approval(**row)


def _act_of_gate(approval: Approval) -> Act:
    """Short: all that was weighed stands in its own row."""
    return Act(
        verb=f"gate.{approval.status}",
        subject=f"{approval.cli} {approval.operation}",
        after={"score": approval.score, "policy": approval.policy},
        note=f"approval {approval.id}",
    )


MOST_DECISIONS = 10_000
MOST_RULES = 20_000
_ASK = tuple(each.name for each in fields(Ask))
_SAID = ("ask", "job_title", "note")
"""Encrypted."""
_OF_QUESTION = ("id", "asked_at_s", "job_id", "owner", "client", "job_title", "workspace", "rule")


class PermissionStore:
    """`note` is quick and may be called anywhere; the rest is for a thread and raises
    StoreUnavailable, StoreCorrupt or SchemaTooNew."""

    def __init__(self, path: Path, at_rest: AtRest = PLAIN) -> None:
        self._at_rest = at_rest
        self._file = GatewayFile(path)
        self._dialect = SqlDialect()
        self._behind: WriteBehind[PermissionDecision] = WriteBehind(
            "answers to agents", "answer-writer", lambda waiting: self._write(waiting.values())
        )

    def note(self, decision: PermissionDecision) -> None:
        """Its texts are short by now, and hold no keys."""
        self._behind.put(decision.question.id, decision)

    def recent(self, *, job_id: str = "", limit: int = 100) -> list[PermissionDecision]:
        """Newest first, those included that are not written yet."""
        row = PermissionDecisionRow
        query = row.select().order_by(row.at_s.desc(), row.id.desc()).limit(limit)
        if job_id:
            query = query.where(row.job_id == job_id)
        with self._behind.at_rest():
            waiting = self._behind.waiting()
            rows = self._file.run(*self._dialect.compose(query.tuples()))
        unwritten = [each for each in waiting if job_id in ("", each.question.job_id)]
        listed = [*unwritten, *(self._decision(each) for each in rows)]
        return sorted(listed, key=_age, reverse=True)[:limit]

    def add_rule(self, rule: PermissionRule) -> None:
        """Written when this returns. The oldest of all give way when there are very many: what
        they allowed is asked again."""
        row = PermissionRuleRow
        oldest = row.select(row.made_at_s).order_by(row.made_at_s.desc())
        surplus = oldest.offset(MOST_RULES).limit(1)
        self._run(
            row.insert(
                cells(asdict(rule) | {"words": self._rule_words(rule)})
            ).on_conflict_replace(),
            row.delete().where(row.made_at_s <= surplus),
        )

    def rules(self, job_id: str) -> list[PermissionRule]:
        """Oldest first."""
        row = PermissionRuleRow
        own = row.select().where(row.job_id == job_id).order_by(row.made_at_s)
        names = columns(row)
        rows = self._file.run(*self._dialect.compose(own.tuples()))
        return [self._rule(dict(zip(names, each, strict=True))) for each in rows]

    def forget_rules(self, job_id: str) -> None:
        self._run(PermissionRuleRow.delete().where(PermissionRuleRow.job_id == job_id))

    def close(self) -> None:
        self._behind.close()
        self._file.close()

    def _write(self, decisions: Iterable[PermissionDecision]) -> None:
        decisions = tuple(decisions)
        row = PermissionDecisionRow
        oldest = row.select(row.at_s).order_by(row.at_s.desc())
        surplus = oldest.offset(MOST_DECISIONS).limit(1)
        self._run(
            *(row.insert(cells(self._row(each))).on_conflict_replace() for each in decisions),
            row.delete().where(row.at_s <= surplus),
            noted=decisions,
        )

    def _run(self, *queries: Any, noted: Sequence[PermissionDecision] = ()) -> None:
        with self._file.transaction() as connection:
            for query in queries:
                connection.execute(*self._dialect.compose(query))
            for each in noted:
                note(connection, _act(each), actor=_actor(each), at_s=each.answer.at_s)

    def _rule_words(self, rule: PermissionRule) -> str | bytes:
        at = place("permission_rules", "words", rule.job_id, rule.digest)
        return self._at_rest.cell_or_withheld(rule.words, at)

    def _rule(self, row: dict[str, Any]) -> PermissionRule:
        at = place("permission_rules", "words", row["job_id"], row["digest"])
        return PermissionRule(**row | {"words": self._at_rest.text_or_words(row["words"], at)})

    def _row(self, decision: PermissionDecision) -> dict[str, Any]:
        question, answer = decision.question, decision.answer
        row = {name: getattr(question, name) for name in _OF_QUESTION} | {
            "at_s": answer.at_s,
            "cli": str(question.cli or ""),
            "ask": orjson.dumps({name: getattr(question.ask, name) for name in _ASK}).decode(),
            "warnings": orjson.dumps(question.warnings).decode(),
            "decision": str(answer.decision),
            "way": str(answer.way),
            "note": answer.note,
            "person": answer.person,
        }
        return row | {
            name: self._at_rest.cell_or_withheld(row[name], _at(name, question.id))
            for name in _SAID
        }

    def _decision(self, values: Sequence[Any]) -> PermissionDecision:
        row = dict(zip(columns(PermissionDecisionRow), values, strict=True))
        row |= {
            name: self._at_rest.text_or_words(row[name], _at(name, row["id"])) for name in _SAID
        }
        answer = PermissionAnswer(
            decision=Decision(row["decision"]),
            way=DecisionWay(row["way"]),
            at_s=row["at_s"],
            note=row["note"],
            person=row["person"],
        )
        question = PermissionQuestion(
            **{name: row[name] for name in _OF_QUESTION},
            cli=CliName(row["cli"]) if row["cli"] else None,
            ask=_ask(row["ask"]),
            warnings=tuple(orjson.loads(row["warnings"])),
            expires_at_s=row["at_s"],
        )
        return PermissionDecision(question=question, answer=answer)


_DOORS = {
    DecisionWay.DIALOG: ActorDoor.WINDOW,
    DecisionWay.COMMAND: ActorDoor.COMMAND,
    DecisionWay.DEVICE: ActorDoor.DEVICE,
}


def _actor(decision: PermissionDecision) -> Actor:
    answer = decision.answer
    door = _DOORS.get(answer.way)
    return BY_ITSELF if door is None else Actor(name=answer.person, door=door)


def _act(decision: PermissionDecision) -> Act:
    """Short: what was asked stands in its own row."""
    question, answer = decision.question, decision.answer
    return Act(
        verb="permission.allowed" if answer.allows else "permission.denied",
        subject=_asked(question),
        after={"decision": str(answer.decision), "way": str(answer.way), "job": question.job_id},
        note=f"decision {question.id}",
    )


def _asked(question: PermissionQuestion) -> str:
    ask = question.ask
    return f"{ask.server}/{ask.tool}" if question.cli is None else f"{question.cli} {ask.kind}"


def _at(column: str, question_id: str) -> str:
    return place("permission_decisions", column, question_id)


def _ask(said: str) -> Ask:
    """From JSON; words that say why there is none are shown in its place."""
    if not said.startswith("{"):
        return Ask(native_id="", tool=said)
    told = orjson.loads(said)
    changes = tuple(FileChange(**each) for each in told["changes"])
    return Ask(**told | {"kind": PermissionKind(told["kind"]), "changes": changes})


def _age(decision: PermissionDecision) -> tuple[float, str]:
    return decision.answer.at_s, decision.question.id
