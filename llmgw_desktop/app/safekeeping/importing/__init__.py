"""What other gateways and programs on this computer have set up, taken over: settings, credentials,
sessions, MCP servers.
"""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags

CLI_GATEWAY, BRIDGE = "llm-cli-gateway", "mcp-llm-bridge"
PROGRAMS = "programs"
"""MCP servers in the settings of the programs that `llmgw connect` knows."""


def _import(parser: Parser) -> None:
    parser.add_argument(
        "--from",
        dest="source",
        required=True,
        choices=(CLI_GATEWAY, BRIDGE, PROGRAMS),
        help="whose settings, credentials and sessions; programs: the MCP servers of editors and"
        " agents, to be offered at the gateway's own MCP door",
    )
    parser.add_argument(
        "--path",
        default="",
        metavar="FOLDER",
        help="where that program keeps them, if not in its usual place",
    )
    parser.add_argument(
        "--remove",
        action="store_true",
        help="of programs that are connected: take there out what came over; a copy stays",
    )
    add_flags(parser, dry_run="say what would come over, and change nothing")


IMPORT = Command(
    "import",
    "take over what another gateway, or programs' MCP servers, have set up here",
    "safekeeping.importing.command:run",
    _import,
    hears_secrets=True,
)
