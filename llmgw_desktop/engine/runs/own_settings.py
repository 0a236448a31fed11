"""A person's own settings of a CLI: a run that only answers goes without some of them."""

from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.clis.cli import Cli

MOST_BYTES = 4 * 1024 * 1024


def settings_of(cli: Cli, environment: Mapping[str, str]) -> bytes:
    """As its runs would find them; empty where there are none. For a thread."""
    return file_of(cli, cli.model_use.settings_file, environment)


def file_of(cli: Cli, name: str, environment: Mapping[str, str]) -> bytes:
    """Any of its files by its name below HOME. For a thread."""
    path = _place(cli, name, environment)
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return b""


def _place(cli: Cli, file: str, environment: Mapping[str, str]) -> Path:
    for variable, folder in cli.sign_in.homes.items():
        elsewhere = environment.get(variable)
        if elsewhere and file.startswith(f"{folder}/"):
            return Path(elsewhere) / file.removeprefix(f"{folder}/")
    return Path(environment.get("HOME") or "/") / file
