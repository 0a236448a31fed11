"""What was done to the gateway, by whom: the log, its check, its words."""

import argparse

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags, add_verbs


def _audit(parser: Parser) -> None:
    listing, verify, export, seal, _ = add_verbs(
        parser,
        {
            "list": "what was done, newest first",
            "verify": "whether the log is as it was written",
            "export": "write the whole log to a file",
            "seal": "sign the log; a running gateway does so by itself",
            "key": "the public key that this gateway seals with",
        },
    )
    listing.add_argument(
        "--since", default="", metavar="WHEN", help="a day (2026-11-21), a time, or 90m, 24h, 30d"
    )
    listing.add_argument("--who", default="", metavar="TEXT", help="a name, a client or an address")
    listing.add_argument(
        "--what", default="", metavar="TEXT", help="such as key, vault.deleted, or any words"
    )
    listing.add_argument("--limit", type=_most, default=100, help="(default: %(default)s)")
    add_flags(listing, json="as JSON lines")
    verify.add_argument("file", nargs="?", help="an exported log; needs nothing but the file")
    verify.add_argument("--key", default="", help="the public key that it must be sealed with")
    verify.add_argument(
        "--head",
        default="",
        metavar="NUMBER:DIGEST",
        help="an entry that was noted down elsewhere, and must still be there",
    )
    export.add_argument("file", help="one that is not there yet")
    add_flags(
        seal,
        anew="also where the head beside it is lost: you say that its end was not cut off",
    )


def _most(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError("expected a number from 1 to 1000")
    return int(text)


AUDIT = Command("audit", "what was done to the gateway, by whom", "audit.command:run", _audit)
