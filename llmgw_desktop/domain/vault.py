"""What goes wrong with the vault: a branch of the tree that `errors.py` draws."""

import re
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.provider import DEFAULT_ACCOUNT
from llmgw_desktop.domain.values import value


class VaultError(LlmgwError):
    """The vault of credentials. No message of these holds a value."""

    kind = "vault"


class VaultLocked(VaultError):
    """There is no key that opens it; the message says where it was looked for and what to do."""

    kind = "vault_locked"


class KeyGone(VaultLocked):
    """What it was encrypted under is kept nowhere any more: no key of the vault opens it."""

    kind = "vault_key_gone"


class EntryBroken(VaultError):
    """Not what was stored there: changed, cut, or moved from another entry."""

    kind = "vault_entry_broken"


class EntryUnfit(VaultError):
    """A name or value that the vault does not take; `field` is what the caller calls it."""

    kind = "vault_entry_unfit"

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: expected {expected}")
        self.field = field


class NoSuchEntry(VaultError):
    """Nothing is stored there, or only for another project: which of both is not told."""

    kind = "vault_no_such_entry"


GLOBAL_PROJECT = "_global"
"""The project of entries that every project may use."""
MOST_KEY_BYTES = 8 * 1024
MOST_FILE_BYTES = 1024 * 1024

_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")
_FILE_NAME = re.compile(r"[A-Za-z0-9._-][A-Za-z0-9._@+-]{0,127}")
_KEY_BEGINS = re.compile(r"(?:(?:sk|gsk|pk|rk|xai|hf|llmgw)[-_]|AIza|AQ\.)[A-Za-z0-9_.-]{13,}")
_RANDOM = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_.-]{32,}")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST_PROJECT = 200
_SHOWN_OF_KEY = 7
_MASK = "...***"


class EntryKind(StrEnum):
    """What an entry holds."""

    API_KEY = "api-key"
    FILE = "file"
    """The file with which a vendor's own program is signed in."""
    SIGNING_KEY = "signing-key"
    """The gateway's own: no door takes, lists or gives one."""


@value
class EntryAddress:
    """Which entry is meant; there is one of each. Made by `address`, which checks the names."""

    kind: EntryKind
    provider: str
    name: str
    project: str = GLOBAL_PROJECT

    @property
    def label(self) -> str:
        """`openai/default of project shop`; without the project where it is for all."""
        shown = f"{self.provider}/{self.name}"
        return shown if self.project == GLOBAL_PROJECT else f"{shown} of project {self.project}"


@value
class VaultEntry:
    """An entry as it may be shown."""

    id: int
    address: EntryAddress
    hint: str
    """The value masked, made when it was stored: `sk-ant-...***`. Empty for all but API keys."""
    size: int
    """Bytes of the value."""
    created_at_s: float
    updated_at_s: float


@value(kw_only=False)
class Sealed:
    """An encrypted value as it is kept."""

    key_id: str
    nonce: bytes = field(repr=False)
    data: bytes = field(repr=False)
    """With the tag at its end."""


@value(kw_only=False)
class OpenEntry:
    """An entry with its value, on its way into the vault or out of it."""

    address: EntryAddress
    secret: bytes = field(repr=False)


def address(kind: EntryKind, provider: str, name: str, project: str = "") -> EntryAddress:
    """No project is the one of all. Raises EntryUnfit."""
    if not _PROVIDER.fullmatch(provider):
        raise EntryUnfit(
            "provider", "1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit"
        )
    if kind is EntryKind.FILE:
        _check_file_name(name)
    elif not _KEY_NAME.fullmatch(name):
        raise EntryUnfit(
            "keyName",
            "1 to 100 letters, digits, '.', '_', '@', '+' and '-', the first a letter or digit",
        )
    return EntryAddress(kind=kind, provider=provider, name=name, project=checked_project(project))


def checked_new(entry: EntryAddress) -> EntryAddress:
    """Names are shown and logged, so a key in the place of one is not taken; what was stored once
    can still be named, to remove it. Raises EntryUnfit, which does not repeat it."""
    if entry.kind is EntryKind.API_KEY and any(map(looks_like_key, (entry.provider, entry.name))):
        raise EntryUnfit("keyName", "a name such as 'work', not the key itself")
    return entry


def looks_like_key(name: str) -> bool:
    return bool(_KEY_BEGINS.fullmatch(name) or _RANDOM.fullmatch(name))


def reference(text: str) -> tuple[str, str]:
    """`provider/name`, as settings name an entry with a key. Raises EntryUnfit."""
    provider, slash, name = text.partition("/")
    if not slash:
        raise EntryUnfit("vault", f"provider/name, such as openai/{DEFAULT_ACCOUNT}")
    checked = address(EntryKind.API_KEY, provider, name)
    return checked.provider, checked.name


def checked_project(project: str) -> str:
    """Raises EntryUnfit."""
    if not project:
        return GLOBAL_PROJECT
    if len(project) > _LONGEST_PROJECT or not project.isprintable() or project != project.strip():
        raise EntryUnfit(
            "project", f"1 to {_LONGEST_PROJECT} printable characters, no blank at either end"
        )
    return project


def checked_secret(kind: EntryKind, secret: bytes) -> bytes:
    """What may be stored; the value is in no message. Raises EntryUnfit."""
    if kind is EntryKind.FILE:
        if not 0 < len(secret) <= MOST_FILE_BYTES:
            raise EntryUnfit("content", f"a file of 1 to {MOST_FILE_BYTES:,} bytes")
        return secret
    key = secret.strip()
    if not 0 < len(key) <= MOST_KEY_BYTES or any(not 0x21 <= byte <= 0x7E for byte in key):
        raise EntryUnfit(
            "apiKey", f"a key of 1 to {MOST_KEY_BYTES:,} characters of ASCII without blanks"
        )
    return key


def masked(kind: EntryKind, secret: bytes) -> str:
    """At most a quarter of a key is shown."""
    if kind is not EntryKind.API_KEY:
        return ""
    shown = min(_SHOWN_OF_KEY, len(secret) // 4)
    return f"{secret[:shown].decode('ascii', 'replace')}{_MASK}" if shown > 1 else "***"


def _check_file_name(name: str) -> None:
    is_fit = _FILE_NAME.fullmatch(name) and name.strip(".") and not name.endswith(".")
    if not is_fit or _DEVICE.fullmatch(name):
        raise EntryUnfit(
            "fileName", "a file's name without folders: letters, digits, '.', '_', '@', '+', '-'"
        )
