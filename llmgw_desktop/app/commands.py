"""All commands of `llmgw`, in the order of its help, and what was said on the command line."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Final

from typing_extensions import override

from llmgw_desktop.app.command_line.command_line import (
    Command,
    add_address,
    add_hidden,
    as_sentence,
)
from llmgw_desktop.domain.errors import ConfigError

COMMANDS: Final = (
    "gateway.DESKTOP",
    "gateway.SERVE",
    "gateway.MCP",
    "access.KEY",
    "connect.CONNECT",
    "connect.PIN",
    "connect.UNPIN",
    "questions.QUESTIONS",
    "questions.CONSENT",
    "questions.APPROVALS",
    "questions.HELD",
    "questions.RULES",
    "questions.HOOK",
    "questions.TOOLS",
    "audit.AUDIT",
    "safekeeping.BACKUP",
    "safekeeping.RESTORE",
    "demo.DEMO",
    "doctor.DOCTOR",
    "flights.FLIGHTS",
    "safekeeping.importing.IMPORT",
    "jobs.JOBS",
    "gateway.LICENCES",
    "gateway.RESTART",
    "gateway.QUIT",
    "routing.ROUTE",
    "policy.LIMITS",
    "policy.NOTIFY",
    "settings.SETTINGS",
    "gateway.STATUS",
    "gateway.web.UI",
    "gateway.web.POCKET",
    "gateway.UPDATE",
    "validation.CHECK",
    "validation.RECEIPT",
    "vault.VAULT",
    "access.OAUTH",
    "workspaces.WORKSPACE",
)
"""Each is a value of its package, and named as the person says it."""
_SETTINGS: Final = {"host": "LLM_GATEWAY_HTTP_HOST", "port": "LLM_GATEWAY_HTTP_PORT"}
"""Options that stand for a setting, by the variable that wins over the file."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """With the `Command` as `chosen`. Exits with code 2 and one sentence on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="llmgw",
        description="One local door to every language model, with a window to watch it.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    add_hidden(parser)
    add_address(parser)
    below = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands = {command.name: command for command in read_in(argv)}
    for command in commands.values():
        own = below.add_parser(
            command.name, help=command.help, description=as_sentence(command.help)
        )
        if command.name in argv:  # else it is listed at most, and what it may be told is not read
            command.arguments(own)
    arguments, more = parser.parse_known_args(argv, argparse.Namespace(hidden=False))
    arguments.command = arguments.command or "desktop"
    arguments.chosen = chosen = commands[arguments.command]
    if more and chosen.hears_secrets:  # it may be a secret: it is not repeated
        parser.error(
            f"'{_named(arguments)}' was given too much. Secrets are never"
            " arguments: they are asked for, or read from stdin"
        )
    if more:
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    if arguments.hidden and chosen.name != "desktop":
        parser.error(f"--hidden is for the app with windows, not for '{chosen.name}'")
    if not chosen.has_address and given_settings(arguments):
        parser.error(f"--host and --port are for a gateway, not for '{chosen.name}'")
    return arguments


def read_in(argv: Sequence[str]) -> list[Command]:
    """The one that is named first; without one all: they are listed, or looked through."""
    first = [each for each in COMMANDS if [each.rpartition(".")[2].lower()] == list(argv[:1])]
    found: list[Command] = []
    for each in first or COMMANDS:
        package, _, name = each.rpartition(".")
        found.append(getattr(importlib.import_module(f"llmgw_desktop.app.{package}"), name))
    return found


def _named(arguments: argparse.Namespace) -> str:
    return " ".join(filter(None, (arguments.command, getattr(arguments, "verb", ""))))


def given_settings(arguments: argparse.Namespace) -> dict[str, str]:
    """What was set by options, as the environment would say it."""
    given = {variable: getattr(arguments, option, None) for option, variable in _SETTINGS.items()}
    return {variable: str(value) for variable, value in given.items() if value is not None}


def said_of(error: ConfigError, arguments: argparse.Namespace) -> str:
    """The error in one sentence that names what the person used, be it an option."""
    if error.file == "environment" and error.key in given_settings(arguments):
        option = next(option for option, variable in _SETTINGS.items() if variable == error.key)
        return f"--{option}: {error.message}"
    return str(error)


class _Version(argparse.Action):
    """Looked up only when asked for."""

    @override
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from llmgw_desktop.domain.mcp_presentation import VERSION

        sys.stdout.write(f"llmgw {VERSION}\n")
        parser.exit()
