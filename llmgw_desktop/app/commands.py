"""The commands of `llmgw`, as words on the command line; what they do is called from here."""

import argparse
import importlib.metadata
import re
import sys
from collections.abc import Sequence
from typing import Final

from typing_extensions import override

from llmgw_desktop.app.approvals_options import add_approvals
from llmgw_desktop.app.audit_options import add_audit
from llmgw_desktop.app.backup_options import add_backup, add_restore
from llmgw_desktop.app.connect.names import PROGRAM_NAMES
from llmgw_desktop.app.flights_options import add_flights
from llmgw_desktop.app.jobs_options import add_jobs
from llmgw_desktop.app.mcp_stdio.options import LINGER_S
from llmgw_desktop.app.oauth_options import add_oauth
from llmgw_desktop.domain.account import DEFAULT_ACCOUNT
from llmgw_desktop.domain.consent import ConsentTerm
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.mcp_presentation import PROFILES
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.principal import DEFAULT_SCOPES, SCOPE_WORDS, Scope
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, ModelProtocol

_SETTINGS: Final = {"host": "LLM_GATEWAY_HTTP_HOST", "port": "LLM_GATEWAY_HTTP_PORT"}
"""Options that stand for a setting, by the variable that wins over the file."""
_DEFAULT: Final = " and ".join(sorted(DEFAULT_SCOPES))
_MOST_GRACE_HOURS: Final = 720
_LEFT_OUT: Final = argparse.SUPPRESS
"""An option that a command shares with `llmgw` itself has no default: it would undo what stands
before the command."""


_WITHOUT_ADDRESS: Final = (
    "approvals",
    "audit",
    "backup",
    "connect",
    "consent",
    "doctor",
    "flights",
    "jobs",
    "key",
    "limits",
    "mcp",
    "oauth",
    "receipt",
    "restart",
    "restore",
    "route",
    "status",
    "vault",
    "workspace",
)


_HEARS_SECRETS: Final = ("backup", "oauth", "restore", "vault")


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
    serve.add_argument(
        "--while-used", type=_count, metavar="SECONDS", help=argparse.SUPPRESS
    )  # what `mcp` starts
    _add_mcp(commands)
    for app in (parser, desktop):
        app.add_argument(
            "--hidden", action="store_true", default=_LEFT_OUT, help="start in the tray"
        )
    for gateway in (parser, desktop, serve):
        gateway.add_argument(
            "--host",
            default=_LEFT_OUT,
            help="address to listen on; beyond this computer with TLS",
        )
        gateway.add_argument(
            "--port", type=_port, default=_LEFT_OUT, help="port to listen on; 0 takes a free one"
        )
    _add_key(commands.add_parser("key", help="keys of the programs that may call"))
    _add_connect(commands)
    _add_consent(commands.add_parser("consent", help="programs that wait to be let in"))
    add_approvals(commands.add_parser("approvals", help="what agents that run ask, and answers"))
    add_audit(commands.add_parser("audit", help="what was done to the gateway, by whom"))
    add_backup(commands.add_parser("backup", help="this whole home to a file, under a passphrase"))
    add_restore(commands.add_parser("restore", help="bring a backup back"))
    _add_doctor(commands)
    add_flights(commands.add_parser("flights", help="requests that were made, and their figures"))
    add_jobs(commands.add_parser("jobs", help="runs of vendors' CLIs, how they stand and ended"))
    commands.add_parser("restart", help="start the running gateway anew; nobody is refused by it")
    _add_route(commands)
    _add_limits(commands)
    status = commands.add_parser("status", help="how the running gateway stands")
    status.add_argument("--json", action="store_true", help="as GET /health/detail tells it")
    _add_receipt(commands)
    _add_vault(commands.add_parser("vault", help="credentials, encrypted on this computer"))
    add_oauth(commands.add_parser("oauth", help="programs that ask a person to be let in"))
    _add_workspace(commands.add_parser("workspace", help="folders that jobs may work in"))
    arguments, more = parser.parse_known_args(argv, argparse.Namespace(hidden=False))
    if more and arguments.command in _HEARS_SECRETS:  # it may be a secret: it is not repeated
        parser.error(
            f"'{_named(arguments)}' was given too much. Secrets are never"
            " arguments: they are asked for, or read from stdin"
        )
    if more:
        parser.error(f"unrecognized arguments: {' '.join(more)}")
    arguments.command = arguments.command or "desktop"
    if arguments.hidden and arguments.command != "desktop":
        parser.error(f"--hidden is for the app with windows, not for '{arguments.command}'")
    if arguments.command in _WITHOUT_ADDRESS and given_settings(arguments):
        parser.error(f"--host and --port are for a gateway, not for '{arguments.command}'")
    return arguments


