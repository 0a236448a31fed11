"""The audit log in `gateway.db`: read in pages, checked, sealed.

Entries come in through `audit_rows.note` alone, in the transactions of those who act. A seal is a
signature over the last entry's digest; the newest one is kept in a file beside the database as
well, so that an end that was cut off shows. A log that was sealed and has no such file is not
whole, and no seal goes over it before a person says so.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from llmgw_desktop.domain.audit import (
    Act,
    Actor,
    AuditEntry,
    AuditQuery,
    AuditSeal,
    digest_of,
    entry_of,
    sealed_words,
)
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.store.audit.audit_rows import (
    ChainReport,
    FarHead,
    check_head,
    check_seals,
    checked_chain,
    is_genuine,
    note,
)
from llmgw_desktop.store.database.database import told
from llmgw_desktop.store.database.gateway_file import GatewayFile
from llmgw_desktop.store.database.store_mark import keep_mark
from llmgw_desktop.store.private_files import write_whole

MOST_A_PAGE = 1000
_AT_A_TIME = 500
_COUNT = "SELECT count(*) FROM audit_log"
_ENTRY = "SELECT number, at_s, who, verb, body, digest FROM audit_log"
_SEALS = "SELECT number, digest, signature, public_key, at_s FROM audit_seals ORDER BY number"
_HEAD_GONE = (
    "The log was sealed, but audit-head.json, which is kept beside it, is gone: its end may be cut"
    " off."
)
_HEAD_FORGED = "The log was sealed, but audit-head.json, which is kept beside it, is not genuine."
_SEALS_GONE = "The log has a key of its own, but no seal and no head: they were taken away."
_log = logging.getLogger(__name__)


class Signer(Protocol):
    """As `receipt_keys.ReceiptKey` is one."""

    public_key: str

    def sign(self, message: bytes) -> bytes: ...


class AuditStore:
    """May be used from any thread; opens its file when it is first needed.

    Everything raises StoreUnavailable, StoreCorrupt or SchemaTooNew.
    """

    def __init__(
        self, path: Path, clock: Clock, far: Callable[[], FarHead | None] = lambda: None
    ) -> None:
        """`far`: where the newest seal is kept, too; None where that is not, or not known yet."""
        self._path = path
        self._head = path.with_name("audit-head.json")
        self._file = GatewayFile(path)
        self._clock = clock
        self._far = far
        self.problem = ""
        """Why the log was not sealed when it was last to be, in a sentence; empty: it was."""

    def note(self, act: Act, *, actor: Actor | None = None) -> AuditEntry:
        """For what is done outside of the database."""
        with self._file.transaction() as connection:
            return note(connection, act, actor=actor, at_s=self._clock.now_s())

    @contextmanager
    def noting(self, act: Act) -> Iterator[None]:
        """What is done inside is done and noted, or neither."""
        with self._file.transaction() as connection:
            note(connection, act, at_s=self._clock.now_s())
            yield

    def page(self, query: AuditQuery) -> list[AuditEntry]:
        """Newest first; what cannot be read is left to `verify`."""
        where, values = _where(query)
        limit = max(1, min(query.limit, MOST_A_PAGE))
        sql = f"{_ENTRY}{where} ORDER BY number DESC LIMIT ?"
        rows = self._file.run(sql, [*values, limit])
        return [entry for entry in map(_entry, rows) if isinstance(entry, AuditEntry)]

    def count(self, query: AuditQuery) -> int:
        where, values = _where(query)
        return int(self._file.run(f"{_COUNT}{where}", values)[0][0])

    def entries(self) -> Iterator[AuditEntry | int]:
        """All in their order, some hundred at a time; of one that cannot be read its number."""
        last = 0
        while True:
            sql = f"{_ENTRY} WHERE number > ? ORDER BY number LIMIT ?"
            rows = self._file.run(sql, [last, _AT_A_TIME])
            if not rows:
                return
            for row in rows:
                yield _entry(row)
            last = rows[-1][0]

    def seals(self) -> list[AuditSeal]:
        return [_seal(row) for row in self._file.run(_SEALS, [])]

    def verify(
        self, trusted: str = "", *, also: Sequence[int] = (), needs_head: bool = True
    ) -> ChainReport:
        """`trusted`: the public key that seals must be of; empty, where it is not known. `also`:
        entries whose digests are wanted in the report. Without `needs_head` the file beside the
        log is not looked at."""
        seals, head = self.seals(), self._kept_head() if needs_head else None
        asked = {*(each.number for each in seals), *also}
        asked |= {head.number} if head is not None else set()
        report = checked_chain(self.entries(), asked)
        check_head(report, head, trusted)
        check_seals(report, seals, trusted)
        if head is not None and not seals:
            report.fail("The log's seals were taken away.")
        if needs_head and (lost := self.lost_head() or self.behind_far(trusted)):
            report.fail(lost)
        return report

    def lost_head(self) -> str:
        """What is wrong with the file beside a log that was sealed, in a sentence."""
        if not self._file.run(f"{_SEALS} LIMIT 1", []):
            return ""
        head = self._kept_head()
        if head is None:
            return _HEAD_GONE
        return "" if is_genuine(head) else _HEAD_FORGED

    def seal(
        self, signer: Signer, *, is_new: bool = True, needs_head: bool = True
    ) -> AuditSeal | None:
        """Of the last entry; None where it is sealed already, or where nothing is. A log that does
        not hold is not sealed, but `problem` says why: it would cover up what was done to it.
        `is_new`: the signer may have sealed nothing yet. Without `needs_head` a person has said
        that the log is as it should be."""
        with self._file.transaction():
            pass  # whoever acts at this moment is waited for
        found, problem = None, ""
        if needs_head:
            problem = self._lost(is_new=is_new) or self.behind_far(signer.public_key)
        if not problem:
            found, problem = self._after(*self._sealed_to())
        self._tell(problem)
        if found is None:
            return None
        seal = AuditSeal(
            number=found[0],
            digest=found[1],
            signature=signer.sign(sealed_words(*found)).hex(),
            public_key=signer.public_key,
            at_s=self._clock.now_s(),
        )
        values = [seal.number, seal.digest, seal.signature, seal.public_key, seal.at_s]
        with self._file.transaction() as connection:
            there = "SELECT coalesce(max(number), 0) FROM audit_seals"
            if connection.execute(there).fetchone()[0] >= seal.number:
                return None  # another process was quicker, and has seen more
            self._keep_head(seal)  # first: no end in between leaves a seal without its head
            connection.execute("INSERT INTO audit_seals VALUES (?, ?, ?, ?, ?)", values)
        if (far := self._far()) is not None:
            far.keep(seal)
        _log.info("audit log: sealed up to entry %d, %s", seal.number, seal.digest)
        return seal

    def keep_mark(self) -> None:
        """How far the file has come, beside it: an older copy shows at the next start."""
        with self._file.transaction() as connection:
            keep_mark(self._path, connection)

    def close(self) -> None:
        self._file.close()

    def _sealed_to(self) -> tuple[int, str]:
        """The newest seal, or where the log begins."""
        seals = self._file.run(f"{_SEALS} DESC LIMIT 1", [])
        head = self._kept_head()
        if head is not None and is_genuine(head) and (not seals or seals[0][0] < head.number):
            return head.number, head.digest
        return (seals[0][0], seals[0][1]) if seals else (0, "")

    def _lost(self, *, is_new: bool) -> str:
        """A key that came out of a backup has sealed another log."""
        if lost := self.lost_head():
            return lost
        restored = "SELECT count(*) FROM audit_log WHERE verb = 'vault.restored'"
        if is_new or self._kept_head() is not None or self.seals():
            return ""
        return "" if self._file.run(restored, [])[0][0] else _SEALS_GONE

    def behind_far(self, public_key: str) -> str:
        """What is known of the log elsewhere and does not stand in it, in a sentence."""
        far = self._far() if public_key else None
        known = far.get(public_key) if far is not None else None
        if known is None:
            return ""
        rows = self._file.run(f"{_ENTRY} WHERE number = ?", [known.number])
        if rows and rows[0][5] == known.digest:
            return ""
        return (
            f"The system's keyring knows entry {known.number} of the log, and it is not in it: its"
            " end was cut off, or an older copy was put back."
        )

    def _tell(self, problem: str) -> None:
        if problem and problem != self.problem:
            _log.error("audit log: it is not sealed any more. %s", problem)
        self.problem = problem

    def _after(self, number: int, digest: str) -> tuple[tuple[int, str] | None, str]:
        """The last entry, where all since the sealed one follows from it; else what is wrong."""
        sql = f"{_ENTRY} WHERE number >= ? ORDER BY number"
        rows = self._file.run(sql, [max(number, 1)])
        if number and (not rows or rows[0][0] != number or rows[0][5] != digest):
            return None, f"Entry {number} is not the one that was sealed."
        last, previous = number, digest
        for row in rows[1:] if number else rows:
            entry = _entry(row)
            follows = isinstance(entry, AuditEntry) and entry.number == last + 1
            if not follows or (last and entry.previous != previous):  # type: ignore[union-attr]
                return None, f"Entry {last + 1} is not as it was written."
            last, previous = row[0], row[5]
        return ((last, previous) if last > number else None), ""

    def _kept_head(self) -> AuditSeal | None:
        """One that is not ours says nothing here; `verify` tells of it."""
        try:
            return AuditSeal(**json.loads(self._head.read_bytes()[:10_000]))
        except (OSError, ValueError, TypeError):
            return None

    def _keep_head(self, seal: AuditSeal) -> None:
        with told(self._head):
            write_whole(self._head, json.dumps(asdict(seal)).encode() + b"\n")


def _where(query: AuditQuery) -> tuple[str, list[Any]]:
    parts: list[tuple[str, list[Any]]] = []
    if query.since_s is not None:
        parts.append(("at_s >= ?", [query.since_s]))
    if query.below is not None:
        parts.append(("number < ?", [query.below]))
    if query.who:
        parts.append(("instr(lower(who), lower(?)) > 0", [query.who]))
    if query.what:
        like = "(substr(verb, 1, length(?)) = ? OR instr(lower(CAST(body AS TEXT)), lower(?)) > 0)"
        parts.append((like, [query.what] * 3))
    where = " AND ".join(sql for sql, _ in parts)
    return (f" WHERE {where}" if where else "", [each for _, some in parts for each in some])


def _entry(row: Sequence[Any]) -> AuditEntry | int:
    """Only what its own digest says it is."""
    number, at_s, who, verb, body, digest = row
    try:
        entry = entry_of(bytes(body), digest)
    except (ValueError, KeyError, TypeError):
        return int(number)
    is_found_right = entry.number == number and entry.act.verb == verb and at_s == entry.at_s
    names = (entry.actor.name, entry.actor.client_id, entry.actor.address, entry.actor.door)
    is_itself = digest_of(bytes(body)) == digest and "\n".join(names) == who
    return entry if is_found_right and is_itself else int(number)


def _seal(row: Sequence[Any]) -> AuditSeal:
    number, digest, signature, public_key, at_s = row
    return AuditSeal(
        number=number, digest=digest, signature=signature, public_key=public_key, at_s=at_s
    )
