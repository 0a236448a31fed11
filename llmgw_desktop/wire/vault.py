"""What is told of the vault's entries, in the words that clients know; never a value."""

from dataclasses import dataclass
from typing import Any

from llmgw_desktop.domain.account import DEFAULT_ACCOUNT
from llmgw_desktop.domain.vault import EntryKind, VaultEntry


@dataclass(frozen=True, slots=True, kw_only=True)
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
