"""`llmgw status`: how the running gateway stands, and who holds too many connections; `llmgw
restart` and `llmgw quit`; and the program itself: `llmgw licences` (our own, Qt's, and those of
every part; with a name, the whole text) and `llmgw update --check` (whether there is a newer
version; it changes nothing).

What each command needs beyond the run file is read in when the command gets there: most who ask for
the status of a gateway that does not run wait for nothing else.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from llmgw_desktop.app.command_line.command_line import fail
from llmgw_desktop.app.command_line.running_gateway import NotRunning, lives, running
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.platform.environment import IS_POSIX
from llmgw_desktop.platform.processes import ProcessMark, ask_to_end, started_ticks
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import RunFile, read_run_file

if TYPE_CHECKING:
    from llmgw_desktop.app.gateway.licences import LicensedPart
    from llmgw_desktop.app.gateway.standing import GatewayStanding


def status(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """0 where it answers, whatever it says."""
    try:
        running(places, env)
    except NotRunning as error:
        return fail(str(error))
    import orjson

    from llmgw_desktop.app.gateway.standing import standing
    from llmgw_desktop.domain.clock import SystemClock

    stands = standing(places, env)
    if stands.told is None:
        return fail(stands.silence)
    if arguments.json:
        print(orjson.dumps(_document(stands), option=orjson.OPT_INDENT_2).decode())
        return 0
    for line in _lines(stands, SystemClock().now_s()):
        print(inert_line(line, 900))
    return 0


def _document(stands: "GatewayStanding") -> dict[str, Any]:
    """As it tells it; what we see of the files beside it goes in as well."""
    problems = [{"part": part, "says": says, "do": do} for part, says, do in stands.problems]
    return {
        **(stands.told or {}),
        "status": _status(stands),
        "problems": problems,
        "store": {"problem": stands.store},
    }


def _status(stands: "GatewayStanding") -> str:
    return "degraded" if stands.problems else str((stands.told or {})["status"])


def _lines(stands: "GatewayStanding", now_s: float) -> Iterator[str]:
    from llmgw_desktop.app.safekeeping.at_rest import UNREADABLE_DO, unreadable_words
    from llmgw_desktop.app.words.figures import clock_text, counted, local_time

    told = stands.told or {}
    gateway, connections = told["gateway"], told["connections"]
    yield f"{gateway['state']} at {gateway['url']}: {_status(stands)}"
    flights = counted(told["open_flights"], "flight")
    yield f"{flights} under way; {connections['open']} of {connections['most']} connections"
    for flood in connections["floods"]:
        who = flood["name"] if flood["client"] else f"somebody at {flood['name']}"
        since = clock_text(flood["since"], local_time(now_s).date())
        held = counted(flood["connections"], "connection")
        yield f"{who} holds {held} since {since}; {flood['refused']} more were refused"
    for part, says, do in stands.problems:
        yield f"{part}: {says} {do}".rstrip()
    if stands.lost_flights:
        yield f"recorder: {unreadable_words(stands.lost_flights)} {UNREADABLE_DO}"


_LOOK_S = 0.05
_PROGRESS = (
    "The gateway starts anew. Answers that run may go on for up to"
    " {within_s:.0f} s; who asks meanwhile waits …"
)
_COMES_WITHIN_S = 70.0
"""Beside what answers that run may take."""


def start_anew(_: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError: with such settings the next start would end at once. NotRunning."""
    from llmgw_desktop.app.gateway import instances
    from llmgw_desktop.store.settings.reader import load_settings

    load_settings(places.config_file, env)
    before = running(places, env)
    if not before.can_restart:
        raise NotRunning("This gateway cannot start anew by itself. Stop it, and start it again.")
    instances.ask(before.pid)
    print(_PROGRESS.format(within_s=instances.WITHIN_S), file=sys.stderr, flush=True)
    asked_s = time.monotonic()
    deadline = asked_s + instances.WITHIN_S + _COMES_WITHIN_S
    while (now := _next(places, before)) is None:
        if IS_POSIX and not lives(before):  # elsewhere the next start is another process
            print("llmgw: it ended and did not come back; its log says why.", file=sys.stderr)
            return 1
        if time.monotonic() > deadline:
            print("llmgw: it has not come back yet; its log says more.", file=sys.stderr)
            return 1
        time.sleep(_LOOK_S)
    print(f"The gateway runs anew at {now.url}, after {time.monotonic() - asked_s:.1f} s.")
    return 0


def end_it(_: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """As SIGTERM does, also where there are no signals. Raises NotRunning."""
    from llmgw_desktop.app.gateway.instances import WITHIN_S

    before = running(places, env)
    if (ticks := started_ticks(before.pid)) is not None:
        ask_to_end(ProcessMark(pid=before.pid, started_ticks=ticks))
    deadline = time.monotonic() + WITHIN_S + _COMES_WITHIN_S
    while lives(before):
        if time.monotonic() > deadline:
            print("llmgw: it has not ended yet; its log says more.", file=sys.stderr)
            return 1
        time.sleep(_LOOK_S)
    print("The gateway has ended. Jobs that run go on; the next start finds them again.")
    return 0


def _next(places: Places, before: RunFile) -> RunFile | None:
    now = read_run_file(places.run_file)
    return now if now is not None and now.started_at_s != before.started_at_s else None


_RULE = "-" * 78


def licences(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """1 for a name that no part has."""
    from llmgw_desktop.app.gateway.licences import parts, standard_text

    if arguments.all:
        for part in parts():
            _print_whole(part)
        return 0
    if not arguments.name:
        _print_list()
        return 0
    wanted = arguments.name.casefold()
    if wanted in ("gpl-3.0", "lgpl-3.0", "apache-2.0"):
        print(standard_text(wanted.upper().replace("APACHE", "Apache")), end="")
        return 0
    found = [part for part in parts() if part.name.casefold().replace(" (font)", "") == wanted]
    if not found:
        print(f"llmgw: No part is called {inert_line(wanted, 60)!r}.", file=sys.stderr)
        return 1
    for part in found:
        _print_whole(part)
    return 0


def _print_list() -> None:
    from llmgw_desktop.app.gateway.licences import parts, statement

    print(f"LLM Gateway Desktop {VERSION}: MIT.\n")
    print(statement())
    found = parts()
    print(f"All {len(found)} parts by others; `llmgw licences NAME` prints the texts of one:\n")
    for part in found:
        words = f"{part.name} {part.version}".strip()
        print(inert_line(f"  {words}: {part.licence or 'as its text says'}", 200))


def _print_whole(part: "LicensedPart") -> None:
    print(_RULE)
    print(inert_line(f"{part.name} {part.version}: {part.licence or 'as its text says'}", 300))
    if part.home:
        print(inert_line(part.home, 300))
    print(_RULE)
    for text in part.texts:
        print(text)


def update(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, UpdateProblem."""
    from llmgw_desktop.app.gateway.updates import look_for_update, update_words  # speaks TLS
    from llmgw_desktop.store.settings.reader import load_settings

    news = look_for_update(load_settings(places.config_file, env).settings.updates)
    if arguments.json:
        print(json.dumps({**asdict(news), "is_newer": news.is_newer}, indent=2))
        return 0
    print(update_words(news))
    if news.is_newer and news.notes:
        print(f"\n{inert(news.notes)}")
    return 0
