"""The operating system's keyring, which may be missing, locked, or waiting for a person.

`keyring` and what it needs are loaded at the first use: most starts need no key. All of this may
block, for as long as a dialog for a password stays open.
"""

import logging
from typing import Protocol

SERVICE = "llmgw-desktop"
_LEAST_PRIORITY = 1
"""Below it keyring ranks what it does not recommend: plain files, and backends that fail."""
_MOST_TOLD = 20
_log = logging.getLogger(__name__)


class SecretPlaces(Protocol):
    """Where secrets can be put under a name. What does not work is said in the log."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, secret: str) -> bool:
        """Whether it is there now, and can be read again."""

    def remove(self, name: str) -> None: ...


def keyring_name() -> str:
    """What keeps secrets on this system; empty where nothing does that can be used. Nothing is
    read or written. May block."""
    try:
        import keyring

        backend = keyring.get_keyring()
        is_good = backend.priority >= _LEAST_PRIORITY
    except Exception as error:  # noqa: BLE001 - backends raise what their services give them
        _log.debug("there is no keyring: %s", error)
        return ""
    return str(backend.name) if is_good else ""


class SystemKeyring:
    """Windows Credential Locker, macOS Keychain, Secret Service or KWallet."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def get(self, name: str) -> str | None:
        try:
            import keyring

            return keyring.get_password(SERVICE, name)
        except Exception as error:  # noqa: BLE001 - backends raise what their services give them
            self._tell("read", error)
            return None

    def put(self, name: str, secret: str) -> bool:
        try:
            import keyring

            backend = keyring.get_keyring()
            if backend.priority < _LEAST_PRIORITY:
                _log.info("there is no keyring of the system (%s)", type(backend).__name__)
                return False
            keyring.set_password(SERVICE, name, secret)
            return keyring.get_password(SERVICE, name) == secret
        except Exception as error:  # noqa: BLE001 - see above
            self._tell("written", error)
            return False

    def remove(self, name: str) -> None:
        try:
            import keyring

            if keyring.get_password(SERVICE, name) is not None:
                keyring.delete_password(SERVICE, name)
        except Exception as error:  # noqa: BLE001 - see above
            self._tell("cleared", error)

    def _tell(self, verb: str, error: Exception) -> None:
        """Once: while it is locked it is tried again with the requests that come."""
        words = str(error).strip().split("\n")[0].split(". ")[0][:200]
        why = f"{type(error).__name__}: {words}" if words else type(error).__name__
        said = f"the system's keyring could not be {verb} ({why})"
        if said not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(said)
            # a system without one is no trouble: the file takes its place, and that is said
            is_none = type(error).__name__ == "NoKeyringError"
            _log.log(logging.INFO if is_none else logging.WARNING, "%s", said)
