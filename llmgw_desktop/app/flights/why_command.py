"""`llmgw flights why ID`: why a prompt did not come from its vendor's cache."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.app.words.figures import count_text, exact_money_text, marked
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.engine.flights.pricing import Pricing
from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer, kinds_of, told_of
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings

_TEXT_CHARS = 600
_WIDTH = 20
_MOST_CHANGES = 12


def why(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError."""
    try:
        asked = f"/v1/flights/{quote(arguments.id, '')}/cache"
        told = RunningGateway(places, env).ask("GET", asked)
    except NotRunning:
        found = _recorded(arguments.id, places, env)
    else:
        if told.status not in (200, 404):
            return _fail(told.problem)
        found = told.fields["cache"] if told.status == 200 else None
    if found is None:
        return _fail(f"There is no flight '{arguments.id[:80]}', or it is kept no longer.")
    if arguments.json:
        print(json.dumps({"cache": found}, indent=2, ensure_ascii=True))
        return 0
    for name, value in _rows(found):
        print(f"{name:<{_WIDTH}}  {inert_line(value, _TEXT_CHARS)}")
    return 0


def _fail(sentence: str) -> int:
    print(f"llmgw: {inert_line(sentence, _TEXT_CHARS)}", file=sys.stderr)
    return 1


def _recorded(flight_id: str, places: Places, env: Mapping[str, str]) -> dict[str, Any] | None:
    """Words are not compared where they lie encrypted: the vault is the gateway's."""
    settings = load_settings(places.config_file, env).settings
    pricing = Pricing()
    pricing.apply(settings.providers, settings.prices)
    with closing(FlightReader(places.flights_db)) as reader:
        kinds = kinds_of(lambda: settings.everyone)
        found = CacheExplainer(reader, pricing.price_of, kinds).explain(flight_id)
    if found is None:
        return None
    fields: dict[str, Any] = json.loads(json.dumps(told_of(found)))
    return fields


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "flight", told["flight"]
    yield "why", told["words"]
    if told["comparedWith"]:
        yield "compared with", f"{told['comparedWith']} (the same {told['kinship']})"
    yield from _difference(told)
    places = [f"{each['place']} {each['what']}" for each in told["changes"]]
    if len(places) > 1:
        more = len(places) - _MOST_CHANGES
        shown = ", ".join(places[:_MOST_CHANGES])
        yield "all changes", shown + (f" and {more} more" if more > 0 else "")
    lost = told["lostTokens"]
    if told["isMiss"] and lost["value"] is not None:
        text = marked(count_text(lost["value"]), Provenance(lost["provenance"]))
        yield "tokens sent again", text
        if told["rewrittenTokens"] is not None:
            yield "of these written", count_text(told["rewrittenTokens"])
        yield "that cost", exact_money_text(told["lostUsd"])
    if told["vendorReason"]:
        yield "the vendor says", told["vendorReason"].replace("_", " ")
    if told["advice"]:
        yield "to keep it warm", told["advice"]


def _difference(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    difference = told["difference"]
    if difference is not None:
        yield "differs from byte", str(difference["byte"])
        yield "before", f"…{difference['before']}…"
        yield "now", f"…{difference['now']}…"
    elif told["differenceUnknown"]:
        yield "the words", told["differenceUnknown"]
