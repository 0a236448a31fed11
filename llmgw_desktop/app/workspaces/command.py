"""`llmgw workspace add|change|list|remove`."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.app.command_line.command_line import print_table
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.workspaces import UNSET
from llmgw_desktop.app.workspaces.workspaces import contain_words, open_workspaces
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.cli_settings import Contain, ContainSettings, Network
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, NoSuchWorkspace
from llmgw_desktop.domain.jobs.workspace import Workspace
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings

_WHO = "llmgw workspace"


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError."""
    said = load_settings(places.config_file, env).settings.workspaces
    workspaces = open_workspaces(places, env, lambda: said, SystemClock())
    try:
        return _VERBS[arguments.verb](arguments, workspaces)
    except InvalidRun as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 2
    except NoSuchWorkspace:
        print(f"llmgw: There is no workspace '{arguments.alias}'.", file=sys.stderr)
        return 1
    finally:
        workspaces.close()


def _add(arguments: argparse.Namespace, workspaces: Workspaces) -> int:
    added = workspaces.add(
        arguments.alias,
        _folder(arguments.path),
        default=arguments.default,
        by=_WHO,
        containment=_contained(ContainSettings(), arguments),
    )
    print(_told(added))
    return 0


def _change(arguments: argparse.Namespace, workspaces: Workspaces) -> int:
    known = workspaces.get(arguments.alias, "alias")
    changed = workspaces.change(
        known.alias,
        known.path if arguments.folder is None else _folder(arguments.folder),
        default=known.is_default if arguments.default is None else arguments.default,
        containment=_contained(known.containment, arguments),
    )
    print(_told(changed))
    return 0


def _folder(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _contained(known: ContainSettings, arguments: argparse.Namespace) -> ContainSettings:
    """As it was, but for what is named."""
    said = known
    if (word := arguments.contain) is not None:
        said = replace(said, contain=None if word == UNSET else Contain(word))
    if (word := arguments.network) is not None:
        said = replace(said, network=None if word == UNSET else Network(word))
    if arguments.readable is not None:
        said = replace(said, readable=_places(arguments.readable))
    if arguments.writable is not None:
        said = replace(said, writable=_places(arguments.writable))
    return said


def _places(paths: Sequence[str]) -> tuple[str, ...]:
    """`~/` stays: it is the HOME that a run finds."""
    return tuple(path if path.startswith("~") else os.path.abspath(path) for path in paths)  # noqa: PTH100 - Path keeps ".."


def _told(workspace: Workspace) -> str:
    return " · ".join(
        [f"{workspace.alias} is {workspace.path}", *contain_words(workspace.containment)]
    )


def _list(_: argparse.Namespace, workspaces: Workspaces) -> int:
    found = workspaces.all()
    if not found:
        command = own_command("workspace", "add", "ALIAS", "FOLDER")
        print(f"There are no workspaces yet. Add one with: {command}", file=sys.stderr)
        return 0
    lines = ["ALIAS\tKIND\tFOLDER\tFROM\tRUNS"]
    for each in found:
        runs = ", ".join(contain_words(each.containment)) or "as the CLI's settings say"
        lines.append(f"{each.alias}\t{each.kind}\t{each.path}\t{_origin(each)}\t{runs}")
    print_table(lines)
    return 0


def _remove(arguments: argparse.Namespace, workspaces: Workspaces) -> int:
    workspaces.remove(arguments.alias)
    print(f"{arguments.alias} is no workspace any more; its folder stays as it is.")
    return 0


def _origin(workspace: Workspace) -> str:
    origin = "settings" if workspace.is_of_settings else workspace.made_by
    return f"{origin}, default" if workspace.is_default else origin


_VERBS = {"add": _add, "change": _change, "list": _list, "remove": _remove}
