"""The audit log's entries: written in the transaction that does the act, so that both happen or
neither does; and whether their chain, the seals over it and its head are whole.

This is the one way into the log. Who acts comes out of the context (`domain/audit.py`), and no
value passes that was not masked. What checks a chain reads no file and no database, so that an
exported log is checked in the same way.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from llmgw_desktop.domain.audit import (
    NO_DIGEST,
    Act,
    Actor,
    AuditEntry,
    AuditSeal,
    body_of,
    digest_of,
    masked_act,
    masked_actor,
    sealed_words,
    tell_acted,
    who_acts,
)
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.database.database import MarkedConnection

if TYPE_CHECKING:
    from llmgw_desktop.store.system_keyring import SecretPlaces


_LAST = "SELECT number, digest FROM audit_log ORDER BY number DESC LIMIT 1"
_ADD = "INSERT INTO audit_log (number, at_s, who, verb, body, digest) VALUES (?, ?, ?, ?, ?, ?)"
_clock = SystemClock()
_log = logging.getLogger(__name__)


def note(
    connection: sqlite3.Connection,
    act: Act,
    *,
    actor: Actor | None = None,
    at_s: float | None = None,
) -> AuditEntry:
    """Inside a transaction that has the write lock, so that the last entry stays the last.

    Raises sqlite3.Error, and then what the transaction was for must not happen either.
    """
    last = connection.execute(_LAST).fetchone()
    number, previous = (last[0] + 1, last[1]) if last is not None else (1, NO_DIGEST)
    entry = AuditEntry(
        number=number,
        at_s=round(_clock.now_s() if at_s is None else at_s, 3),
        actor=masked_actor(actor or who_acts()),
        act=masked_act(act),
        previous=previous,
        digest="",
    )
    body = body_of(entry)
    row = (number, entry.at_s, _who(entry.actor), entry.act.verb, body, digest_of(body))
    try:
        connection.execute(_ADD, row)
    except sqlite3.IntegrityError as error:  # for whom acts, it is no clash of names
        raise sqlite3.DatabaseError(f"the audit log took no entry ({error})") from error
    if isinstance(connection, MarkedConnection):
        connection.has_acted = True
    tell_acted()
    return entry


def note_or_log(connection: sqlite3.Connection, act: Act, *, actor: Actor | None = None) -> None:
    """For what takes access away: it is done though the log takes nothing, and then stands in the
    program's log. Inside a transaction, as `note`."""
    connection.execute("SAVEPOINT audit")
    try:
        note(connection, act, actor=actor)
    except sqlite3.Error as error:
        if not connection.in_transaction:  # SQLite itself took everything back
            raise
        connection.execute("ROLLBACK TO audit")
        log_unwritten(act, error, actor=actor)
    connection.execute("RELEASE audit")


def log_unwritten(act: Act, error: Exception, *, actor: Actor | None = None) -> None:
    shown, who = masked_act(act), masked_actor(actor or who_acts())
    words = {"before": shown.before, "after": shown.after, "note": shown.note}
    _log.error(
        "not in the audit log (%s): %s %s by %s (%s) %s",
        error,
        shown.verb,
        json.dumps(shown.subject),
        json.dumps(who.name),
        who.door,
        json.dumps(words),
    )


def _who(actor: Actor) -> str:
    """What a search for somebody looks through."""
    return "\n".join((actor.name, actor.client_id, actor.address, actor.door))


@dataclass(slots=True)
class ChainReport:
    """What was found; whole where there is no `problem`."""

    count: int = 0
    head: str = NO_DIGEST
    """The last entry's digest."""
    first_bad: int | None = None
    """The number of the first entry that is not as it was written."""
    problem: str = ""
    """The first thing that is wrong, in a sentence."""
    sealed_to: int = 0
    """The last entry that a seal covers; those after it hold by the chain alone."""
    sealed_by: str = ""
    """The public key of the newest seal."""
    digests: dict[int, str] = field(default_factory=dict, repr=False)
    """Of the entries that seals speak of."""

    def fail(self, words: str, number: int | None = None) -> None:
        """Only the first one is told: what comes after it says nothing more."""
        if not self.problem:
            self.problem, self.first_bad = words, number


