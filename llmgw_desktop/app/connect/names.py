"""The names of the programs that can be set up; the command line knows them without their table."""

from typing import Final

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
