"""`llmgw licences`: our own, Qt's, and those of every part; with a name, the whole text."""

import argparse
import sys
from collections.abc import Mapping

from llmgw_desktop.app.gateway.licences import LicensedPart, parts, standard_text, statement
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.store.paths import Places

_RULE = "-" * 78


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """1 for a name that no part has."""
    if arguments.all:
        for part in parts():
            _print_whole(part)
        return 0
    if not arguments.name:
        _print_list()
        return 0
    wanted = arguments.name.casefold()
    if wanted in ("gpl-3.0", "lgpl-3.0", "apache-2.0"):
        print(standard_text(wanted.upper().replace("APACHE", "Apache")), end="")
        return 0
    found = [part for part in parts() if part.name.casefold().replace(" (font)", "") == wanted]
    if not found:
        print(f"llmgw: No part is called {inert_line(wanted, 60)!r}.", file=sys.stderr)
        return 1
    for part in found:
        _print_whole(part)
    return 0


def _print_list() -> None:
    print(f"LLM Gateway Desktop {VERSION}: MIT.\n")
    print(statement())
    found = parts()
    print(f"All {len(found)} parts by others; `llmgw licences NAME` prints the texts of one:\n")
    for part in found:
        words = f"{part.name} {part.version}".strip()
        print(inert_line(f"  {words}: {part.licence or 'as its text says'}", 200))


def _print_whole(part: LicensedPart) -> None:
    print(_RULE)
    print(inert_line(f"{part.name} {part.version}: {part.licence or 'as its text says'}", 300))
    if part.home:
        print(inert_line(part.home, 300))
    print(_RULE)
    for text in part.texts:
        print(text)
