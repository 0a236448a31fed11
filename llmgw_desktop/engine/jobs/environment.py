"""What a run is started with: of our own environment names known to be harmless, and its vendor's
own; and how much of arguments and environment a program takes.

Keys of other vendors and everything of the gateway itself stay here.
"""

import asyncio
import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from pathlib import Path

from llmgw_desktop.clis.checks import LONGEST_ARGUMENT
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.clock import Clock, SystemClock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.containment.homes import HomeKeeper, WantedSignIn
from llmgw_desktop.platform.children import direct
from llmgw_desktop.platform.environment import (
    HARMLESS,
    HOME_FOLDERS,
    LONGEST_LINE,
    NODES,
    PERSONS_OWN,
    joined_path,
    line_length,
    program_places,
)

MOST_ARGUMENTS = 2048
MOST_BYTES = 1024 * 1024
"""Of all arguments and the environment: half of what Linux takes with its usual stack."""

_HARMLESS = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TERM",
        "COLORTERM",
        "TZ",
        "TMPDIR",
        "NO_COLOR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
        "XDG_CONFIG_DIRS",
        "XDG_DATA_DIRS",
        "DBUS_SESSION_BUS_ADDRESS",
        "SSH_AUTH_SOCK",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "NVM_DIR",
        "VOLTA_HOME",
        "PNPM_HOME",
        "BUN_INSTALL",
        "DENO_DIR",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "GOPATH",
        "GOROOT",
        "GOCACHE",
        "GOMODCACHE",
        "JAVA_HOME",
        "PYENV_ROOT",
        "CONDA_PREFIX",
        "VIRTUAL_ENV",
        "UV_CACHE_DIR",
        "PIP_CACHE_DIR",
        "npm_config_cache",
        "NPM_CONFIG_CACHE",
    }
)
_KNOWN = _HARMLESS | HARMLESS
_FOLDERS: Mapping[str, str] = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_STATE_HOME": ".local/state",
}
_OF_INSTALLERS = ("npm_config_", "NPM_CONFIG_", "PIP_", "UV_", "PIPX_", "HOMEBREW_")
_PERSONS_OWN = PERSONS_OWN | {"HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", *_FOLDERS}
_GATEWAYS = ("LLM_GATEWAY_", "LLMGW_")


def environment_for(cli: Cli, env: Mapping[str, str], path: str = "") -> dict[str, str]:
    """With its vendor's own, and what it signs in with. `path`: the search path, where it is known
    already."""
    also, of_vendor = cli.sign_in.variables, ("LC_", *cli.variables)
    kept = {
        name: value
        for name, value in env.items()
        if (name in _KNOWN or name.startswith(of_vendor) or name in also)
        and not name.startswith(_GATEWAYS)
    }
    return kept | {"PATH": path or search_path(env)}


def environment_for_installer(env: Mapping[str, str]) -> dict[str, str]:
    """What a package manager may see: no vendor's key, but its own settings."""
    kept = {
        name: value
        for name, value in env.items()
        if name in _KNOWN or name.startswith(("LC_", *_OF_INSTALLERS))
    }
    return kept | {"PATH": search_path(env)}


def environment_in_private_home(env: Mapping[str, str]) -> dict[str, str]:
    """For a run whose sign-in the vault keeps: nothing that leads to the person's own, neither a
    folder nor a key of the vendor's nor the desktop's keyring. `home_variables` come on top."""
    kept = {
        name: value
        for name, value in env.items()
        if (name in _KNOWN and name not in _PERSONS_OWN) or name.startswith("LC_")
    }
    return kept | {"PATH": search_path(env)}


def home_variables(home: Path, folders: Mapping[str, str]) -> dict[str, str]:
    """All that say where a run's HOME is; `folders`: the CLI's own, below it."""
    places = {**HOME_FOLDERS, **_FOLDERS, **folders}
    return {"HOME": str(home)} | {name: str(home / below) for name, below in places.items()}


def search_path(env: Mapping[str, str]) -> str:
    """PATH, then the places where CLIs are installed that a desktop's own PATH does not have."""
    given = [part for part in env.get("PATH", "").split(os.pathsep) if part]
    home = Path(env.get("HOME", "/"))
    return joined_path(list(dict.fromkeys((*given, *program_places(home)))))


_HOLDS_S = 10.0
_SETTLED_S = 2.0
_Mark = tuple[int, int, int] | None
"""A folder as it is; None: there is none."""


@value(kw_only=False)
class _Found:
    """What was found when the folders were so."""

    program: str
    folders: tuple[_Mark, ...]
    at_s: float


