"""Real CLIs, set up by `llmgw connect`: they see the gateway's tools, ask its models, and know
nothing of it any more when it is taken back."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support.flight_log import wait_flights
from tests.support.gateway import GatewaySetup, running_gateway
from tests.support.gemini_cli import SETTINGS as GEMINI_SETTINGS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

_QUIET = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_MAX_RETRIES": "1",
    "GEMINI_CLI_NO_RELAUNCH": "true",
    "GEMINI_CLI_TRUST_WORKSPACE": "true",
    "COPILOT_OFFLINE": "true",
    "COPILOT_AUTO_UPDATE": "false",
    "GROK_DISABLE_AUTOUPDATER": "1",
    "OPENCODE_DISABLE_AUTOUPDATE": "1",
    "OPENCODE_DISABLE_MODELS_FETCH": "1",
}
_SEEN = {
    CliName.CLAUDE: ("claude-code", ["mcp", "get", "llmgw"], "Connected"),
    CliName.CODEX: ("codex", ["mcp", "get", "llmgw"], "streamable_http"),
    CliName.GEMINI: ("gemini-cli", ["mcp", "list"], "/mcp (http)"),
    CliName.GROK: ("grok", ["mcp", "list"], "/mcp"),
    CliName.OPENCODE: ("opencode", ["mcp", "list"], "connected"),
    CliName.COPILOT: ("copilot", ["mcp", "get", "llmgw"], "/mcp"),
}
"""Our name of it, what it is asked, and a word of its answer. Claude Code and opencode connect
when they are asked; so does Gemini CLI, which waits a few seconds at most; the others only tell
what they have read."""
_OTHER_SIGN_IN = {**GEMINI_SETTINGS, "security": {"auth": {"selectedType": "oauth-personal"}}}


@dataclass
class Desk:
    """A person's computer with a gateway on it that always has the same port."""

    setup: GatewaySetup
    home: Path

    def llmgw(self, *words: str) -> str:
        done = self.setup.command(*words)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    def cli(self, program: Path, *words: str, timeout_s: float = 120) -> str:
        """What it says on both."""
        project = self.home / "project"
        project.mkdir(exist_ok=True)
        done = subprocess.run(
            [str(program), *words],
            cwd=project,
            env={
                "PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin",
                "HOME": str(self.home),
                "TMPDIR": str(self.home),
                **_QUIET,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout + done.stderr

    def holding_us(self) -> list[Path]:
        """The files below HOME in which our entry or a key of ours stands."""
        found = []
        for folder, _, names in os.walk(self.home):
            for path in (Path(folder) / name for name in names):
                is_settings = path.suffix in (".json", ".toml", ".jsonc") and path.is_file()
                if is_settings and b"llmgw-" in path.read_bytes():
                    found.append(path)
        return found


@pytest.fixture
def desk(own_home: Path) -> Iterator[Desk]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    setup = GatewaySetup(home=own_home, arguments=(), environment={"LLM_GATEWAY_HTTP_PORT": port})
    home = own_home.parent / "user-home"
    home.mkdir()
    with running_gateway(setup):
        yield Desk(setup=setup, home=home)


@pytest.mark.parametrize("cli", _SEEN)
def test_it_sees_our_entry_and_connects(
    desk: Desk, cli: CliName, program_of: Callable[[CliName], Path]
) -> None:
    program = program_of(cli)
    name, words, told = _SEEN[cli]
    if cli is CliName.GEMINI:
        (desk.home / ".gemini").mkdir()
        (desk.home / ".gemini/settings.json").write_text(json.dumps(GEMINI_SETTINGS))
    desk.llmgw("connect", name)
    assert len(desk.holding_us()) == 1
    said = desk.cli(program, *words)
    assert "llmgw" in said
    assert told in said
    assert "set up: " not in said
    (line,) = [each for each in desk.llmgw("connect", "list").splitlines() if f"{name}\t" in each]
    assert line.split("\t")[2] == "set up"
    desk.llmgw("connect", name, "--undo")
    assert desk.holding_us() == []
    if cli is CliName.GEMINI:
        assert (desk.home / ".gemini/settings.json").read_text() == json.dumps(GEMINI_SETTINGS)
    assert "revoked" in desk.llmgw("key", "list")


@pytest.mark.parametrize("cli", [CliName.CLAUDE, CliName.CODEX, CliName.GEMINI])
def test_it_asks_its_model_through_the_gateway(
    desk: Desk, cli: CliName, program_of: Callable[[CliName], Path]
) -> None:
    program = program_of(cli)
    name, _, _ = _SEEN[cli]
    if cli is CliName.GEMINI:
        (desk.home / ".gemini").mkdir()
        (desk.home / ".gemini/settings.json").write_text(json.dumps(_OTHER_SIGN_IN))
    desk.llmgw("connect", name, "--stdio", "--models")
    if cli is CliName.CLAUDE:
        said = desk.cli(program, "-p", "say pong", "--model", "practice/echo")
    elif cli is CliName.GEMINI:
        said = desk.cli(program, "-p", "say pong", "-m", "practice/echo")
    else:
        said = desk.cli(program, "exec", "--skip-git-repo-check", "-m", "practice/echo", "say pong")
    assert "say pong" in said
    flights = wait_flights(
        desk.setup.home, lambda found: any(flight.state == "ok" for flight in found)
    )
    assert {flight.client for flight in flights} == {name}
    desk.llmgw("connect", name, "--undo")
    assert desk.holding_us() == []
