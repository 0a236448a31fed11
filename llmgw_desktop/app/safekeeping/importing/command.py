"""`llmgw import`: what another gateway has, or programs have, into this one."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.safekeeping.importing import BRIDGE, CLI_GATEWAY, PROGRAMS
from llmgw_desktop.app.safekeeping.importing.bridge import (
    Brought,
    read_bridge,
)
from llmgw_desktop.app.safekeeping.importing.cli_gateway import read_cli_gateway
from llmgw_desktop.app.safekeeping.importing.servers import read_servers
from llmgw_desktop.app.safekeeping.importing.taking import Importing, importing_into
from llmgw_desktop.domain.errors import ConfigError, StoreUnavailable
from llmgw_desktop.domain.vault import GLOBAL_PROJECT, EntryKind
from llmgw_desktop.store.paths import Places

_FOLDERS = {CLI_GATEWAY: ".llm-cli-gateway", BRIDGE: ".llm-gateway"}
_WHOSE = {PROGRAMS: "each program"}
_READERS: Mapping[str, Callable[..., Brought]] = {
    CLI_GATEWAY: read_cli_gateway,
    BRIDGE: read_bridge,
}


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError, VaultError."""
    if arguments.source == PROGRAMS:
        if arguments.path:
            raise ConfigError("goes with another gateway alone", file="--path")
        brought = read_servers(env)
        none = "No MCP server was found in the settings of the programs here."
    elif arguments.remove:
        raise ConfigError("goes with --from programs alone", file="--remove")
    else:
        folder = Path(arguments.path).expanduser() if arguments.path else None
        if folder is not None and not folder.is_dir():
            raise StoreUnavailable(f"{folder} is no folder.")
        at = folder or Path.home() / _FOLDERS[arguments.source]
        brought = _READERS[arguments.source](at, env, is_named=folder is not None)
        elsewhere = "" if folder else " Name its folder with --path if it lies elsewhere."
        none = f"Nothing of {arguments.source} was found in {at}.{elsewhere}"
    if not brought.looked_at:
        print(none, file=sys.stderr)
        return 1
    with importing_into(places, env) as importing:
        importing.plan(brought)
        if arguments.remove:
            importing.plan_removal(brought.settings)
        if not arguments.dry_run:
            importing.carry_out()
    _report(arguments, brought, importing)
    return 0


def _report(arguments: argparse.Namespace, brought: Brought, done: Importing) -> None:
    verb = "Would come" if arguments.dry_run else "Came"
    print(f"Looked at: {', '.join(brought.looked_at)}")
    came = [
        *(each.named for each in done.settings),
        *(f"credential {each.address.label}" for each in done.entries),
    ]
    if count := len(done.new_sessions):
        came.append(f"{count} session{'s' if count > 1 else ''}")
    print(f"{verb} over:" if came else "There is nothing to bring that is not here.")
    for each in came:
        print(f"  {each}")
    if done.left:
        print("Left out:")
    for left in done.left:
        print(f"  {left.what}: {left.why}")
    for warning in done.warned:
        print(f"llmgw: {warning}", file=sys.stderr)
    removed = [f"{each.path[-1]} in {each.file}" for each in done.to_remove]
    if removed:
        verb = "Would be taken" if arguments.dry_run else "Taken"
        print("\n  ".join((f"{verb} out there:", *removed)))
    if (came or removed) and not arguments.dry_run:
        _tell_way_back(done)
    if not removed:
        print(f"What {_WHOSE.get(arguments.source, arguments.source)} has is as it was.")


def _tell_way_back(done: Importing) -> None:
    print("To take it back:")
    file = done.places.config_file
    if done.settings:
        back = f"put {done.kept} in its place" if done.kept else "remove it"
        print(f"  {file}: {back}")
    for program_file, copy in done.copies.items():
        print(f"  {program_file}: put {copy} in its place")
    for entry in done.entries:
        at = entry.address
        more = [] if at.project == GLOBAL_PROJECT else ["--project", at.project]
        flag = ["--file"] if at.kind is EntryKind.FILE else []
        print(f"  {own_command('vault', 'rm', at.provider, at.name, *more, *flag)}")
    if done.new_sessions:
        print("  sessions: the tool session_delete forgets one")
