"""Renews `resources/prices.json` from the price list that the `litellm` package carries.

    python packaging/make_price_table.py [LIST.json VERSION]

Without arguments the newest package is fetched into a folder that is thrown away. What changed is
printed. The list collects the vendors' public prices; only the figures are taken. A list that
cannot be true, or that lost half of the models of the table it would replace, is refused whole:
that is a broken file, not news. What it does not say is not guessed: docs/figures.md, "Prices".
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.flights.price import Price
from llmgw_desktop.store.routing.prices import (
    PriceTable,
    UnsoundPrice,
    load_price_table,
    price_of_row,
    undated,
)

TABLE = Path(__file__).parents[1] / "resources" / "prices.json"
LIST = "litellm/model_prices_and_context_window_backup.json"
VENDORS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "gemini": "google",
    "groq": "groq",
    "mistral": "mistral",
    "xai": "xai",
    "deepseek": "deepseek",
}
MODES = frozenset({"chat", "responses", "completion", "embedding", "image_generation"})
FIELDS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write_5m": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
    "image_input": "input_cost_per_image_token",
    "image_output": "output_cost_per_image_token",
}
MEDIA = {"audio_input": "supports_audio_input", "image_input": "supports_vision"}
SERVICES = {"flex": "flex", "priority": "priority", "batch": "batches", "ultrafast": "ultrafast"}
OTHER_UNITS = re.compile(r"(in|out)put_cost_per_(image|second|character|query)$")
FEES = {"anthropic": {"web_search": 0.01, "web_fetch": 0.0}, "openai": {"file_search": 0.0025}}
"""US dollars a call of any model, by the vendors' pages: the list does not have them."""
CONTAINER = ("openai/container", "code_interpreter_cost_per_session")
_TIER = re.compile(r"input_cost_per_token_above_(\d+)k_tokens(?:_\w+)?")
PAGES = {
    "anthropic": "https://platform.claude.com/docs/en/about-claude/pricing",
    "openai": "https://platform.openai.com/docs/pricing",
    "google": "https://ai.google.dev/gemini-api/docs/pricing",
    "groq": "https://groq.com/pricing",
    "mistral": "https://mistral.ai/pricing",
    "xai": "https://docs.x.ai/docs/models",
    "deepseek": "https://api-docs.deepseek.com/quick_start/pricing",
}
Entry = Mapping[str, Any]
Row = dict[str, Any]


def table_of(prices: Mapping[str, Entry], version: str, today: date) -> dict[str, Any]:
    """Raises ValueError, in words, for a list that cannot be true."""
    found: dict[str, dict[str, Row]] = {vendor: {} for vendor in PAGES}
    fees = {vendor: dict(each) for vendor, each in FEES.items()}
    if (container := prices.get(CONTAINER[0], {}).get(CONTAINER[1])) is not None:
        fees["openai"]["code_interpreter"] = container
    for name, entry in sorted(prices.items()):
        vendor = VENDORS.get(entry.get("litellm_provider", ""))
        if vendor is None or entry.get("mode") not in MODES or name.startswith("ft:"):
            continue
        try:
            if (row := _row(entry, vendor)) is None:
                continue
            price_of_row(row, fees.get(vendor, {}))
        except UnsoundPrice as error:
            raise ValueError(f"{name}: {error}") from None
        found[vendor].setdefault(name.removeprefix(f"{entry['litellm_provider']}/"), row)
    return {
        "date": today.isoformat(),
        "unit": "US dollars per million tokens; fees: for one call",
        "collected_by": f"litellm {version}",
        "pages": PAGES,
        "fees": fees,
        "prices": {vendor: _without_dated(models) for vendor, models in found.items()},
    }


def _without_dated(models: Mapping[str, Row]) -> dict[str, Row]:
    """A name with a date is found by the name without, where both cost the same."""
    return {
        name: row
        for name, row in models.items()
        if undated(name) == name or models.get(undated(name)) != row
    }


