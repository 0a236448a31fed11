"""The programs that can be set up: which file each reads, and how our entry looks in it.

One row a program; what is done with a row is left to `connector.py`. The shapes were tried with the
programs themselves where they can be (docs/connect.md says which).
"""

import shutil
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from llmgw_desktop.app.command_line.pasted import pasted
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.client_files.json_text import JSON
from llmgw_desktop.store.client_files.marks import Path as ValuePath
from llmgw_desktop.store.client_files.marks import TextFormat
from llmgw_desktop.store.client_files.toml_text import ENV, TOML

ENTRY = "llmgw"
"""What we are called among a program's MCP servers."""
_CODEX_PATIENCE_MS = 30_000


class Transport(StrEnum):
    """How a program reaches our tools."""

    HTTP = "http"
    STDIO = "stdio"


@value
class GatewayOffer:
    """What a program is told of us."""

    transport: Transport
    models: bool
    url: str
    mcp_url: str
    key: str
    """Empty where none is needed."""
    command: tuple[str, ...]
    """`llmgw mcp`, as it works from anywhere."""
    environment: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def stdio(self, *, env: str = "env") -> dict[str, Any]:
        entry: dict[str, Any] = {"command": self.command[0], "args": list(self.command[1:])}
        return {**entry, env: dict(self.environment)} if self.environment else entry


@value
class Ground:
    """The computer as a program finds it."""

    env: Mapping[str, str]
    platform: str = sys.platform

    @property
    def home(self) -> Path:
        name = "USERPROFILE" if self.platform == "win32" else "HOME"
        return Path(self.env.get(name) or Path.home())

    def folder(self, variable: str, usual: str) -> Path:
        """Where the variable says, else below HOME."""
        named = self.env.get(variable, "").strip()
        return Path(named).expanduser() if named else self.home / usual

    @property
    def config(self) -> Path:
        """Where editors keep what is theirs."""
        if self.platform == "win32":
            return self.folder("APPDATA", "AppData/Roaming")
        if self.platform == "darwin":
            return self.home / "Library/Application Support"
        return self.folder("XDG_CONFIG_HOME", ".config")


@value
class Put:
    """One value of ours in one file."""

    file: Path
    format: TextFormat
    path: ValuePath
    value: Any
    yields: bool = False
    """A person's own value stays."""


@value
class Program:
    """`entry` is what stands below `path` for an offer; `models` what sends its requests to us."""

    name: str
    title: str
    commands: tuple[str, ...]
    file: Callable[[Ground], Path]
    format: TextFormat
    path: ValuePath
    entry: Callable[[GatewayOffer], Mapping[str, Any]]
    models: Callable[[Ground, GatewayOffer], tuple[Put, ...]] | None = None
    own_way: Callable[[GatewayOffer], str] | None = None
    """The program's own command that comes to the same; a key is left to be filled in."""
    check: tuple[str, ...] = ()
    """Asks the program itself what it has, where that is quick and changes nothing."""
    besides: Callable[[Ground], tuple[Put, ...]] = lambda _: ()
    """What else it needs to be told for our entry to be of use."""

    def found(self, ground: Ground) -> str:
        """Its program, or else the folder of its settings; empty: it is not here."""
        for command in self.commands:
            if program := shutil.which(command, path=ground.env.get("PATH", "")):
                return program
        folder = self.file(ground).parent
        return str(folder) if folder != ground.home and folder.is_dir() else ""

    def puts(self, ground: Ground, offer: GatewayOffer) -> tuple[Put, ...]:
        entry = Put(
            file=self.file(ground), format=self.format, path=self.path, value=self.entry(offer)
        )
        more = self.models(ground, offer) if offer.models and self.models is not None else ()
        return (entry, *self.besides(ground), *more)


