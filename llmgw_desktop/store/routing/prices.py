"""The shipped prices: a dated table of what vendors publish, `resources/prices.json`.

It is made by `packaging/make_price_table.py`, which names where the figures come from.
"""

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.flights.price import Price, RateCard, Rates, Tier
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.resources import resource_path

_log = logging.getLogger(__name__)

MOST_USD = 10_000.0
"""Nobody takes so much for a million tokens, or for one call of a tool."""
_DATED = re.compile(r"(?:-latest|[-@]\d{8}|-\d{4}-\d{2}-\d{2})$")
_RATES = frozenset(each.name for each in fields(Rates))
_NEEDED = ("input", "output")


class UnsoundPrice(ValueError):
    """A row that cannot be true; the text says why."""


@value(kw_only=False)
class PriceTable:
    """Vendor → model → price; a model that is not in it has no known price."""

    date: str
    """When the figures were collected, as YYYY-MM-DD; empty where the table cannot be read."""
    pages: Mapping[str, str]
    """Where each vendor publishes its prices."""
    _prices: Mapping[str, Mapping[str, object]]
    _fees: Mapping[str, object]
    """Of each vendor, those that all its models have."""

    def price_of(self, vendor: str, model: str) -> Price | None:
        """By the model's full name, else by its name without a date: never by a likeness. A row
        that cannot be true is no price."""
        models = self._prices.get(vendor, {})
        row = models.get(model) or models.get(undated(model))
        if row is None:
            return None
        try:
            return price_of_row(row, self._fees.get(vendor, {}))
        except UnsoundPrice as error:
            _log.warning("The shipped price of %s is not used: %s", model, error)
            return None

    def models_of(self, vendor: str) -> tuple[str, ...]:
        return tuple(self._prices.get(vendor, ()))


def undated(model: str) -> str:
    return _DATED.sub("", model)


def load_price_table(path: Path | None = None) -> PriceTable:
    """The shipped table. A few hundred models; read where a first price is asked for. One that
    cannot be read has no prices, and the log says so."""
    try:
        table = orjson.loads((path or resource_path("prices.json")).read_bytes())
        prices = {vendor: _object(models) for vendor, models in _object(table["prices"]).items()}
        return PriceTable(str(table["date"]), _object(table["pages"]), prices, table["fees"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.error("The shipped prices cannot be read, so that none is known: %s", error)
        return PriceTable("", {}, {}, {})


def price_of_row(row: object, further_fees: object) -> Price:
    """A service tier is written as its rates, or as what they are a multiple of the usual ones by.
    Raises UnsoundPrice for one that cannot be true."""
    told = dict(_object(row))
    services = _object(told.pop("services", {}))
    fees = {**_object(further_fees), **_object(told.pop("fees", {}))}
    besides, peak = told.pop("besides", []), told.pop("peak", None)
    card = _card(told)
    return Price(
        rates=card.rates,
        tiers=card.tiers,
        services={name: _service(name, each, card) for name, each in services.items()},
        fees={name: _dollars(name, fee) for name, fee in fees.items()},
        besides=tuple(map(str, besides)) if isinstance(besides, list) else (),
        peak=None if peak is None else _rates(_object(peak)),
    )


def _service(name: str, row: object, usual: RateCard) -> RateCard:
    if isinstance(row, dict):
        return _card(row)
    factor = _dollars(name, row)
    return RateCard(
        rates=_times(usual.rates, factor),
        tiers=tuple(
            Tier(above_tokens=it.above_tokens, rates=it.rates and _times(it.rates, factor))
            for it in usual.tiers
        ),
    )


def _times(rates: Rates, factor: float) -> Rates:
    known = {name: getattr(rates, name) for name in _RATES}
    return Rates(**{name: round(it * factor, 6) for name, it in known.items() if it is not None})


def _card(row: object) -> RateCard:
    told = dict(_object(row))
    listed = told.pop("tiers", [])
    if not isinstance(listed, list):
        raise UnsoundPrice("its tiers are no list")
    tiers = tuple(map(_tier, listed))
    bounds = [each.above_tokens for each in tiers]
    if bounds != sorted(set(bounds)):
        raise UnsoundPrice("its tiers overlap")
    return RateCard(rates=_rates(told), tiers=tiers)


def _tier(row: object) -> Tier:
    told = dict(_object(row))
    above = told.pop("above_tokens", None)
    if type(above) is not int or above < 1:
        raise UnsoundPrice("a tier does not say above how many tokens")
    return Tier(above_tokens=above, rates=_rates(told) if told else None)


def _rates(told: Mapping[str, object]) -> Rates:
    for name in _NEEDED:
        if name not in told:
            raise UnsoundPrice(f"{name} is missing")
    for name in told:
        if name not in _RATES:
            raise UnsoundPrice(f"nobody knows what {name} is")
    return Rates(**{name: _dollars(name, rate) for name, rate in told.items()})


def _dollars(name: str, told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise UnsoundPrice(f"{name} is no number")
    if not math.isfinite(told) or not 0 <= told < MOST_USD:
        raise UnsoundPrice(f"{name} is {told}")
    return float(told)


def _object(told: object) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise UnsoundPrice("an object is missing")
    return told
