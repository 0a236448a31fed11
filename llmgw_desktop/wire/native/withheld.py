"""What is told without what must not be: the vault's entries without a value, and what callers who
may sit anywhere get without CLIs' own names of sessions.

With one of those a session of this computer's person could be gone on with elsewhere.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.provider import DEFAULT_ACCOUNT
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryKind, VaultEntry

_KEYS = frozenset({"providerSessionId", "codexSessionId"})
_LONG_ENOUGH = 8
"""Shorter ones would be found everywhere."""
HIDDEN = "[session]"


def without_native_ids(told: Mapping[str, Any]) -> dict[str, Any]:
    """Null where they stood, and gone from the texts beside them."""
    found: set[str] = set()
    _gather(told, found)
    return {name: _cleaned(name, each, found) for name, each in told.items()}


def _gather(told: Any, found: set[str]) -> None:
    if isinstance(told, Mapping):
        for name, each in told.items():
            if name in _KEYS and isinstance(each, str) and len(each) >= _LONG_ENOUGH:
                found.add(each)
            else:
                _gather(each, found)
    elif isinstance(told, list | tuple):
        for each in told:
            _gather(each, found)


def _cleaned(name: str, told: Any, found: set[str]) -> Any:
    if name in _KEYS:
        return None
    if isinstance(told, Mapping):
        return {key: _cleaned(key, each, found) for key, each in told.items()}
    if isinstance(told, list | tuple):
        return [_cleaned("", each, found) for each in told]
    if isinstance(told, str):
        return cleaned_text(told, found)
    return told


def cleaned_text(text: str, native_ids: set[str]) -> str:
    for each in native_ids:
        text = text.replace(each, HIDDEN)
    return text


def native_ids_in(told: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    _gather(told, found)
    return found


@value
class VaultWords:
    """How the requests and answers of one kind call things."""

    kind: EntryKind
    listed: str
    name: str
    secret: str
    default_name: str = ""


CREDENTIALS = VaultWords(
    kind=EntryKind.API_KEY,
    listed="credentials",
    name="keyName",
    secret="apiKey",  # noqa: S106 - a field's name
    default_name=DEFAULT_ACCOUNT,
)
FILES = VaultWords(
    kind=EntryKind.FILE,
    listed="files",
    name="fileName",
    secret="content",  # noqa: S106 - a field's name
)


def shown(words: VaultWords, entry: VaultEntry) -> dict[str, Any]:
    at = entry.address
    told: dict[str, Any] = {
        "id": entry.id,
        "provider": at.provider,
        words.name: at.name,
        "project": at.project,
    }
    if entry.hint:
        told["maskedValue"] = entry.hint
    else:
        told["bytes"] = entry.size
    return {**told, "createdAt": entry.created_at_s, "updatedAt": entry.updated_at_s}
