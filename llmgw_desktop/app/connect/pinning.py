"""Folders that are pinned to one account: their table in the settings, and the base URL of their
own in the settings that programs read in a project's folder.

Everything blocks and looks at the disk anew. What goes wrong is a ConfigError that names the file,
or a StoreError of our own; then nothing is changed.
"""

import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from llmgw_desktop.app.connect.connector import undone_words, write_ours
from llmgw_desktop.app.connect.edits import put_back, widened, with_ours, without_ours, write_all
from llmgw_desktop.app.connect.program_keys import GatewayAddress
from llmgw_desktop.app.connect.programs import PROGRAMS, Ground, Put
from llmgw_desktop.domain.access.principal import LABEL_PATH, PIN_MARK
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError, LlmgwError
from llmgw_desktop.domain.policy import Budget, Measure, Period, budget_words
from llmgw_desktop.domain.routing.route import FolderPin
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.client_files.config_file import FORMATS, read_bytes, text_of
from llmgw_desktop.store.client_files.connections import Connection, Connections
from llmgw_desktop.store.client_files.json_text import JSON
from llmgw_desktop.store.client_files.marks import Unreadable
from llmgw_desktop.store.client_files.toml_text import ENV, ENVRC
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.editor import Edit, SettingsEditor, Written
from llmgw_desktop.store.settings.journal import SettingsJournal
from llmgw_desktop.store.settings.reader import load_settings, settings_of
from llmgw_desktop.store.toml_changes import RemoveTable, SetKeys, TomlValue

_UNFIT = re.compile(r"[^a-z0-9]+")
_TRANSPORT = "pin"
_GEMINI_ENV = ".gemini/.env"


@value
class PinWish:
    """What is to be pinned."""

    folder: Path
    account: str
    model: str = ""
    budgets: tuple[Budget, ...] = ()


@value
class PinStanding:
    """A pin, and whether its folder's programs come by it."""

    name: str
    folder: str
    pin: FolderPin | None
    """None: its table is gone, and what comes by its base URL is refused."""
    url: str
    files: tuple[str, ...] = ()
    """That hold the base URL."""
    problem: str = ""
    """One sentence; empty where all is well."""

    @property
    def words(self) -> str:
        """«leaves through openai/work, answered by gpt-5, at most 5 US dollars a day»."""
        if self.pin is None:
            return "is refused"
        model = f", answered by {self.pin.model}" if self.pin.model else ""
        budgets = "".join(f", at most {budget_words(each)}" for each in self.pin.budgets)
        return f"leaves through {self.pin.place}{model}{budgets}"


@value
class PinOutcome:
    """What was done, and what is left to a person."""

    standing: PinStanding
    files: tuple[tuple[str, str], ...]
    """Each with what became of it."""
    notes: tuple[str, ...] = ()


