"""What is said of a store that is in question, and of its backups."""

from collections.abc import Sequence

from llmgw_desktop.app.figures import counted, local_time, size_text
from llmgw_desktop.store.safekeeping.backups import Backup

_SHOWN = {"clients": "client", "vault_entries": "credential", "jobs": "job"}


def time_words(at_s: float) -> str:
    """«2026-11-21 15:01:58», as `--at` takes it."""
    return f"{local_time(at_s):%Y-%m-%d %H:%M:%S}"


def backup_line(backup: Backup) -> str:
    """A line of the list."""
    counts = backup.snapshot.counts
    held = [counted(counts.get(table, 0), word) for table, word in _SHOWN.items()]
    size = size_text(backup.snapshot.size)
    return f"{time_words(backup.made_at_s)}  {size:>9}  {', '.join(held)}"


def ways_out(backups: Sequence[Backup]) -> str:
    """What a person can do about a file in question; `backups`: newest first."""
    restore = (
        f"Restore the backup of {time_words(backups[0].made_at_s)}: llmgw restore --at newest."
        if backups
        else "Put a copy of the file from before in its place: there is no automatic backup."
    )
    return (
        f"{restore} Or begin anew and keep the old file: llmgw restore --anew. Stop the gateway"
        " first, or do it in its window."
    )
