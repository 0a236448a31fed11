"""`llmgw workspace add|list|remove`."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.app.workspaces import open_workspaces
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.run_errors import InvalidRun, NoSuchWorkspace
from llmgw_desktop.domain.workspace import Workspace
from llmgw_desktop.engine.workspaces.registry import Workspaces
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings import load_settings

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
    path = str(Path(arguments.path).expanduser().absolute())
    added = workspaces.add(arguments.alias, path, default=arguments.default, by=_WHO)
    print(f"{added.alias} is {added.path}")
    return 0


def _list(_: argparse.Namespace, workspaces: Workspaces) -> int:
    found = workspaces.all()
    if not found:
        command = own_command("workspace", "add", "ALIAS", "FOLDER")
        print(f"There are no workspaces yet. Add one with: {command}", file=sys.stderr)
        return 0
    print("ALIAS\tKIND\tFOLDER\tFROM")
    for each in found:
        print(f"{each.alias}\t{each.kind}\t{each.path}\t{_origin(each)}")
    return 0


def _remove(arguments: argparse.Namespace, workspaces: Workspaces) -> int:
    workspaces.remove(arguments.alias)
    print(f"{arguments.alias} is no workspace any more; its folder stays as it is.")
    return 0


def _origin(workspace: Workspace) -> str:
    origin = "settings" if workspace.is_of_settings else workspace.made_by
    return f"{origin}, default" if workspace.is_default else origin


_VERBS = {"add": _add, "list": _list, "remove": _remove}