def _named(arguments: argparse.Namespace) -> str:
    return " ".join(filter(None, (arguments.command, getattr(arguments, "verb", ""))))


def _add_connect(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    connect = commands.add_parser(
        "connect", help="set a program up to use this gateway, and take it back"
    )
    connect.add_argument(
        "client",
        metavar="CLIENT",
        choices=("list", *PROGRAM_NAMES),
        help=f"list, or one of: {', '.join(PROGRAM_NAMES)}",
    )
    connect.add_argument(
        "--stdio",
        action="store_true",
        help="have it start `llmgw mcp` instead; no key then stands in its file",
    )
    connect.add_argument("--models", action="store_true", help="send its model requests here, too")
    connect.add_argument("--dry-run", action="store_true", help="only show what would be changed")
    connect.add_argument("--undo", action="store_true", help="take it back")


def _add_consent(consent: argparse.ArgumentParser) -> None:
    verbs = consent.add_subparsers(dest="verb", required=True, metavar="list|allow|deny")
    listing = verbs.add_parser(
        "list", help="those that wait; for two minutes after it others are kept waiting, too"
    )
    listing.add_argument("--wait", action="store_true", help="until there is one")
    allow = verbs.add_parser("allow", help="let one in")
    deny = verbs.add_parser("deny", help="refuse one")
    for verb in (allow, deny):
        verb.add_argument("id", help="as the list shows it")
    allow.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in Scope],
        metavar="SCOPE",
        help="what it may, of what it asks for; left out, all of it that is not risky",
    )
    allow.add_argument(
        "--for",
        dest="term",
        default=str(ConsentTerm.EIGHT_HOURS),
        choices=[str(term) for term in ConsentTerm],
        help="for how long (default: %(default)s); program: until the program ends",
    )


