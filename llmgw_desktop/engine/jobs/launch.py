"""From a plan to a running process: checked before anything is made, then made and started.

There is no other way to start a run.
"""

import errno
import os
import shutil
import stat
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path

from llmgw_desktop.clis.checks import no_place
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.dialogue import AskingMode
from llmgw_desktop.clis.mcp_servers import with_servers
from llmgw_desktop.domain.cli import CliName, CliRequest, LaunchPlan
from llmgw_desktop.domain.jobs.cli_settings import (
    DEFAULT_MODELS,
    CliSettings,
    Contained,
    ContainSettings,
    ContainWish,
    LimitWish,
    wish_of,
)
from llmgw_desktop.domain.jobs.job import JobProcess
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_server import Servers
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.containment.homes import HomeKeeper, NoHomes, WantedSignIn
from llmgw_desktop.engine.jobs import keeper
from llmgw_desktop.engine.jobs.configured import McpServers
from llmgw_desktop.engine.jobs.enclosure import (
    Enclosure,
    Inmate,
    check_needed,
    is_folder,
    note_contained,
    place,
)
from llmgw_desktop.engine.jobs.environment import (
    Housing,
    SearchPath,
    check_sizes,
    check_startable,
    environment_for,
    environment_in_private_home,
    size_of,
)
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.process_tree import boot_id
from llmgw_desktop.platform.children import direct
from llmgw_desktop.platform.environment import LONGEST_FOLDER
from llmgw_desktop.platform.files import HAS_MODES, person
from llmgw_desktop.platform.held_thread import held
from llmgw_desktop.platform.processes import MARKER

_FOLDER = "{folder}/"
_NOTHING_SAID = ContainSettings()
_WHOLE_FOLDER = "={folder}"
"""As a flag's value: for what a run leaves behind."""


@value
class Launch:
    """A run that may be started."""

    program: str = ""
    """Absolute; empty if the CLI is not installed."""
    cli: CliName
    homes: Mapping[str, str] = field(default_factory=dict)
    """Of the CLI: variables that name a folder of its own."""
    shared_log: str = ""
    """Of the CLI, below HOME: one that all its runs write into, told apart by their processes."""
    plan: LaunchPlan = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    working_dir: str = ""
    neutral_dir: str = ""
    """The one that the runs of a session share; made when it is not there."""
    sign_in: WantedSignIn | None = None
    """Of the vault, for a run in a private HOME."""
    is_placed: bool = False
    """Its folder was looked at, links followed: no link may have come into its way since."""
    asking: AskingMode | None = None
    """Of a run that is spoken with."""
    servers: Servers = field(default=(), repr=False)
    """MCP servers that it is given, with their secrets."""
    wish: ContainWish = field(default_factory=ContainWish)
    contained: Contained = field(default_factory=Contained)
    """By what it will be; decided when it was checked."""
    top: str = ""
    """Of the workspace that it is in."""


