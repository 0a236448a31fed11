"""The words of `llmgw oauth` on the command line."""

import argparse

from llmgw_desktop.domain.oauth import GRANTABLE_SCOPES, USUAL_SCOPES
from llmgw_desktop.domain.principal import SCOPE_WORDS, Scope

_USUAL = ", ".join(sorted(USUAL_SCOPES))


def add_oauth(oauth: argparse.ArgumentParser) -> None:
    """No secret is ever an argument: those made here are shown once, others are asked for."""
    things = oauth.add_subparsers(
        dest="what", required=True, metavar="client|shared-secret|consent-password"
    )
    client = things.add_parser("client", help="programs that may ask to be let in")
    _add_client(client.add_subparsers(dest="verb", required=True, metavar="add|list|rotate|revoke"))
    shared = things.add_parser(
        "shared-secret", help="what programs must know to register themselves"
    )
    verbs = shared.add_subparsers(dest="verb", required=True, metavar="set")
    verbs.add_parser("set", help="set it, asked for or read from stdin")
    password = things.add_parser(
        "consent-password", help="by which questions can be answered on the page in the browser"
    )
    verbs = password.add_subparsers(dest="verb", required=True, metavar="set|clear")
    verbs.add_parser("set", help="set it, asked for or read from stdin")
    verbs.add_parser("clear", help="answer in the window or by command alone")


def _add_client(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    grantable = [scope for scope in Scope if scope in GRANTABLE_SCOPES]
    add = verbs.add_parser(
        "add",
        help="make a program known; its secret is shown once",
        epilog="scopes:\n" + "\n".join(f"  {each:<16} {SCOPE_WORDS[each]}" for each in grantable),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add.add_argument("name", help="what a person is told of it: 1 to 60 printable characters")
    add.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="where it is answered; may be given several times. To this computer any port will do",
    )
    add.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in grantable],
        metavar="SCOPE",
        help=f"what it may ask for, in place of {_USUAL}; may be given several times",
    )
    add.add_argument(
        "--public", action="store_true", help="without a secret: a program on people's computers"
    )
    verbs.add_parser("list", help="all programs, without their secrets")
    rotate = verbs.add_parser("rotate", help="another secret for a program; shown once")
    revoke = verbs.add_parser("revoke", help="refuse a program, and all that it was given")
    for verb in (rotate, revoke):
        verb.add_argument("name", help="the program's name or client_id")
