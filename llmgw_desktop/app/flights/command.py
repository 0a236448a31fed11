"""`llmgw flights list|show|tail`: requests, of the running gateway, or as it wrote them down."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from llmgw_desktop.app.command_line.command_line import fail, print_table
from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.flights.saved_filters import FILE, saved_text
from llmgw_desktop.app.flights.sums_command import cost, latency, why
from llmgw_desktop.app.flights.work_command import (
    ShownPart,
    diff,
    mark,
    replay,
    row_cells,
    show_part,
)
from llmgw_desktop.app.words.figures import (
    clock_text,
    count_text,
    counted,
    duration_text,
    exact_money_text,
    local_time,
    marked,
    moment_text,
    rate_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import HeldDeletion
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState
from llmgw_desktop.domain.flights.flight_filter import FIELDS, FilterMistake, parse_filter
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Provenance
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.database.database import open_database, told
from llmgw_desktop.store.flights.body_search import SearchStanding
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.retention import KnownTime, Retention
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.wire.native.flights import flight_object, listed_object

_TEXT_CHARS = 600
_NAME_CHARS = 60
_TOKENS = {
    "inputTokens": "input tokens",
    "outputTokens": "output tokens",
    "cacheReadTokens": "cache read",
    "cacheCreationTokens": "cache write",
    "reasoningTokens": "reasoning tokens",
}
_HEAD = "ID\tSTARTED\tCLIENT\tMODEL\tSTATE\tIN\tOUT\tCOST\tTOOK\tERROR"
_SAID_ONCE = (
    ("provider", "provider"),
    ("account", "account"),
    ("protocol", "protocol"),
    ("upstreamProtocol", "spoken with provider"),
    ("operation", "operation"),
    ("routeReason", "route"),
    ("stopReason", "stop reason"),
    ("serviceTier", "service tier"),
    ("job", "job"),
)


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    among = getattr(arguments, "among", "")
    if among and not (places.data_folder / "imported" / f"{Path(among).name}.db").is_file():
        return fail(f"There is no set '{among[:60]}'. 'llmgw flights import' lists them.")
    if saved := getattr(arguments, "saved", ""):
        try:
            text = saved_text(places.config_folder / FILE, saved)
        except FilterMistake as mistake:
            return fail(str(mistake))
        arguments.filter = [text, *arguments.filter]
    verbs = {
        "list": _list,
        "show": _show,
        "why": why,
        "diff": diff,
        "replay": replay,
        "mark": mark,
        "unmark": mark,
        "tail": _tail,
        "export": _export,
        "import": _import,
        "cost": cost,
        "latency": latency,
        "prune": prune,
    }
    return verbs[arguments.verb](arguments, places, env)


def _list(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    if arguments.fields:
        print_table(f"{name}\t{field.words}\t{field.example}" for name, field in FIELDS.items())
        return 0
    text, limit = " ".join(arguments.filter), max(arguments.limit, 1)
    try:
        query = parse_filter(text, SystemClock().now_s())
    except FilterMistake as mistake:
        return fail(str(mistake))
    try:
        if query.said or arguments.among:
            fields = _searched(query, limit, arguments.among, (places, env))
        else:
            asked = {"filter": text, "limit": limit}
            told = RunningGateway(places, env).ask("GET", f"/v1/flights?{urlencode(asked)}")
            if told.status != 200:
                return fail(told.problem)
            fields = dict(told.fields)
    except NotRunning:
        with closing(FlightReader(places.flights_db)) as reader:
            fields = _listed(reader, query, limit)
    if arguments.json:
        print(json.dumps(dict(fields), indent=2, ensure_ascii=True))
        return 0
    print_table((_HEAD, *_lines(fields["flights"])))
    left = fields["total"] - len(fields["flights"])
    if left > 0:
        print(f"{counted(left, 'flight')} more: --limit tells of them.", file=sys.stderr)
    return 0


def _listed(reader: FlightReader, query: FlightQuery, limit: int) -> dict[str, Any]:
    """As the door tells it."""
    found, total = reader.page(query, offset=0, limit=limit), reader.count(query)
    told = {"total": total, "next": None, "flights": [listed_object(each) for each in found]}
    fields: dict[str, Any] = json.loads(json.dumps(told))
    return fields


def _searched(
    query: FlightQuery, limit: int, among: str, home: tuple[Places, Mapping[str, str]]
) -> dict[str, Any]:
    """Of an imported set, or those with words in their bodies: until all were looked through,
    enough were found, or somebody ends it. Here and not by the gateway, which has other things to
    do."""
    from llmgw_desktop.app.flights.export.command import own_reader  # most commands do not

    last = SearchStanding()

    def goes_on(standing: SearchStanding) -> bool:
        nonlocal last
        last = standing
        if sys.stderr.isatty() and standing.searched:
            words = f"\r{standing.searched:,} of {standing.total:,}"
            print(words, end="", file=sys.stderr, flush=True)
        return len(standing.found) < limit

    with own_reader(*home, among) as reader:
        if not query.said:
            return _listed(reader, query, limit)
        try:
            last = reader.search(query, goes_on)
        except KeyboardInterrupt:
            print(file=sys.stderr)
        if last.unreadable:
            unread = counted(last.unreadable, "flight")
            print(f"Of {unread} what was said cannot be read.", file=sys.stderr)
        if not last.is_whole:
            words = f"Looked through {last.searched:,} of {counted(last.total, 'flight')}."
            print(words, file=sys.stderr)
        return _listed(reader, last.settled(query), limit)


def _lines(flights: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    today = local_time(SystemClock().now_s()).date()
    for each in flights:
        began = clock_text(each["startedAt"], today)
        client = inert_line(each["client"], _NAME_CHARS)
        yield "\t".join((each["id"], began, client, *row_cells(each)))


def _tail(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Until somebody ends it, or the gateway."""
    path = f"/v1/flights/events?{urlencode({'filter': ' '.join(arguments.filter)})}"
    try:
        events = RunningGateway(places, env).events(path)
        if not arguments.json:
            print(_HEAD, flush=True)
        for name, told in events:
            if name == "refused":
                return fail(told.problem)
            _tell_event(name, told, as_json=arguments.json)
    except NotRunning as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return 0
    return fail("The gateway ended.")


