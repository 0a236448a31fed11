"""The shipped prices: a dated table of what vendors publish, `resources/prices.json`.

It is made by `packaging/make_price_table.py`, which names where the figures come from.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.price import Price, Rates, Tier
from llmgw_desktop.store.resource_files import resource_path

_DATED = re.compile(r"(?:-latest|[-@]\d{8}|-\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Vendor → model → price; a model that is not in it has no known price."""

    date: str
    """When the figures were collected, as YYYY-MM-DD."""
    pages: Mapping[str, str]
    """Where each vendor publishes its prices."""
    _prices: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def price_of(self, vendor: str, model: str) -> Price | None:
        """By the model's full name, else by its name without a date: never by a likeness."""
        models = self._prices.get(vendor, {})
        row = models.get(model) or models.get(_DATED.sub("", model))
        return None if row is None else _price(row)

    def models_of(self, vendor: str) -> tuple[str, ...]:
        return tuple(self._prices.get(vendor, ()))


def load_price_table(path: Path | None = None) -> PriceTable:
    """The shipped table. A few hundred models; read where a first price is asked for."""
    table = orjson.loads((path or resource_path("prices.json")).read_bytes())
    return PriceTable(table["date"], table["pages"], table["prices"])


def _price(row: Mapping[str, Any]) -> Price:
    tiers = tuple(
        Tier(above_tokens=tier["above_tokens"], rates=_tier_rates(tier, row))
        for tier in row.get("tiers", ())
    )
    return Price(rates=_rates(row), tiers=tiers)


def _rates(row: Mapping[str, Any]) -> Rates:
    return Rates(
        input=row["input"],
        output=row["output"],
        cache_read=row.get("cache_read"),
        cache_write_5m=row.get("cache_write_5m"),
        cache_write_1h=row.get("cache_write_1h"),
    )


def _tier_rates(tier: Mapping[str, Any], base: Mapping[str, Any]) -> Rates:
    """A tier that does not name its output keeps the usual one; a cache's price is not guessed."""
    return _rates({"output": base["output"], **tier})
