"""MCP servers set up from a `server.json`, and taken away again. Nothing is fetched, written or run
before a person has seen what would be. Blocks: for worker threads and commands.
"""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final

from llmgw_desktop.app.mcp.fetching import fetched
from llmgw_desktop.app.safekeeping.importing.bridge import Brought, BroughtSetting
from llmgw_desktop.app.safekeeping.importing.server_file import (
    MOST_BYTES,
    Need,
    ServerFile,
    ServerFileUnfit,
    ServerWay,
    read_server_file,
)
from llmgw_desktop.app.safekeeping.importing.taking import ImportLook, importing_into
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.mcp_server import FROM_VAULT
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import (
    GLOBAL_PROJECT,
    EntryKind,
    EntryUnfit,
    OpenEntry,
    address,
    checked_secret,
)
from llmgw_desktop.engine.jobs.environment import environment_for_installer, search_path
from llmgw_desktop.platform.children import apart
from llmgw_desktop.redaction.redactor import Redactor
from llmgw_desktop.store.client_files.config_file import read_bytes, write_bytes
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.private_files import content_digest
from llmgw_desktop.store.settings.editor import Edit, SettingsEditor
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.settings.reader import settings_of
from llmgw_desktop.store.settings.text import read_settings_file
from llmgw_desktop.store.toml_changes import AddTable, RemoveTable
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_WHO: Final = "server.json"
_PACKAGES: Final = "mcp-packages"
_FETCH_S: Final = 300
_LONGEST_ANSWER: Final = 4000
_RUNNERS: Final = {
    "npm": ("npx", "npx is not here: it comes with Node.js"),
    "pypi": ("uvx", "uvx is not here: it comes with uv"),
    "oci": ("docker", "docker is not here"),
}


@value
class ServerPlan:
    """What would be written: a table of the settings, and entries of the vault."""

    name: str
    values: Mapping[str, Any]
    entries: tuple[OpenEntry, ...] = field(default=(), repr=False)

    @property
    def runs(self) -> str:
        """In one line, as a person reads it: no secret stands in it."""
        if url := self.values.get("url"):
            return inert_line(str(url), 4000)
        words = [str(self.values["command"]), *self.values["args"]]
        return inert_line(" ".join(each if _is_plain(each) else repr(each) for each in words), 8000)


@value
class RemovedServer:
    """With all that it takes to have it again."""

    name: str
    values: Mapping[str, Any]
    entries: tuple[OpenEntry, ...] = field(default=(), repr=False)


