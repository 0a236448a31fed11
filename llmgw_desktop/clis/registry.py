"""All CLIs by their names. Each is read in when it is first asked for: who never runs one does not
pay for it."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.subcommand import Subcommand
from llmgw_desktop.domain.cli import CliName

NAMES = tuple(CliName)
_OTHERS = {CliName.GEMINI: ("agy",)}
"""Commands that do a CLI's work in another way: each has a package of its own."""


def cli_of(name: CliName, command: str = "") -> Cli:
    """The CLI; where settings name another command for it, as that one wants to be asked."""
    program = program_of(command)
    return _package(program if program in _OTHERS.get(name, ()) else name.value)


def variants(name: CliName) -> Iterator[Cli]:
    """The CLI as its usual command does it, then as others do."""
    yield _package(name.value)
    yield from (_package(other) for other in _OTHERS.get(name, ()))


def subcommands_of(name: CliName, command: str = "") -> tuple[Subcommand, ...]:
    """Those that are known, of the CLI as this command does it; none of one that has another."""
    if program_of(command) in _OTHERS.get(name, ()):
        return ()
    module = import_module(f"llmgw_desktop.clis.{name.value}.subcommands")
    found: tuple[Subcommand, ...] = module.SUBCOMMANDS
    return found


def program_of(command: str) -> str:
    """A command's bare name: neither its folder nor what Windows puts behind it."""
    name = command.replace("\\", "/").rpartition("/")[2].lower()
    return name.removesuffix(".exe").removesuffix(".cmd").removesuffix(".bat")


@cache
def _package(name: str) -> Cli:
    cli: Cli = import_module(f"llmgw_desktop.clis.{name}").CLI
    return cli
