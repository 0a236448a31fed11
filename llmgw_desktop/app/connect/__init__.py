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
        choices=("list", "all", *PROGRAM_NAMES),
        help=f"list, or one of: {', '.join(PROGRAM_NAMES)}; with --undo also all",
    )
    add_flags(
        parser,
        stdio="have it start `llmgw mcp` instead; no key then stands in its file",
        models="send its model requests here, too",
        dry_run="only show what would be changed",
        undo="take it back",
    )


CONNECT = Command(
    "connect",
    "set a program up to use this gateway, and take it back",
    "connect.command:run",
    _connect,
)
