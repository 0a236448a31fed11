"""What a job keeps of its containment: how its run was started, and what it is given in the
place of other things."""

import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

import orjson

import llmgw_desktop
from llmgw_desktop.clis.registry import cli_of, places_of_others
from llmgw_desktop.domain.cli import CliName, ErrorCategory, NamedPath
from llmgw_desktop.domain.jobs.cli_settings import Contain, Contained, ContainWish, Network
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.containment.containment import Containment, NoContainment, View
from llmgw_desktop.engine.containment.own_ground import OwnGround
from llmgw_desktop.engine.containment.sights import Sight, check_given, seen_environment, view_of
from llmgw_desktop.engine.jobs.folder import JobFolder

_RECORD = "containment.json"
_DOOR_WITHIN = Path(llmgw_desktop.__file__).parent / "platform" / "door_within.py"
"""A program, which is read in by nobody: it is one for Linux."""


def note_contained(folder: JobFolder, contained: Contained) -> None:
    """How the run is started. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(folder.path / _RECORD, flags, 0o600), "wb") as file:
        file.write(orjson.dumps(contained))


def contained_of(folder: JobFolder) -> Contained | None:
    """None: it was not started yet, or nobody wrote it down."""
    try:
        kept = orjson.loads((folder.path / _RECORD).read_bytes())
        return Contained(**kept | {"network": Network(kept["network"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def own_log_of(folder: JobFolder) -> Path:
    """Of a contained run whose CLI logs into one file for all its runs: there it is seen in that
    one's place."""
    return folder.temp / "own.log"


def door_of(folder: JobFolder) -> Path:
    """Of a run that reaches this gateway alone: the socket by which it does."""
    return folder.temp / "door"


def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # who may not even look is told the same
        return False


def check_needed(needed: NamedPath, working_dir: str) -> None:
    """Whether it is there. Raises InvalidRun."""
    if not needed.path.startswith(("/", "~")) and not working_dir:
        raise InvalidRun("is not an absolute path, and no workingDir is named.", field=needed.field)
    path = place(needed, working_dir)
    is_there = is_folder(path) if needed.is_folder else os.path.exists(path)  # noqa: PTH110
    if not is_there:
        kind = "folder" if needed.is_folder else "file or folder"
        raise InvalidRun(f"names a {kind} that is not there.", field=needed.field)


def place(needed: NamedPath, working_dir: str) -> Path:
    """Where it is said to lie. Raises InvalidRun."""
    try:
        return Path(working_dir or "/") / Path(needed.path).expanduser()
    except RuntimeError:
        raise InvalidRun("names somebody's home who is not known.", field=needed.field) from None


CONTAIN = "contain"
"""The field that refusals name."""


@value
class Inmate:
    """A run that is to be started."""

    cli: CliName
    homes: Mapping[str, str] = field(default_factory=dict)
    """Of the CLI: `SignIn.homes`."""
    shared_log: str = ""
    """Below HOME; a contained run's processes have numbers of their own, so it has a log of its
    own as well."""
    wish: ContainWish = field(default_factory=ContainWish)
    top: str = ""
    """Of its workspace, or of its worktree."""
    named: Sequence[tuple[Path, bool]] = ()
    """What its request names besides, and whether each is a folder."""


