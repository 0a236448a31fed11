"""What a contained run sees of this computer, and how it is shut in: by bubblewrap, where that
works here.
"""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from llmgw_desktop.domain.jobs.cli_settings import Network

_MOST_LINKS = 40


class Access(StrEnum):
    """Of one place and all below it, as far as no deeper rule says something else."""

    HIDDEN = "hidden"
    READ = "read"
    WRITE = "write"


@dataclass
class View:
    """Nothing is seen that no rule names."""

    rules: dict[Path, Access] = field(default_factory=dict)
    """Of places as they really lie, without symbolic links."""
    links: dict[Path, str] = field(default_factory=dict)
    """Symbolic links on the way to one, and where each leads."""
    instead: dict[Path, Path] = field(default_factory=dict)
    """Places where another folder is shown, for writing."""

    def give(self, path: Path, access: Access) -> None:
        """What is not there is left out. A later word about the same place counts."""
        real = Path(os.path.realpath(path))
        if real == Path("/") or not os.path.lexists(real):
            return
        self.rules[real] = access
        self.instead.pop(real, None)
        if str(real) != os.path.normpath(path):
            self.links |= _links_on(path)

    def offer(self, path: Path) -> None:
        """For reading, where it is not seen already; links that lead to it are shown too."""
        real = Path(os.path.realpath(path))
        if self.of(real) is None:
            self.give(path, Access.READ)
        elif str(real) != os.path.normpath(path):
            self.links |= _links_on(path)

    def show_instead(self, path: Path, folder: Path) -> None:
        real = Path(os.path.realpath(path))
        if real.is_dir() and self.of(real) is not None and real not in self.rules:
            self.instead[real] = folder

    def of(self, real: Path) -> Access | None:
        """None: it is not there for the run."""
        for each in (real, *real.parents):
            if each in self.instead:
                return Access.WRITE
            if each in self.rules:
                return None if self.rules[each] is Access.HIDDEN else self.rules[each]
        return None

    def ruled_by(self, real: Path) -> Path | None:
        """The place whose rule holds there."""
        above = (real, *real.parents)
        return next((each for each in above if each in self.rules or each in self.instead), None)

    def sees(self, path: Path) -> bool:
        return self.of(Path(os.path.realpath(path))) is not None


def _links_on(path: Path) -> dict[Path, str]:
    """All symbolic links on the way to a path, those that they lead over too."""
    found: dict[Path, str] = {}
    waiting = list(reversed(Path(os.path.abspath(path)).parts[1:]))  # noqa: PTH100 - keeps links
    at, followed = Path("/"), 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            at = at.parent
            continue
        at /= part
        if not at.is_symlink():
            continue
        followed += 1
        if followed > _MOST_LINKS:  # in a circle
            break
        target = os.readlink(at)  # noqa: PTH115 - its text, whatever that is
        found[at] = target
        at = Path("/") if target.startswith("/") else at.parent
        waiting += [each for each in reversed(Path(target).parts) if each != "/"]
    return found


class Containment(Protocol):
    """One way to shut a run in. Each system has its own, or none."""

    leads_within: bool = True
    """A run is elsewhere within it, with a network and places of its own: what leads to us is put
    there. False: it is where everybody is, and is let or not."""

    @property
    def name(self) -> str:
        """For people and programs."""

    def problem(self) -> str:
        """Why it cannot be used now, as a sentence; empty where it can. May start a program: for
        a thread."""

    def advice(self) -> str:
        """What a person can do about that."""

    def reserve(self) -> str:
        """Why no run is contained by it that need not be, as a sentence; empty where each is."""
        return ""

    def wrapped(
        self, argv: Sequence[str], view: View, cwd: Path, network: Network, *, port: int = 0
    ) -> list[str]:
        """The command that starts `argv` so that it sees this alone, from `cwd` on. Signals and
        exit status are those of `argv`. `port`: ours, of a run that reaches us alone."""


class NoContainment(Containment):
    """Of a system that we know no way for."""

    def __init__(self, why: str = "There is no way here to contain runs.") -> None:
        self._why = why

    @property
    @override
    def name(self) -> str:
        return ""

    @override
    def problem(self) -> str:
        return self._why

    @override
    def advice(self) -> str:
        return ""

    @override
    def wrapped(
        self, argv: Sequence[str], view: View, cwd: Path, network: Network, *, port: int = 0
    ) -> list[str]:
        raise RuntimeError(self._why)  # whoever wraps has asked for the problem first


