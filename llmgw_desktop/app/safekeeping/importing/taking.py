"""What is brought, decided first and then done: what stands here already stays.

A second import changes nothing: each thing is looked for here first. Secrets go into the vault, and
are shown to nobody, nor are values of settings: they may hold one by mistake.
"""

import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from llmgw_desktop.app.safekeeping.importing.bridge import (
    Brought,
    BroughtSetting,
    LeftOut,
    StandsIn,
)
from llmgw_desktop.app.safekeeping.importing.servers import by_file, read_servers, taken_out
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.jobs.job import Session
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import EntryBroken, OpenEntry
from llmgw_desktop.store.at_rest.cells import AtRest
from llmgw_desktop.store.client_files.config_file import read_bytes, write_bytes
from llmgw_desktop.store.jobs.session_store import SessionStore
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.private_files import write_first
from llmgw_desktop.store.settings.editor import Edit, SettingsEditor
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.settings.reader import load_settings, settings_of
from llmgw_desktop.store.settings.text import read_settings_file
from llmgw_desktop.store.toml_changes import CannotChange, changed_text
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_WHO = "import"
_IS_HERE = "is here already, and stays as it is"
_OFF = "it is written in a form that is not read"


@value
class TakenFrom:
    """A program's file out of which something was taken; both texts may hold secrets."""

    path: Path
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)


@dataclass(slots=True)
class Importing:
    """First all is decided, then all is done."""

    places: Places
    env: Mapping[str, str]
    vault: Vault
    sessions: SessionStore
    settings: list[BroughtSetting] = field(default_factory=list)
    entries: list[OpenEntry] = field(default_factory=list)
    new_sessions: list[Session] = field(default_factory=list)
    left: list[LeftOut] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    before: bytes = b""
    kept: Path | None = None
    """The settings as they were, where they were changed."""
    to_remove: list[StandsIn] = field(default_factory=list)
    copies: dict[Path, Path] = field(default_factory=dict)
    """Of programs' files: as they were before something was taken out."""
    files: list["TakenFrom"] = field(default_factory=list)
    stamp: str = field(default_factory=lambda: time.strftime("%Y%m%d-%H%M%S"))

    def plan(self, brought: Brought) -> None:
        self._plan_entries(brought.credentials)
        self._plan_settings(brought.settings)
        self._plan_sessions(brought.sessions)
        self.left += brought.left

    def carry_out(self) -> None:
        """Credentials first: settings name them."""
        for entry in self.entries:
            self.vault.put(entry.address, entry.secret, by=_WHO)
        if self.settings:
            self._write_settings()
        for session in self.new_sessions:
            self.sessions.add(session)
        for file, places in by_file(self.to_remove).items():
            self._take_out(file, places)

    def plan_removal(self, wishes: Sequence[BroughtSetting]) -> None:
        """Of what comes over, and of what came before and is the same here."""
        data = tomllib.loads(self.before.decode("utf-8-sig"))
        for wish in wishes:
            here = data.get(str(wish.table[0]), {}).get(wish.table[-1])
            if wish not in self.settings and here != wish.values:
                continue
            for place in wish.stands_in:
                if place.why_not:
                    self.left.append(LeftOut(f"{place.path[-1]} in {place.file}", place.why_not))
                else:
                    self.to_remove.append(place)

    def _take_out(self, file: Path, places: Sequence[StandsIn]) -> None:
        raw = read_bytes(file)
        if raw is None:
            return
        after = taken_out(raw, places)
        copy = file.with_name(f"{file.name}.before-import-{self.stamp}")
        write_first(copy, raw)
        write_bytes(file, after, before=raw)
        self.copies[file] = copy
        self.files.append(TakenFrom(path=file, before=raw, after=after))

    def _plan_entries(self, entries: Sequence[OpenEntry]) -> None:
        here = {each.address for each in self.vault.entries()} if entries else set()
        for entry in entries:
            named = f"credential {entry.address.label}"
            if entry.address not in here:
                self.entries.append(entry)
                continue
            try:
                is_same = self._is_same(entry)
            except EntryBroken:
                is_same = False
            other = "another one is here: llmgw vault import asks whether to replace it"
            self.left.append(LeftOut(named, _IS_HERE if is_same else other))

    def _plan_settings(self, wishes: Sequence[BroughtSetting]) -> None:
        """One after the other into the text of now, and only what this program can use."""
        file = str(self.places.config_file)
        self.before = read_settings_file(self.places.config_file)
        loaded = settings_of(file, self.before, self.env)
        text = self.before.decode("utf-8-sig")
        for wish in wishes:
            if wish.is_in(tomllib.loads(text)) or self._is_served(wish, loaded):
                self.left.append(LeftOut(wish.named, _IS_HERE))
                continue
            try:
                after = changed_text(text, wish.change())
                found = settings_of(file, after.encode(), self.env)
            except ConfigError as error:
                self.left.append(LeftOut(wish.named, error.message))
                continue
            except (CannotChange, LookupError, TypeError, ValueError, AttributeError):
                self.left.append(LeftOut(wish.named, "it is written in a form that is not read"))
                continue
            if problem := self._off(wish, found):
                self.left.append(LeftOut(wish.named, problem))
                continue
            if (trouble := self._entry_trouble(wish)) or _is_off(wish, found):
                self.left.append(LeftOut(wish.named, trouble or _OFF))
                continue
            self._plan_entries(wish.entries)
            self.warned += [each for each in found.warnings if each not in loaded.warnings]
            self.settings.append(wish)
            text, loaded = after, found

    def _entry_trouble(self, wish: BroughtSetting) -> str:
        """A credential of another kind stands where one of its would go."""
        here = {each.address for each in self.vault.entries()} if wish.entries else set()
        for entry in wish.entries:
            with suppress(EntryBroken):
                if entry.address not in here or self._is_same(entry):
                    continue
            return f"the vault has another credential at {entry.address.label}"
        return ""

    def _is_same(self, entry: OpenEntry) -> bool:
        return self.vault.secret(entry.address, by=_WHO) == entry.secret

    def _is_served(self, wish: BroughtSetting, loaded: LoadedSettings) -> bool:
        """A provider that uses the same credential under another name is this one."""
        entry = wish.values.get("vault")
        return bool(entry) and any(
            account.vault == entry
            for provider in loaded.settings.providers
            for account in provider.accounts
        )

    def _off(self, wish: BroughtSetting, found: LoadedSettings) -> str:
        """Why a workspace would not be used."""
        alias = wish.values.get("alias") if wish.in_list else None
        return found.settings.workspaces.off.get(str(alias), "") if alias else ""

    def _plan_sessions(self, sessions: Sequence[Session]) -> None:
        ttl_s = load_settings(self.places.config_file, self.env).settings.jobs.session_ttl_s
        oldest_s = SystemClock().now_s() - ttl_s
        active = {each.cli for each in self.sessions.active(LOCAL.client_id)}
        known = old = 0
        for session in sessions:
            if self.sessions.is_held(session.cli, session.provider_session_id):
                known += 1
            elif session.used_at_s < oldest_s:
                old += 1
            else:
                is_active = session.is_active and session.cli not in active
                self.new_sessions.append(replace(session, is_active=is_active))
        for count, why in ((known, "are here already"), (old, "were used too long ago to be kept")):
            if count:
                self.left.append(LeftOut(f"sessions ×{count}", why))

    def _write_settings(self) -> None:
        places = self.places
        kept = places.config_file.with_name(f"config.toml.before-import-{self.stamp}")
        if self.before and write_first(kept, self.before):
            self.kept = kept
        journal = SettingsJournal(places.gateway_db, places.config_file)
        editor = SettingsEditor(
            places.config_file,
            lambda file, raw: settings_of(file, raw, self.env),
            journal.writing,
        )
        with closing(journal):
            changes = tuple(each.change() for each in self.settings)
            editor.apply(Edit(base=self.before, changes=changes))