def _add_limits(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    limits = commands.add_parser(
        "limits", help="what clients of the running gateway have spent, and may still"
    )
    limits.add_argument("client", nargs="?", default="all", help="only this one, by name or id")
    limits.add_argument("--json", action="store_true", help="as GET /v1/limits tells it")


def _add_mcp(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mcp = commands.add_parser(
        "mcp", help="MCP over stdin and stdout, for editors; joins the gateway that runs"
    )
    mcp.add_argument(
        "--profile", default="", choices=PROFILES, help="how many tools the editor is shown"
    )
    mcp.add_argument(
        "--linger",
        type=_count,
        default=LINGER_S,
        metavar="SECONDS",
        help="how long a gateway that was started for editors stays after the last of them"
        " (default: %(default)s)",
    )


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    doctor = commands.add_parser(
        "doctor", help="what is here, what is wrong, and what to do about it; changes nothing"
    )
    doctor.add_argument("--json", action="store_true", help="as one JSON document")
    doctor.add_argument(
        "--online", action="store_true", help="ask each provider for its models; costs nothing"
    )
    doctor.add_argument(
        "--secrets",
        action="store_true",
        help="look for secrets in all that lies on disk; tells how many of which kind lie where",
    )


def _add_route(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    route = commands.add_parser("route", help="who answers which request")
    verbs = route.add_subparsers(dest="verb", required=True, metavar="explain")
    explain = verbs.add_parser(
        "explain", help="who would answer such a request, and why; nothing is sent"
    )
    explain.add_argument("model", help="the model's name, as a program asks for it")
    explain.add_argument("--client", default="", help="the program's name, as its key was given it")
    explain.add_argument("--label", default="", help="what the program says of itself")
    explain.add_argument(
        "--protocol",
        default=str(ModelProtocol.OPENAI_CHAT),
        choices=[str(each) for each in CALLER_PROTOCOLS],
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


def _add_receipt(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    receipt = commands.add_parser("receipt", help="signed records of panels of models")
    verbs = receipt.add_subparsers(dest="verb", required=True, metavar="verify|show|list|key")
    verify = verbs.add_parser(
        "verify", help="whether receipts are as they were signed; needs the files and a key"
    )
    verify.add_argument("file", nargs="+", help="a receipt, - for stdin; neighbours are chained")
    verify.add_argument(
        "--key",
        default="",
        help="the public key that they must be signed with, or a file with it; without it that of"
        " this gateway",
    )
    show = verbs.add_parser("show", help="a receipt as the bytes that verify")
    show.add_argument("id", help="the validation's id, or its number in the list")
    show.add_argument("--raw", action="store_true", help="with the whole answers")
    show.add_argument("--markdown", action="store_true", help="for people; verifies nothing")
    verbs.add_parser("list", help="all receipts, in the order of their chain")
    verbs.add_parser("key", help="the public key that this gateway signs with")


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


def _add_vault(vault: argparse.ArgumentParser) -> None:
    """No secret is ever an argument: it is asked for, or read from stdin."""
    verbs = vault.add_subparsers(
        dest="verb", required=True, metavar="set|list|rm|import|rotate|backup|restore|clear"
    )
    store = verbs.add_parser("set", help="store a key, asked for or read from stdin")
    remove = verbs.add_parser("rm", help="remove an entry")
    for verb in (store, remove):
        verb.add_argument("provider", help="whose key it is, such as openai")
        verb.add_argument("name", nargs="?", default=DEFAULT_ACCOUNT, help="which one of them")
        verb.add_argument("--project", default="", help="for this project alone, not for all")
        verb.add_argument(
            "--file", action="store_true", help="a sign-in file, its content on stdin; not a key"
        )
    verbs.add_parser("list", help="all entries, without their values")
    bring = verbs.add_parser(
        "import", help="look for keys and sign-ins on this computer, and ask about each"
    )
    bring.add_argument("--yes", action="store_true", help="take all that are new, without asking")
    verbs.add_parser("rotate", help="seal all entries under a new master key")
    backup = verbs.add_parser("backup", help="write all entries to a file, under a passphrase")
    restore = verbs.add_parser("restore", help="take all entries from such a file")
    for verb in (backup, restore):
        verb.add_argument("file", help="the backup")
    aside = verbs.add_parser(
        "decrypt", help="write what a database held that was damaged and set aside to a file"
    )
    aside.add_argument("file", help="the database that was set aside, such as flights.db.corrupt-…")
    aside.add_argument("to", help="a file that is not there yet; only you can read it")
    clear = verbs.add_parser(
        "clear", help="remove all entries, also those that nothing can open any more"
    )
    clear.add_argument("--yes", action="store_true", help="without asking")


def _add_workspace(workspace: argparse.ArgumentParser) -> None:
    verbs = workspace.add_subparsers(dest="verb", required=True, metavar="add|list|remove")
    add = verbs.add_parser("add", help="register a folder under an alias")
    add.add_argument("alias", help="how requests name it: a letter, then letters, digits, . _ -")
    add.add_argument("path", help="the folder")
    add.add_argument(
        "--default", action="store_true", help="for requests that name a relative folder alone"
    )
    verbs.add_parser("list", help="all workspaces, those of the settings file too")
    remove = verbs.add_parser("remove", help="forget a workspace; its folder stays")
    remove.add_argument("alias", help="how requests name it")


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


def _add_key(key: argparse.ArgumentParser) -> None:
    verbs = key.add_subparsers(dest="verb", required=True, metavar="add|list|rotate|revoke")
    add = verbs.add_parser(
        "add",
        help="make a key; it is shown once",
        epilog="scopes:\n" + "\n".join(f"  {each:<16} {SCOPE_WORDS[each]}" for each in Scope),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add.add_argument(
        "name",
        help="the program's name, as flights will show it: 1 to 60 printable characters",
    )
    add.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in Scope],
        metavar="SCOPE",
        help=f"a permission, in place of {_DEFAULT}; may be given several times",
    )
    add.add_argument(
        "--strict",
        action="store_true",
        help="refuse what a translation could not carry whole, instead of leaving it out",
    )
    verbs.add_parser("list", help="all keys, without the keys themselves")
    rotate = verbs.add_parser("rotate", help="another key for the same client; it is shown once")
    rotate.add_argument("name", help="the name it was made for, or its id")
    rotate.add_argument(
        "--grace",
        type=_hours,
        default=0.0,
        metavar="HOURS",
        help="how long the key before it still opens, at most 720 (default: not at all)",
    )
    revoke = verbs.add_parser("revoke", help="refuse a key from now on")
    revoke.add_argument("name", help="the program's name or the key's id")


def _hours(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) or float(text) > _MOST_GRACE_HOURS:
        raise argparse.ArgumentTypeError(f"expected hours, 0 to {_MOST_GRACE_HOURS}")
    return float(text)
