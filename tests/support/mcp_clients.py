"""The vendors' CLIs as clients of the MCP door: each set up by `llmgw connect` in a home of its
own, its model asked at the same gateway, with a scripted upstream behind it."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import certifi

from llmgw_desktop.domain.cli import CliName
from tests.support import cli_benches
from tests.support.cli_bench import Bench
from tests.support.gateway import Gateway, GatewaySetup, openai_provider, running_gateway
from tests.support.lane import Lane
from tests.support.upstream import Upstream

MODEL = "stub-ok"
_PROMPT = "which models are there?"
_TIMEOUT_S = 110
_QUIET = {
    "NO_COLOR": "1",
    "COPILOT_AUTO_UPDATE": "false",
    "COPILOT_MODEL": MODEL,
    "GEMINI_CLI_TRUST_WORKSPACE": "true",
    # Copilot does not start where it finds no certificates, though it needs none here.
    "SSL_CERT_FILE": certifi.where(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a CLI is set up and started, and what it makes of our tools."""

    arguments: tuple[str, ...]
    connect: tuple[str, ...] = ()
    """For `llmgw connect`; empty: it is set up by hand."""
    prefix: str = ""
    """What it puts before a tool's name."""
    own_variables: frozenset[str] = frozenset()
    """Not given to it, since its settings say the same."""