def _is_off(wish: BroughtSetting, found: LoadedSettings) -> bool:
    """A server that was read with a mistake."""
    servers = {each.name: each for each in found.settings.mcp_servers}
    return wish.table[0] == "mcp_servers" and not servers[str(wish.table[-1])].enabled


@contextmanager
def importing_into(places: Places, env: Mapping[str, str]) -> Iterator[Importing]:
    """Raises VaultError, StoreError."""
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
    store = SessionStore(places.gateway_db, AtRest(vault.data_keys))
    with closing(vault), closing(store):
        yield Importing(places, env, vault, store)


@value
class ImportLook:
    """What an import brings, or would bring."""

    came: tuple[str, ...]
    left: tuple[LeftOut, ...]
    removed: tuple[str, ...]
    """What is taken out of programs' own settings."""
    servers: tuple[str, ...] = ()
    """Their names here."""
    files: tuple[TakenFrom, ...] = ()


class ProgramServers:
    """The MCP servers of this computer's programs, for a window. Blocks."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        self.places, self.env = places, env

    def look(self) -> ImportLook:
        """What would come, with what could be taken out. Raises ConfigError, StoreError,
        VaultError."""
        return self._do(remove=True, is_done=False)

    def bring(self, *, remove: bool) -> ImportLook:
        """Raises ConfigError, StoreError, VaultError."""
        return self._do(remove=remove, is_done=True)

    def _do(self, *, remove: bool, is_done: bool) -> ImportLook:
        brought = read_servers(self.env)
        with importing_into(self.places, self.env) as importing:
            importing.plan(brought)
            if remove:
                importing.plan_removal(brought.settings)
            if is_done:
                importing.carry_out()
            return ImportLook(
                came=tuple(each.named for each in importing.settings),
                left=tuple(importing.left),
                removed=tuple(f"{each.path[-1]} in {each.file}" for each in importing.to_remove),
                servers=tuple(str(each.table[-1]) for each in importing.settings),
                files=tuple(importing.files),
            )
