"""Programs that are set up to use this gateway, and taken back."""

from typing import Final

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags

PROGRAM_NAMES: Final = (
    "claude-code",
    "codex",
    "cursor",
    "vscode",
    "zed",
    "gemini-cli",
    "opencode",
    "windsurf",
    "copilot",
    "grok",
)
"""The command line knows them without their table."""


def _connect(parser: Parser) -> None:
    parser.add_argument(
        "client",
        metavar="CLIENT",
        nargs="?",
        default="list",
        choices=("list", "all", *PROGRAM_NAMES),
        help=f"one of: {', '.join(PROGRAM_NAMES)}; with --undo also all;"
        " list, or none: how each stands",
    )
    add_flags(
        parser,
        stdio="have it start `llmgw mcp` instead; no key then stands in its file",
        models="send its model requests here, too",
        rules="write the lasting rules into its settings, and bring its questions to the list",
        dry_run="only show what would be changed",
        undo="take it back",
    )


CONNECT = Command(
    "connect",
    "set a program up to use this gateway, and take it back",
    "connect.command:run",
    _connect,
)


def _pin(parser: Parser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="a project's folder; or list")
    parser.add_argument("--account", metavar="A", help="provider/account that everything leaves by")
    parser.add_argument("--model", metavar="M", default="", help="who answers, whatever is asked")
    parser.add_argument(
        "--budget",
        metavar="AMOUNT",
        action="append",
        default=[],
        help="such as '5 usd a day' or '2000000 tokens a month'; more than once for several",
    )


PIN = Command(
    "pin",
    "have the programs of a folder leave through one account, or not at all",
    "connect.pin_command:pin",
    _pin,
)


def _unpin(parser: Parser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="as it was pinned")


UNPIN = Command(
    "unpin",
    "take a folder's pin back; its files are as they were before",
    "connect.pin_command:unpin",
    _unpin,
)
