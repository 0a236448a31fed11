"""All CLIs by their names, each a package of that name. Each is read in when it is first asked for:
who never runs one does not pay for it."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliName

NAMES = tuple(CliName)


def cli_of(name: CliName, command: str = "") -> Cli:
    """The CLI; where settings name another command for it, as that one wants to be asked."""
    usual, program = _package(name.value), program_of(command)
    return _package(program) if program in usual.other_commands else usual


def variants(name: CliName) -> Iterator[Cli]:
    """The CLI as its usual command does it, then as others do."""
    usual = _package(name.value)
    yield usual
    yield from map(_package, usual.other_commands)


def places_of_all() -> tuple[str, ...]:
    """Where CLIs keep their own, below HOME."""
    return tuple(each for name in NAMES for each in cli_of(name).places)


def places_of_others(name: CliName) -> tuple[str, ...]:
    """Where all other CLIs keep their own, below HOME."""
    return tuple(each for other in NAMES if other is not name for each in cli_of(other).places)


def program_of(command: str) -> str:
    """A command's bare name: neither its folder nor what Windows puts behind it."""
    name = command.replace("\\", "/").rpartition("/")[2].lower()
    return name.removesuffix(".exe").removesuffix(".cmd").removesuffix(".bat")


@cache
def _package(name: str) -> Cli:
    cli: Cli = import_module(f"llmgw_desktop.clis.{name}").CLI
    return cli