class Enclosure:
    """For threads: it looks at the disk, and may try whether runs can be contained."""

    def __init__(
        self,
        env: Mapping[str, str],
        ground: OwnGround | None = None,
        containment: Containment | None = None,
        *,
        own_url: Callable[[], str] = str,
    ) -> None:
        """`own_url`: of our door, empty while it is shut."""
        self._home = env.get("HOME", "")
        self.ground = ground or OwnGround()
        self._containment = containment or NoContainment()
        self._own_url = own_url

    def decide(self, wish: ContainWish) -> Contained:
        """Raises InvalidRun where what is demanded cannot be had."""
        why = (
            "The settings say so." if wish.contain is Contain.NEVER else self._containment.problem()
        )
        if not why and not wish.is_demanded:
            why = self._containment.reserve()
        if not why and self._leads_within(wish) and getattr(sys, "frozen", False):
            why = "This build cannot lead a run to the gateway alone."
        if not why:
            self._check_extras(wish)
            return Contained(by=self._containment.name, network=wish.network)
        if wish.is_demanded:
            raise InvalidRun(
                f"the settings demand that this run is contained, and it cannot be. {why}"
                f" {self._containment.advice()}".strip(),
                field=CONTAIN,
                category=ErrorCategory.SPAWN,
            )
        return Contained(why=why)

    def check_given(self, path: Path, field: str) -> None:
        """What a request names for a contained run. Raises InvalidRun."""
        check_given(path, field, _place(self._home))

    def _leads_within(self, wish: ContainWish) -> bool:
        return wish.network is Network.LOOPBACK and self._containment.leads_within

    def _port(self, wish: ContainWish) -> int:
        """Ours, for a run that reaches us alone. Raises OSError."""
        if wish.network is not Network.LOOPBACK:
            return 0
        port = urlsplit(self._own_url()).port
        if port is None:
            raise OSError(errno.EHOSTUNREACH, "the gateway's door is shut")
        return port

    def _check_extras(self, wish: ContainWish) -> None:
        for text in (*wish.readable, *wish.writable):
            path = Path(text.replace("~", self._home, 1) if text.startswith("~") else text)
            if path.exists():
                self.ground.check(path, CONTAIN, may_hold=True)

    def start(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        cwd: Path,
        *,
        folder: JobFolder,
        inmate: Inmate,
    ) -> tuple[list[str], dict[str, str]]:
        """Command and environment of a contained run. Raises OSError."""
        home, places = environment.get("HOME", ""), cli_of(inmate.cli).places
        sight = Sight(
            program=Path(argv[0]),
            path=environment.get("PATH", ""),
            home=_place(home),
            persons_home=_place(self._home),
            is_at_home=_place(home) == _place(self._home),
            own_places=places,
            others_places=places_of_others(inmate.cli),
            own_folders=[Path(each) for each in _named_places(places, inmate.homes, environment)],
            temp=folder.temp,
            work=Path(cwd).resolve(),
            top=Path(inmate.top).resolve() if inmate.top else None,
            named=inmate.named,
            wish=inmate.wish,
            hidden=sorted(self.ground.names()),
            programs=_own_programs(),
        )
        view = view_of(sight)
        if inmate.shared_log and sight.home is not None and self._containment.leads_within:
            _show_own_log(view, sight.home, inmate.shared_log, own_log_of(folder))
        port, way = self._port(inmate.wish), []
        if self._leads_within(inmate.wish):
            door = [str(_DOOR_WITHIN), str(door_of(folder)), str(port)]
            way = [sys.executable, "-I", "-S", *door]
        command = self._containment.wrapped(
            [*way, *argv], view, sight.work, inmate.wish.network, port=port
        )
        return command, seen_environment(environment, view)


def _named_places(
    places: Sequence[str], homes: Mapping[str, str], environment: Mapping[str, str]
) -> list[str]:
    """A CLI's own places where the environment names others for them. `homes`: such variables, and
    which folder below HOME each stands for."""
    found: list[str] = []
    for variable, below in homes.items():
        top = f"{below}/" if below else ""
        if named := environment.get(variable):
            own = (each for each in places if each.startswith(top))
            found += [f"{named}/{each.removeprefix(top)}" for each in own]
    return found


def _place(text: str) -> Path | None:
    """None for a HOME that is no folder of somebody's."""
    return Path(text).resolve() if text.startswith("/") and text != "/" else None


def _show_own_log(view: View, home: Path, below: str, own: Path) -> None:
    """Raises OSError. Where a run has put a link in the way, it has none."""
    place = home / below
    if place.resolve() != place:
        return
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in (place, own):
        each.touch(mode=0o600)
    view.instead[place] = own


def _own_programs() -> list[Path]:
    """What `llmgw mcp` is started from within a run."""
    if getattr(sys, "frozen", False):
        return [Path(sys.executable).parent]
    return [Path(sys.prefix), Path(sys.base_prefix), Path(llmgw_desktop.__file__).parent]