class PinDesk:
    """`load` reads the settings as they stand; `address` is where programs find the gateway."""

    def __init__(
        self,
        connections: Connections,
        editor: SettingsEditor,
        load: Callable[[], LoadedSettings],
        *,
        address: Callable[[], GatewayAddress],
        clock: Clock,
        env: Mapping[str, str],
    ) -> None:
        self._connections = connections
        self._editor = editor
        self._load = load
        self._address = address
        self._clock = clock
        self._env = env
        self._ground = Ground(env=env)

    def all(self) -> list[PinStanding]:
        """Those of the settings, then those whose files alone are left."""
        pins = {each.name: each for each in self._load().settings.pins}
        marked = [each for each in self._connections.names() if each.startswith(PIN_MARK)]
        names = [each.removeprefix(PIN_MARK) for each in marked]
        left = [name for name in names if name not in pins]
        return [self._standing(name, pins.get(name)) for name in (*pins, *left)]

    def pin(self, wish: PinWish) -> PinOutcome:
        """Raises ConfigError, StoreError."""
        folder = self._checked(wish.folder)
        loaded = self._load()
        name = next((each.name for each in self.all() if Path(each.folder) == folder), "")
        name = name or _new_name(folder)
        puts = self._puts(folder, self._url(name))  # raises before anything is written
        values: dict[str, TomlValue | None] = {
            "folder": str(folder),
            "account": wish.account,
            "model": wish.model or None,
            "budgets": [
                {each.measure.value: each.amount, "per": each.period.value} for each in wish.budgets
            ]
            or None,
        }
        change = SetKeys(table=("pins", name), values=values)
        written = self._editor.apply(Edit(base=loaded.source, changes=(change,)))
        try:
            files = self._write(name, puts)
        except BaseException:
            self._take_back(written)
            raise
        pin = next(each for each in self._load().settings.pins if each.name == name)
        standing = self._standing(name, pin)
        return PinOutcome(standing=standing, files=files, notes=self._notes(folder, puts))

    def unpin(self, folder: Path) -> PinOutcome | None:
        """Each file as it was before, byte for byte where nobody has changed it since. None where
        the folder is not pinned. Raises ConfigError, StoreError."""
        folder = folder.expanduser().absolute()
        found = next((each for each in self.all() if Path(each.folder) == folder), None)
        if found is None:
            return None
        record = f"{PIN_MARK}{found.name}"
        known = self._connections.of(record)
        changes = tuple(map(widened, without_ours(self._connections, known)))
        folders = write_all(changes)
        try:
            if found.pin is not None:
                edit = RemoveTable(table=("pins", found.name))
                self._editor.apply(Edit(base=self._load().source, changes=(edit,)))
        except LlmgwError:
            put_back(changes, folders)
            raise
        if known is not None:
            exact = [each.known.copy for each in changes if each.known and each.is_exact]
            self._connections.forget(record, drop=[copy for copy in exact if copy])
        told = tuple((str(each.path), undone_words(each)) for each in changes)
        return PinOutcome(standing=found, files=told)

    def _checked(self, folder: Path) -> Path:
        folder = folder.expanduser().absolute()
        if not folder.is_dir():
            raise ConfigError("there is no such folder", file=str(folder))
        if folder in (self._ground.home, Path(folder.anchor)):
            raise ConfigError(
                "is no project's folder; what holds everywhere stands in [[routes]]",
                file=str(folder),
            )
        return folder

    def _url(self, name: str) -> str:
        return f"{self._address().base}{LABEL_PATH}{PIN_MARK}{name}"

    def _puts(self, folder: Path, url: str) -> tuple[Put, ...]:
        """In what programs read of a project's folder. No key stands in it: each has its own."""
        puts: list[Put] = []
        if PROGRAMS["claude-code"].found(self._ground) or (folder / ".claude").is_dir():
            file = folder / ".claude/settings.local.json"
            puts.append(Put(file=file, format=JSON, path=("env", "ANTHROPIC_BASE_URL"), value=url))
        gemini = folder / _GEMINI_ENV
        if gemini.exists() or (
            PROGRAMS["gemini-cli"].found(self._ground) and self._hidden(folder) is None
        ):
            name = "GOOGLE_GEMINI_BASE_URL"
            puts.append(Put(file=gemini, format=ENV, path=(name,), value=url))
        envrc = folder / ".envrc"
        if shutil.which("direnv", path=self._env.get("PATH", "")) or envrc.exists():
            values = {
                "ANTHROPIC_BASE_URL": url,
                "OPENAI_BASE_URL": f"{url}/v1",
                "OPENAI_API_BASE": f"{url}/v1",
                "GOOGLE_GEMINI_BASE_URL": url,
            }
            puts += [
                Put(file=envrc, format=ENVRC, path=(name,), value=each)
                for name, each in values.items()
            ]
        return tuple(puts)

    def _hidden(self, folder: Path) -> Path | None:
        """Gemini CLI reads the nearest file of variables and no other: the one that a new file in
        the folder would hide from it, with the key that may stand there."""
        near = [each / name for each in (folder, *folder.parents) for name in (_GEMINI_ENV, ".env")]
        own = [self._ground.home / name for name in (_GEMINI_ENV, ".env")]
        return next((each for each in (*near, *own) if each.exists()), None)

    def _write(self, name: str, puts: Sequence[Put]) -> tuple[tuple[str, str], ...]:
        record = f"{PIN_MARK}{name}"
        known = self._connections.of(record)
        changes = with_ours(without_ours(self._connections, known, puts), puts)
        files, folders = write_ours(self._connections, record, changes, self._clock.now_s())
        connection = Connection(
            program=record,
            transport=_TRANSPORT,
            models=True,
            url=self._url(name),
            mcp_url="",
            made_at_s=self._clock.now_s(),
            files=files,
        )
        try:
            self._connections.keep(connection)
        except LlmgwError:
            put_back(changes, folders)
            raise
        return tuple((str(each.path), "was changed") for each in changes if each.changes)

    def _take_back(self, written: Written) -> None:
        with suppress(LlmgwError):
            self._editor.undo(written)

    def _notes(self, folder: Path, puts: Sequence[Put]) -> tuple[str, ...]:
        notes = []
        if any(put.format is ENVRC for put in puts):
            notes.append(f"direnv asks you to allow the file: direnv allow {folder}")
        hidden = self._hidden(folder)
        if any(put.format is ENV for put in puts):
            notes.append("Gemini CLI reads its file in folders alone that it trusts")
        elif PROGRAMS["gemini-cli"].found(self._ground):
            notes.append(
                f"Gemini CLI got no file there, which would hide {hidden} from it: use direnv, or"
                " set GOOGLE_GEMINI_BASE_URL by hand"
            )
        has_claude = any(put.format is JSON for put in puts)
        known = self._connections.of("claude-code")
        if has_claude and (known is None or not known.models):
            notes.append(
                "Claude Code has no key for the gateway yet: llmgw connect claude-code --models"
            )
        return tuple(notes)

    def _standing(self, name: str, pin: FolderPin | None) -> PinStanding:
        known = self._connections.of(f"{PIN_MARK}{name}")
        files = () if known is None else known.files
        folder = str(Path(pin.folder).expanduser()) if pin is not None else _folder_of(known)
        return PinStanding(
            name=name,
            folder=folder,
            pin=pin,
            url=known.url if known is not None else self._url(name),
            files=tuple(each.path for each in files),
            problem=_problem(folder, pin, known),
        )


