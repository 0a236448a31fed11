"""What was changed, as the Access page shows it: found, told in words, checked, exported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from llmgw_desktop.app import audit_words
from llmgw_desktop.app.figures import counted, local_time
from llmgw_desktop.domain.audit import AuditEntry, AuditQuery
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.store.audit_chain import ChainReport
from llmgw_desktop.store.audit_store import AuditStore

MOST_LISTED = 500
ANEW = "'llmgw audit seal --anew' seals all the same; do so only if you know why it is so."
HEAD_LOST = (
    "Put audit-head.json back as it was beside gateway.db. 'llmgw audit seal --anew' seals without"
    " it; do so only if you know why it is gone."
)
COLUMNS = ("When", "Who", "From", "What", "Before → after")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One act as a line; `cells` are in the order of COLUMNS."""

    number: int
    cells: tuple[str, ...]
    more: str
    """All that is known of it."""
    takes_away: bool
    """Something is gone that was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What was found: the newest, and how many there are."""

    rows: tuple[ChangeRow, ...]
    found: int
    total: int


class AuditBook:
    """Waits for the disk. Everything raises StoreError."""

    def __init__(
        self, store: AuditStore, clock: Clock, trusted: Callable[[], str] = lambda: ""
    ) -> None:
        """`trusted`: the public key that the log is sealed with; empty where there is none."""
        self._store = store
        self._trusted = trusted
        self._clock = clock

    def read(self, text: str = "") -> Changes:
        """Newest first; those that have the text in whom or what."""
        today = local_time(self._clock.now_s()).date()
        query = AuditQuery(what=text.strip(), limit=MOST_LISTED)
        rows = tuple(_row(each, today) for each in self._store.page(query))
        total = self._store.count(AuditQuery())
        return Changes(
            rows=rows, found=self._store.count(query) if query.what else total, total=total
        )

    def export(self, path: Path) -> str:
        """What came of it, in a sentence."""
        from llmgw_desktop.app.audit_file import export

        count = export(self._store, path)
        return f"{counted(count, 'entry', 'entries')} written to {path.name}."

    def check(self) -> tuple[bool, str]:
        """Whether the log is whole, and what to say of it."""
        report = self._store.verify(self._trusted())
        return not report.problem, report_words(report)


def report_words(report: ChainReport) -> str:
    if report.problem:
        return f"The log was tampered with. {report.problem}"
    if not report.count:
        return "The log is empty."
    entries = counted(report.count, "entry", "entries")
    if not report.sealed_to:
        return f"{entries}: the chain is whole. It is not sealed yet: 'llmgw audit seal' does that."
    left = report.count - report.sealed_to
    rest = f", {counted(left, 'entry', 'entries')} after it not yet" if left else ""
    return f"{entries}: the chain is whole, sealed up to entry {report.sealed_to:,}{rest}."


def _row(entry: AuditEntry, today: date) -> ChangeRow:
    actor = entry.actor
    cells = (
        audit_words.when_words(entry, today),
        audit_words.who_words(actor),
        audit_words.from_words(actor),
        audit_words.what_words(entry),
        audit_words.change_words(entry),
    )
    gone = ("revoked", "removed", "deleted", "cleared", "refused", "denied", "failed")
    return ChangeRow(
        number=entry.number,
        cells=cells,
        more=audit_words.details_of(entry),
        takes_away=entry.act.verb.rpartition(".")[2] in gone,
    )
