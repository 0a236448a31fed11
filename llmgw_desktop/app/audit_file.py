"""An audit log as a file: written to be kept elsewhere, and checked on any computer."""

from collections.abc import Iterator
from pathlib import Path

from llmgw_desktop.domain.audit import NO_DIGEST, AuditEntry, AuditQuery
from llmgw_desktop.domain.errors import StoreCorrupt, StoreUnavailable
from llmgw_desktop.store.audit_chain import ChainReport, check_seals, checked_chain
from llmgw_desktop.store.audit_store import AuditStore
from llmgw_desktop.store.private_files import write_whole
from llmgw_desktop.wire.audit import (
    LONGEST_LINE,
    NoAuditLog,
    export_lines,
    read_entry,
    read_header,
    read_seal,
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
