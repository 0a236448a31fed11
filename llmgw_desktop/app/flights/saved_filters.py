"""Filters that a person keeps by name: the window's menu writes them, `--saved NAME` reads them.

They stand beside the window's own state in a file that a person can read and copy.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.flights.flight_filter import FilterMistake
from llmgw_desktop.store.private_files import write_whole

FILE = "filters.json"
MOST_SAVED = 40
LONGEST_NAME = 60
_MOST_BYTES = 1_000_000


def read_filters(path: Path) -> dict[str, str]:
    """Text by name, in the order in which they were kept. What was written by something else is
    nothing."""
    try:
        with path.open("rb") as file:
            return filters_in(file.read(_MOST_BYTES))
    except OSError:
        return {}


def filters_in(told: str | bytes) -> dict[str, str]:
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: text for name, text in found.items() if name and isinstance(text, str)}


def write_filters(path: Path, kept: Mapping[str, str]) -> None:
    """Waits for the disk. Raises LlmgwError."""
    text = json.dumps(kept, indent=2, ensure_ascii=False)
    try:
        write_whole(path, text.encode(errors="replace") + b"\n")
    except OSError as error:
        raise LlmgwError(f"{path.name} could not be written: {error.strerror}.") from error


def with_filter(kept: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """In the place of one of that name; the oldest goes where there are too many."""
    others = {each: it for each, it in kept.items() if each != name}
    names = list(others)[-(MOST_SAVED - 1) :]
    return {each: others[each] for each in names} | {name: text}


def renamed(kept: Mapping[str, str], name: str, new_name: str) -> dict[str, str]:
    """In its place; one that has the new name already goes."""
    return {
        new_name if each == name else each: text
        for each, text in kept.items()
        if each == name or each != new_name
    }


def saved_text(path: Path, name: str) -> str:
    """Raises FilterMistake where there is none of that name."""
    kept = read_filters(path)
    if name in kept:
        return kept[name]
    known = ", ".join(f"'{each}'" for each in kept)
    others = f"There are: {known}." if known else "The star on the page Flights saves one."
    raise FilterMistake(f"No filter is saved as '{name}'. {others}")
