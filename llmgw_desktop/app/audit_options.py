"""The words of `llmgw audit` on the command line."""

import argparse


def add_audit(audit: argparse.ArgumentParser) -> None:
    verbs = audit.add_subparsers(dest="verb", required=True, metavar="list|verify|export|seal|key")
    listing = verbs.add_parser("list", help="what was done, newest first")
    listing.add_argument(
        "--since", default="", metavar="WHEN", help="a day (2026-11-21), a time, or 90m, 24h, 30d"
    )
    listing.add_argument("--who", default="", metavar="TEXT", help="a name, a client or an address")
    listing.add_argument(
        "--what", default="", metavar="TEXT", help="such as key, vault.deleted, or any words"
    )
    listing.add_argument("--limit", type=_count, default=100, help="(default: %(default)s)")
    listing.add_argument("--json", action="store_true", help="as JSON lines")
    verify = verbs.add_parser("verify", help="whether the log is as it was written")
    verify.add_argument("file", nargs="?", help="an exported log; needs nothing but the file")
    verify.add_argument("--key", default="", help="the public key that it must be sealed with")
    verify.add_argument(
        "--head",
        default="",
        metavar="NUMBER:DIGEST",
        help="an entry that was noted down elsewhere, and must still be there",
    )
    export = verbs.add_parser("export", help="write the whole log to a file")
    export.add_argument("file", help="one that is not there yet")
    seal = verbs.add_parser("seal", help="sign the log; a running gateway does so by itself")
    seal.add_argument(
        "--anew",
        action="store_true",
        help="also where the head beside it is lost: you say that its end was not cut off",
    )
    verbs.add_parser("key", help="the public key that this gateway seals with")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError("expected a number from 1 to 1000")
    return int(text)