def parse_budget(text: str) -> Budget:
    """`5 usd a day`, `2000000 tokens/month`. Raises ValueError."""
    found = re.fullmatch(
        r"\s*([0-9]+(?:\.[0-9]+)?)\s*(usd|tokens|requests)\s*(?:/|per|a|an)\s*([a-z]+)\s*",
        text.lower(),
    )
    if found is None or found[3] not in set(Period) or not 0 < float(found[1]) <= 1e15:
        raise ValueError(
            "expected an amount such as '5 usd a day', '2000000 tokens a month' or"
            f" '100 requests an hour'; there are {', '.join(Period)}"
        )
    return Budget(measure=Measure(found[2]), amount=float(found[1]), period=Period(found[3]))


def _problem(folder: str, pin: FolderPin | None, known: Connection | None) -> str:
    if pin is None:
        return "Its table [pins] is gone: what comes by its base URL is refused."
    if not Path(folder).is_dir():
        return "The folder is gone."
    if known is None:
        return "No program there was given its base URL by llmgw pin."
    for file in known.files:
        try:
            _, text = text_of(Path(file.path), read_bytes(Path(file.path)))
            form = FORMATS[file.format]
            said = [str(form.value_at(text, mark.path)) for mark in file.marks]
        except (ConfigError, Unreadable):
            said = [""]
        if not all(each.startswith(known.url) for each in said):
            return f"{file.path} has another base URL now: who reads it passes by the pin."
    return ""


def _folder_of(known: Connection | None) -> str:
    """Where its table is gone: from the files."""
    if known is None or not known.files:
        return ""
    parent = Path(known.files[0].path).parent
    return str(parent.parent if parent.name in (".claude", ".gemini") else parent)


def _new_name(folder: Path) -> str:
    plain = _UNFIT.sub("-", folder.name.lower()).strip("-")[:40].strip("-")
    return f"{plain or 'folder'}-{secrets.token_hex(2)}"


def make_pins(
    places: Places, clock: Clock, env: Mapping[str, str], address: Callable[[], GatewayAddress]
) -> PinDesk:
    """For a command or a window; what it does is noted in the audit log."""

    @contextmanager
    def noting(act: Act) -> Iterator[None]:
        # opened for each act: they are rare, and nobody would close it
        with closing(AuditStore(places.gateway_db, clock)) as store, store.noting(act):
            yield

    @contextmanager
    def writing(before: bytes, after: bytes) -> Iterator[None]:
        with (
            closing(SettingsJournal(places.gateway_db, places.config_file)) as journal,
            journal.writing(before, after),
        ):
            yield

    return PinDesk(
        Connections(places.connections_folder, noting),
        SettingsEditor(places.config_file, lambda file, raw: settings_of(file, raw, env), writing),
        lambda: load_settings(places.config_file, env),
        address=address,
        clock=clock,
        env=env,
    )
