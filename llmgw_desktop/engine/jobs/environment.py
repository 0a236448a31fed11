"""What of our own environment a run may see: names known to be harmless, and its vendor's own.

Keys of other vendors and everything of the gateway itself stay here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from llmgw_desktop.domain.cli import CliName

MARKER = "LLMGW_JOB_ID"
"""Set for every run: by it all its descendants are found, whatever became of their parents."""

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
_OWN: Mapping[CliName, tuple[str, ...]] = {
    CliName.CLAUDE: ("ANTHROPIC_", "CLAUDE_"),
    CliName.CODEX: ("OPENAI_", "CODEX_"),
    CliName.GEMINI: ("GEMINI_", "GOOGLE_", "ANTIGRAVITY_"),
    CliName.GROK: ("GROK_", "XAI_"),
    CliName.MISTRAL: ("MISTRAL_", "VIBE_"),
    CliName.OPENCODE: ("OPENCODE_",),
    CliName.COPILOT: ("COPILOT_", "GH_", "GITHUB_"),
}
_FOLDERS: Mapping[str, str] = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_STATE_HOME": ".local/state",
}
_OF_INSTALLERS = ("npm_config_", "NPM_CONFIG_", "PIP_", "UV_", "PIPX_", "HOMEBREW_")
_PERSONS_OWN = frozenset({"HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", *_FOLDERS})
_GATEWAYS = ("LLM_GATEWAY_", "LLMGW_")


def environment_for(
    cli: CliName, env: Mapping[str, str], also: tuple[str, ...] = ()
) -> dict[str, str]:
    """`also`: further names that this CLI signs in with."""
    kept = {
        name: value
        for name, value in env.items()
        if not name.startswith(_GATEWAYS)
        and (name in _HARMLESS or name.startswith(("LC_", *_OWN[cli])) or name in also)
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
