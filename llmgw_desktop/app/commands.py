"""The commands of `llmgw`, as words on the command line; what they do is called from here."""

import argparse
import importlib.metadata
import re
import sys
from collections.abc import Sequence
from typing import Final

from typing_extensions import override

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.principal import DEFAULT_SCOPES, Scope
from llmgw_desktop.domain.provider import ModelProtocol

_SETTINGS: Final = {"host": "LLM_GATEWAY_HTTP_HOST", "port": "LLM_GATEWAY_HTTP_PORT"}
"""Options that stand for a setting, by the variable that wins over the file."""
_DEFAULT: Final = " and ".join(sorted(DEFAULT_SCOPES))
_LEFT_OUT: Final = argparse.SUPPRESS
"""An option that a command shares with `llmgw` itself has no default: it would undo what stands
before the command."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Exits with code 2 and one sentence on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="llmgw",
        description="One local door to every language model, with a window to watch it.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    desktop = commands.add_parser("desktop", help="the app: tray and windows (the default)")
    serve = commands.add_parser("serve", help="the gateway without windows")
    for app in (parser, desktop):
        app.add_argument(
            "--hidden", action="store_true", default=_LEFT_OUT, help="start in the tray"
        )
    for gateway in (parser, desktop, serve):
        gateway.add_argument("--host", default=_LEFT_OUT, help="loopback address to listen on")
        gateway.add_argument(
            "--port", type=_port, default=_LEFT_OUT, help="port to listen on; 0 takes a free one"
        )
    key = commands.add_parser("key", help="keys of the programs that may call")
    verbs = key.add_subparsers(dest="verb", required=True, metavar="add|list|revoke")
    add = verbs.add_parser("add", help="make a key; it is shown once")
    add.add_argument(
        "name",
        help="the program's name, as flights will show it: 1 to 60 printable characters",
    )
    add.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in Scope],
        help=f"a permission, in place of {_DEFAULT}; may be given several times",
    )
    add.add_argument(
        "--strict",
        action="store_true",
        help="refuse what a translation could not carry whole, instead of leaving it out",
    )
    verbs.add_parser("list", help="all keys, without the keys themselves")
    revoke = verbs.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("name", help="the program's name or the key's id")
    _add_route(commands)
    arguments = parser.parse_args(argv, argparse.Namespace(hidden=False))
    arguments.command = arguments.command or "desktop"
    if arguments.hidden and arguments.command != "desktop":
        parser.error(f"--hidden is for the app with windows, not for '{arguments.command}'")
    if arguments.command in ("key", "route") and given_settings(arguments):
        parser.error(f"--host and --port are for a gateway, not for '{arguments.command}'")
    return arguments


def _add_route(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    route = commands.add_parser("route", help="who answers which request")
    verbs = route.add_subparsers(dest="verb", required=True, metavar="explain")
    explain = verbs.add_parser(
        "explain", help="who would answer such a request, and why; nothing is sent"
    )
    explain.add_argument("model", help="the model's name, as a program asks for it")
    explain.add_argument("--client", default="", help="the program's name, as its key was given it")
    explain.add_argument(
        "--protocol",
        default=str(ModelProtocol.OPENAI_CHAT),
        choices=[str(each) for each in ModelProtocol],
        help="the dialect that the program speaks (default: %(default)s)",
    )
    explain.add_argument(
        "--operation",
        default=str(Operation.GENERATE),
        choices=[str(each) for each in Operation],
        help="what is asked for (default: %(default)s)",
    )
    explain.add_argument("--project", default="", help="what the program sends as X-Project")
    explain.add_argument("--tokens", type=_count, help="how many input tokens it has, about")
    explain.add_argument("--strict", action="store_true", help="as with x-llmgw-no-fallback: true")
    explain.add_argument("--json", action="store_true", help="as one JSON document")


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
        sys.stdout.write(f"llmgw {importlib.metadata.version('llmgw-desktop')}\n")
        parser.exit()


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError("expected a whole number")
    return int(text)
