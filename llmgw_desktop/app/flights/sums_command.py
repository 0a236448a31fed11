"""`llmgw flights cost|latency`: sums of requests, of the running gateway, or as it wrote them down;
and `llmgw flights why ID`: why a prompt did not come from its vendor's cache.
"""

import argparse
import asyncio
import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlencode

from llmgw_desktop.app.command_line.command_line import fail, print_table
from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.app.flights.work_command import ShownPart, show_part
from llmgw_desktop.app.words.figures import (
    count_text,
    counted,
    duration_text,
    exact_money_text,
    marked,
    marked_money,
    money_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.flights.flight_filter import FilterMistake, parse_filter
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.engine.flights.pricing import FlightSums, Pricing
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings

_NAME_CHARS = 80
_TEXT_CHARS = 600
_LESS_THAN_MS = 1.0


def cost(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    fields = _asked("sums", arguments, places, env)
    if fields is None:
        return 1
    if arguments.json:
        print(json.dumps(fields, indent=2, ensure_ascii=True))
        return 0
    if arguments.csv:
        sys.stdout.write(_as_csv(fields))
        return 0
    head = f"{str(arguments.by).upper()}\tFLIGHTS\tIN\tOUT\tCACHED\tCOST\tUNKNOWN"
    rows = (*fields["sums"], {"key": "all", **fields["total"]})
    print_table((head, *map(_cost_line, rows)))
    for line in _vain(fields["total"]):
        print(line, file=sys.stderr)
    return 0


def latency(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    fields = _asked("latency", arguments, places, env)
    if fields is None:
        return 1
    if arguments.json:
        print(json.dumps(fields, indent=2, ensure_ascii=True))
        return 0
    lines = [
        "PROVIDER\tMODEL\tFLIGHTS\tFIRST TOKEN p50 p95 p99\tTOTAL p50 p95 p99\tGATEWAY p50 p95 p99"
    ]
    for each in fields["latency"]:
        times = (each[name] for name in ("firstToken", "total", "gateway"))
        cells = [" ".join(_time(it[f"p{p}Ms"]) for p in (50, 95, 99)) for it in times]
        names = (inert_line(each[name] or "–", _NAME_CHARS) for name in ("provider", "model"))
        lines.append("\t".join((*names, count_text(each["total"]["flights"]), *cells)))
    print_table(lines)
    return 0


def _asked(
    what: str, arguments: argparse.Namespace, places: Places, env: Mapping[str, str]
) -> dict[str, Any] | None:
    """As the door tells it; None where what went wrong has been said."""
    text = " ".join([*arguments.filter, *([f"since:{arguments.since}"] if arguments.since else [])])
    by = getattr(arguments, "by", "")
    asked = {"filter": text, **({"by": by} if by else {})}
    try:
        told = RunningGateway(places, env).ask("GET", f"/v1/flights/{what}?{urlencode(asked)}")
    except NotRunning:
        try:
            return _recorded(text, by, places)
        except FilterMistake as mistake:
            fail(str(mistake))
            return None
    if told.status != 200:
        fail(told.problem)
        return None
    return dict(told.fields)


def _recorded(text: str, by: str, places: Places) -> dict[str, Any]:
    query = parse_filter(text, SystemClock().now_s())
    jobs = JobStore(places.gateway_db)
    with closing(FlightReader(places.flights_db)) as reader, closing(jobs):
        sums = FlightSums(
            spending=reader.spending, latency=reader.latency, sessions=jobs.sessions_of
        )
        told = sums.spent(SumBy(by), query) if by else sums.timed(query)
        fields: dict[str, Any] = json.loads(json.dumps(asyncio.run(told)))
    return fields


def _cost_line(each: Mapping[str, Any]) -> str:
    cost, tokens = each["costUsd"], each["tokens"]
    provenance = Provenance(tokens["provenance"])
    unknown = max(cost["unknownFlights"], tokens["unknownFlights"])
    return "\t".join(
        (
            inert_line(each["key"] or "–", _NAME_CHARS),
            count_text(each["flights"]),
            marked(count_text(tokens["input"]), provenance),
            marked(count_text(tokens["output"]), provenance),
            count_text(tokens["cacheRead"]),
            marked_money(cost["value"], Provenance(cost["provenance"])),
            count_text(unknown),
        )
    )


def _vain(total: Mapping[str, Any]) -> Iterator[str]:
    if total["costUsd"]["unknownFlights"]:
        yield f"The cost of {counted(total['costUsd']['unknownFlights'], 'flight')} is not known."
    if total["cut"] or total["canceled"]:
        cost = money_text(total["brokenOffCostUsd"])
        yield f"Broken off: {counted(total['cut'] + total['canceled'], 'answer')}, {cost}."
    if total["retried"]:
        cost, more = money_text(total["retriedCostUsd"]), total["attemptsInVain"]
        yield (
            f"Asked more than once: {counted(total['retried'], 'flight')}, with"
            f" {counted(more, 'attempt')} in vain; the answers cost {cost}."
        )


def _as_csv(fields: Mapping[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    tokens = ("input", "output", "cacheRead", "cacheCreation")
    plain = ("flights", "failed", "cut", "canceled", "retried", "attemptsInVain")
    doubts = ("provenance", "unknownFlights")
    writer.writerow([fields["by"], "costUsd", *doubts, *tokens, *plain])
    for each in fields["sums"]:
        cost = each["costUsd"]
        told = [cost["exact"], *(cost[name] for name in doubts)]
        told += [each["tokens"][name] for name in tokens] + [each[name] for name in plain]
        key = each["key"] or ""
        inert = f"'{key}" if key[:1] in ("=", "+", "-", "@", "\t", "\r") else key
        writer.writerow([inert, *("" if it is None else it for it in told)])
    return out.getvalue()


def _time(ms: float | None) -> str:
    if ms is not None and ms < _LESS_THAN_MS:
        return f"{ms * 1000:.0f} µs"
    return duration_text(ms)


_MOST_CHANGES = 12


def why(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError."""
    part = ShownPart(
        name="cache",
        path=f"/v1/flights/{quote(arguments.id, '')}/cache",
        recorded=lambda: _explained(arguments.id, places, env),
        rows=_cache_rows,
    )
    return show_part(part, arguments, places, env)


def _explained(flight_id: str, places: Places, env: Mapping[str, str]) -> dict[str, Any] | None:
    """Words are not compared where they lie encrypted: the vault is the gateway's."""
    # No other verb needs the codecs.
    from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer, kinds_of, told_of

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


def _cache_rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "flight", told["flight"]
    yield "why", told["words"]
    if told["comparedWith"]:
        yield "compared with", f"{told['comparedWith']} (the same {told['kinship']})"
    yield from _difference_rows(told)
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


def _difference_rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    difference = told["difference"]
    if difference is not None:
        yield "differs from byte", str(difference["byte"])
        yield "before", f"…{difference['before']}…"
        yield "now", f"…{difference['now']}…"
    elif told["differenceUnknown"]:
        yield "the words", told["differenceUnknown"]
