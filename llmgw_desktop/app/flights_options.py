"""The words of `llmgw flights` on the command line."""

import argparse


def add_flights(flights: argparse.ArgumentParser) -> None:
    verbs = flights.add_subparsers(dest="verb", required=True, metavar="show|prune")
    show = verbs.add_parser("show", help="one of them: its figures, where they come from, its way")
    show.add_argument("id", help="as x-llmgw-flight names it in an answer, or the Flights page")
    show.add_argument("--json", action="store_true", help="as GET /v1/flights/ID tells it")
    prune = verbs.add_parser(
        "prune", help="flights that are too old only if the clock is right: tell, or delete them"
    )
    prune.add_argument("--yes", action="store_true", help="the clock is right; delete them")
