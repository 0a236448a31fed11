"""Claude Code and Codex at one gateway, each with its key, its upstream, its budget, its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import codex_cli, npm_cli
from tests.support.claude_cli import ClaudeCli, ClaudeRun
from tests.support.codex_cli import CodexCli, CodexRun
from tests.support.flight_log import wait_flights
from tests.support.gateway import (
    GatewaySetup,
    anthropic_provider,
    openai_provider,
    running_gateway,
)
from tests.support.lane import Lane
from tests.support.tool_choice import SHELL_OUTPUT
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

MODEL = "the-model"
"""Both upstreams have it: only who asks decides where it goes."""
RULES = f"""
[[routes]]
name = "claude at work"
match = {{ client = "claude" }}
to = ["work:{MODEL}"]
[[routes]]
name = "codex at home"
match = {{ clients = ["codex", "codex-*"], label = "ci" }}
to = ["home:{MODEL}"]
[clients.claude]
budgets = [{{ requests = %d, per = "never" }}]
"""


@pytest.fixture(scope="session")
def codex_program() -> Path:
    return npm_cli.install(codex_cli.PACKAGE, codex_cli.VERSION, codex_cli.BINARY)


def test_each_goes_its_own_way_and_falls_alone(
    claude_program: Path, codex_program: Path, upstream: Upstream, own_home: Path, tmp_path: Path
) -> None:
    work, home = upstream.lane("work"), upstream.lane("home")
    providers = [anthropic_provider(work, MODEL), openai_provider(home, MODEL)]
    setup = GatewaySetup(home=own_home, providers=providers, toml=RULES % 2)
    setup.write_config()
    keys = {name: setup.add_key(name) for name in ("claude", "codex")}
    with running_gateway(setup) as gateway:
        claude = ClaudeCli(
            program=claude_program,
            root=tmp_path / "claude",
            base_url=gateway.url,
            key=keys["claude"],
            model=MODEL,
        )
        codex = CodexCli(
            program=codex_program,
            root=tmp_path / "codex",
            base_url=f"{gateway.url}/as/ci/v1",
            key=keys["codex"],
            model=MODEL,
        )
        both = _at_the_same_time(
            lambda: claude.run("run the echo", "--allowedTools", "Bash"),
            lambda: codex.run("run the echo"),
        )
        _assert_whole(*both)
        _assert_its_own_alone(work, "/v1/messages", keys.values())
        _assert_its_own_alone(home, "/v1/chat/completions", keys.values())
        asked = len(work.requests)
        assert asked == 2

        spent, went_on = _at_the_same_time(lambda: claude.run("again"), lambda: codex.run("again"))
        assert spent.result["is_error"] is True
        assert "has used up its budget of 2 requests" in spent.result["result"]
        assert len(work.requests) == asked
        assert went_on.returncode == 0, (went_on.stderr, went_on.events)
        went = len(home.requests)

        done = setup.command("key", "revoke", "codex")
        assert done.returncode == 0, done.stderr
        replace(setup, toml=RULES % 99).write_config()
        goes_on, shut_out = _at_the_same_time(
            lambda: claude.run("again"), lambda: codex.run("again")
        )
        assert goes_on.result["is_error"] is False, goes_on.events
        assert shut_out.returncode != 0
        assert "401" in str(shut_out.events), shut_out.events
        assert len(home.requests) == went
        flights = wait_flights(gateway.home, lambda found: all(f.state != "running" for f in found))
        answered = {(f.client, f.label, f.provider) for f in flights if f.state == "ok"}
        assert answered == {("claude", None, "work"), ("codex", "ci", "home")}


def _at_the_same_time(
    claude: Callable[[], ClaudeRun], codex: Callable[[], CodexRun]
) -> tuple[ClaudeRun, CodexRun]:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(claude), pool.submit(codex)
        return first.result(), second.result()


def _assert_whole(claude: ClaudeRun, codex: CodexRun) -> None:
    assert claude.returncode == 0, claude.stderr
    assert claude.result["result"] == f"The tool said: {SHELL_OUTPUT}"
    assert [result["stdout"] for result in claude.tool_results()] == [SHELL_OUTPUT]
    assert codex.returncode == 0, (codex.stderr, codex.events)
    assert [command["exit_code"] for command in codex.commands] == [0]
    assert SHELL_OUTPUT in codex.words[-1]


def _assert_its_own_alone(lane: Lane, path: str, keys: Iterable[str]) -> None:
    assert lane.requests
    assert {each.path.partition("?")[0] for each in lane.requests} == {path}
    for each in lane.requests:
        assert each.header("x-llmgw-caller") is None
        assert not any(each.mentions(key) for key in keys)