class ServerAdder:
    """Everything raises ConfigError, StoreError, VaultError, ServerFileUnfit."""

    def __init__(self, places: Places, env: Mapping[str, str]) -> None:
        self._places, self._env = places, env

    def look(self, at: str) -> ServerFile:
        """At a file, or an address: what it describes, and what of that can be run here."""
        file = read_server_file(_bytes_at(at.strip()))
        path = search_path(self._env)
        lacking = {
            kind: words
            for kind, (program, words) in _RUNNERS.items()
            if shutil.which(program, path=path) is None
        }
        ways = [
            replace(each, why_not=each.why_not or lacking.get(each.kind, "")) for each in file.ways
        ]
        return replace(file, ways=tuple(ways))

    def add(self, way: ServerWay, plan: ServerPlan) -> str:
        """Fetches its package where that has to hash to what the file says; in words."""
        self.sweep()
        values = dict(plan.values)
        if way.file_sha256:
            file = self._checked_package(way)
            from_ = ["--from", str(file), way.package] if way.kind == "pypi" else [str(file)]
            args: list[str] = []
            for each in values["args"]:
                args += from_ if each == spec_of(way) else [each]
            values["args"] = args
        table = ("mcp_servers", plan.name)
        made = BroughtSetting(table, values, f"MCP server {plan.name}", entries=plan.entries)
        with importing_into(self._places, self._env) as importing:
            importing.plan(Brought(settings=[made]))
            if importing.left:
                raise ServerFileUnfit(f"{importing.left[0].what}: {importing.left[0].why}.")
            importing.carry_out()
        return f"{plan.name} is set up, and offered to your programs."

    def remove(self, name: str) -> RemovedServer:
        """With its entries in the vault, as far as no other server names them."""
        raw = read_settings_file(self._places.config_file)
        servers = tomllib.loads(raw.decode("utf-8-sig")).get("mcp_servers", {})
        values = servers.get(name)
        if not isinstance(values, dict):
            raise ServerFileUnfit(f"The settings have no server {inert_line(name, 80)}.")
        others = {key: each for key, each in servers.items() if key != name}
        own = {key for by, key in _entries_of(values) - _entries_of(others) if by == name}
        entries: list[OpenEntry] = []
        with self._vault() as vault:
            known = [
                each
                for each in (vault.entries(EntryKind.API_KEY, GLOBAL_PROJECT) if own else ())
                if each.address.provider == name and each.address.name in own
            ]
            entries = [
                OpenEntry(each.address, vault.secret(each.address, by=_WHO)) for each in known
            ]
            self._edit(raw, RemoveTable(table=("mcp_servers", name)))
            for each in known:
                vault.remove(each.id, by=_WHO)
        return RemovedServer(name=name, values=values, entries=tuple(entries))

    def sweep(self) -> None:
        """Packages of servers that are no more. Not by `remove`: that can be taken back."""
        text = read_settings_file(self._places.config_file).decode("utf-8", "replace")
        for kept in self._packages.glob("*"):
            if kept.name not in text:
                shutil.rmtree(kept, ignore_errors=True)

    def put_back(self, removed: RemovedServer) -> None:
        with self._vault() as vault:
            for each in removed.entries:
                vault.put(each.address, each.secret, by=_WHO)
        raw = read_settings_file(self._places.config_file)
        table = ("mcp_servers", removed.name)
        self._edit(raw, AddTable(table=table, values=removed.values, is_element=False))

    def take_back(self, brought: ImportLook) -> str:
        """An import; in words. A file of a program that was changed since stays as it is."""
        kept = []
        for each in brought.files:
            if read_bytes(each.path) == each.after:
                write_bytes(each.path, each.before, before=each.after)
            else:
                kept.append(str(each.path))
        for name in brought.servers:
            with suppress(ServerFileUnfit):  # it was removed meanwhile
                self.remove(name)
        words = ["The import was undone."]
        if kept:
            words.append(f"Changed since, and left as it is: {', '.join(kept)}.")
        return " ".join(words)

    @contextmanager
    def _vault(self) -> Iterator[Vault]:
        places = self._places
        keys = MasterKeys(self._env, places.data_folder)
        with closing(Vault(places.gateway_db, keys, SystemClock())) as vault:
            yield vault

    def _edit(self, raw: bytes, change: AddTable | RemoveTable) -> None:
        places = self._places
        with closing(SettingsJournal(places.gateway_db, places.config_file)) as journal:
            editor = SettingsEditor(
                places.config_file,
                lambda file, text: settings_of(file, text, self._env),
                journal.writing,
            )
            editor.apply(Edit(base=raw, changes=(change,)))

    def _checked_package(self, way: ServerWay) -> Path:
        """Its file, fetched by the package manager and hashed; the one that will be run."""
        folder = self._packages / way.file_sha256
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        try:
            _fetch(way, folder, environment_for_installer(self._env))
            (file,) = folder.iterdir()
            digest = content_digest(file)
        except (OSError, ValueError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ServerFileUnfit(f"{way.title} cannot be fetched: {error}.") from None
        if digest != way.file_sha256:
            shutil.rmtree(folder, ignore_errors=True)
            raise ServerFileUnfit(
                f"{way.title} is not what the file says: it hashes to {digest}, not to"
                f" {way.file_sha256}. Nothing was set up."
            )
        return file

    @property
    def _packages(self) -> Path:
        return self._places.data_folder / _PACKAGES


def planned(way: ServerWay, name: str, answers: Mapping[str, str]) -> ServerPlan:
    """What these answers come to. Nothing is done. Raises ServerFileUnfit."""
    if way.why_not:
        raise ServerFileUnfit(f"It cannot be set up so: {way.why_not}.")
    return _Making(way, name, answers).made()


class _Making:
    """A table and entries of the vault, of a way and answers."""

    def __init__(self, way: ServerWay, name: str, answers: Mapping[str, str]) -> None:
        self._way, self._name = way, name
        self._answers = answers
        self._needs = {each.key: each for each in way.needs}
        self._entries: dict[str, OpenEntry] = {}
        for key in answers:
            if key not in self._needs:
                known = ", ".join(self._needs) or "nothing"
                raise ServerFileUnfit(f"{inert_line(key, 80)} is not asked for: {known} is.")

    def made(self) -> ServerPlan:
        missing = [each.key for each in self._way.needs if each.is_required and not self._of(each)]
        if missing:
            raise ServerFileUnfit(f"It has to be told: {', '.join(missing)}.")
        env, headers = (dict(self._pairs(each)) for each in ("env", "header"))
        if self._way.kind == "remote":
            (url,) = self._words("url") or ("",)
            values: dict[str, Any] = {"url": url}
        else:
            values = self._command(env)
        if env:
            values["env"] = env
        if headers:
            values["headers"] = headers
        values["offer"] = True
        entries = tuple(self._entries.values())
        return ServerPlan(name=self._name, values=values, entries=entries)

    def _command(self, env: Mapping[str, str]) -> dict[str, Any]:
        run, more, way = self._words("run"), self._words("more"), self._way
        if way.kind == "npm":
            flags = [each for each in run if each not in ("-y", "--yes")]
            return {"command": "npx", "args": ["-y", *flags, spec_of(way), *more]}
        if way.kind == "pypi":
            return {"command": "uvx", "args": [*run, spec_of(way), *more]}
        flags = [each for each in run if each not in ("-i", "--interactive", "--rm", "run")]
        named = [word for key in env for word in ("-e", key)]
        return {
            "command": "docker",
            "args": ["run", "-i", "--rm", *named, *flags, spec_of(way), *more],
        }

    def _words(self, to: str) -> list[str]:
        """As a command line has them."""
        found: list[str] = []
        for part in self._way.parts:
            if part.to != to:
                continue
            if part.is_flag:
                found.append(part.name)
                continue
            for text in part.filled(self._texts):
                if part.name.startswith("--"):
                    found.append(f"{part.name}={text}")
                else:
                    found += [part.name, text] if part.name else [text]
        return found

    def _pairs(self, to: str) -> Iterator[tuple[str, str]]:
        for part in self._way.parts:
            if part.to == to and (texts := part.filled(self._texts)):
                yield part.name, texts[0]

    def _texts(self, key: str) -> list[str]:
        """What stands for an answer: itself, or where the vault will keep it."""
        need = self._needs[key]
        given = self._of(need)
        lines = [each for each in given.splitlines() if each] if need.is_repeated else [given]
        return [self._kept(need, each) for each in lines if each]

    def _of(self, need: Need) -> str:
        given = self._answers.get(need.key, "") or need.usual
        if given and need.choices and given not in need.choices:
            raise ServerFileUnfit(f"{need.key} is one of: {', '.join(need.choices)}.")
        if not given.replace("\n", "").isprintable() or len(given) > _LONGEST_ANSWER:
            raise ServerFileUnfit(f"{need.key} has to be a line of text.")
        return given

    def _kept(self, need: Need, text: str) -> str:
        is_in_vault = FROM_VAULT.fullmatch(text) is not None
        is_secret = need.is_secret or Redactor().clean_text(text) != text
        if is_in_vault or not is_secret:
            return text
        if not any(
            need.key in each.keys and each.to in ("env", "header") for each in self._way.parts
        ):
            raise ServerFileUnfit(
                f"{need.key} looks like a secret, and would stand where every program can read it."
            )
        try:
            at = address(EntryKind.API_KEY, self._name, _entry_name(need.key))
            self._entries[need.key] = OpenEntry(at, checked_secret(at.kind, text.encode()))
        except EntryUnfit as unfit:
            raise ServerFileUnfit(f"The vault does not take {need.key}: {unfit}") from None
        return f"${{vault:{at.provider}/{at.name}}}"


def _bytes_at(at: str) -> bytes:
    if at.startswith(("https://", "http://")):
        return fetched(at, most=MOST_BYTES, named="The file", problem=ServerFileUnfit)
    try:
        with Path(at).expanduser().open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ServerFileUnfit(f"{inert_line(at, 200)} cannot be read: {words}.") from None


def spec_of(way: ServerWay) -> str:
    """Which package, in the words of what runs it."""
    if way.kind == "oci":
        has_tag = ":" in way.package.rpartition("/")[2]
        return way.package if has_tag or not way.version else f"{way.package}:{way.version}"
    return f"{way.package}@{way.version}"


def _fetch(way: ServerWay, folder: Path, env: Mapping[str, str]) -> None:
    """By the package manager, without running anything of it. Raises OSError, ValueError."""
    if way.kind == "npm":
        words = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
        words.append(spec_of(way))
    else:
        words = ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        words += ["--dest", str(folder), f"{way.package}=={way.version}"]
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, of which each was looked at
            words,
            env=dict(env),
            capture_output=True,
            timeout=_FETCH_S,
            cwd=folder,
            check=False,
            **apart(),
        )
    except subprocess.TimeoutExpired:
        raise ValueError(f"{words[0]} does not end") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(inert_line(said[-1] if said else f"{words[0]} failed", 300))


def _entry_name(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", key).strip("-._").lower() or "key"


def _entries_of(table: object) -> set[tuple[str, str]]:
    """Of the vault, that anything in it names."""
    return {
        (provider, name)
        for named in FROM_VAULT.findall(str(table))
        for provider, _, name in (named.partition("/"),)
    }


def _is_plain(word: str) -> bool:
    return word.isascii() and " " not in word and word.isprintable() and bool(word)
