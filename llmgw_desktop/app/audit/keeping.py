"""The audit log of a gateway that runs: acts written beside the loop, the settings file looked at,
and the log sealed soon after it has grown. A part of the composition root."""

import itertools
import logging
import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from llmgw_desktop.domain.audit import Act, Actor, hear_acts, who_acts
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError, StoreError
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.write_behind import WriteBehind
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.vault.derived_keys import AUDIT_ADDRESS, ReceiptKeys
from llmgw_desktop.store.vault.vault import Vault

if TYPE_CHECKING:
    from llmgw_desktop.app.audit.book import AuditBook
    from llmgw_desktop.store.audit.audit_rows import FarHead

_log = logging.getLogger(__name__)


class AuditKeeping:
    """Everything but `close` is quick."""

    def __init__(
        self,
        places: Places,
        clock: Clock,
        vault: Vault,
        grown: Callable[[], None],
        *,
        makes_key: bool = False,
    ) -> None:
        """`grown` is told, from any thread, that there are new entries. `makes_key`: this start
        makes the key of this computer's person."""
        self._far: FarHead | None = None
        self.store = AuditStore(places.gateway_db, clock, lambda: self._far)
        self.journal = SettingsJournal(places.gateway_db, places.config_file)
        self._vault = vault
        self._keys = ReceiptKeys(vault, AUDIT_ADDRESS)
        self._clock = clock
        self._grown = grown
        self._is_new_key: bool | None = None
        self._numbers = itertools.count()
        self._acts: WriteBehind[tuple[Act, Actor]] = WriteBehind(
            "acts of the audit log", "audit-writer", self._write
        )
        self._looks: WriteBehind[None] = WriteBehind(
            "changes of the settings file", "settings-journal", self._look
        )
        self._seals: WriteBehind[None] = WriteBehind(
            "the audit log's seal", "audit-sealer", self._seal
        )
        self._end: Callable[[], None] | None = None
        self._makes_key = makes_key
        self._started_with: bytes | None = None

    @cached_property
    def changes(self) -> "AuditBook":
        """Read in where somebody looks."""
        from llmgw_desktop.app.audit.book import AuditBook

        return AuditBook(self.store, self._clock, self._keys.known)

    def start(self, settings_file: bytes | None = None) -> None:
        """The gateway listens. What was done before is sealed with what begins now; once more
        does no harm. `settings_file`: what it was started with, which may be another by the time
        somebody looks."""
        if self._end is not None:
            return
        self._started_with = settings_file
        self._end = hear_acts(lambda: self._seals.put("head", None))
        self.look_at_settings()
        if self._makes_key:
            self.soon(Act(verb="access_key.made", subject="local"))
        self.soon(Act(verb="gateway.started", subject="gateway", after={"pid": os.getpid()}))

    def soon(self, act: Act) -> None:
        """For what happens on the loop and in no database."""
        self._acts.put(str(next(self._numbers)), (act, who_acts()))

    def look_at_settings(self) -> None:
        self._looks.put("file", None)

    def close(self) -> None:
        """What waits is written and sealed. Waits for the disk and the keyring."""
        if self._end is not None:
            self.soon(Act(verb="gateway.stopped", subject="gateway"))
        self._looks.close()
        self._acts.close()
        self._seals.close()
        if self._end is not None:
            self._end()
            self._end = None
        self.store.close()
        self.journal.close()

    def _write(self, waiting: dict[str, tuple[Act, Actor]]) -> None:
        for name, (act, actor) in [*waiting.items()]:
            self.store.note(act, actor=actor)
            del waiting[name]  # written for good, whatever comes of those behind it

    def _look(self, _: dict[str, None]) -> None:
        before, self._started_with = self._started_with, None
        try:
            self.journal.look(before)
        except ConfigError as error:
            _log.info("the settings file is looked at again when it can be read: %s", error)

    def _seal(self, _: dict[str, None]) -> None:
        """A vault that nobody uses is not opened for it: its keyring may ask a person."""
        self._grown()
        try:
            self.store.keep_mark()
            if self._vault.entries():
                if self._is_new_key is None:
                    self._is_new_key = not self._keys.known()
                key = self._keys.key()
                self._far = self._vault.far_head()
                self.store.seal(key, is_new=self._is_new_key)
        except VaultError as error:
            _log.warning("the audit log is not sealed now: %s", error)
        except StoreError as error:
            _log.warning("the audit log is not sealed now: %s", error)
