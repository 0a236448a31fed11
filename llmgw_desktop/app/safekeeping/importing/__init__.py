"""What other gateways on this computer have set up, taken over: settings, credentials, sessions."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags

CLI_GATEWAY, BRIDGE = "llm-cli-gateway", "mcp-llm-bridge"


def _import(parser: Parser) -> None:
    parser.add_argument(
        "--from",
        dest="source",
        required=True,
        choices=(CLI_GATEWAY, BRIDGE),
        help="whose settings, credentials and sessions",
    )
    parser.add_argument(
        "--path",
        default="",
        metavar="FOLDER",
        help="where that program keeps them, if not in its usual place",
    )
    add_flags(parser, dry_run="say what would come over, and change nothing")


IMPORT = Command(
    "import",
    "take over what another gateway has set up; nothing of it is changed",
    "safekeeping.importing.command:run",
    _import,
    hears_secrets=True,
)
