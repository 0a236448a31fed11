"""What is told of CLIs' subcommands, and of what has become of them since."""

from typing import Any

from llmgw_desktop.clis.subcommand import Subcommand
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.cli_desk import HelpState, SubcommandHelp

SCHEMA = "provider-subcommands.v1"


def listed(provider: CliName, command: Subcommand) -> dict[str, Any]:
    return {
        "provider": provider,
        "commandPath": list(command.path),
        "summary": command.summary,
        "tier": command.tier,
        "risk": command.risk,
        "exposure": command.exposure,
    }


def contract(provider: CliName, version: str, command: Subcommand) -> dict[str, Any]:
    return {
        **listed(provider, command),
        "contractVersion": version,
        "flags": sorted(command.flags),
        "flagsEverywhere": sorted(command.everywhere),
    }


def drift(provider: CliName, command: Subcommand, told: SubcommandHelp) -> dict[str, Any]:
    """`state`: clean, drifted, gone or unknown."""
    shown = {"provider": provider, "commandPath": list(command.path)}
    match told.state:
        case HelpState.SILENT:
            return {**shown, "state": "unknown", "detail": "Its help did not come in time."}
        case HelpState.REFUSED:
            detail = f"Asked for its help it ended with exit code {told.exit_code}."
            return {**shown, "state": "gone", "helpExitedNonzero": True, "detail": detail}
        case HelpState.NOT_ITS_OWN:
            return {**shown, "state": "gone", "detail": "The program does not know it any more."}
        case HelpState.TOLD:
            pass
    missing = command.flags - told.flags
    extra = told.flags - command.flags - command.everywhere - {"--help", "--version"}
    return {
        **shown,
        "state": "drifted" if missing else "clean",
        "helpExitedNonzero": False,
        "missingFlags": sorted(missing),
        "extraFlags": sorted(extra),
    }
