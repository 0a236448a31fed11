"""What we ask of vendors' CLIs, and how we read them, against the CLIs themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.clis import claude, codex, copilot
from llmgw_desktop.domain.cli import (
    CliEvent,
    ErrorCategory,
    RunEnded,
    SessionWish,
    TextGrew,
    ToolBegan,
    ToolEnded,
)
from llmgw_desktop.domain.run_errors import InvalidRun
from tests.support import codex_cli, npm_cli
from tests.support.cli_bench import Bench, session_of
from tests.support.gateway import GatewaySetup, running_gateway

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]
_FLAG_LINE = re.compile(r"\s{2,8}(?:-\w(?:, | ))?(--.*?)(?:\s{2,}|$)")
_FLAG = re.compile(r"(?<![\w-])--[A-Za-z][\w-]*")
NO_SESSION = "11111111-2222-4111-8111-111111111111"


@pytest.fixture(scope="session")
def codex_program() -> Path:
    return npm_cli.install(codex_cli.PACKAGE, codex_cli.VERSION, codex_cli.BINARY)


@pytest.fixture(scope="session")
def copilot_program() -> Path:
    """The program itself: its loader leaves it behind where it is ended."""
    return npm_cli.install("@github/copilot", "1.0.102", "copilot-linux-x64")


@pytest.fixture
def gateway(own_home: Path) -> Iterator[tuple[str, str]]:
    setup = GatewaySetup(home=own_home)
    setup.write_config()
    key = setup.add_key("agent")
    with running_gateway(setup) as running:
        yield running.url, key


@pytest.fixture(params=["claude", "codex", "copilot"])
def bench(request: pytest.FixtureRequest, gateway: tuple[str, str], tmp_path: Path) -> Bench:
    url, key = gateway
    program = request.getfixturevalue(f"{request.param}_program")
    if request.param == "claude":
        return Bench(
            cli=claude.CLI,
            program=program,
            root=tmp_path / "claude",
            # IS_SANDBOX: as root the CLI would refuse to let tools run unasked.
            environment={"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": key, "IS_SANDBOX": "1"},
            options={"tools": ["Bash"], "dangerouslySkipPermissions": True},
        )
    if request.param == "copilot":
        return Bench(
            cli=copilot.CLI,
            program=program,
            root=tmp_path / "copilot",
            environment={
                "COPILOT_OFFLINE": "true",
                "COPILOT_PROVIDER_BASE_URL": f"{url}/v1",
                "COPILOT_PROVIDER_API_KEY": key,
            },
            options={"allowAllTools": True},
        )
    provider = {
        "name": "gw",
        "base_url": f"{url}/v1",
        "env_key": "GATEWAY_KEY",
        "wire_api": "responses",
        "request_max_retries": 0,
        "stream_max_retries": 0,
        "supports_websockets": False,
    }
    settings = {"model_providers.gw": provider, "model_provider": "gw", "analytics.enabled": False}
    return Bench(
        cli=codex.CLI,
        program=program,
        root=tmp_path / "codex",
        environment={"GATEWAY_KEY": key},
        options={
            "configOverrides": settings,
            "dangerouslyBypassApprovalsAndSandbox": True,
        },
    )


def test_sessions_go_on_and_fork(bench: Bench) -> None:
    begun = bench.run("Grüße 🦊")
    session = session_of(begun)
    assert said(begun).endswith("Grüße 🦊")
    resumed = bench.run("again", session=SessionWish.RESUME, session_id=session)
    assert said(resumed).endswith("again")
    assert session_of(resumed) == session
    last = bench.run("last", session=SessionWish.CONTINUE, working_dir=str(bench.folder))
    assert said(last).endswith("last")
    assert session_of(last) == session
    if bench.cli.facts.forks:
        forked = bench.run("fork", session=SessionWish.FORK, session_id=session)
        assert said(forked).endswith("fork")
        assert session_of(forked) != session


def test_each_run_tells_what_it_used_itself(bench: Bench) -> None:
    """About as much each time, though the session's own figures grow with each run."""
    begun = bench.run("one")
    session = session_of(begun)
    used = [bench.used(begun)]
    for prompt in ("two", "three"):
        wish = SessionWish.RESUME
        used.append(bench.used(bench.run(prompt, session=wish, session_id=session)))
    if bench.cli.facts.forks:
        used.append(bench.used(bench.run("four", session=SessionWish.FORK, session_id=session)))
    assert all(told.input_tokens and told.output_tokens for told in used)
    tokens = [told.input_tokens or 0 for told in used]
    assert max(tokens) < 1.5 * min(tokens), tokens


def test_a_new_session_takes_the_id_that_was_chosen(bench: Bench) -> None:
    """Of Codex nobody can choose it: it is not even asked."""
    if bench.cli.facts.takes_new_id:
        assert session_of(bench.run("hello", session_id=NO_SESSION)) == NO_SESSION
        return
    with pytest.raises(InvalidRun):
        bench.run("hello", session_id=NO_SESSION)


def test_a_tool_is_used(bench: Bench) -> None:
    events = bench.run("use a tool", model="practice/tools")
    (began,) = [event for event in events if isinstance(event, ToolBegan)]
    ended = [event for event in events if isinstance(event, ToolEnded)]
    assert ended == [ToolEnded(call_id=began.call_id, ok=False)], "there is no such command"
    assert "The tool answered" in said(events)


def test_an_unknown_session_and_an_unknown_model_fail(bench: Bench) -> None:
    lost = bench.run("x", session=SessionWish.RESUME, session_id=NO_SESSION)[-1]
    unknown = bench.run("x", model="practice/nothing-of-this-name")[-1]
    assert isinstance(lost, RunEnded)
    assert isinstance(unknown, RunEnded)
    assert (lost.ok, lost.category) == (False, ErrorCategory.CLI)
    assert NO_SESSION in lost.error
    assert not unknown.ok
    assert "practice/nothing-of-this-name" in unknown.error
    assert unknown.category in (ErrorCategory.UPSTREAM, ErrorCategory.CLI), "not all tell a status"


def test_the_contract_has_all_flags_that_help_lists(bench: Bench) -> None:
    """Of the version that it was taken from: another one may have drifted."""
    if bench.cli.contract_version not in bench.help(bench.cli.version):
        pytest.skip(f"not version {bench.cli.contract_version} of {bench.cli.name}")
    lines = [line for each in bench.cli.helps for line in bench.help(each).splitlines()]
    listed = [found.group(1) for line in lines if (found := _FLAG_LINE.match(line))]
    flags = {flag for words in listed for flag in _FLAG.findall(words)}
    assert flags == bench.cli.flags - bench.cli.unlisted_flags


def said(events: list[CliEvent]) -> str:
    """Also the end's own words, where it went well."""
    end = events[-1]
    assert isinstance(end, RunEnded)
    assert end.ok, json.dumps(end.error)
    text = "".join(event.text for event in events if isinstance(event, TextGrew))
    assert text == end.text
    return text.strip()
