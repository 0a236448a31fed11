"""The gateway as a whole: start, log, control, how it stands, to begin anew."""

import argparse

from llmgw_desktop.app.command_line.command_line import (
    Command,
    Parser,
    add_address,
    add_flags,
    add_hidden,
    count,
)


def _app(parser: Parser) -> None:
    add_hidden(parser)
    add_address(parser)


def _serve(parser: Parser) -> None:
    parser.add_argument(
        "--while-used", type=count, metavar="SECONDS", help=argparse.SUPPRESS
    )  # what `mcp` starts
    add_address(parser)


def _mcp(parser: Parser) -> None:
    from llmgw_desktop.app.mcp import LINGER_S
    from llmgw_desktop.domain.mcp_presentation import PROFILES

    parser.add_argument(
        "--profile", default="", choices=PROFILES, help="how many tools the editor is shown"
    )
    parser.add_argument(
        "--server",
        default="",
        metavar="NAME",
        help="list the tools of this MCP server behind the gateway alone",
    )
    parser.add_argument(
        "--linger",
        type=count,
        default=LINGER_S,
        metavar="SECONDS",
        help="how long a gateway that was started for editors stays after the last of them"
        " (default: %(default)s)",
    )


DESKTOP = Command(
    "desktop", "the app: tray and windows (the default)", arguments=_app, has_address=True
)
SERVE = Command("serve", "the gateway without windows", arguments=_serve, has_address=True)
MCP = Command(
    "mcp",
    "MCP over stdin and stdout, for editors; joins the gateway that runs, or starts one",
    arguments=_mcp,
)
RESTART = Command(
    "restart",
    "start the running gateway anew; nobody is refused by it",
    "gateway.commands:start_anew",
)
QUIT = Command(
    "quit",
    "end the running gateway, and its window; jobs go on",
    "gateway.commands:end_it",
)
STATUS = Command(
    "status",
    "how the running gateway stands",
    "gateway.commands:status",
    lambda parser: add_flags(parser, json="as GET /health/detail tells it"),
)


def _licences(parser: Parser) -> None:
    parser.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="one part, or LGPL-3.0, GPL-3.0"
    )
    add_flags(parser, all="the texts of all parts")


LICENCES = Command(
    "licences",
    "whose work the program holds, and under which licences",
    "gateway.commands:licences",
    _licences,
    only_looks=True,
)


def _update(parser: Parser) -> None:
    parser.add_argument(
        "--check", action="store_true", required=True, help="ask the feed that the settings name"
    )
    add_flags(parser, json="as one JSON document")


UPDATE = Command(
    "update",
    "whether there is a newer version; it is never installed",
    "gateway.commands:update",
    _update,
    only_looks=True,
)