def _plain(url_name: str, **more: Any) -> Callable[[GatewayOffer], Mapping[str, Any]]:
    """`url_name` and headers, or a command."""

    def entry(offer: GatewayOffer) -> Mapping[str, Any]:
        if offer.transport is Transport.STDIO:
            return offer.stdio()
        return {url_name: offer.mcp_url, "headers": offer.headers, **more}

    return entry


def _typed(**more: Any) -> Callable[[GatewayOffer], Mapping[str, Any]]:
    """As `_plain`, and which of both it is."""

    def entry(offer: GatewayOffer) -> Mapping[str, Any]:
        if offer.transport is Transport.STDIO:
            return {"type": "stdio", **offer.stdio(), **more}
        return {"type": "http", "url": offer.mcp_url, "headers": offer.headers, **more}

    return entry


def _codex_entry(offer: GatewayOffer) -> Mapping[str, Any]:
    if offer.transport is Transport.STDIO:
        return offer.stdio()
    return {"url": offer.mcp_url, "http_headers": offer.headers}


def _codex_patience(ground: Ground) -> tuple[Put, ...]:
    """Left to itself it waits a second for MCP servers, and then works on without their tools; an
    engine that is started for it, or reads in its MCP parts for the first time, takes longer."""
    path = ("mcp_optional_startup_grace_ms",)
    file = _codex_file(ground)
    return (Put(file=file, format=TOML, path=path, value=_CODEX_PATIENCE_MS, yields=True),)


def _copilot_entry(offer: GatewayOffer) -> Mapping[str, Any]:
    if offer.transport is Transport.STDIO:
        return {"type": "local", **offer.stdio(), "tools": ["*"]}
    return {"type": "http", "url": offer.mcp_url, "headers": offer.headers, "tools": ["*"]}


def _opencode_entry(offer: GatewayOffer) -> Mapping[str, Any]:
    if offer.transport is Transport.STDIO:
        entry: dict[str, Any] = {"type": "local", "command": list(offer.command)}
        if offer.environment:
            entry["environment"] = dict(offer.environment)
        return {**entry, "enabled": True}
    remote = {"type": "remote", "url": offer.mcp_url, "enabled": True}
    return {**remote, "oauth": False, "headers": offer.headers}


def _claude_models(ground: Ground, offer: GatewayOffer) -> tuple[Put, ...]:
    file = ground.folder("CLAUDE_CONFIG_DIR", ".claude") / "settings.json"
    values = {"ANTHROPIC_BASE_URL": offer.url, "ANTHROPIC_AUTH_TOKEN": offer.key}
    return tuple(
        Put(file=file, format=JSON, path=("env", name), value=value)
        for name, value in values.items()
    )


def _codex_models(ground: Ground, offer: GatewayOffer) -> tuple[Put, ...]:
    file = _codex_file(ground)
    provider = {
        "name": "LLM Gateway",
        "base_url": f"{offer.url}/v1",
        "wire_api": "responses",
        "experimental_bearer_token": offer.key,
    }
    return (
        Put(file=file, format=TOML, path=("model_providers", ENTRY), value=provider),
        Put(file=file, format=TOML, path=("model_provider",), value=ENTRY),
    )


def _gemini_models(ground: Ground, offer: GatewayOffer) -> tuple[Put, ...]:
    """With a base URL alone it looks for another way to sign in, and refuses to start."""
    file = ground.home / ".gemini/.env"
    values = {"GOOGLE_GEMINI_BASE_URL": offer.url, "GEMINI_API_KEY": offer.key}
    way = Put(
        file=_gemini_file(ground),
        format=JSON,
        path=("security", "auth", "selectedType"),
        value="gemini-api-key",
    )
    return (
        way,
        *(Put(file=file, format=ENV, path=(name,), value=value) for name, value in values.items()),
    )


def _claude_way(offer: GatewayOffer) -> str:
    if offer.transport is Transport.STDIO:
        named = [
            word for name, text in offer.environment.items() for word in ("--env", f"{name}={text}")
        ]
        words = ["claude", "mcp", "add", "--scope", "user", ENTRY, *named, "--", *offer.command]
        return pasted(words)
    return (
        f"claude mcp add --scope user --transport http {ENTRY} {offer.mcp_url}"
        ' --header "Authorization: Bearer KEY"'
    )


