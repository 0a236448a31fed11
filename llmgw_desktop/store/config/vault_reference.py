"""The kinds of values that name what is in the vault."""

from dataclasses import dataclass

from llmgw_desktop.domain.vault import EntryKind, address, looks_like_key, reference
from llmgw_desktop.domain.vault_errors import EntryUnfit
from llmgw_desktop.store.config.values import Unfit


@dataclass(frozen=True, slots=True)
class VaultReference:
    """`provider/name`. What stands there by mistake may be the key itself, so it is not shown."""

    expected = 'an entry of the vault, as in "openai/default"'

    def read(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise Unfit(self.expected)
        try:
            return "/".join(reference(raw.strip()))
        except EntryUnfit:
            raise Unfit(self.expected) from None

    def read_text(self, text: str) -> str:
        return self.read(text)


@dataclass(frozen=True, slots=True)
class VaultAccount:
    """The provider under which files of a sign-in lie. As above it is not shown."""

    expected = 'what sign-in files of the vault stand under, as in "codex" or "codex.work"'

    def read(self, raw: object) -> str:
        name = raw.strip() if isinstance(raw, str) else ""
        if not name or looks_like_key(name):
            raise Unfit(self.expected)
        try:
            return address(EntryKind.FILE, name, "auth.json").provider
        except EntryUnfit:
            raise Unfit(self.expected) from None

    def read_text(self, text: str) -> str:
        return self.read(text)
