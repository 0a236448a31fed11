"""The `[[prices]]` tables: what the person says that models cost, before the shipped table."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import ClassVar

from llmgw_desktop.domain.flights.price import (
    STANDARD,
    Price,
    PriceRule,
    RateCard,
    Rates,
    Tier,
    service_tier_of,
)
from llmgw_desktop.domain.setting import (
    Kind,
    NamePattern,
    Schema,
    Setting,
    Shape,
    Unfit,
    WholeNumber,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.text import KeyPath, SettingsText

_MOST_USD = 1_000_000.0
_MOST_TOKENS = 100_000_000


@value(kw_only=False)
class Dollars(Kind):
    """A price; 0 is one, too."""

    expected = "US dollars per million tokens, 0 or more"
    schema: ClassVar[Schema] = {"type": "number", "minimum": 0}

    def read(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
            raise Unfit(self.expected)
        if not 0 <= raw <= _MOST_USD:
            raise Unfit(self.expected)
        return float(raw)


class DollarsOfACall(Dollars):
    """A fee."""

    expected = "US dollars for one call, 0 or more"


RATE_KEYS: dict[str, str] = {
    "input": "Prompt tokens that no cache has to do with. Required.",
    "output": "Generated tokens. Required.",
    "cache_read": "Prompt tokens read from a cache; unknown if left out.",
    "cache_write_5m": "Prompt tokens written to a cache for five minutes.",
    "cache_write_1h": "Prompt tokens written to a cache for an hour.",
    "audio_input": "Prompt tokens that are sound, where the vendor tells how many; like the next "
    "three, unknown if left out.",
    "audio_output": "Generated tokens that are sound.",
    "image_input": "Prompt tokens that are pictures. The figure of `input` says that they cost the "
    "same.",
    "image_output": "Generated tokens that are pictures.",
}
PRICE_KEYS: dict[str, Setting] = {
    "provider": Setting(NamePattern(), "Whose models; all if left out."),
    "model": Setting(NamePattern(), "Which models; all if left out."),
    **{key: Setting(Dollars(), meaning) for key, meaning in RATE_KEYS.items()},
    "tiers": Setting(
        Shape("a list such as [{ above_tokens = 200000, input = 5, output = 20 }]"),
        "What all tokens cost of a longer prompt: the keys above, and `input` and `output` always. "
        "Each `above_tokens` is larger than the one before.",
    ),
    "service": Setting(
        Shape("tables such as { flex = { input = 1.5, output = 5 } }"),
        "What tokens cost in a service tier, with the keys above and `tiers`; of a tier that is "
        "left out nothing is known.",
    ),
    "fees": Setting(
        Shape("a table such as { web_search = 0.01 }, in US dollars, 0 or more"),
        "What one call of a vendor's own tool costs; unknown if left out.",
    ),
}
"""Key, kind of value, meaning."""
_MOST_TIERS = 20


def read_price_rules(text: SettingsText) -> tuple[PriceRule, ...]:
    """In the order of the file; the first that matches holds. Raises ConfigError."""
    tables = text.data.get("prices", [])
    if not isinstance(tables, list):
        raise text.error(("prices",), "expected tables, each under [[prices]]")
    return tuple(_rule(text, number, table) for number, table in enumerate(tables))


def _rule(text: SettingsText, number: int, raw: object) -> PriceRule:
    path: KeyPath = ("prices", number)
    if not isinstance(raw, Mapping):
        raise text.error(path, "expected a table, [[prices]]")
    table = _known(text, path, raw, PRICE_KEYS)
    names = {
        key: str(text.value((*path, key), NamePattern(), table.pop(key)))
        for key in ("provider", "model")
        if key in table
    }
    services, fees = table.pop("service", {}), table.pop("fees", {})
    usual = _card(text, path, table)
    price = Price(
        rates=usual.rates,
        tiers=usual.tiers,
        services=_services(text, (*path, "service"), services),
        fees=_fees(text, (*path, "fees"), fees),
    )
    return PriceRule(**names, price=replace(price, is_free=_is_free(price)))


def _card(text: SettingsText, path: KeyPath, table: Mapping[str, object]) -> RateCard:
    raw = table.get("tiers", [])
    if not isinstance(raw, list) or len(raw) > _MOST_TIERS:
        expected = PRICE_KEYS["tiers"].kind.expected
        raise text.error((*path, "tiers"), f"expected {expected}, of {_MOST_TIERS} at most")
    tiers: list[Tier] = []
    for number, each in enumerate(raw):
        here = (*path, "tiers", number)
        told = _known(text, here, _table(text, here, "tiers", each), ("above_tokens", *RATE_KEYS))
        least = tiers[-1].above_tokens + 1 if tiers else 1
        bound = WholeNumber(least=least, most=_MOST_TOKENS, hint="larger than the one before")
        above = text.value((*here, "above_tokens"), bound, told.pop("above_tokens", None))
        tiers.append(Tier(above_tokens=int(above), rates=_rates(text, here, told)))
    rates = {key: each for key, each in table.items() if key != "tiers"}
    return RateCard(rates=_rates(text, path, rates), tiers=tuple(tiers))


def _rates(text: SettingsText, path: KeyPath, table: Mapping[str, object]) -> Rates:
    rates = {key: text.value((*path, key), Dollars(), raw) for key, raw in table.items()}
    for key in ("input", "output"):
        if key not in rates:
            raise text.error(path, f"{key} is missing: {Dollars().expected}")
    return Rates(**rates)


def _services(text: SettingsText, path: KeyPath, raw: object) -> dict[str, RateCard]:
    cards = {}
    for name, each in _table(text, path, "service", raw).items():
        here = (*path, name)
        tier = service_tier_of(name)
        if tier == STANDARD or tier in cards:
            raise text.error(here, "these rates are told already")
        told = _known(text, here, _table(text, here, "service", each), (*RATE_KEYS, "tiers"))
        cards[tier] = _card(text, here, told)
    return cards


def _fees(text: SettingsText, path: KeyPath, raw: object) -> dict[str, float]:
    fees = _table(text, path, "fees", raw)
    return {name: text.value((*path, name), DollarsOfACall(), fee) for name, fee in fees.items()}


def _is_free(price: Price) -> bool:
    """Who says that tokens cost nothing, and of nothing else that it costs something, has not to
    go through all there is."""
    cards = (price, *price.services.values())
    rates = [it for card in cards for it in (card.rates, *(tier.rates for tier in card.tiers))]
    told = [getattr(each, key) for each in rates for key in RATE_KEYS]
    return not any(told) and not any(price.fees.values())


def _known(
    text: SettingsText, path: KeyPath, table: Mapping[str, object], keys: Collection[str]
) -> dict[str, object]:
    text.warn_of_unknown(path, table, keys)
    return {key: raw for key, raw in table.items() if key in set(keys)}


def _table(text: SettingsText, path: KeyPath, key: str, raw: object) -> Mapping[str, object]:
    if not isinstance(raw, Mapping):
        raise text.error(path, f"expected {PRICE_KEYS[key].kind.expected}")
    return raw
