"""What was changed, as the Access page shows it: found, told in words, checked, exported."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from llmgw_desktop.app.audit import words
from llmgw_desktop.app.words.figures import counted, local_time
from llmgw_desktop.domain.audit import NO_DIGEST, AuditEntry, AuditQuery
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreCorrupt, StoreUnavailable
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.audit.audit_rows import ChainReport, check_seals, checked_chain
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.wire.native.audit import (
    LONGEST_LINE,
    NoAuditLog,
    export_lines,
    read_entry,
    read_header,
    read_seal,
)

MOST_LISTED = 500
ANEW = "'llmgw audit seal --anew' seals all the same; do so only if you know why it is so."
HEAD_LOST = (
    "Put audit-head.json back as it was beside gateway.db. 'llmgw audit seal --anew' seals without"
    " it; do so only if you know why it is gone."
)
COLUMNS = ("When", "Who", "From", "What", "Before → after")


@value
class ChangeRow:
    """One act as a line; `cells` are in the order of COLUMNS."""

    number: int
    cells: tuple[str, ...]
    more: str
    """All that is known of it."""
    takes_away: bool
    """Something is gone that was there."""


@value
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
        words.when_words(entry, today),
        words.who_words(actor),
        words.from_words(actor),
        words.what_words(entry),
        words.change_words(entry),
    )
    gone = ("revoked", "removed", "deleted", "cleared", "refused", "denied", "failed")
    return ChangeRow(
        number=entry.number,
        cells=cells,
        more=words.details_of(entry),
        takes_away=entry.act.verb.rpartition(".")[2] in gone,
    )


def export(store: AuditStore, path: Path) -> int:
    """How many entries; in the place of what stands there, whole or not at all. Raises
    StoreUnavailable, StoreCorrupt for a log that cannot be read to its end."""
    last = store.page(AuditQuery(limit=1))
    count, head = (last[0].number, last[0].digest) if last else (0, NO_DIGEST)
    lines = export_lines(_up_to(store, count), store.seals(), count=count, head=head)
    try:
        write_whole(path, b"".join(lines))
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    return count


def verify_file(path: Path, trusted: str = "", also: tuple[int, ...] = ()) -> ChainReport:
    """Raises NoAuditLog, OSError. What the file says of itself is not believed."""
    with path.open("rb") as file:
        header = read_header(file.readline(LONGEST_LINE + 1))
        seals, start = [], file.tell()
        while (seal := read_seal(file.readline(LONGEST_LINE + 1))) is not None:
            seals.append(seal)
            start = file.tell()
        file.seek(start)
        lines = iter(lambda: file.readline(LONGEST_LINE + 1), b"")
        entries = (read_entry(line, at) for at, line in enumerate(lines, 1))
        report = checked_chain(entries, {*(each.number for each in seals), *also})
    check_seals(report, seals, trusted)
    if header.get("count") != report.count or header.get("head") != report.head:
        report.fail(
            f"The file ends at entry {report.count}, and says that it holds"
            f" {header.get('count')!s:.20}: its end was cut off.",
            report.count + 1,
        )
    return report


def _up_to(store: AuditStore, count: int) -> Iterator[AuditEntry]:
    for entry in store.entries():
        number = entry if isinstance(entry, int) else entry.number
        if number > count:
            return
        if isinstance(entry, int):
            raise StoreCorrupt(
                f"Entry {entry} of the audit log cannot be read; nothing was exported."
                " 'llmgw audit verify' says more."
            )
        yield entry


__all__ = ["NoAuditLog", "export", "verify_file"]