def _claude_file(ground: Ground) -> Path:
    return ground.folder("CLAUDE_CONFIG_DIR", "") / ".claude.json"


def _codex_file(ground: Ground) -> Path:
    return ground.folder("CODEX_HOME", ".codex") / "config.toml"


def _gemini_file(ground: Ground) -> Path:
    return ground.home / ".gemini/settings.json"


def _zed_file(ground: Ground) -> Path:
    if ground.platform == "win32":
        return ground.config / "Zed/settings.json"
    return ground.folder("XDG_CONFIG_HOME", ".config") / "zed/settings.json"


def _opencode_file(ground: Ground) -> Path:
    """The one of both names that is there; with comments it is called jsonc."""
    folder = ground.folder("XDG_CONFIG_HOME", ".config") / "opencode"
    names = [folder / "opencode.json", folder / "opencode.jsonc"]
    return next((name for name in names if name.exists()), names[0])


_SERVERS = ("mcpServers", ENTRY)

PROGRAMS: Mapping[str, Program] = {
    each.name: each
    for each in (
        Program(
            name="claude-code",
            title="Claude Code",
            commands=("claude",),
            file=_claude_file,
            format=JSON,
            path=_SERVERS,
            entry=_typed(),
            models=_claude_models,
            own_way=_claude_way,
        ),
        Program(
            name="codex",
            title="Codex",
            commands=("codex",),
            file=_codex_file,
            format=TOML,
            path=("mcp_servers", ENTRY),
            entry=_codex_entry,
            models=_codex_models,
            check=("mcp", "get", ENTRY),
            besides=_codex_patience,
        ),
        Program(
            name="cursor",
            title="Cursor",
            commands=("cursor", "cursor-agent"),
            file=lambda ground: ground.home / ".cursor/mcp.json",
            format=JSON,
            path=_SERVERS,
            entry=_plain("url"),
        ),
        Program(
            name="vscode",
            title="Visual Studio Code",
            commands=("code",),
            file=lambda ground: ground.config / "Code/User/mcp.json",
            format=JSON,
            path=("servers", ENTRY),
            entry=_typed(),
        ),
        Program(
            name="zed",
            title="Zed",
            commands=("zed", "zeditor"),
            file=_zed_file,
            format=JSON,
            path=("context_servers", ENTRY),
            entry=_plain("url"),
        ),
        Program(
            name="gemini-cli",
            title="Gemini CLI",
            commands=("gemini",),
            file=_gemini_file,
            format=JSON,
            path=_SERVERS,
            entry=_plain("httpUrl"),
            models=_gemini_models,
        ),
        Program(
            name="opencode",
            title="opencode",
            commands=("opencode",),
            file=_opencode_file,
            format=JSON,
            path=("mcp", ENTRY),
            entry=_opencode_entry,
        ),
        Program(
            name="windsurf",
            title="Windsurf",
            commands=("windsurf",),
            file=lambda ground: ground.home / ".codeium/windsurf/mcp_config.json",
            format=JSON,
            path=_SERVERS,
            entry=_plain("serverUrl"),
        ),
        Program(
            name="copilot",
            title="GitHub Copilot CLI",
            commands=("copilot",),
            file=lambda ground: ground.folder("COPILOT_HOME", ".copilot") / "mcp-config.json",
            format=JSON,
            path=_SERVERS,
            entry=_copilot_entry,
            check=("mcp", "get", ENTRY),
        ),
        Program(
            name="grok",
            title="Grok",
            commands=("grok",),
            file=lambda ground: ground.home / ".grok/config.toml",
            format=TOML,
            path=("mcp_servers", ENTRY),
            entry=_plain("url", enabled=True),
            check=("mcp", "list"),
        ),
    )
}