class SearchPath:
    """The places where programs are looked for, and which lay there.

    To look for all CLIs takes two hundred calls of the system. So what was found holds while each
    folder stays as it is and the program lies there, ten seconds at most: then shows what else can
    change, such as a right or the end of a link. While a folder has just changed nothing is kept:
    its time may be too coarse for the next change. From any thread.
    """

    def __init__(self, env: Mapping[str, str], clock: Clock | None = None) -> None:
        self._env = env
        self._clock = clock or SystemClock()
        self._nodes = str(Path(env.get("HOME", "/")) / NODES)
        self._text: tuple[str, _Mark, float] = "", None, float("-inf")
        self._found: dict[Hashable, _Found] = {}

    def text(self) -> str:
        """As PATH says it."""
        text, nodes, at_s = self._text
        now_s, nodes_now = self._clock.monotonic_s(), _mark(self._nodes)
        if nodes_now == nodes and now_s - at_s <= _HOLDS_S:
            return text
        text = search_path(self._env)
        if self._is_settled((nodes_now,)):
            self._text = text, nodes_now, now_s
        return text

    def find(self, wanted: Iterable[tuple[Hashable, Callable[[str], str]]]) -> list[str]:
        """Of each key what its function finds on a path: absolute, or empty. Of the key None
        nothing is kept."""
        text, now_s = self.text(), self._clock.monotonic_s()
        folders = tuple(map(_mark, text.split(os.pathsep)))
        is_settled = self._is_settled(folders)
        answers = []
        for key, look in wanted:
            kept = self._found.get(key)
            if kept is None or not _holds(kept, folders, now_s):
                kept = _Found(look(text), folders, now_s)
                if is_settled and key is not None:
                    self._found[key] = kept
            answers.append(kept.program)
        return answers

    def _is_settled(self, marks: Iterable[_Mark]) -> bool:
        newest_ns = max((mark[0] for mark in marks if mark is not None), default=0)
        return self._clock.now_s() - newest_ns / 1e9 > _SETTLED_S


def _mark(folder: str) -> _Mark:
    try:
        found = os.stat(folder)  # noqa: PTH116 - a Path for each would take longer than the look
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ino, found.st_dev


def _holds(kept: _Found, folders: tuple[_Mark, ...], now_s: float) -> bool:
    is_same = kept.folders == folders and now_s - kept.at_s <= _HOLDS_S
    return is_same and (not kept.program or os.access(kept.program, os.X_OK))


class Housing:
    """Nothing is done for a run that wants no sign-in."""

    def __init__(self, homes: HomeKeeper) -> None:
        self._homes = homes

    async def check(self, wanted: WantedSignIn | None) -> None:
        """Raises InvalidRun where the vault does not give it."""
        if wanted is None:
            return
        try:
            await asyncio.to_thread(self._homes.check, wanted)
        except (VaultError, StoreError) as error:
            raise InvalidRun(str(error), field="cli", category=ErrorCategory.AUTH) from error

    async def lend(self, wanted: WantedSignIn | None, job_id: str) -> dict[str, str]:
        """The variables that lead a run to its HOME, where its sign-in has been placed; to be
        given back. Raises VaultError, StoreError, OSError."""
        if wanted is None:
            return {}
        home = await asyncio.to_thread(self._homes.lend, wanted, job_id)
        return home_variables(home, wanted.folders)

    def home_of(self, job_id: str) -> Path | None:
        """Of a run that goes on."""
        return self._homes.home_of(job_id)

    async def give_back(self, job_id: str) -> None:
        """Nothing of the run is left that could use it."""
        if self._homes.home_of(job_id) is not None:
            await asyncio.to_thread(self._homes.give_back, job_id)

    async def take_over(self, live: Set[str]) -> None:
        """What an earlier program left; only these jobs may still run."""
        await asyncio.to_thread(self._homes.take_over, live)

    async def settle(self) -> None:
        """Write back what CLIs changed. Takes as long as the vault does."""
        await asyncio.to_thread(self._homes.settle)


def check_sizes(arguments: Sequence[str], environment: Mapping[str, str], prompt: str) -> None:
    """Of what a program is started with. Raises InvalidRun, which never tells the text of an
    argument: it may be anything."""
    sizes = [size_of(each, _name(each, prompt)) for each in arguments]
    for each, size in zip(arguments, sizes, strict=True):
        if size > LONGEST_ARGUMENT:
            raise _too_large(
                f"has {size:,} bytes, and an argument may have {LONGEST_ARGUMENT:,}.",
                _name(each, prompt),
            )
    if len(arguments) > MOST_ARGUMENTS:
        raise _too_large(f"are {len(arguments):,}, and {MOST_ARGUMENTS:,} may be.", "arguments")
    if LONGEST_LINE is not None and (length := line_length(arguments)) > LONGEST_LINE:
        raise _too_large(
            f"makes a command line of {length:,} characters, and {LONGEST_LINE:,} may be here.",
            _longest(arguments, prompt),
        )
    env = [size_of(f"{name}={value}", "environment") for name, value in environment.items()]
    if env and max(env) > LONGEST_ARGUMENT:
        raise _too_large("has a variable that is too long.", "environment")
    if (total := sum(sizes) + sum(env)) > MOST_BYTES:
        raise _too_large(f"have {total:,} bytes in all, and {MOST_BYTES:,} may be.", "arguments")


def check_startable(program: str, path: str) -> None:
    """A batch file on Windows is not run: its interpreter would read what a caller says. Raises
    InvalidRun."""
    try:
        direct([program], path)
    except OSError as error:
        raise InvalidRun(f"cannot be started: {error}.", field="cli") from error


def size_of(text: str, name: str) -> int:
    """In bytes. Raises InvalidRun where no program takes it."""
    if "\0" in text:
        raise InvalidRun("holds a NUL character, which no program takes.", field=name)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise InvalidRun("holds half a character.", field=name) from None


def _name(argument: str, prompt: str) -> str:
    return "prompt" if prompt and prompt in argument else "arguments"


def _longest(arguments: Sequence[str], prompt: str) -> str:
    return _name(max(arguments, key=len), prompt)


def _too_large(message: str, name: str) -> InvalidRun:
    return InvalidRun(message, field=name, category=ErrorCategory.INPUT_TOO_LARGE)
