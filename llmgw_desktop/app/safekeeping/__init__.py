"""What is kept of `gateway.db` and of a whole home: backups, restores, faults."""

from llmgw_desktop.app.command_line.command_line import Command, Parser, add_flags


def _backup(parser: Parser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE|list",
        help="one that is not there yet, for all of this home under a passphrase; or list: the"
        " automatic backups of gateway.db",
    )
    _add_passphrase(parser)


def _restore(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", help="a backup of a home, as `llmgw backup FILE` made it")
    what.add_argument(
        "--at",
        metavar="TIME",
        help="the automatic backup of gateway.db of this time, as the list shows it, or newest",
    )
    add_flags(
        what,
        anew="begin with an empty gateway.db; the old one is kept aside",
        as_it_is="you say that gateway.db is as it should be, whatever was found wrong with it",
        undo="bring back what the last restore replaced",
    )
    add_flags(parser, yes="without asking")
    _add_passphrase(parser)


def _add_passphrase(parser: Parser) -> None:
    parser.add_argument(
        "--passphrase-fd",
        type=int,
        metavar="NUMBER",
        help="read the passphrase from this file descriptor, one line",
    )


BACKUP = Command(
    "backup",
    "this whole home to a file, under a passphrase",
    "safekeeping.command:run_backup",
    _backup,
    hears_secrets=True,
)
RESTORE = Command(
    "restore",
    "bring a backup back",
    "safekeeping.command:run_restore",
    _restore,
    hears_secrets=True,
)