def _row(entry: Entry, vendor: str) -> Row | None:
    """None of a model whose price is not that of its tokens, or is not told."""
    if entry["mode"] == "embedding":
        entry = {FIELDS["output"]: 0.0, **entry}
    rates = _rates(entry, "")
    if not {"input", "output"} <= rates.keys():
        return None
    has_other_units = any(cost for key, cost in entry.items() if OTHER_UNITS.match(key))
    is_by_token = rates["input"] != 0 or rates["output"] != 0
    if entry["mode"] == "image_generation":
        is_by_token = is_by_token and "image_output" in rates
    if has_other_units and not is_by_token:
        return None
    same = _same_as_text(entry, vendor, rates)
    row = _card(entry, "", same) or {}
    services: dict[str, Any] = {
        ours: _factor(row, card) or card
        for ours, theirs in SERVICES.items()
        if (card := _card(entry, f"_{theirs}", same)) is not None
    }
    if fast := entry.get("provider_specific_entry", {}).get("fast"):
        services["fast"] = fast
    if off_peak := entry.get("off_peak_pricing"):
        row |= {"peak": rates, **_rates(off_peak, ""), "besides": ["peak hours"]}
    fees = _search_fee(entry, vendor)
    return row | ({"services": services} if services else {}) | ({"fees": fees} if fees else {})


def _card(entry: Entry, suffix: str, same: frozenset[str]) -> Row | None:
    """What tokens cost in a service tier, by the length of the prompt. A length that the usual
    rates tell apart and these do not has no known price."""
    rates = _rates(entry, suffix)
    if not {"input", "output"} <= rates.keys():
        return None
    tiers = []
    for thousands in sorted({int(match[1]) for key in entry if (match := _TIER.fullmatch(key))}):
        longer = _rates(entry, f"_above_{thousands}k_tokens{suffix}")
        is_known = {"input", "output"} <= longer.keys()
        told = _filled(longer, same) if is_known else {}
        tiers.append({"above_tokens": thousands * 1000, **told})
    return _filled(rates, same) | ({"tiers": tiers} if tiers else {})


def _rates(entry: Entry, suffix: str) -> Row:
    return {
        ours: _dollars(entry[f"{theirs}{suffix}"])
        for ours, theirs in FIELDS.items()
        if entry.get(f"{theirs}{suffix}") is not None
    }


def _dollars(per_token: object) -> float:
    if isinstance(per_token, bool) or not isinstance(per_token, int | float):
        raise UnsoundPrice(f"{per_token!r} is no number")
    return round(per_token * 1e6, 6)


def _same_as_text(entry: Entry, vendor: str, rates: Row) -> frozenset[str]:
    """Kinds of tokens for which the list has the rate of text: by name, or because Google's page
    has one rate for all that a model takes, unless it names another."""
    same = {kind for kind in MEDIA if rates.get(kind) == rates["input"]}
    if vendor == "google" and not entry.get("input_cost_per_image"):
        takes = {kind for kind, flag in MEDIA.items() if entry.get(flag)}
        same |= takes - rates.keys()
    return frozenset(same)


def _filled(rates: Row, same: frozenset[str]) -> Row:
    return rates | {kind: rates["input"] for kind in sorted(same) if kind not in rates}


def _factor(usual: Row, card: Row) -> float | None:
    """What each of the usual rates is to be multiplied by to be these; None where nothing is."""
    factor = round(card["input"] / usual["input"], 6) if usual["input"] else 1.0
    return factor if _times(usual, factor) == card else None


def _times(card: Row, factor: float) -> Row:
    made: Row = {}
    for key, each in card.items():
        if key == "tiers":
            made[key] = [_times(tier, factor) for tier in each]
        else:
            made[key] = each if key == "above_tokens" else round(each * factor, 6)
    return made


def _search_fee(entry: Entry, vendor: str) -> dict[str, float]:
    """Google's first searches are free of charge, and nobody counts them: no price is known."""
    prices = set(entry.get("search_context_cost_per_query", {}).values())
    if len(prices) != 1 or vendor == "google" or "search_free_requests" in entry:
        return {}
    price = prices.pop()
    return {} if FEES.get(vendor, {}).get("web_search") == price else {"web_search": price}


