"""Secrets that this computer keeps for us: given by the environment, or in its keyring.

The environment's: `NAME` holds it; else `NAME_FILE` is the path of a file with it, as containers
have their secrets; else the file `NAME` in systemd's folder of credentials
(`LoadCredential=NAME:…`). A file keeps it out of the environment, which other programs of this user
may look at. It is read when it is needed.

The keyring may be missing, locked, or waiting for a person. `keyring` and what it needs are loaded
at the first use: most starts need no key. All of this may block, for as long as a dialog for a
password stays open.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from llmgw_desktop.domain.errors import ConfigError

_FOLDER = "CREDENTIALS_DIRECTORY"
_SUFFIX = "_FILE"
_MOST_BYTES = 64 * 1024


def given_secret(env: Mapping[str, str], name: str) -> str:
    """Without blanks around it; empty where none is given. Waits for the disk. Raises ConfigError
    for a file that cannot be read, without a word of it."""
    if found := env.get(name, "").strip():
        return found
    if named := env.get(name + _SUFFIX, "").strip():
        return _content(Path(named).expanduser(), name)
    path = _credential(env, name)
    return _content(path, name) if path is not None else ""


def known_secret(env: Mapping[str, str], name: str) -> str:
    """The same for those who only look: empty as well where its file cannot be read."""
    try:
        return given_secret(env, name)
    except ConfigError:
        return ""


def _credential(env: Mapping[str, str], name: str) -> Path | None:
    folder = env.get(_FOLDER, "")
    if not folder or not name or "/" in name or "\\" in name:
        return None
    path = Path(folder) / name
    return path if path.is_file() else None


def _content(path: Path, name: str) -> str:
    def fault(problem: str) -> ConfigError:
        return ConfigError(problem, file="environment", key=name + _SUFFIX)

    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise fault(f"{path} cannot be read: {reason}") from None
    if len(raw) > _MOST_BYTES:
        raise fault(f"{path} is larger than any key")
    try:
        found = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise fault(f"{path} does not hold text") from None
    if not found:
        raise fault(f"{path} is empty")
    return found


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
