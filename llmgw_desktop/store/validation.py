"""Panels and their answers as rows of `gateway.db`, and the chain of receipts.

An answer that has ended is never written again; a judge is claimed by one row that can be there
once; a receipt is made in the transaction that looks at the one before it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.usage import usage_of
from llmgw_desktop.domain.validation import (
    Intent,
    PanelRequest,
    Receipt,
    Seat,
    SeatAnswer,
    SeatState,
    ValidationRun,
)
from llmgw_desktop.store.at_rest.cells import PLAIN, AtRest, place
from llmgw_desktop.store.database.gateway_file import GatewayFile

REVIEWER, JUDGE = "reviewer", "judge"
_RUN = "SELECT id, owner, client, project, made_at_s, request, judge_order FROM validations"
_RECEIPT = (
    "SELECT seq, validation_id, owner, minted_at_s, body, sha256, prev_sha256, signature,"
    " public_key FROM receipts"
)
_RECEIPT_FIELDS = [each.name for each in fields(Receipt)]
_ADD = "INSERT INTO validation_answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_KEEP = (
    "UPDATE validation_answers SET state = ?, job_id = ?, text = ?, sha256 = ?, record = ?"
    " WHERE validation_id = ? AND role = ? AND seat = ? AND state = 'running'"
    " RETURNING seat"
)
_ANSWERS = (
    "SELECT role, seat, state, job_id, text, sha256, record FROM validation_answers"
    " WHERE validation_id = ? ORDER BY role DESC, number"
)
_TEXTS_OF_THEIR_OWN = ("state", "job_id", "text", "sha256")


class ValidationStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew; and VaultError, for what was
    asked and answered is encrypted.
    """

    def __init__(self, path: Path, at_rest: AtRest = PLAIN) -> None:
        self._file = GatewayFile(path)
        self._texts = _Texts(at_rest)

    def add(self, run: ValidationRun) -> None:
        """With its seats, or not at all."""
        request = self._texts.of_request(run)
        row = [run.id, run.owner, run.client, run.project, run.made_at_s, request, "[]", 0]
        answers = [
            self._texts.answer_row(run.id, REVIEWER, number, answer)
            for number, answer in enumerate(run.answers)
        ]
        with self._file.transaction() as connection:
            connection.execute("INSERT INTO validations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.executemany(_ADD, answers)

    def keep(self, validation_id: str, role: str, answer: SeatAnswer) -> bool:
        """News of one that has not ended; whether it had not."""
        row = self._texts.answer_row(validation_id, role, 0, answer)
        state, job_id, text, sha256, record = row[4:]
        where = [validation_id, role, answer.seat.name]
        return bool(self._file.run(_KEEP, [state, job_id, text, sha256, record, *where]))

    def claim_judge(self, validation_id: str, judge: SeatAnswer, order: Sequence[str]) -> bool:
        """Whether this caller is the one who asks it. One that came to nothing gives way."""
        row = self._texts.answer_row(validation_id, JUDGE, 0, judge)
        with self._file.transaction() as connection:
            connection.execute(
                "DELETE FROM validation_answers WHERE validation_id = ? AND role = ?"
                " AND state NOT IN ('running', 'completed')",
                [validation_id, JUDGE],
            )
            insert = _ADD.replace("INSERT", "INSERT OR IGNORE") + " RETURNING seat"
            sealed = "SELECT 1 FROM receipts WHERE validation_id = ?"
            if connection.execute(sealed, [validation_id]).fetchone():
                return False
            if not connection.execute(insert, row).fetchall():
                return False
            connection.execute(
                "UPDATE validations SET judge_order = ?, has_ended = 0 WHERE id = ?",
                [orjson.dumps(list(order)).decode(), validation_id],
            )
        return True

    def get(self, validation_id: str, owner: str | None = None) -> ValidationRun | None:
        """None also for somebody else's; without an owner anybody's."""
        runs = self._runs(f"{_RUN} WHERE id = ?", [validation_id])
        return runs[0] if runs and owner in (None, runs[0].owner) else None

    def recent(self, owner: str | None, limit: int = 100, kind: str = "val") -> list[ValidationRun]:
        """Newest first; without an owner everybody's. `kind`: how their ids begin."""
        newest = "AND id GLOB ? ORDER BY made_at_s DESC, id DESC LIMIT ?"
        if owner is None:
            return self._runs(f"{_RUN} WHERE 1 {newest}", [f"{kind}_*", limit])
        return self._runs(f"{_RUN} WHERE owner = ? {newest}", [owner, f"{kind}_*", limit])

    def open(self) -> list[ValidationRun]:
        """Those that have not ended, oldest first."""
        return self._runs(f"{_RUN} WHERE has_ended = 0 ORDER BY made_at_s, id", [])

    def ended(self, validation_id: str) -> None:
        """Unless somebody is being asked again meanwhile."""
        self._file.run(
            "UPDATE validations SET has_ended = 1 WHERE id = ? AND NOT EXISTS"
            " (SELECT 1 FROM validation_answers WHERE validation_id = ? AND state = 'running')",
            [validation_id, validation_id],
        )

    def of_job(self, job_id: str, owner: str) -> tuple[str, str, str] | None:
        """The panel, role and seat that a job answers, the newest panel first."""
        rows = self._file.run(
            "SELECT a.validation_id, a.role, a.seat FROM validation_answers a"
            " JOIN validations v ON v.id = a.validation_id"
            " WHERE a.job_id = ? AND v.owner = ? ORDER BY v.made_at_s DESC, v.id DESC LIMIT 1",
            [job_id, owner],
        )
        return tuple(rows[0]) if rows else None

    def forget(self, before_s: float) -> None:
        """Panels that ended, were made before, and have no receipt."""
        self._file.run(
            "DELETE FROM validations WHERE has_ended = 1 AND made_at_s < ?"
            " AND id NOT IN (SELECT validation_id FROM receipts)",
            [before_s],
        )

    def mint(
        self, validation_id: str, make: Callable[[int, str], Receipt], *, has_judge: bool
    ) -> Receipt | None:
        """The one there is, or the one that `make` makes of its number and the last digest. None
        where a judge was asked since it was looked whether there is one."""
        self._texts.want_key()
        with self._file.transaction() as connection:
            there = f"{_RECEIPT} WHERE validation_id = ?"
            if (row := connection.execute(there, [validation_id]).fetchone()) is not None:
                return self._texts.receipt(row)
            judged = "SELECT 1 FROM validation_answers WHERE validation_id = ? AND role = ?"
            asked = connection.execute(judged, [validation_id, JUDGE]).fetchone()
            if (asked is not None) != has_judge:
                return None
            last = connection.execute(f"{_RECEIPT} ORDER BY seq DESC LIMIT 1").fetchone()
            receipt = make(1, "") if last is None else make(last[0] + 1, last[5])
            values = self._texts.receipt_row(receipt)
            connection.execute("INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return receipt

    def receipt(self, validation_id: str, owner: str | None = None) -> Receipt | None:
        """None also for somebody else's; without an owner anybody's."""
        rows = self._file.run(f"{_RECEIPT} WHERE validation_id = ?", [validation_id])
        found = self._texts.receipt(rows[0]) if rows else None
        return found if found is not None and owner in (None, found.owner) else None

    def receipts(self, owner: str | None = None) -> list[Receipt]:
        """In the order of their chain."""
        rows = self._file.run(f"{_RECEIPT} ORDER BY seq", [])
        return [each for each in map(self._texts.receipt, rows) if owner in (None, each.owner)]

    def close(self) -> None:
        self._file.close()

    def _runs(self, sql: str, parameters: Sequence[Any]) -> list[ValidationRun]:
        rows = self._file.run(sql, parameters)
        return [self._texts.run(row, self._file.run(_ANSWERS, [row[0]])) for row in rows]


class _Texts:
    """Rows as they are stored and back: what was said is encrypted."""

    def __init__(self, at_rest: AtRest) -> None:
        self._at_rest = at_rest

    def want_key(self) -> None:
        """Before a transaction: the first key is written by another connection."""
        self._at_rest.key()

    def of_request(self, run: ValidationRun) -> str | bytes:
        said = orjson.dumps(asdict(run.request)).decode()
        return self._at_rest.cell(said, place("validations", "request", run.id))

    def answer_row(
        self, validation_id: str, role: str, number: int, answer: SeatAnswer
    ) -> list[Any]:
        record = {
            name: value for name, value in asdict(answer).items() if name not in _TEXTS_OF_THEIR_OWN
        }
        key = (validation_id, role, answer.seat.name)
        text = place("validation_answers", "text", *key)
        rest = place("validation_answers", "record", *key)
        return [
            *key,
            number,
            str(answer.state),
            answer.job_id,
            self._at_rest.cell(answer.text, text),
            answer.sha256,
            self._at_rest.cell(orjson.dumps(record).decode(), rest),
        ]

    def run(self, row: Sequence[Any], answers: Sequence[Sequence[Any]]) -> ValidationRun:
        validation_id, owner, client, project, made_at_s, request, order = row
        request = self._at_rest.text(request, place("validations", "request", validation_id))
        run = ValidationRun(
            id=validation_id,
            owner=owner,
            client=client,
            project=project,
            made_at_s=made_at_s,
            request=_request(orjson.loads(request)),
            answers=tuple(self._answer(row[0], each) for each in answers if each[0] == REVIEWER),
            judge_order=tuple(orjson.loads(order)),
        )
        judges = [self._answer(row[0], each) for each in answers if each[0] == JUDGE]
        return replace(run, judge=judges[0]) if judges else run

    def _answer(self, validation_id: str, row: Sequence[Any]) -> SeatAnswer:
        role, seat, state, job_id, text, sha256, record = row
        key = (validation_id, role, seat)
        text = self._at_rest.text(text, place("validation_answers", "text", *key))
        record = self._at_rest.text(record, place("validation_answers", "record", *key))
        told = orjson.loads(record)
        told |= {"seat": _seat(told["seat"]), "usage": usage_of(told["usage"])}
        return SeatAnswer(**told, state=SeatState(state), job_id=job_id, text=text, sha256=sha256)

    def receipt_row(self, receipt: Receipt) -> list[Any]:
        body = self._at_rest.encrypt(receipt.body, place("receipts", "body", str(receipt.seq)))
        values = {name: getattr(receipt, name) for name in _RECEIPT_FIELDS}
        return list((values | {"body": body}).values())

    def receipt(self, row: Sequence[Any]) -> Receipt:
        values = dict(zip(_RECEIPT_FIELDS, row, strict=True))
        at = place("receipts", "body", str(values["seq"]))
        return Receipt(**values | {"body": self._at_rest.decrypt(values["body"], at)})


def _request(told: dict[str, Any]) -> PanelRequest:
    judge = told["judge"]
    changes = {
        "intent": Intent(told["intent"]),
        "seats": tuple(_seat(each) for each in told["seats"]),
        "judge": None if judge is None else _seat(judge),
    }
    return PanelRequest(**told | changes)


def _seat(told: dict[str, Any]) -> Seat:
    cli = told["cli"]
    return Seat(name=told["name"], cli=None if cli is None else CliName(cli), model=told["model"])