PROGRAM = "bwrap"
_PATIENCE_S = 5.0
_LOOK_AGAIN_S = 30.0
_NAMESPACES = ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-cgroup-try")
_ALONE = ("--die-with-parent", "--cap-drop", "ALL")
_PROC = ("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys")
"""Where root runs the gateway the kernel's settings are root's to write, with no right but that."""
_OWN = (*_PROC, "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/var/tmp")  # noqa: S108
_TRIED_ON = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/nix", "/gnu")
_SAID = 200
_ALLOW = "See «Where runs cannot be contained» in docs/jobs.md."
_INSTALL = "Install the package bubblewrap."


class Bubblewrap(Containment):
    """`env`: where the program is looked for."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._path = env.get("PATH", os.defpath)
        self._lock = threading.Lock()
        self._works_with = ""
        self._problem, self._looked_at_s = "", -_LOOK_AGAIN_S

    @property
    @override
    def name(self) -> str:
        return "bubblewrap"

    @override
    def problem(self) -> str:
        with self._lock:
            program = self._program()
            if not program:
                return "The program bwrap (bubblewrap) is not installed."
            if program == self._works_with:
                return ""
            if time.monotonic() - self._looked_at_s >= _LOOK_AGAIN_S:
                self._problem = _tried(program)
                self._looked_at_s = time.monotonic()
            self._works_with = "" if self._problem else program
            return self._problem

    @override
    def advice(self) -> str:
        if not self.problem():
            return ""
        return _ALLOW if self._program() else _INSTALL

    @override
    def wrapped(
        self, argv: Sequence[str], view: View, cwd: Path, network: Network, *, port: int = 0
    ) -> list[str]:
        program = self._program()
        if not program:
            raise FileNotFoundError(PROGRAM)
        apart = () if network is Network.ON else ("--unshare-net",)
        shown = arguments_of(view)
        return [
            *(program, *_NAMESPACES, *apart, *_ALONE, *_OWN, *shown),
            *("--chdir", str(cwd), "--", *argv),
        ]

    def _program(self) -> str:
        return shutil.which(PROGRAM, path=self._path) or ""


def arguments_of(view: View) -> list[str]:
    """Parents first, so that the deepest word holds."""
    places = {*view.rules, *view.instead}
    told: list[str] = []
    for place in sorted(places, key=lambda each: (len(each.parts), str(each))):
        told += _shown(place, view)
    for link, target in view.links.items():
        if view.of(link.parent) is None:
            told += ["--symlink", target, str(link)]
    hidden = (place for place in view.rules if _is_masked(place, view))
    return [*told, *(word for each in hidden for word in ("--remount-ro", str(each)))]


def _shown(place: Path, view: View) -> Iterator[str]:
    name = str(place)
    if place in view.instead:
        yield from ("--bind", str(view.instead[place]), name)
        return
    access, around = view.rules[place], view.of(place.parent)
    if access is Access.HIDDEN:
        if _is_masked(place, view):
            yield from ("--tmpfs", name)
        elif around is not None:
            yield from ("--ro-bind", "/dev/null", name)
    elif access is not around or _is_shown_anew(place, view):
        yield from ("--bind" if access is Access.WRITE else "--ro-bind", name, name)


def _is_masked(place: Path, view: View) -> bool:
    """A folder of which the run sees that it is there, and nothing in it."""
    is_hidden = view.rules[place] is Access.HIDDEN
    return is_hidden and view.of(place.parent) is not None and place.is_dir()


def _is_shown_anew(place: Path, view: View) -> bool:
    """What lies below a folder that another one is shown in the place of is not in that one."""
    above = next((each for each in place.parents if each in {*view.rules, *view.instead}), None)
    return above is not None and above in view.instead


def _tried(program: str) -> str:
    """The kernel may refuse any part of it: all are tried together."""
    view = View()
    for each in _TRIED_ON:
        view.give(Path(each), Access.READ)
    words = [program, *_NAMESPACES, *_ALONE, *_OWN, *arguments_of(view)]
    shell = os.path.realpath("/bin/sh")
    return refused([*words, "--chdir", "/", "--", shell, "-c", ":"], "bubblewrap", env={})


def refused(words: Sequence[str], title: str, env: Mapping[str, str] | None = None) -> str:
    """Why a trial run of what shuts in did not come to a good end; empty: it did."""
    try:
        done = subprocess.run(  # noqa: S603 - a list, and the program that runs are started with
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            env=env,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{title} does not come to its end here."
    except OSError as error:
        return f"{title} cannot be started: {error.strerror}."
    if done.returncode == 0:
        return ""
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    words_of_it = said[-1][:_SAID] if said else f"exit code {done.returncode}"
    return f"This system does not let {title} contain runs: {words_of_it}."
