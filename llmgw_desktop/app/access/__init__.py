"""Who may come in: keys, OAuth, their consents, and how access is taken back."""

import argparse
import re
from typing import TYPE_CHECKING

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from llmgw_desktop.domain.access.principal import Scope


def _key(parser: Parser) -> None:
    from llmgw_desktop.domain.access.principal import DEFAULT_SCOPES, Scope

    add, _, rotate, revoke = add_verbs(
        parser,
        {
            "add": "make a key; it is shown once",
            "list": "all keys, without the keys themselves",
            "rotate": "another key for the same client; it is shown once",
            "revoke": "refuse a key from now on",
        },
    )
    add.add_argument(
        "name",
        help="the program's name, as flights will show it: 1 to 60 printable characters",
    )
    usual = " and ".join(sorted(DEFAULT_SCOPES))
    _add_scopes(add, Scope, f"a permission, in place of {usual}; may be given several times")
    add_flags(
        add, strict="refuse what a translation could not carry whole, instead of leaving it out"
    )
    rotate.add_argument("name", help="the name it was made for, or its id")
    rotate.add_argument(
        "--grace",
        type=_hours,
        default=0.0,
        metavar="HOURS",
        help=f"how long the key before it still opens, at most {_MOST_GRACE_HOURS}"
        " (default: not at all)",
    )
    revoke.add_argument("name", help="the program's name or the key's id")


def _oauth(parser: Parser) -> None:
    """No secret is ever an argument: those made here are shown once, others are asked for."""
    client, shared, password = add_verbs(
        parser,
        {
            "client": "programs that may ask to be let in",
            "shared-secret": "what programs must know to register themselves",
            "consent-password": "by which questions can be answered on the page in the browser",
        },
        dest="what",
    )
    _client(client)
    asked = "set it, asked for or read from stdin"
    add_verbs(shared, {"set": asked})
    add_verbs(password, {"set": asked, "clear": "answer in the window or by command alone"})


def _client(parser: Parser) -> None:
    from llmgw_desktop.domain.access.consent import GRANTABLE_SCOPES, USUAL_SCOPES
    from llmgw_desktop.domain.access.principal import Scope

    add, _, rotate, revoke = add_verbs(
        parser,
        {
            "add": "make a program known; its secret is shown once",
            "list": "all programs, without their secrets",
            "rotate": "another secret for a program; shown once",
            "revoke": "refuse a program, and all that it was given",
        },
    )
    add.add_argument("name", help="what a person is told of it: 1 to 60 printable characters")
    add.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="where it is answered; may be given several times. To this computer any port will do",
    )
    usual = ", ".join(sorted(USUAL_SCOPES))
    _add_scopes(
        add,
        [scope for scope in Scope if scope in GRANTABLE_SCOPES],
        f"what it may ask for, in place of {usual}; may be given several times",
    )
    add_flags(add, public="without a secret: a program on people's computers")
    for verb in (rotate, revoke):
        verb.add_argument("name", help="the program's name or client_id")


def _add_scopes(parser: Parser, scopes: "Iterable[Scope]", words: str) -> None:
    from llmgw_desktop.domain.access.principal import SCOPE_WORDS

    parser.epilog = "scopes:\n" + "\n".join(f"  {each:<16} {SCOPE_WORDS[each]}" for each in scopes)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        choices=[str(scope) for scope in scopes],
        metavar="SCOPE",
        help=words,
    )


_MOST_GRACE_HOURS = 720


def _hours(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) or float(text) > _MOST_GRACE_HOURS:
        raise argparse.ArgumentTypeError(f"expected hours, 0 to {_MOST_GRACE_HOURS}")
    return float(text)


KEY = Command("key", "keys of the programs that may call", "access.key_command:run", _key)
OAUTH = Command(
    "oauth",
    "programs that ask a person to be let in",
    "access.oauth_command:run",
    _oauth,
    hears_secrets=True,
)
