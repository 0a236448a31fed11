"""The words of `llmgw backup` and `llmgw restore` on the command line."""

import argparse


def add_backup(backup: argparse.ArgumentParser) -> None:
    backup.add_argument(
        "file",
        metavar="FILE|list",
        help="one that is not there yet, for all of this home under a passphrase; or list: the"
        " automatic backups of gateway.db",
    )
    _add_passphrase(backup)


def add_restore(restore: argparse.ArgumentParser) -> None:
    what = restore.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", help="a backup of a home, as `llmgw backup FILE` made it")
    what.add_argument(
        "--at",
        metavar="TIME",
        help="the automatic backup of gateway.db of this time, as the list shows it, or newest",
    )
    what.add_argument(
        "--anew",
        action="store_true",
        help="begin with an empty gateway.db; the old one is kept aside",
    )
    what.add_argument(
        "--as-it-is",
        action="store_true",
        help="you say that gateway.db is as it should be, whatever was found wrong with it",
    )
    what.add_argument(
        "--undo", action="store_true", help="bring back what the last restore replaced"
    )
    restore.add_argument("--yes", action="store_true", help="without asking")
    _add_passphrase(restore)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-fd",
        type=int,
        metavar="NUMBER",
        help="read the passphrase from this file descriptor, one line",
    )
