"""`llmgw vault set|list|rm|import|rotate|backup|restore|decrypt|clear`."""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from llmgw_desktop.app.command_line.command_line import agrees, secret_line, secret_lines_agree
from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.vault.finds import Find, look_around
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.vault import (
    MOST_FILE_BYTES,
    EntryAddress,
    EntryBroken,
    EntryKind,
    EntryUnfit,
    NoSuchEntry,
    VaultEntry,
    VaultError,
    VaultLocked,
    address,
    looks_like_key,
)
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.at_rest.files import is_encrypted_file, open_file
from llmgw_desktop.store.flights.flight_file import place_of_old
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.private_files import OWNER_ONLY, write_first
from llmgw_desktop.store.system_keyring import known_secret
from llmgw_desktop.store.vault.master_key import VARIABLE, MasterKeys, master_of
from llmgw_desktop.store.vault.vault import Vault

_WHO = "llmgw vault"
_KEY_AS_NAME = (
    "llmgw: The name looks like a key, so nothing was stored. A key is no argument: leave it out,"
    " it is asked for or read from stdin. It stands in your shell's history now."
)


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    clock = SystemClock()
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), clock)
    try:
        return _Commands(vault, places, env, clock).do(arguments)
    except EntryUnfit as error:
        print(f"llmgw: {error}", file=sys.stderr)
        return 2
    finally:
        vault.close()


