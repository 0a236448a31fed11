"""What goes wrong with the vault: a branch of the tree that `errors.py` draws."""

from llmgw_desktop.domain.errors import LlmgwError


class VaultError(LlmgwError):
    """The vault of credentials. No message of these holds a value."""

    kind = "vault"


class VaultLocked(VaultError):
    """There is no key that opens it; the message says where it was looked for and what to do."""

    kind = "vault_locked"


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
