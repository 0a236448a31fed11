"""One row of the tables that say which settings there are."""

from dataclasses import dataclass

from llmgw_desktop.store.config.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One setting; `key` is also the field's name in `domain/settings.py`."""

    table: str
    key: str
    value: Value
    meaning: str
    env: tuple[str, ...] = ()
    """The first of these variables that is set wins over the file."""
