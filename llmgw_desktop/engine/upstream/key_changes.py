"""Notices that something in the vault was changed, by this process or by another.

Nothing runs for it: it looks when it is asked, and a few times in a second at most.
"""

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.store.vault import Vault

LOOK_S = 0.25
"""What another process changes is noticed within this time."""


class KeyChanges:
    """For the loop's thread alone."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock
        self._looked_at_s = -LOOK_S
        self._writes = 0
        self._version: int | None = None
        self.count = 0
        """Another number after every change, and after a look that failed."""
        self.noticed_at_s = float("-inf")
        """Monotonic: the last change was noticed then."""

    def look(self) -> int:
        """The count of now."""
        now_s = self._clock.monotonic_s()
        if self._writes == self._vault.writes and now_s - self._looked_at_s < LOOK_S:
            return self.count
        self._looked_at_s = now_s
        self._writes = self._vault.writes
        try:
            version = self._vault.version()
        except StoreError:
            self.count += 1  # nobody may go on with what he has
            return self.count
        if version != self._version:
            self._version = version
            self.count += 1
            self.noticed_at_s = now_s
        return self.count
