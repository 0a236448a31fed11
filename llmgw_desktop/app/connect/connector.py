"""Sets programs up to use this gateway, and takes it back: the use case of command and window.

Everything blocks and looks at the disk anew. What goes wrong is a ConfigError that names the file,
or a StoreError of our own; then nothing is changed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from llmgw_desktop.app.access.keys import KEY_PREFIX, ClientKeys
from llmgw_desktop.app.command_line.pasted import pasted
from llmgw_desktop.app.command_line.this_program import own_argv, own_home
from llmgw_desktop.app.connect.edits import (
    FileEdit,
    Folders,
    keyless,
    narrowed,
    put_back,
    widened,
    with_ours,
    without_ours,
    write_all,
)
from llmgw_desktop.app.connect.native_rules import FORMS, PERMISSION
from llmgw_desktop.app.connect.program_keys import GatewayAddress, ProgramKeys
from llmgw_desktop.app.connect.programs import (
    PROGRAMS,
    GatewayOffer,
    Ground,
    Program,
    Put,
    Transport,
)
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.access.principal import Client
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock, TimedIds
from llmgw_desktop.domain.errors import ConfigError, LlmgwError
from llmgw_desktop.domain.jobs.rules.command import CommandShell
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.client_files.connections import (
    ConnectedFile,
    Connection,
    Connections,
    digest,
)
from llmgw_desktop.store.paths import Places

_KEY_TO_COME = f"{KEY_PREFIX}{'x' * 43}"
"""Where a key will stand, in a preview."""


@value
class Wanted:
    """How a program is to be set up."""

    transport: Transport = Transport.HTTP
    models: bool = False
    rules: bool = False
    """The lasting rules go into its own settings, and its questions come to the list."""


@value
class Plan:
    """What would be changed. It holds only while the files are as they are."""

    program: Program
    wanted: Wanted | None
    """None: it is taken back."""
    changes: tuple[FileEdit, ...]
    rules: tuple[tuple[str, str], ...] = ()
    """(Name, what becomes of it here), where rules are written."""

    @property
    def is_done(self) -> bool:
        """Nothing is to be written."""
        return not any(each.changes for each in self.changes)


class Undone(StrEnum):
    """What became of a file when it was taken back."""

    RESTORED = "is as it was before, byte for byte"
    REMOVED = "was made for this and is gone again"
    TAKEN_OUT = "has changed since; only our keys were taken out"
    LEFT = "held nothing of ours any more"


@value
class ConnectOutcome:
    """What was done: each file with what became of it, and where copies are kept."""

    program: Program
    files: tuple[tuple[Path, str], ...]
    copies: tuple[str, ...] = ()
    key_name: str = ""
    """Of the key that was made, or that was revoked."""


_NO_HOME = (
    "a hook's command cannot name LLMGW_HOME on Windows, where that folder has signs that a shell "
    "acts on, or the program's has spaces"
)


class Connector:
    """`address` is where programs find the gateway; it raises ConfigError where they cannot."""

    def __init__(
        self,
        connections: Connections,
        keys: ProgramKeys,
        *,
        address: Callable[[], GatewayAddress],
        clock: Clock,
        env: Mapping[str, str],
        ground: Ground | None = None,
    ) -> None:
        self.connections = connections
        self.address = address
        self.ground = ground or Ground(env=env)
        self.keys = keys
        self._clock = clock
        self._env = env

    def plan(self, name: str, wanted: Wanted) -> Plan:
        """What `set_up` would do. Raises ConfigError, StoreError."""
        program = PROGRAMS[name]
        known = self.connections.of(name)
        key, _ = self.keys.key_of(known)
        return self._plan(program, wanted, known, key or _KEY_TO_COME)

    def plan_undo(self, name: str) -> Plan:
        """Raises ConfigError, StoreError."""
        program = PROGRAMS[name]
        known = self.connections.of(name)
        puts = () if known is not None else self._all_puts(program)
        clean = without_ours(self.connections, known, puts)
        return Plan(program=program, wanted=None, changes=tuple(map(widened, clean)))

    def set_up(self, looked_at: Plan) -> ConnectOutcome:
        """Raises ConfigError, StoreError, ValueError; then all is as it was."""
        program, wanted = looked_at.program, looked_at.wanted
        assert wanted is not None
        known = self.connections.of(program.name)
        key, client = self.keys.key_of(known)
        is_new = not key and _needs_key(wanted)
        if is_new:
            key, client = self.keys.make(program.name)
        try:
            plan = self._plan(program, wanted, known, key)
            _check_same(looked_at, plan)
            return self._write(plan, known, client if _needs_key(wanted) else None)
        except BaseException:
            if is_new and client is not None:
                self.keys.revoke(client.id)
            raise

    def undo(self, looked_at: Plan) -> ConnectOutcome:
        """Raises ConfigError, StoreError."""
        plan = self.plan_undo(looked_at.program.name)
        _check_same(looked_at, plan)
        known = self.connections.of(plan.program.name)
        write_all(plan.changes)
        drop = [each.known.copy for each in plan.changes if each.known and each.is_exact]
        kept = [each.known.copy for each in plan.changes if each.known and not each.is_exact]
        if known is not None and known.key_id:
            self.keys.revoke(known.key_id)
        self.connections.forget(plan.program.name, drop=[copy for copy in drop if copy])
        return ConnectOutcome(
            program=plan.program,
            files=tuple((each.path, undone_words(each)) for each in plan.changes),
            copies=tuple(copy for copy in kept if copy),
            key_name=known.key_name if known is not None else "",
        )

    def offer(self, wanted: Wanted, key: str) -> GatewayOffer:
        """What a program is told of us. Raises ConfigError."""
        home, address = self._env.get("LLMGW_HOME", ""), self.address()
        return GatewayOffer(
            transport=wanted.transport,
            models=wanted.models,
            url=address.base,
            mcp_url=address.mcp,
            key=key,
            command=(*own_argv(self._env), "mcp"),
            environment={"LLMGW_HOME": str(Path(home).expanduser().absolute())} if home else {},
        )

    def _plan(self, program: Program, wanted: Wanted, known: Connection | None, key: str) -> Plan:
        puts = program.puts(self.ground, self.offer(wanted, key))
        told: tuple[tuple[str, str], ...] = ()
        if wanted.rules:
            more, told = self._rule_puts(program)
            puts = (*puts, *more)
        clean = without_ours(self.connections, known, (*puts, *self._all_puts(program)))
        changes = tuple(narrowed(each, key) for each in with_ours(clean, puts))
        if kept := _kept_own(puts, changes):
            told = tuple((name, f"not written: '{kept}' has words of your own") for name, _ in told)
        return Plan(program=program, wanted=wanted, changes=changes, rules=told)

    def _rule_puts(self, program: Program) -> tuple[tuple[Put, ...], tuple[tuple[str, str], ...]]:
        """Raises ConfigError for a program whose settings know none."""
        form = FORMS.get(program.name)
        if form is None:
            raise ConfigError(f"{program.title} takes no rules in its settings", file="--rules")
        found = form.found(self.address().rules)
        is_posix = (
            self.ground.platform != "win32"
            or cli_of(CliName(form.cli)).shell_on_windows is CommandShell.POSIX
        )
        hook = (*own_argv(self._env), "hook", form.cli)
        words = pasted(hook, home=own_home(self._env), is_posix=is_posix)
        if not words:
            raise ConfigError(_NO_HOME, file="--rules")
        return tuple(form.puts(self.ground, found, words)), found.told

    def _all_puts(self, program: Program) -> tuple[Put, ...]:
        """Wherever something of ours may stand."""
        offer = GatewayOffer(
            transport=Transport.HTTP,
            models=True,
            url="",
            mcp_url="",
            key="",
            command=("",),
            environment={},
        )
        return program.puts(self.ground, offer)

    def _write(self, plan: Plan, known: Connection | None, client: Client | None) -> ConnectOutcome:
        assert plan.wanted is not None
        files, folders = write_ours(
            self.connections, plan.program.name, plan.changes, self._clock.now_s()
        )
        connection = Connection(
            program=plan.program.name,
            transport=plan.wanted.transport.value,
            models=plan.wanted.models,
            url=self.address().base,
            mcp_url=self.address().mcp,
            made_at_s=self._clock.now_s(),
            files=files,
            key_id=client.id if client is not None else "",
            key_name=client.name if client is not None else "",
            rules=plan.wanted.rules,
        )
        try:
            self.connections.keep(connection)
        except LlmgwError:
            put_back(plan.changes, folders)
            raise
        if known is not None and known.key_id and known.key_id != connection.key_id:
            self.keys.revoke(known.key_id)
        return ConnectOutcome(
            program=plan.program,
            files=tuple((each.path, "was changed") for each in plan.changes if each.changes),
            copies=tuple(each.copy for each in files if each.copy),
            key_name=connection.key_name,
        )


def write_ours(
    connections: Connections, name: str, changes: Sequence[FileEdit], at_s: float
) -> tuple[tuple[ConnectedFile, ...], Folders]:
    """Copies first; the files as they are to be remembered under this name, and the folders that
    were made for them. Raises ConfigError, StoreError; then all is as it was."""
    ours = [each for each in changes if each.marks]
    copies = [_copied(connections, name, each, at_s) for each in ours]
    folders = write_all(changes)
    files = []
    for change, copy in zip(ours, copies, strict=True):
        file = _connected(change, copy)
        made = tuple(map(str, folders.get(file.path, ()))) or file.folders
        files.append(replace(file, folders=made))
    return tuple(files), folders


def _copied(connections: Connections, name: str, change: FileEdit, at_s: float) -> str:
    """Kept as it is where there is one of these very bytes."""
    if change.base is None:
        return ""
    if change.known is not None and connections.read_copy(change.known) == change.base:
        return change.known.copy
    return connections.copy(name, change.path, change.base, at_s)


def _kept_own(puts: Sequence[Put], changes: Sequence[FileEdit]) -> str:
    """Where rules were to go, and a person's own stand and stay."""
    made = {(each.path, mark.path) for each in changes for mark in each.marks}
    waiting = [put for put in puts if put.yields and put.path == PERMISSION]
    return next((".".join(put.path) for put in waiting if (put.file, put.path) not in made), "")


