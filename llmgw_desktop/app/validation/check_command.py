"""`llmgw check add|run|runs|show`: regression sets, which are files in a project's folder."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from llmgw_desktop.app.command_line.command_line import fail, print_table
from llmgw_desktop.app.command_line.running_gateway import RunningGateway
from llmgw_desktop.app.words.figures import (
    clock_text,
    counted,
    duration_text,
    exact_money_text,
    local_time,
    spent_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.canonical import canonical
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.store.paths import Places

PASSED, FELL, NOT_RUN = 0, 1, 2
"""Exit codes: all passed; a check fell; something was not asked, or nothing at all."""
_TEXT_CHARS = 600
_NAME_CHARS = 60
_HEAD = "RESULT\tCASE\tMODEL\tCOST\tTOOK\tFLIGHT\tWHY"
_RESULTS = {True: "pass", False: "FAIL", None: "not asked"}


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    verbs = {"add": _add, "run": _run, "runs": _runs, "show": _show}
    try:
        return verbs[arguments.verb](arguments, places, env)
    except OSError as error:
        return _fail(f"{error.filename} cannot be used: {error.strerror}.")
    except LlmgwError as error:
        return _fail(str(error))


def _add(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Also while no gateway runs. Without a check the answer is to be the one that was recorded."""
    from llmgw_desktop.app.flights.export.command import exporter_of
    from llmgw_desktop.app.validation.check_files import add_flight

    checks: list[tuple[str, str]] = [
        *(("exact", each) for each in arguments.exact),
        *(("regex", each) for each in arguments.regex),
        *(("schema", Path(each).read_text("utf-8")) for each in arguments.schema),
        *(("judge", each) for each in arguments.judge),
    ]
    with exporter_of(places, env, arguments.among) as exporter:
        said = add_flight(
            exporter, arguments.id, Path(arguments.to), checks=checks, name=arguments.name
        )
    print(said)
    return PASSED


def _run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """By the running gateway, in the name of this computer's person; Ctrl+C ends it."""
    wanted = _asked(arguments)
    if isinstance(wanted, str):
        return _fail(wanted)
    ended: Mapping[str, Any] = {}
    try:
        for name, told in RunningGateway(places, env).events("/v1/checks", wanted):
            if name in ("refused", "failed"):
                return _fail(told.problem if name == "refused" else told["message"])
            ended = told if name == "ended" else ended
            lines = _json_lines if arguments.json else _event_lines
            for line in lines(name, told):
                print(line, flush=True)
    except KeyboardInterrupt:
        return _fail("Canceled. What was answered is among the flights; no receipt was made.")
    if not ended:
        return _fail("The gateway ended before the run did.")
    return _sealed(ended, arguments.receipt) or _code(ended["run"])


def _json_lines(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    yield json.dumps({"event": name, **told}, ensure_ascii=True)


def _asked(arguments: argparse.Namespace) -> dict[str, Any] | str:
    """As the door takes it, or what is wrong."""
    from llmgw_desktop.app.validation.check_files import read_file

    path = Path(arguments.file)
    try:
        told = read_file(path)
    except (ValueError, RecursionError) as error:
        return f"{path.name} cannot be read: {error}."
    wanted: dict[str, Any] = {"set": told, "name": path.stem[:_NAME_CHARS] or "set"}
    wanted |= {"times": arguments.times, "atOnce": arguments.at_once}
    if arguments.model:
        wanted["models"] = arguments.model
    if arguments.judge:
        wanted["judges"] = arguments.judge
    if arguments.budget is not None:
        wanted["budgetUsd"] = arguments.budget
    return wanted


def _event_lines(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    if name == "began":
        cases = counted(told["cases"], "case")
        yield f"{inert_line(told['set'], _NAME_CHARS)}: {cases}, set {told['sha256'][:16]}"
        yield _HEAD
    elif name == "row":
        yield _row_line(told)
    elif name == "ended":
        yield from _run_lines(told["run"])


def _row_line(told: Mapping[str, Any]) -> str:
    fallen = [each for each in told["checks"] if not each["passed"]]
    why = told["problem"] or "; ".join(f"{each['kind']}: {each['words']}" for each in fallen)
    return "\t".join(
        (
            _RESULTS[told["passed"]],
            inert_line(told["case"], _NAME_CHARS),
            inert_line(told["model"], _NAME_CHARS),
            exact_money_text(told["costUsd"]),
            duration_text(told["durationMs"]),
            told["flight"] or "–",
            inert_line(why, _TEXT_CHARS) or "–",
        )
    )


def _run_lines(told: Mapping[str, Any]) -> Iterator[str]:
    said = [f"{told['passed']} passed", f"{told['failed']} fell"]
    if told["notAsked"]:
        said.append(f"{told['notAsked']} not asked or not answered")
    yield f"{', '.join(said)}; cost {_cost(told)}. Run {told['id']}."
    if told["firstFallen"]:
        yield f"First to fall: {inert_line(told['firstFallen'], 2 * _NAME_CHARS)}"


def _cost(told: Mapping[str, Any]) -> str:
    return spent_text(told["costUsd"], is_whole=told["isCostWhole"])


def _sealed(ended: Mapping[str, Any], file: str) -> int:
    """What became of the receipt; not 0 where it was wanted in a file and is not there."""
    receipt = ended["receipt"]
    if receipt is None:
        return _fail(f"No receipt: {ended.get('noReceipt', '')}")
    if file:
        Path(file).write_bytes(canonical(receipt) + b"\n")
    place = f", in {file}" if file else ""
    print(
        f"Receipt {receipt['body']['seq']}{place}, signed; sha256 {receipt['sha256']}.",
        file=sys.stderr,
    )
    return 0


def _code(told: Mapping[str, Any]) -> int:
    if told["failed"]:
        return FELL
    return NOT_RUN if told["notAsked"] else PASSED


def _runs(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    told = RunningGateway(places, env).ask("GET", f"/v1/checks?limit={arguments.limit}")
    if told.status != 200:
        return _fail(told.problem)
    if arguments.json:
        print(json.dumps(dict(told.fields), indent=2, ensure_ascii=True))
        return PASSED
    today = local_time(SystemClock().now_s()).date()
    lines = ["ID\tAT\tSET\tPASSED\tFELL\tNOT ASKED\tCOST\tFIRST TO FALL"]
    for each in told.fields["runs"]:
        cells = [each["id"], clock_text(each["at"], today), inert_line(each["set"], _NAME_CHARS)]
        cells += [str(each[name]) for name in ("passed", "failed", "notAsked")]
        cells += [_cost(each)]
        cells += [inert_line(each["firstFallen"] or "–", 2 * _NAME_CHARS)]
        lines.append("\t".join(cells))
    print_table(lines)
    return PASSED


def _show(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    told = RunningGateway(places, env).ask("GET", f"/v1/checks/{quote(arguments.id, '')}")
    if told.status != 200:
        return _fail(told.problem)
    if arguments.json:
        print(json.dumps(dict(told.fields), indent=2, ensure_ascii=True))
        return PASSED
    found = told.fields["run"]
    print_table((_HEAD, *map(_row_line, found["rows"])))
    for line in _run_lines(found):
        print(line)
    return PASSED


def _fail(sentence: str) -> int:
    fail(sentence)
    return NOT_RUN
