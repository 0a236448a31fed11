"""The kind of value that names an entry of the vault."""

from dataclasses import dataclass

from llmgw_desktop.domain.vault import reference
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
