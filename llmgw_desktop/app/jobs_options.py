"""The words of `llmgw jobs` on the command line."""

import argparse

_LISTED = 20


def add_jobs(jobs: argparse.ArgumentParser) -> None:
    verbs = jobs.add_subparsers(dest="verb", required=True, metavar="list|show")
    listing = verbs.add_parser("list", help="the newest of yours; other clients' are in the window")
    listing.add_argument(
        "--limit", type=int, default=_LISTED, metavar="N", help="(default: %(default)s)"
    )
    show = verbs.add_parser("show", help="one: how it stands, what it answered")
    show.add_argument("id", help="as the list shows it")
    for verb in (listing, show):
        verb.add_argument("--json", action="store_true", help="as the gateway's door tells it")
