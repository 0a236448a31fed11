"""`llmgw pin FOLDER|list` and `llmgw unpin FOLDER`."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.app.command_line.command_line import print_table
from llmgw_desktop.app.connect.pinning import (
    PinDesk,
    PinOutcome,
    PinWish,
    make_pins,
    parse_budget,
)
from llmgw_desktop.app.connect.program_keys import address_in_settings
from llmgw_desktop.app.mcp.engine import find
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.store.paths import Places

_DONE, _FAILED, _WRONG_USAGE = 0, 1, 2
_PATH_CHARS = 400


def pin(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError."""
    pins = _pins(places, env)
    if arguments.folder == "list":
        return _list(pins)
    if not arguments.account:
        print("llmgw: Say which account: --account PROVIDER/ACCOUNT.", file=sys.stderr)
        return _WRONG_USAGE
    try:
        budgets = tuple(map(parse_budget, arguments.budget))
    except ValueError as error:
        print(f"llmgw: --budget: {error}", file=sys.stderr)
        return _WRONG_USAGE
    wish = PinWish(
        folder=Path(arguments.folder),
        account=arguments.account,
        model=arguments.model,
        budgets=budgets,
    )
    outcome = pins.pin(wish)
    standing = outcome.standing
    print(f"{inert_line(standing.folder, _PATH_CHARS)} {standing.words}.")
    _tell(outcome)
    warn_of_other_address(places, address_in_settings(places, env).mcp)
    print(f"Its base URL, for what else you use there: {standing.url}")
    for note in outcome.notes:
        print(note)
    return _DONE


def warn_of_other_address(places: Places, mcp: str) -> None:
    """A gateway that was started with another port or path than the settings say."""
    running = find(places)
    if running is not None and running.url != mcp:
        print(
            f"llmgw: The gateway that runs listens at {running.url}, but the settings say {mcp},"
            " and that is what programs are given. Set [http] port to the one that you use, or"
            " start the gateway without --port.",
            file=sys.stderr,
        )


def unpin(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, StoreError."""
    outcome = _pins(places, env).unpin(Path(arguments.folder))
    if outcome is None:
        print(f"llmgw: {inert_line(arguments.folder, _PATH_CHARS)} is not pinned.", file=sys.stderr)
        return _FAILED
    _tell(outcome)
    print(
        f"{inert_line(outcome.standing.folder, _PATH_CHARS)} is pinned no more. What still comes by"
        " its base URL is refused."
    )
    return _DONE


def _pins(places: Places, env: Mapping[str, str]) -> PinDesk:
    return make_pins(places, SystemClock(), env, lambda: address_in_settings(places, env))


def _list(pins: PinDesk) -> int:
    found = pins.all()
    if not found:
        print("No folder is pinned. Pin one: llmgw pin FOLDER --account PROVIDER/ACCOUNT")
        return _DONE
    lines = ["FOLDER\tWHAT IT ASKS\tBASE URL\tNOTE"]
    for each in found:
        folder = inert_line(each.folder, _PATH_CHARS) or "-"
        lines.append("\t".join((folder, each.words, each.url, each.problem or "-")))
    print_table(lines)
    return _DONE


def _tell(outcome: PinOutcome) -> None:
    for path, what in outcome.files:
        print(f"{inert_line(path, _PATH_CHARS)} {what}.")