class Launcher:
    """Checks and starts runs. `clis`: what settings say of them; others have their defaults."""

    def __init__(
        self,
        env: Mapping[str, str],
        clis: Sequence[CliSettings] = (),
        *,
        homes: HomeKeeper | None = None,
        servers: McpServers | None = None,
        enclosure: Enclosure | None = None,
    ) -> None:
        """`homes`: of CLIs whose sign-ins the vault keeps. `enclosure`: where no run is sent, and
        what it sees."""
        self.servers = servers or McpServers()
        self.enclosure = enclosure or Enclosure(env)
        self.housing = Housing(homes or NoHomes())
        self._env = env
        self._search = SearchPath(env)
        self._said: Mapping[CliName, CliSettings] = {}
        self.apply(clis)

    def apply(self, clis: Sequence[CliSettings]) -> None:
        """For what is checked from now on."""
        self._said = {each.name: each for each in clis}

    def check(
        self,
        cli: Cli,
        request: CliRequest,
        project: str = "",
        of_workspace: ContainSettings = _NOTHING_SAID,
    ) -> Launch:
        """Nothing is made. `project`: whose sign-in is used, where the vault keeps it. Raises
        InvalidRun."""
        said = self._of(cli)
        if not said.enabled:
            raise InvalidRun("is switched off. Switch it on under Providers.", field="cli")
        servers = self.servers.for_run(request.mcp_servers, project)
        usual = self._environment(cli, said)
        own = {**usual, **said.env}
        plan = self._plan(cli, request, servers, own)
        launch = Launch(
            program=self._program(cli, plan.command, usual["PATH"]),
            cli=cli.name,
            homes=cli.sign_in.homes,
            shared_log=_shared_log(cli),
            plan=plan,
            environment={**own, **plan.environment},
            working_dir=checked_folder(request.working_dir),
            sign_in=_wanted(cli, said, project),
            asking=cli.asking if request.asks else None,
            servers=servers,
            wish=wish_of((said.containment, of_workspace)),
        )
        check_startable(launch.program, usual["PATH"])
        check_sizes(launch.plan.arguments, launch.environment, request.prompt)
        for each in plan.needs:
            check_needed(each, launch.working_dir)
        launch = replace(launch, contained=self.enclosure.decide(launch.wish))
        self._check_places(launch)
        return launch

    def _check_places(self, launch: Launch) -> None:
        """The gateway's own folders are nobody's to work in."""
        ground = self.enclosure.ground
        tree = ground.tree_of(launch.working_dir)
        named = [(each.field, place(each, launch.working_dir)) for each in launch.plan.needs]
        if launch.working_dir:
            named.append(("workingDir", Path(launch.working_dir)))
        for name, path in named:
            ground.check(path, name, may_hold=bool(launch.contained.by), own_tree=tree)
            if launch.contained.by:
                self.enclosure.check_given(path, name)

    def planned_again(self, launch: Launch, cli: Cli, request: CliRequest) -> Launch:
        """The same request with another session's id. Raises InvalidRun."""
        plan = self._plan(cli, request, launch.servers, launch.environment)
        return replace(launch, plan=plan)

    def meant(self, cli: Cli, request: CliRequest) -> CliRequest:
        """With the model that settings name for it."""
        model = self._of(cli).default_model
        return (
            replace(request, model=model) if model and request.model in DEFAULT_MODELS else request
        )

    def _plan(
        self, cli: Cli, request: CliRequest, servers: Servers, own: Mapping[str, str]
    ) -> LaunchPlan:
        """With the `servers` that are given to it, in the environment `own`."""
        plan = self._plan_alone(cli, request)
        return with_servers(
            cli,
            plan,
            servers,
            is_managed=request.is_managed,
            asks=request.asks,
            environment=own,
        )

    def _plan_alone(self, cli: Cli, request: CliRequest) -> LaunchPlan:
        request = self.meant(cli, request)
        no_place(request.model, "model")
        no_place(request.working_dir, "workingDir")
        if not request.asks:
            return cli.plan(request)
        if cli.asking is None:
            raise InvalidRun(f"{cli.name} cannot be made to ask in this version", field="approvals")
        return cli.asking.plan(request)

    def start(self, launch: Launch, job_id: str, folder: JobFolder) -> JobProcess:
        """Blocks for some milliseconds. Raises OSError."""
        try:
            self._check_places(launch)  # once more: it may have waited for its turn
        except InvalidRun as error:
            raise OSError(errno.EPERM, str(error)) from error
        folder.make_for_run()
        folder.note_boot(boot_id())
        plan = launch.plan
        if launch.asking is not None:
            keeper.make_speakable(folder, needs_pipe=launch.asking.needs_pipe)
        elif plan.stdin is not None:
            folder.stdin.unlink(missing_ok=True)  # of a program that fell just before its start
            _write(folder.stdin, plan.stdin)
        for file in plan.files:
            _write(folder.temp / file.name, file.content)
        names = [file.name for file in plan.files]
        env = {
            name: _placed(text, names, folder) if name in plan.environment else text
            for name, text in launch.environment.items()
        }
        temp = str(folder.temp / "tmp")
        env |= {"TMPDIR": temp, "TMP": temp, "TEMP": temp, MARKER: job_id}
        told = [launch.program, *(_placed(each, names, folder) for each in plan.arguments)]
        argv = direct(told, env.get("PATH", ""))
        cwd = _cwd(launch, folder)
        note_contained(folder, launch.contained)
        if not launch.contained.by:
            return keeper.start(argv, folder=folder, env=env, cwd=cwd)
        argv, env = self.enclosure.start(argv, env, cwd, folder=folder, inmate=_inmate(launch))
        return held(lambda: keeper.start(argv, folder=folder, env=env, cwd=cwd))

    def limit_wish(self, cli: Cli) -> LimitWish:
        """Of jobs that say nothing of it themselves."""
        return self._of(cli).limit_wait

    def home(self, cli: Cli, job_id: str) -> Path:
        """Where the CLI has its own files, while a run goes on."""
        if (private := self.housing.home_of(job_id)) is not None:
            return private
        return Path(self._of(cli).env.get("HOME") or self._env.get("HOME") or "/")

    def environment(self, cli: Cli) -> dict[str, str]:
        """What a run of it sees in the person's own HOME, before a plan adds its own."""
        own = environment_for(cli, self._env, self._search.text())
        return {**own, **self._of(cli).env}

    def persons_environment(self, cli: Cli) -> dict[str, str] | None:
        """The same; None where its runs have a HOME of their own, and none of the person's
        settings."""
        return None if self._of(cli).vault else self.environment(cli)

    def vault_file(self, cli: Cli) -> str:
        """The vault's file with which its runs are signed in: `work/auth.json`; empty: they are as
        the person is."""
        account = self._of(cli).vault
        file = cli.sign_in.kept[0].rpartition("/")[2] if cli.sign_in.kept else ""
        return f"{account}/{file}" if account else ""

    def program(self, cli: Cli) -> str:
        """Where it is installed; empty if it is not."""
        return self.programs((cli,))[0]

    def programs(self, clis: Iterable[Cli]) -> list[str]:
        """Of each, where it is installed, as `SearchPath` knows it; for a run it is looked up."""
        return self._search.find((self._key(cli), partial(self._usual, cli)) for cli in clis)

    def named(self, cli: Cli) -> str:
        """What its program is called."""
        return self._of(cli).command or cli.commands[0]

    def _environment(self, cli: Cli, said: CliSettings) -> dict[str, str]:
        if said.vault:
            return environment_in_private_home(self._env) | dict(cli.sign_in.kept_environment)
        return environment_for(cli, self._env)

    def _of(self, cli: Cli) -> CliSettings:
        return self._said.get(cli.name) or CliSettings(name=cli.name)

    def _key(self, cli: Cli) -> Hashable:
        """None for one that settings name with its folder, which need not be on the path."""
        said = self._of(cli).command
        return None if "/" in said else (cli.name, said, cli.commands, cli.native)

    def _usual(self, cli: Cli, path: str) -> str:
        return self._program(cli, cli.commands[0], path)

    def _program(self, cli: Cli, command: str, path: str) -> str:
        said = self._of(cli).command
        if command in cli.commands:
            names = (said,) if said else dict.fromkeys((command, *cli.commands))
        else:  # another program of the CLI's, which lies beside the one that settings name
            names = (str(Path(said).with_name(command)),) if said else (command,)
        found = (shutil.which(str(Path(name).expanduser()), path=path) for name in names)
        program = next((Path(each).absolute() for each in found if each), None)
        return str(_native(program, cli.native)) if program else ""