def changes(before: PriceTable, after: PriceTable) -> Iterator[str]:
    """A line for each model that came, went or costs something else."""
    for vendor in after.pages:
        names = {*before.models_of(vendor), *after.models_of(vendor)}
        for name in sorted(names):
            old, new = before.price_of(vendor, name), after.price_of(vendor, name)
            if old is None and new is not None:
                yield f"+ {vendor} {name}: {_words(dict(_figures(new)))}"
            elif old is not None and new is None:
                yield f"- {vendor} {name}"
            elif old is not None and new is not None and old != new:
                yield f"~ {vendor} {name}: {_difference(dict(_figures(old)), dict(_figures(new)))}"


def _figures(price: Price) -> Iterator[tuple[str, Any]]:
    cards = {"": price, **{f"{name} ": card for name, card in price.services.items()}}
    for service, card in cards.items():
        steps = [("", card.rates), *((f" >{it.above_tokens}", it.rates) for it in card.tiers)]
        for step, rates in steps:
            for name in FIELDS:
                rate = None if rates is None else getattr(rates, name)
                if rate is not None:
                    yield f"{service}{name}{step}", rate
    if price.peak is not None:
        yield "peak input", price.peak.input
        yield "peak output", price.peak.output
    yield from ((f"a call of {name}", fee) for name, fee in price.fees.items())


def _words(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {rate:g}" for name, rate in figures.items())


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    said = []
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            was, now = (f"{it[name]:g}" if name in it else "unknown" for it in (old, new))
            said.append(f"{name} {was} → {now}")
    return ", ".join(said) or "another wording"


def refuse_losses(before: PriceTable, after: PriceTable) -> None:
    """Raises ValueError."""
    for vendor in PAGES:
        names = before.models_of(vendor)
        left = [name for name in names if after.price_of(vendor, name) is not None]
        if not after.models_of(vendor) or len(left) * 2 < len(names):
            raise ValueError(f"{vendor} has lost more than half of its models")


def written(table: Mapping[str, Any]) -> str:
    """A line for each model, so that a difference can be read."""
    head = {key: each for key, each in table.items() if key != "prices"}
    lines = ",\n".join(
        f'  "{vendor}": {{\n'
        + ",\n".join(f"   {json.dumps(name)}: {_compact(row)}" for name, row in models.items())
        + "\n  }"
        for vendor, models in table["prices"].items()
    )
    return f'{json.dumps(head, indent=1)[:-2]},\n "prices": {{\n{lines}\n }}\n}}\n'


def _compact(row: Row) -> str:
    return re.sub(r"(\d)\.0(?=[,}\]])", r"\1", json.dumps(row, separators=(",", ":")))


def newest_list() -> tuple[str, str]:
    """The list as it came, and the version of the package that carries it."""
    with tempfile.TemporaryDirectory() as folder:
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*fetch, "--only-binary=:all:", "-d", folder, "litellm"], check=True)  # noqa: S603
        (wheel,) = Path(folder).glob("litellm-*.whl")
        with zipfile.ZipFile(wheel) as package:
            return package.read(LIST).decode(), wheel.name.split("-")[1]


def renew(text: str, version: str, path: Path, today: date) -> Iterator[str]:
    """What changed, a line each; the table is written. Raises ValueError, and writes nothing, for
    what cannot be true."""
    before = load_price_table(path) if path.exists() else PriceTable("", {}, {}, {})
    if before.date > today.isoformat():
        raise ValueError(f"the table is of {before.date}, and this computer's clock is behind it")
    prices = json.loads(text)
    if type(prices) is not dict or any(type(each) is not dict for each in prices.values()):
        raise ValueError("this is no list of prices")
    table = table_of(prices, version, today)
    after = PriceTable(table["date"], table["pages"], table["prices"], table["fees"])
    refuse_losses(before, after)
    path.write_text(written(table), "utf-8")
    yield from changes(before, after)


def main() -> None:
    if sys.argv[1:]:
        path, version = sys.argv[1:]
        text = Path(path).read_text("utf-8")
    else:
        text, version = newest_list()
    try:
        for line in renew(text, version, TABLE, datetime.now(UTC).date()):
            sys.stdout.write(f"{line}\n")
    except ValueError as error:
        sys.exit(f"Nothing was written: {error}.")


if __name__ == "__main__":
    main()