def checked_chain(entries: Iterable[AuditEntry | int], asked: Iterable[int] = ()) -> ChainReport:
    """An int stands for an entry that cannot be read, by its number. `asked`: whose digests are
    wanted afterwards."""
    report, wanted = ChainReport(), frozenset(asked)
    for entry in entries:
        expected = report.count + 1
        if isinstance(entry, int):
            report.fail(f"Entry {entry} cannot be read.", entry)
            break
        words = _fault(entry, expected, report.head)
        if words:
            report.fail(words, expected)
            break
        report.count, report.head = entry.number, entry.digest
        if entry.number in wanted:
            report.digests[entry.number] = entry.digest
    return report


def check_seals(report: ChainReport, seals: Iterable[AuditSeal], trusted: str = "") -> None:
    """In the order of their numbers. With a `trusted` key the newest seal must be of it: that one
    covers all before it, which other keys may have sealed then."""
    newest: AuditSeal | None = None
    for seal in seals:
        if report.problem:
            return
        newest = seal
        if seal.number > report.count:
            report.fail(
                f"A seal speaks of entry {seal.number}, but the log ends at {report.count}: its"
                " end was cut off.",
                report.count + 1,
            )
        elif report.digests.get(seal.number) != seal.digest:
            report.fail(f"Entry {seal.number} is not the one that was sealed.", seal.number)
        elif not is_genuine(seal):
            report.fail(f"The seal of entry {seal.number} is not genuine.", seal.number)
    if newest is None:
        if trusted and report.count:
            report.fail("The log has a key of its own, but no seal: its seals were taken away.")
        return
    if report.problem:
        return
    report.sealed_to, report.sealed_by = newest.number, newest.public_key
    if trusted and newest.public_key != trusted:
        report.fail(
            f"The newest seal is of another key ({newest.public_key}) than the log's"
            f" ({trusted}): somebody else sealed it.",
            newest.number,
        )


def check_head(report: ChainReport, head: AuditSeal | None, trusted: str = "") -> None:
    """`head`: the newest seal as it was kept beside the log. Before the seals are looked at: what
    is cut off may have taken its seal along."""
    if head is None or report.problem:
        return
    if not is_genuine(head) or (trusted and head.public_key != trusted):
        report.fail("The head that is kept beside the log is not genuine.")
    elif head.number > report.count:
        report.fail(
            f"The log ends at {report.count}, but it had come to {head.number}: its end was cut"
            " off, or an older copy was put back.",
            report.count + 1,
        )
    elif report.digests.get(head.number) != head.digest:
        report.fail(f"Entry {head.number} is not the one that was sealed.", head.number)


def is_genuine(seal: AuditSeal) -> bool:
    """By the key that it names itself."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.public_key))
        key.verify(bytes.fromhex(seal.signature), sealed_words(seal.number, seal.digest))
    except (InvalidSignature, ValueError):
        return False
    return True


def _fault(entry: AuditEntry, expected: int, previous: str) -> str:
    if entry.number != expected:
        return f"Entry {expected} is missing."
    if entry.previous != previous:
        return f"Entry {expected} does not follow the one before it."
    if digest_of(body_of(entry)) != entry.digest:
        return f"Entry {expected} was changed after it was written."
    return ""


class FarHead:
    """May block as the keyring does. What does not work there is logged by it."""

    def __init__(self, keyring: "SecretPlaces") -> None:
        self._keyring = keyring

    def get(self, public_key: str) -> AuditSeal | None:
        """Of the log that this key seals; None where there is none, or none that is genuine."""
        text = self._keyring.get(_name(public_key))
        try:
            seal = None if text is None else AuditSeal(**json.loads(text))
        except (ValueError, TypeError):
            seal = None
        is_ours = seal is not None and seal.public_key == public_key and is_genuine(seal)
        return seal if is_ours else None

    def keep(self, seal: AuditSeal) -> None:
        self._keyring.put(_name(seal.public_key), json.dumps(asdict(seal)))

    def follow(self, seals: Sequence[AuditSeal]) -> None:
        """A person has put another log in the place: its newest seal counts, where one of its key
        was kept."""
        if seals and self._keyring.get(_name(seals[-1].public_key)) is not None:
            self.keep(seals[-1])


def _name(public_key: str) -> str:
    return f"audit head {public_key[:16]}"