def _needs_key(wanted: Wanted) -> bool:
    return wanted.transport is Transport.HTTP or wanted.models


def _connected(change: FileEdit, copy: str) -> ConnectedFile:
    before = change.known.mode if change.known is not None else None
    return ConnectedFile(
        path=str(change.path),
        format=change.format.name,
        marks=tuple(replace(mark, written=keyless(mark.written)) for mark in change.marks),
        after=digest(change.then or b""),
        copy=copy,
        folders=change.known.folders if change.known is not None else (),
        mode=before if change.modes is None else change.modes[0],
    )


def _check_same(looked_at: Plan, plan: Plan) -> None:
    """That nobody has changed a file since a person looked at what would be done."""
    seen = {each.path: each.now for each in looked_at.changes}
    for each in plan.changes:
        if seen.get(each.path, each.now) != each.now:
            raise ConfigError(
                "was changed by another program meanwhile; look at it again. Nothing was changed.",
                file=str(each.path),
            )


def undone_words(change: FileEdit) -> str:
    if not change.changes:
        return Undone.LEFT
    if change.then is None:
        return Undone.REMOVED
    return Undone.RESTORED if change.is_exact else Undone.TAKEN_OUT


def make_connector(
    places: Places,
    clients: ClientStore,
    *,
    address: Callable[[], GatewayAddress],
    env: Mapping[str, str],
    clock: Clock,
) -> Connector:
    """`address` is where programs find the gateway."""
    keys = ProgramKeys(ClientKeys(clients, clock, TimedIds(clock)))

    @contextmanager
    def noting(act: Act) -> Iterator[None]:
        # opened for each act: they are rare, and nobody would close it
        with closing(AuditStore(places.gateway_db, clock)) as store, store.noting(act):
            yield

    connections = Connections(places.connections_folder, noting)
    return Connector(connections, keys, address=address, clock=clock, env=env)
