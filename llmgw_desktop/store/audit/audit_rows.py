"""Writes acts into the audit log, in the transaction that does them: both happen or neither does.

This is the one way into the log. Who acts comes out of the context (`domain/audit.py`), and no
value passes that was not masked.
"""

import json
import logging
import sqlite3

from llmgw_desktop.domain.audit import (
    NO_DIGEST,
    Act,
    Actor,
    AuditEntry,
    body_of,
    digest_of,
    masked_act,
    masked_actor,
    tell_acted,
    who_acts,
)
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.database.database import MarkedConnection

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
