"""`llmgw status`: how the running gateway stands, and who holds too many connections."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from llmgw_desktop.app.figures import clock_text, counted, local_time
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.paths import Places

_PARTS = ("gateway", "recorder", "settings", "audit", "vault")


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """0 where it answers, whatever it says."""
    try:
        told = RunningGateway(places, env).ask("GET", "/health/detail")
    except NotRunning as error:
        return _fail(str(error))
    if told.status != 200:
        return _fail(told.problem)
    if arguments.json:
        print(orjson.dumps(dict(told.fields), option=orjson.OPT_INDENT_2).decode())
        return 0
    for line in _lines(told.fields, SystemClock().now_s()):
        print(inert_line(line, 600))
    return 0


def _lines(told: Mapping[str, Any], now_s: float) -> Iterator[str]:
    gateway, connections = told["gateway"], told["connections"]
    yield f"{gateway['state']} at {gateway['url']}: {told['status']}"
    flights = counted(told["open_flights"], "flight")
    yield f"{flights} under way; {connections['open']} of {connections['most']} connections"
    for flood in connections["floods"]:
        who = flood["name"] if flood["client"] else f"somebody at {flood['name']}"
        since = clock_text(flood["since"], local_time(now_s).date())
        held = counted(flood["connections"], "connection")
        yield f"{who} holds {held} since {since}; {flood['refused']} more were refused"
    for part in _PARTS:
        if problem := told.get(part, {}).get("problem"):
            yield f"{part}: {problem}"


def _fail(sentence: str) -> int:
    print(f"llmgw: {inert_line(sentence, 600)}", file=sys.stderr)
    return 1