HABITS: Mapping[CliName, Habits] = {
    CliName.CODEX: Habits(
        connect=("codex", "--models"),
        arguments=(
            *("exec", "--skip-git-repo-check", "--json", "-m", MODEL),
            *("--dangerously-bypass-approvals-and-sandbox", _PROMPT),
        ),
        prefix="mcp__llmgw__",
    ),
    CliName.GEMINI: Habits(
        connect=("gemini-cli", "--models"),
        arguments=(
            *("-m", MODEL, "-o", "stream-json", "--approval-mode", "yolo"),
            *("-p", _PROMPT),
        ),
        prefix="mcp_llmgw_",
        own_variables=frozenset({"GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY"}),
    ),
    CliName.GROK: Habits(
        connect=("grok",),
        arguments=(
            *("--output-format", "json", "--always-approve", "-m", MODEL),
            *("-p", _PROMPT),
        ),
        prefix="llmgw__",
    ),
    CliName.COPILOT: Habits(
        connect=("copilot",),
        arguments=("-p", _PROMPT, "--output-format", "json", "--allow-all-tools"),
        prefix="llmgw-",
    ),
    CliName.OPENCODE: Habits(
        connect=("opencode",),
        arguments=("run", "--format", "json", "-m", f"gw/{MODEL}", _PROMPT),
        prefix="llmgw_",
    ),
    CliName.MISTRAL: Habits(
        arguments=("-p", _PROMPT, "--output", "json", "--auto-approve"),
        prefix="mcp_llmgw.",
    ),
}
_VIBE_SERVER = """
[[mcp_servers]]
name = "llmgw"
transport = "streamable-http"
url = "{url}"
[mcp_servers.auth]
type = "static"
headers = {{ Authorization = "Bearer {key}" }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class McpDesk:
    """One gateway, and a person's computer for each CLI."""

    gateway: Gateway
    lane: Lane
    setup: GatewaySetup
    model_key: str
    root: Path
    program_of: Callable[[CliName], Path]

    def open_door(self) -> None:
        """As any client before has done: what speaks MCP is read in, which takes its time."""
        params: dict[str, Any] = {"protocolVersion": "2025-06-18", "capabilities": {}}
        params["clientInfo"] = {"name": "earlier", "version": "1"}
        asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        request = urllib.request.Request(
            str(self.gateway.ready["mcp"]),
            data=json.dumps(asked).encode(),
            headers={
                "Authorization": f"Bearer {self.gateway.access_key()}",
                "Content-Type": "application/json",
                "Accept": "application/json, text/event-stream",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200

    def client(self, cli: CliName, *how: str, profile: str = "") -> McpClient:
        """Set up anew. `how`: more words for `llmgw connect`."""
        self.lane.forget()
        names = "-".join([cli.value, *how, profile]).replace("--", "-")
        program = self.program_of(cli)
        bench = cli_benches.bench_of(
            cli, program, self.root / names, self.gateway.url, self.model_key
        )
        client = McpClient(cli=cli, bench=bench, habits=HABITS[cli], lane=self.lane)
        client.home.mkdir(parents=True, exist_ok=True)
        if client.habits.connect:
            self._connect(client, how)
        else:
            _set_up_vibe(bench, str(self.gateway.ready["mcp"]), self.gateway.access_key())
        if profile:
            client.ask_for(profile, str(self.gateway.ready["mcp"]))
        return client

    def _connect(self, client: McpClient, how: tuple[str, ...]) -> None:
        env = {**self.setup.environment, "HOME": str(client.home)}
        done = replace(self.setup, environment=env).command("connect", *client.habits.connect, *how)
        assert done.returncode == 0, (done.stdout, done.stderr)


@dataclass(frozen=True, slots=True, kw_only=True)
class McpClient:
    """One CLI in its home."""

    cli: CliName
    bench: Bench
    habits: Habits
    lane: Lane

    @property
    def home(self) -> Path:
        return self.bench.root / "home"

    def name_of(self, tool: str) -> str:
        return f"{self.habits.prefix}{tool}"

    def ask_for(self, profile: str, url: str) -> None:
        """By the address in its settings."""
        files = [each for each in self.home.rglob("*") if each.suffix in (".json", ".toml")]
        files = [each for each in files if f'"{url}"' in each.read_text(errors="ignore")]
        assert files, "our address stands in its settings"
        for each in files:
            each.write_text(each.read_text().replace(f'"{url}"', f'"{url}?profile={profile}"'))

    def run(self, *, patience_s: float = _TIMEOUT_S) -> subprocess.CompletedProcess[str]:
        """One turn, to its end."""
        given = {**self.bench.environment_with({}), **_QUIET}
        done = subprocess.run(
            [str(self.bench.program), *self.habits.arguments],
            cwd=self.bench.folder,
            env={k: v for k, v in given.items() if k not in self.habits.own_variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patience_s,
            check=False,
        )
        assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-3000:])
        return done

    def turns(self) -> list[dict[str, Any]]:
        """The model requests of the conversation, without those for a title."""
        asked = [seen.json() for seen in self.lane.requests]
        return [each for each in asked if len(each.get("tools", [])) > 1]


def offered(turn: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The schemas of the tools that a model request offers."""
    functions = [tool["function"] for tool in turn["tools"]]
    return {each["name"]: each["parameters"] for each in functions}


def result_in(turn: Mapping[str, Any]) -> str:
    """What the newest tool call came to."""
    last = turn["messages"][-1]
    assert last["role"] == "tool", last
    return last["content"] if isinstance(last["content"], str) else json.dumps(last["content"])


@contextmanager
def mcp_desk(
    root: Path, upstream: Upstream, program_of: Callable[[CliName], Path]
) -> Iterator[McpDesk]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    lane = upstream.lane(MODEL)
    setup = GatewaySetup(
        home=root / "home",
        arguments=(),
        environment={"LLM_GATEWAY_HTTP_PORT": port},
        providers=[openai_provider(lane)],
    )
    setup.write_config()
    key = setup.add_key("agent")
    with running_gateway(setup) as gateway:
        yield McpDesk(
            gateway=gateway,
            lane=lane,
            setup=setup,
            model_key=key,
            root=root,
            program_of=program_of,
        )


def _set_up_vibe(bench: Bench, url: str, key: str) -> None:
    file = bench.root / "home/.vibe/config.toml"
    settings = file.read_text().replace('active_model = "echo"', 'active_model = "stub"')
    file.write_text(settings + _VIBE_SERVER.format(url=url, key=key))
