"""The `[[prices]]` tables: what the person says that models cost, before the shipped table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from llmgw_desktop.domain.price import Price, PriceRule, Rates
from llmgw_desktop.store.config.settings_text import SettingsText
from llmgw_desktop.store.config.values import NamePattern, Unfit

_MOST_USD = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Dollars:
    """A price; 0 is one, too."""

    expected = "US dollars per million tokens, 0 or more"

    def read(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
            raise Unfit(self.expected)
        if not 0 <= raw <= _MOST_USD:
            raise Unfit(self.expected)
        return float(raw)


PRICE_KEYS: dict[str, tuple[Dollars | NamePattern, str]] = {
    "provider": (NamePattern(), "Whose models; all if left out."),
    "model": (NamePattern(), "Which models; all if left out."),
    "input": (Dollars(), "Prompt tokens that no cache has to do with. Required."),
    "output": (Dollars(), "Generated tokens. Required."),
    "cache_read": (Dollars(), "Prompt tokens read from a cache; unknown if left out."),
    "cache_write_5m": (Dollars(), "Prompt tokens written to a cache for five minutes."),
    "cache_write_1h": (Dollars(), "Prompt tokens written to a cache for an hour."),
}
"""Key, kind of value, meaning."""


def read_price_rules(text: SettingsText) -> tuple[PriceRule, ...]:
    """In the order of the file; the first that matches holds. Raises ConfigError."""
    tables = text.data.get("prices", [])
    if not isinstance(tables, list):
        raise text.error(("prices",), "expected tables, each under [[prices]]")
    return tuple(_rule(text, number, table) for number, table in enumerate(tables))


def _rule(text: SettingsText, number: int, table: object) -> PriceRule:
    if not isinstance(table, Mapping):
        raise text.error(("prices", number), "expected a table, [[prices]]")
    found: dict[str, float | str] = {}
    for key, raw in table.items():
        if key not in PRICE_KEYS:
            known = ", ".join(PRICE_KEYS)
            text.warn(("prices", number, key), f"unknown setting, ignored (known here: {known})")
            continue
        try:
            found[key] = PRICE_KEYS[key][0].read(raw)
        except Unfit as unfit:
            raise text.error(("prices", number, key), f"expected {unfit}") from None
    for key in ("input", "output"):
        if key not in found:
            raise text.error(("prices", number), f"{key} is missing: {PRICE_KEYS[key][0].expected}")
    names = {key: str(found.pop(key)) for key in ("provider", "model") if key in found}
    rates = Rates(**{key: float(value) for key, value in found.items()})
    return PriceRule(**names, price=Price(rates=rates))
