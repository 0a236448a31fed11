"""Asks a program that was set up whether it sees our entry, where it tells so without a network."""

import argparse
import shutil
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from llmgw_desktop.app.clis.programs import ProgramAsker
from llmgw_desktop.app.command_line.command_line import print_table
from llmgw_desktop.app.command_line.running_gateway import tell_keys_changed
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.connect.clients import ProgramStanding, standings
from llmgw_desktop.app.connect.connector import (
    Connector,
    ConnectOutcome,
    Plan,
    Wanted,
    make_connector,
)
from llmgw_desktop.app.connect.edits import diff_of
from llmgw_desktop.app.connect.pin_command import warn_of_other_address
from llmgw_desktop.app.connect.pinning import make_pins
from llmgw_desktop.app.connect.program_keys import address_in_settings
from llmgw_desktop.app.connect.programs import ENTRY, PROGRAMS, Program, Transport
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.paths import Places


def ask_program(program: Program, env: Mapping[str, str], ask: ProgramAsker) -> str:
    """One sentence; empty where it cannot be asked. Blocks."""
    path = next(
        (found for name in program.commands if (found := shutil.which(name, path=env.get("PATH")))),
        "",
    )
    if not program.check or not path:
        return ""
    named = " ".join((program.commands[0], *program.check))
    try:
        words = ask([path, *program.check], env)
    except (OSError, ValueError):
        return ""
    if words.code == 0 and ENTRY in words.out:
        return f"{program.title} itself sees it: `{named}` lists {ENTRY}."
    return f"{program.title} itself was asked, and does not tell of it: run `{named}` to see why."


_DONE, _FAILED, _WRONG_USAGE = 0, 1, 2


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError."""
    clock = SystemClock()
    with closing(ClientStore(places.gateway_db, clock)) as store:
        connector = make_connector(
            places,
            store,
            address=lambda: address_in_settings(places, env),
            env=env,
            clock=clock,
        )
        if arguments.client == "list":
            return _list(connector, is_undo=arguments.undo)
        if arguments.client == "all":
            return _undo_all(connector, arguments, places, env)
        program = PROGRAMS[arguments.client]
        if arguments.models and program.models is None:
            print(
                f"llmgw: The models of {program.title} are not set up by command; its own settings"
                " take a base URL: see the table «Your programs» in README.md.",
                file=sys.stderr,
            )
            return _WRONG_USAGE
        if arguments.undo:
            code = _undo(connector, arguments)
            if not arguments.dry_run:
                tell_keys_changed(places, env)
            return code
        if arguments.models or not arguments.stdio:
            warn_of_other_address(places, connector.address().mcp)
        return _set_up(connector, arguments, env)


def _set_up(connector: Connector, arguments: argparse.Namespace, env: Mapping[str, str]) -> int:
    wanted = Wanted(
        transport=Transport.STDIO if arguments.stdio else Transport.HTTP,
        models=arguments.models,
        rules=arguments.rules,
    )
    plan = connector.plan(arguments.client, wanted)
    if arguments.dry_run:
        _show(plan)
        _tell_rules(plan)
        if plan.program.own_way is not None:
            way = plan.program.own_way(connector.offer(wanted, ""))
            key = "" if arguments.stdio else ", with a key made by `llmgw key add`"
            print(f"Its own command for the same{key}:\n{way}")
        return _DONE
    if plan.is_done and connector.connections.of(arguments.client) is not None:
        print(f"{plan.program.title} is set up already; nothing was changed.")
        return _DONE
    sys.stdout.write(diff_of(plan.changes))
    outcome = connector.set_up(plan)
    _tell(outcome)
    _tell_rules(plan)
    if outcome.key_name:
        print(f"Its key is '{outcome.key_name}'; flights will show this name.")
    if said := ask_program(plan.program, env, ProgramAsker()):
        print(said)
    undo = own_command("connect", plan.program.name, "--undo", env=env)
    print(f"Start {plan.program.title} anew to have it see the change. To take it back: {undo}")
    return _DONE


def _undo(connector: Connector, arguments: argparse.Namespace) -> int:
    plan = connector.plan_undo(arguments.client)
    if plan.is_done and connector.connections.of(arguments.client) is None:
        print(f"{plan.program.title} is not set up; nothing was changed.")
        return _DONE
    if arguments.dry_run:
        return _show(plan)
    outcome = connector.undo(plan)
    _tell(outcome)
    if outcome.key_name:
        print(f"Its key '{outcome.key_name}' is revoked.")
    return _DONE


def _undo_all(
    connector: Connector, arguments: argparse.Namespace, places: Places, env: Mapping[str, str]
) -> int:
    """Each that is set up, whatever becomes of the others."""
    if not arguments.undo:
        print("llmgw: Say which program: all can only be taken back, with --undo.", file=sys.stderr)
        return _WRONG_USAGE
    code = _DONE
    for name in PROGRAMS:
        arguments.client = name
        try:
            if connector.connections.of(name) is not None:
                _undo(connector, arguments)
        except LlmgwError as error:
            print(f"llmgw: {PROGRAMS[name].title}: {error}", file=sys.stderr)
            code = _FAILED
    code = max(code, _unpin_all(arguments, places, env))
    if not arguments.dry_run:
        tell_keys_changed(places, env)
    return code


def _unpin_all(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Folders, too: their files would lead nowhere."""
    pins = make_pins(places, SystemClock(), env, lambda: address_in_settings(places, env))
    code = _DONE
    try:
        found = pins.all()
    except LlmgwError as error:
        print(f"llmgw: Pinned folders: {error}", file=sys.stderr)
        return _FAILED
    for each in found:
        folder = inert_line(each.folder or each.name, 400)
        if arguments.dry_run:
            print(f"{folder} would be unpinned.")
            continue
        try:
            outcome = pins.unpin(Path(each.folder))
        except LlmgwError as error:
            print(f"llmgw: {folder}: {error}", file=sys.stderr)
            code = _FAILED
            continue
        for path, what in () if outcome is None else outcome.files:
            print(f"{inert_line(path, 400)} {what}.")
        print(f"{folder} is pinned no more.")
    return code


def _show(plan: Plan) -> int:
    sys.stdout.write(diff_of(plan.changes))
    print("Nothing was changed." if not plan.is_done else "There is nothing to change.")
    return _DONE


def _tell_rules(plan: Plan) -> None:
    for name, fate in plan.rules:
        print(f"Rule {inert_line(name, 80)}: {fate}.")
    if plan.wanted is not None and plan.wanted.rules and not plan.rules:
        print("There are no rules yet; add one with `llmgw rules add`, then do this again.")


def _tell(outcome: ConnectOutcome) -> None:
    for path, what in outcome.files:
        print(f"{path} {what}.")
    for copy in outcome.copies:
        print(f"A copy from before is kept: {copy}")


def _list(connector: Connector, *, is_undo: bool) -> int:
    if is_undo:
        print("llmgw: Say which program, or all.", file=sys.stderr)
        return _WRONG_USAGE
    lines = ["CLIENT\tPROGRAM\tSTATE\tHOW\tKEY\tFILE"]
    for each in standings(connector):
        lines.append("\t".join(_cells(each)))
        if each.why:
            lines.append(f"\t{inert_line(each.why, 400)}")
    print_table(lines)
    return _DONE


def _cells(standing: ProgramStanding) -> tuple[str, ...]:
    key = standing.connection.key_name if standing.connection is not None else ""
    return (
        standing.program.name,
        standing.program.title,
        standing.state.value,
        standing.how or "-",
        key or "-",
        str(standing.file),
    )
