"""`llmgw backup FILE|list` and `llmgw restore`: what a person does so that nothing is lost."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from llmgw_desktop.app.command_line.command_line import agrees, secret_line, secret_lines_agree
from llmgw_desktop.app.safekeeping.at_rest import (
    ANEW_LOSES,
    AS_IT_IS_LOSES,
    backup_line,
    time_words,
)
from llmgw_desktop.app.safekeeping.safekeeping import Safekeeping, whole_words
from llmgw_desktop.app.words.figures import size_text
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.vault import EntryUnfit
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import InstanceLock

_PASSPHRASE = "Passphrase of the backup"  # noqa: S105 - what is asked for
_LONGEST_LINE = 10_000


def run_backup(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    keeping = Safekeeping(places, env)
    if arguments.file == "list":
        return _list(keeping)
    path = Path(arguments.file).absolute()
    try:
        passphrase = _passphrase(arguments, is_new=True)
        written = keeping.back_up(path, passphrase)
    except EntryUnfit as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 2
    print(
        f"{written.files:,} files written to {path} ({size_text(written.size)}). Without the"
        " passphrase nothing opens it."
    )
    return 0


def run_restore(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    lock = InstanceLock(places.instance_lock)
    if not lock.take("restore"):
        print(
            f"llmgw: A gateway runs on this home (pid {lock.holder_pid()}). Stop it first, or"
            " restore in its window.",
            file=sys.stderr,
        )
        return 1
    try:
        return _restored(arguments, Safekeeping(places, env))
    except EntryUnfit as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 2
    finally:
        lock.release()


def _restored(arguments: argparse.Namespace, keeping: Safekeeping) -> int:
    if arguments.undo:
        print(keeping.lost_by_undo(), file=sys.stderr)
        if not _agreed(arguments, "Bring back what the last restore replaced?"):
            return 1
        print(keeping.undo())
    elif arguments.as_it_is:
        problem = keeping.wrong()
        print(problem or "Nothing is wrong with gateway.db.", file=sys.stderr)
        if problem:
            keeping.check_something_there()
            print(AS_IT_IS_LOSES, file=sys.stderr)
        if problem and not _agreed(arguments, "Use gateway.db as it is?"):
            return 1
        print(keeping.take_as_it_is() if problem else "It is used as it is.")
    elif arguments.anew:
        print(ANEW_LOSES, file=sys.stderr)
        if not _agreed(arguments, "Begin with an empty gateway.db?"):
            return 1
        print(keeping.begin_anew())
    elif arguments.at:
        backup = keeping.find(arguments.at)
        print(keeping.lost_by(backup), file=sys.stderr)
        words = f"Put the backup of {time_words(backup.made_at_s)} in the place of gateway.db?"
        if not _agreed(arguments, words):
            return 1
        print(keeping.restore(backup))
    else:
        return _home_restored(arguments, keeping)
    return 0


def _home_restored(arguments: argparse.Namespace, keeping: Safekeeping) -> int:
    unpacked = keeping.unpack(Path(arguments.file).absolute(), _passphrase(arguments, is_new=False))
    words = f"{whole_words(unpacked)} Put it in the place of this home, which is kept beside?"
    if lost := keeping.lost_by_home():
        print(lost, file=sys.stderr)
    if not _agreed(arguments, words):
        keeping.discard()
        return 1
    print(keeping.put_in_place(unpacked))
    return 0


def _agreed(arguments: argparse.Namespace, question: str) -> bool:
    if arguments.yes or agrees(question):
        return True
    print("Nothing was changed.", file=sys.stderr)
    return False


def _list(keeping: Safekeeping) -> int:
    backups = keeping.backups()
    if not backups:
        print("There are none yet: a gateway that runs makes one an hour.", file=sys.stderr)
    for backup in backups:
        print(backup_line(backup))
    return 0


def _passphrase(arguments: argparse.Namespace, *, is_new: bool) -> str:
    """Never an argument."""
    if arguments.passphrase_fd is not None:
        try:
            with os.fdopen(arguments.passphrase_fd, "rb", closefd=False) as file:
                line = file.readline(_LONGEST_LINE).rstrip(b"\r\n")
        except OSError as error:
            raise StoreUnavailable(f"The passphrase cannot be read: {error.strerror}.") from error
        if not line:
            raise EntryUnfit(_PASSPHRASE, "one line on the file descriptor")
        return os.fsdecode(line)
    return secret_lines_agree("Passphrase for the backup") if is_new else secret_line(_PASSPHRASE)