def _tell_event(name: str, told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"event": name, **told}, ensure_ascii=True), flush=True)
    elif name == "closed":
        for line in _lines([told]):
            print(line, flush=True)
    elif name == "missed":
        words = f"{counted(told['flights'], 'flight')} came too fast to be told here."
        print(words, file=sys.stderr, flush=True)


def _show(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    def recorded() -> dict[str, Any] | None:
        if arguments.among:
            return _of_set(arguments, places, env)
        with closing(FlightReader(places.flights_db)) as reader:
            return _recorded(arguments.id, reader)

    asked = "" if arguments.among else f"/v1/flights/{quote(arguments.id, '')}"
    part = ShownPart(name="flight", path=asked, recorded=recorded, rows=_rows)
    return show_part(part, arguments, places, env)


def _export(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    from llmgw_desktop.app.flights.export.command import run as export  # most commands do not

    return export(arguments, places, env)


def _import(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    from llmgw_desktop.app.flights.export.command import import_flights  # most commands do not

    return import_flights(arguments, places, env)


def _of_set(
    arguments: argparse.Namespace, places: Places, env: Mapping[str, str]
) -> dict[str, Any] | None:
    from llmgw_desktop.app.flights.export.command import own_reader  # most commands do not

    with own_reader(places, env, arguments.among) as reader:
        return _recorded(arguments.id, reader)


def _recorded(flight_id: str, reader: FlightReader) -> dict[str, Any] | None:
    record = reader.record(flight_id, with_bodies=False)
    if record is None:
        return None
    summary = record.summary
    if summary.is_running and summary.protocol is not ModelProtocol.CLI:  # runs outlive a gateway
        record = replace(record, summary=replace(summary, state=FlightState.LOST))
    told: dict[str, Any] = json.loads(json.dumps(flight_object(record)))
    return told


def _rows(flight: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "flight", flight["id"]
    status = flight["status"]
    yield "state", flight["state"] + ("" if status is None else f", status {status}")
    yield "started", moment_text(flight["startedAt"])
    yield "took", duration_text(flight["durationMs"])
    label = flight["label"]
    yield "client", flight["client"] + (f" (calls itself {label})" if label else "")
    asked, served = flight["modelAsked"] or "–", flight["model"]
    yield "model", asked if served in (None, asked) else f"{asked} → {served}"
    for key, name in _SAID_ONCE:
        if flight[key]:
            yield name, flight[key]
    if flight["marked"]:
        yield "marked", flight["note"] or "yes"
    yield from _figures(flight)
    yield from _doubts(flight)
    for number, each in enumerate(flight["attempts"], 1):
        yield f"attempt {number}", _attempt(each)
    if error := flight["error"]:
        yield "error", ": ".join(each for each in (error["kind"], error["message"]) if each)


def _figures(flight: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, name in _TOKENS.items():
        yield name, _told(flight[key], count_text(flight[key]["value"]))
    if not flight["counted"]:
        yield "", "counted with the requests of its job, not here"
    yield "cost", _told(flight["costUsd"], _cost(flight))
    first = flight["timeToFirstTokenMs"]
    yield "first token", _told(first, duration_text(first["value"]))
    if flight["tokensPerSecond"] is not None:
        yield "tokens/s", rate_text(flight["tokensPerSecond"])


def _cost(flight: Mapping[str, Any]) -> str:
    cost, by_list = flight["costUsd"]["value"], flight["listCostUsd"]
    text = exact_money_text(cost)
    if not flight["billedByVendor"]:
        return text
    beside = "" if by_list is None else f"; {exact_money_text(by_list)} by list prices"
    return f"{text}, the vendor's own bill{beside}"


def _told(figure: Mapping[str, Any], text: str) -> str:
    provenance = Provenance(figure["provenance"])
    if provenance is Provenance.UNKNOWN:
        return "– (unknown)"
    return f"{marked(text, provenance)} ({provenance})"


def _doubts(flight: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if flight["fees"]:
        each = ", ".join(f"{name} {count}" for name, count in flight["fees"].items())
        yield "fees for", each
    for key, name in (
        ("unpriced", "no price known of"),
        ("notUnderstood", "not understood"),
        ("unsound", "cannot be true"),
        ("losses", "lost in translation"),
    ):
        if flight[key]:
            yield name, ", ".join(flight[key])
    for hit in flight["guards"]:
        times = f", {hit['count']} times" if hit["count"] > 1 else ""
        yield f"guard {hit['rule']}", f"{hit['action']}: {hit['found']} ({hit['in']}){times}"


def _attempt(each: Mapping[str, Any]) -> str:
    took = duration_text(each["endMs"] - each["startMs"])
    status = "" if each["status"] is None else f", status {each['status']}"
    return f"{each['account']}, {each['model']}, {took}{status}: {each['outcome'] or 'answered'}"


def prune(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """A gateway that runs takes it over by itself. Raises ConfigError, StoreError."""
    settings = load_settings(places.config_file, env).settings.recorder
    if not places.flights_db.exists():
        print("No flights are recorded.")
        return 0
    bound = counted(settings.retention_days, "day")
    held = _prune(places, settings, is_agreed=arguments.yes)
    if held is None:
        print(f"No flight waits: none is held that is older than {bound}.")
        return 0
    flights, days = counted(held.flights, "flight"), counted(held.days, "day")
    ahead = counted(held.ahead_days, "day")
    if not arguments.yes:
        print(
            f"The clock is {ahead} ahead of the last time that is known. "
            f"{flights} would be older than {days}. If the date is right, delete with: "
            f"{own_command('flights', 'prune', '--yes')}",
            file=sys.stderr,
        )
        return 1
    with closing(AuditStore(places.gateway_db, SystemClock())) as store:
        store.note(Act(verb="flights.given_up", subject="flights"))
    print(f"{flights} older than {days} deleted.")
    return 0


def _prune(places: Places, settings: RecorderSettings, *, is_agreed: bool) -> HeldDeletion | None:
    clock = SystemClock()
    path = places.flights_db
    with closing(open_database(path, FLIGHTS_STEPS)) as connection, told(path):
        known_time = KnownTime(connection, clock)
        known_time.look(settings.retention_days, is_asked=True)
        held = known_time.held
        if held is not None and is_agreed:
            known_time.agree()
            retention = Retention(connection)
            while retention.step(known_time.look(settings.retention_days), settings):
                pass
    return held
