"""What a run is started with: of our own environment names known to be harmless, and its vendor's
own; and how much of arguments and environment a program takes.

Keys of other vendors and everything of the gateway itself stay here.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path

from llmgw_desktop.clis.checks import LONGEST_ARGUMENT
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.containment.homes import HomeKeeper, WantedSignIn

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
_FOLDERS: Mapping[str, str] = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_STATE_HOME": ".local/state",
}
_OF_INSTALLERS = ("npm_config_", "NPM_CONFIG_", "PIP_", "UV_", "PIPX_", "HOMEBREW_")
_PERSONS_OWN = frozenset({"HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", *_FOLDERS})
_GATEWAYS = ("LLM_GATEWAY_", "LLMGW_")


def environment_for(cli: Cli, env: Mapping[str, str]) -> dict[str, str]:
    """With its vendor's own, and what it signs in with."""
    also = cli.sign_in.variables
    kept = {
        name: value
        for name, value in env.items()
        if not name.startswith(_GATEWAYS)
        and (name in _HARMLESS or name.startswith(("LC_", *cli.variables)) or name in also)
    }
    return kept | {"PATH": search_path(env)}


def environment_for_installer(env: Mapping[str, str]) -> dict[str, str]:
    """What a package manager may see: no vendor's key, but its own settings."""
    kept = {
        name: value
        for name, value in env.items()
        if name in _HARMLESS or name.startswith(("LC_", *_OF_INSTALLERS))
    }
    return kept | {"PATH": search_path(env)}


def environment_in_private_home(env: Mapping[str, str]) -> dict[str, str]:
    """For a run whose sign-in the vault keeps: nothing that leads to the person's own, neither a
    folder nor a key of the vendor's nor the desktop's keyring. `home_variables` come on top."""
    kept = {
        name: value
        for name, value in env.items()
        if (name in _HARMLESS and name not in _PERSONS_OWN) or name.startswith("LC_")
    }
    return kept | {"PATH": search_path(env)}


def home_variables(home: Path, folders: Mapping[str, str]) -> dict[str, str]:
    """All that say where a run's HOME is; `folders`: the CLI's own, below it."""
    places = {**_FOLDERS, **folders}
    return {"HOME": str(home)} | {name: str(home / below) for name, below in places.items()}


def search_path(env: Mapping[str, str]) -> str:
    """PATH, then the places where CLIs are installed that a desktop's own PATH does not have."""
    given = [part for part in env.get("PATH", "").split(":") if part]
    home = Path(env.get("HOME", "/"))
    return ":".join(dict.fromkeys((*given, *_usual_places(home))))


def _usual_places(home: Path) -> Iterator[str]:
    yield from (str(home / ".local/bin"), str(home / ".npm-global/bin"), str(home / ".bun/bin"))
    yield from ("/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin")
    yield from (str(found) for found in sorted(home.glob(".nvm/versions/node/*/bin"), reverse=True))


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
    env = [size_of(f"{name}={value}", "environment") for name, value in environment.items()]
    if env and max(env) > LONGEST_ARGUMENT:
        raise _too_large("has a variable that is too long.", "environment")
    if (total := sum(sizes) + sum(env)) > MOST_BYTES:
        raise _too_large(f"have {total:,} bytes in all, and {MOST_BYTES:,} may be.", "arguments")


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


def _too_large(message: str, name: str) -> InvalidRun:
    return InvalidRun(message, field=name, category=ErrorCategory.INPUT_TOO_LARGE)
