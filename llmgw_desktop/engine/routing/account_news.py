"""Tells the bus and the disk how an account stands, if there is anything to tell."""

import logging
from collections.abc import Iterable

from llmgw_desktop.domain.account import AccountState, AccountStatus
from llmgw_desktop.domain.events import AccountChanged
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.routing.account_record import AccountRecord
from llmgw_desktop.engine.routing.rests import Moment
from llmgw_desktop.store.account_store import AccountStore

_log = logging.getLogger(__name__)


class AccountNews:
    """Remembers what was told last of each account."""

    def __init__(self, bus: Bus, store: AccountStore | None) -> None:
        self._bus = bus
        self._store = store
        self._told: dict[str, AccountStatus] = {}

    def tell(self, record: AccountRecord, now: Moment) -> None:
        status = record.status(now)
        if _is_same(status, self._told.get(record.name)):
            return
        if status.reason:
            _log.info("account %s: %s", record.name, status.reason)
        self._told[record.name] = status
        self.keep(record, now)
        self._bus.publish(AccountChanged(status=status))

    def keep(self, record: AccountRecord, now: Moment) -> None:
        """For the next start."""
        if self._store is None:
            return
        kept = record.kept(now)
        if kept is None:
            self._store.drop(record.name)
        else:
            self._store.put(record.name, kept)

    def forget(self, gone: Iterable[str]) -> None:
        """These accounts are no longer in the settings."""
        for name in gone:
            self._told.pop(name, None)
            if self._store is not None:
                self._store.drop(name)


def _is_same(status: AccountStatus, before: AccountStatus | None) -> bool:
    """To whoever looks at it; a second is nothing here."""
    if before is None:
        return status.state is AccountState.READY and not status.windows and not status.last_error
    return _face(status) == _face(before)


def _face(status: AccountStatus) -> tuple[object, ...]:
    until = None if status.until_s is None else round(status.until_s)
    models = tuple((name, round(until_s)) for name, until_s in status.cooling_models)
    shares = tuple((each.name, each.used_share) for each in status.windows)
    return status.state, until, status.reason, models, shares, status.last_error
