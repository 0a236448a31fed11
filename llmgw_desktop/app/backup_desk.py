"""Backups as the window makes them and brings them back: what is restored is put in its place by
the next start, before anything is opened."""

from collections.abc import Callable, Sequence
from pathlib import Path

from llmgw_desktop.app.figures import local_time, size_text
from llmgw_desktop.app.safekeeping import Safekeeping
from llmgw_desktop.app.store_words import backup_line, time_words
from llmgw_desktop.domain.clock import Clock

FILE = "file"
"""Is chosen in the place of an automatic backup."""
_NEXT = "It is put in place with the next start; what is there now is kept."


class BackupDesk:
    """All but `restart` waits for the disk, is for a thread, and raises StoreError, VaultError."""

    def __init__(self, safekeeping: Safekeeping, clock: Clock, restart: Callable[[], bool]) -> None:
        """`restart`: start anew now; False where this program cannot by itself."""
        self._safekeeping = safekeeping
        self._clock = clock
        self.restart = restart

    def choices(self) -> Sequence[tuple[str, str]]:
        """What can be restored: a key, and words for it."""
        found = [(each.path.name, backup_line(each)) for each in self._safekeeping.backups()]
        return [*found, (FILE, "A whole home, from a file …")]

    def fresh_name(self) -> Path:
        """Where a backup may go, for a person to change."""
        now = local_time(self._clock.now_s())
        return Path.home() / f"llmgw-{now:%Y-%m-%d-%H%M}.backup"

    def back_up(self, path: Path, passphrase: str) -> str:
        """What was done, in a sentence."""
        written = self._safekeeping.back_up(path.expanduser().absolute(), passphrase)
        return f"{written.files:,} files written to {path.name} ({size_text(written.size)})."

    def restore_automatic(self, key: str) -> str:
        """Of `gateway.db`."""
        for backup in self._safekeeping.backups():
            if backup.path.name == key:
                self._safekeeping.restore_later(backup)
                return f"The backup of {time_words(backup.made_at_s)} is whole. {_NEXT}"
        return "That backup is not there any more."

    def restore_file(self, path: Path, passphrase: str) -> str:
        """Of a whole home, verified first."""
        unpacked = self._safekeeping.unpack(path.expanduser().absolute(), passphrase)
        self._safekeeping.put_in_place_later(unpacked)
        when = time_words(unpacked.made_at_s)
        return f"The backup of {when} is whole: {unpacked.files:,} files. {_NEXT}"