def _inmate(launch: Launch) -> Inmate:
    named = [(place(each, launch.working_dir), each.is_folder) for each in launch.plan.needs]
    return Inmate(
        cli=launch.cli,
        homes=launch.homes,
        shared_log=launch.shared_log,
        wish=launch.wish,
        top=launch.top,
        named=named,
    )


def _shared_log(cli: Cli) -> str:
    words = cli.retry_words
    return words.path if words is not None and words.process_of is not None else ""


def _native(program: Path, patterns: tuple[str, ...]) -> Path:
    """The program that this one only loads, where it is found beside it."""
    folder = program.resolve().parent
    for pattern in patterns:
        for native in sorted(folder.glob(pattern)):
            if native.is_file() and os.access(native, os.X_OK):
                return Path(os.path.normpath(native))
    return program


def _wanted(cli: Cli, said: CliSettings, project: str) -> WantedSignIn | None:
    if not said.vault:
        return None
    kept = cli.sign_in
    return WantedSignIn(
        cli=said.name,
        account=said.vault,
        files=kept.kept,
        folders=kept.homes,
        project=project,
    )


def checked_folder(working_dir: str) -> str:
    """One that a run may work in; empty stays empty. Raises InvalidRun."""
    if not working_dir:
        return ""
    size_of(working_dir, "workingDir")
    folder = Path(working_dir)
    if not folder.is_absolute():
        raise InvalidRun("is not an absolute path. Say it from the root on.", field="workingDir")
    if LONGEST_FOLDER is not None and len(working_dir) > LONGEST_FOLDER:
        raise InvalidRun(
            f"Windows starts no program in a folder whose path has more than {LONGEST_FOLDER}"
            " characters; name one that lies higher",
            field="workingDir",
        )
    if not is_folder(folder) or not os.access(folder, os.X_OK):
        raise InvalidRun(
            f"there is no folder {working_dir[:200]!r} that can be entered", field="workingDir"
        )
    return working_dir


def _cwd(launch: Launch, folder: JobFolder) -> Path:
    """Raises OSError. A neutral folder that is not ours alone is none."""
    if launch.working_dir:
        if launch.is_placed and os.path.realpath(launch.working_dir) != launch.working_dir:
            raise OSError(errno.EPERM, "a link has taken the place of the working folder")
        return Path(launch.working_dir)
    if not launch.neutral_dir:
        return folder.temp / "work"
    neutral = Path(launch.neutral_dir)
    neutral.mkdir(mode=0o700, exist_ok=True)
    found = neutral.lstat()
    is_others = HAS_MODES and (found.st_uid != person() or found.st_mode & 0o077)
    if not stat.S_ISDIR(found.st_mode) or is_others:
        raise OSError(errno.EPERM, "the session's folder is not ours alone")
    return neutral


def _placed(text: str, names: list[str], folder: JobFolder) -> str:
    """Only what ends with a planned file's place, or is the folder: a prompt may speak of one."""
    for name in names:
        if text.endswith(_FOLDER + name):
            return text[: -len(_FOLDER + name)] + str(folder.temp / name)
    if text.endswith(_WHOLE_FOLDER):
        return text.removesuffix(_WHOLE_FOLDER) + f"={folder.temp}"
    return text


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