class _Commands:
    """One method for each verb; what a person should read goes to stderr, data to stdout."""

    def __init__(
        self, vault: Vault, places: Places, env: Mapping[str, str], clock: SystemClock
    ) -> None:
        self._vault = vault
        self._places = places
        self._env = env
        self._clock = clock

    def do(self, arguments: argparse.Namespace) -> int:
        verbs = {
            "set": self._set,
            "list": self._list,
            "rm": self._remove,
            "import": self._import,
            "rotate": self._rotate,
            "backup": self._backup,
            "restore": self._restore,
            "decrypt": self._decrypt,
            "clear": self._clear,
        }
        return verbs[arguments.verb](arguments)

    def _set(self, arguments: argparse.Namespace) -> int:
        entry = _meant(arguments)
        if entry.kind is EntryKind.API_KEY and looks_like_key(entry.name):
            print(_KEY_AS_NAME, file=sys.stderr)
            return 2
        if entry.kind is EntryKind.FILE:
            if sys.stdin.isatty():
                print("Paste the file's content, then press Ctrl-D.", file=sys.stderr)
            secret = sys.stdin.buffer.read(MOST_FILE_BYTES + 1)
        else:
            secret = os.fsencode(secret_line(f"Key for {entry.label}"))
        stored = self._vault.put(entry, secret, by=_WHO)
        print(f"Stored {entry.label} {stored.hint}".rstrip())
        if entry.kind is EntryKind.API_KEY:
            setting = f'vault = "{entry.provider}/{entry.name}"'
            print(f"A provider uses it by {setting} in config.toml.", file=sys.stderr)
        return 0

    def _list(self, _: argparse.Namespace) -> int:
        entries = self._vault.entries()
        if not entries:
            command = own_command("vault", "set", "PROVIDER")
            print(f"The vault is empty. Store a key with: {command}", file=sys.stderr)
            return 0
        for line in _table(entries):
            print(line)
        if problem := self._vault.problem():
            print(problem, file=sys.stderr)
        return 0

    def _remove(self, arguments: argparse.Namespace) -> int:
        entry = _meant(arguments)
        found = [each for each in self._vault.entries(entry.kind) if each.address == entry]
        if not found or not self._vault.remove(found[0].id, by=_WHO):
            raise NoSuchEntry(f"The vault has no {entry.kind} {entry.label}.")
        print(f"Removed {entry.label}.")
        return 0

    def _import(self, arguments: argparse.Namespace) -> int:
        finds = look_around(Path.home(), self._env)
        for problem in finds.problems:
            print(f"Left out: {problem}", file=sys.stderr)
        if not finds.found:
            print("Nothing was found that could be imported.", file=sys.stderr)
            return 0
        taken = sum(self._import_one(find, is_asked=not arguments.yes) for find in finds.found)
        print(f"Imported {taken} of {len(finds.found)}. What was found stays where it is.")
        return 0

    def _import_one(self, find: Find, *, is_asked: bool) -> bool:
        entry = find.entry.address
        what = f"{entry.label} from {find.source}"
        known = self._known(entry)
        if known == find.entry.secret:
            print(f"{what}: is in the vault already.")
            return False
        if known is not None and not is_asked:
            print(f"{what}: another one is in the vault; import without --yes to replace it.")
            return False
        replaces = " in the place of the one in the vault" if known is not None else ""
        if is_asked and not agrees(f"Import {what}{replaces}?"):
            return False
        self._vault.put(entry, find.entry.secret, by=_WHO)
        print(f"{what}: imported.")
        return True

    def _known(self, entry: EntryAddress) -> bytes | None:
        """What the vault has there and not for all projects; what is broken counts as another."""
        if not any(each.address == entry for each in self._vault.entries(entry.kind)):
            return None
        try:
            return self._vault.secret(entry, by=_WHO)
        except EntryBroken:
            return b""

    def _rotate(self, _: argparse.Namespace) -> int:
        new_master = None
        if known_secret(self._env, VARIABLE):
            try:
                new_master = master_of(secret_line("The new master key, 64 hexadecimal digits"))
            except ValueError as error:
                raise EntryUnfit("master key", "64 hexadecimal digits") from error
        count = self._rotated(new_master)
        print(f"{_entries(count)} put under a new master key.")
        if new_master is not None:
            print(f"Set {VARIABLE} to it wherever the gateway is started.", file=sys.stderr)
        return 0

    def _rotated(self, new_master: bytes | None) -> int:
        """By the running gateway, where it alone still has the key."""
        try:
            return self._vault.rotate(by=_WHO, new_master=new_master)
        except VaultLocked:
            try:
                told = RunningGateway(self._places, self._env).ask("POST", "/v1/vault/rotate")
            except NotRunning:
                told = None
            if new_master is not None or told is None or told.status != 200:
                raise
            return int(told.fields["entries"])

    def _backup(self, arguments: argparse.Namespace) -> int:
        from llmgw_desktop.store.vault.vault_backup import packed

        path = Path(arguments.file)
        if path.exists():
            raise VaultError(f"{path} is there already; name a file that is not.")
        entries = self._vault.everything(by=_WHO)
        passphrase = secret_lines_agree("Passphrase for the backup")
        if not write_first(path, packed(entries, passphrase, self._clock.now_s())):
            raise VaultError(f"{path} is there already; name a file that is not.")
        print(
            f"{_entries(len(entries))} written to {path}. Without the passphrase nothing opens it."
        )
        return 0

    def _restore(self, arguments: argparse.Namespace) -> int:
        from llmgw_desktop.store.vault.vault_backup import MOST_BYTES, unpacked

        with Path(arguments.file).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        entries = unpacked(data, secret_line("Passphrase of the backup"))
        before = {each.address for each in self._vault.entries()}
        self._vault.put_all(entries, by=_WHO)
        replaced = sum(entry.address in before for entry in entries)
        print(f"{_entries(len(entries))} restored, {replaced} in the place of others.")
        return 0

    def _decrypt(self, arguments: argparse.Namespace) -> int:
        source, to = Path(arguments.file), Path(arguments.to)
        if not is_encrypted_file(source):
            raise VaultError(f"{source} is not encrypted: use it as it is.")
        try:
            handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        except FileExistsError:
            raise VaultError(f"{to} is there already; name a file that is not.") from None
        try:
            at_rest = AtRest(self._vault.data_keys)
            with (
                os.fdopen(handle, "wb") as target,
                open_file(source, at_rest, place_of_old(source)) as plain,
            ):
                shutil.copyfileobj(plain, target)
        except BaseException:
            to.unlink()
            raise
        print(f"{to} holds what {source.name} held. Remove it when you need it no more.")
        return 0

    def _clear(self, arguments: argparse.Namespace) -> int:
        count = len(self._vault.entries())
        asked = f"Remove {_entries(count)} for good? What was recorded cannot be read without them."
        if not arguments.yes and not agrees(asked):
            print("Nothing was removed.", file=sys.stderr)
            return 1
        print(f"{_entries(self._vault.clear(by=_WHO))} removed.")
        return 0


def _meant(arguments: argparse.Namespace) -> EntryAddress:
    kind = EntryKind.FILE if arguments.file else EntryKind.API_KEY
    return address(kind, arguments.provider, arguments.name, arguments.project)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _table(entries: list[VaultEntry]) -> list[str]:
    rows = [("ENTRY", "KIND", "PROJECT", "VALUE", "CHANGED")]
    for entry in entries:
        at = entry.address
        changed = datetime.fromtimestamp(entry.updated_at_s, tz=UTC).astimezone()
        value = entry.hint or f"{entry.size:,} bytes"
        name = f"{at.provider}/{at.name}"
        rows.append((name, at.kind, at.project, value, changed.strftime("%Y-%m-%d %H:%M")))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)) for row in rows)
    return [line.rstrip() for line in lines]
