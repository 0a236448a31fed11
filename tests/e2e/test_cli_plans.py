"""What we ask of vendors' CLIs, and how we read them, against the CLIs themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import (
    CliEvent,
    CliName,
    ErrorCategory,
    RunEnded,
    SessionWish,
    TextGrew,
    ToolBegan,
    ToolEnded,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from tests.support import cli_benches
from tests.support.cli_bench import Bench, session_of
from tests.support.gateway import GatewaySetup, running_gateway

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]
_FLAG_LINE = re.compile(r"\s{2,8}(?:-\w(?:, | ))?(--.*?)(?:\s{2,}|$)")
_FLAG = re.compile(r"(?<![\w-])--[A-Za-z][\w-]*")
QUICK = [CliName.CLAUDE, CliName.CODEX, CliName.COPILOT, CliName.GROK]
SLOW = [CliName.GEMINI, CliName.MISTRAL, CliName.OPENCODE]
"""They take seconds to start: each is asked as seldom as can be."""
NO_SESSION = "11111111-2222-4111-8111-111111111111"


@pytest.fixture
def gateway(own_home: Path) -> Iterator[tuple[str, str]]:
    setup = GatewaySetup(home=own_home)
    setup.write_config()
    key = setup.add_key("agent")
    with running_gateway(setup) as running:
        yield running.url, key


@pytest.fixture(params=QUICK)
def bench(
    request: pytest.FixtureRequest,
    program_of: Callable[[CliName], Path],
    gateway: tuple[str, str],
    tmp_path: Path,
) -> Bench:
    return cli_benches.bench_of(request.param, program_of(request.param), tmp_path, *gateway)


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


@pytest.mark.parametrize("bench", SLOW, indirect=True)
def test_what_is_slow_goes_on_and_tells_what_it_used(bench: Bench) -> None:
    wanted = NO_SESSION if bench.cli.facts.takes_new_id else ""
    begun = bench.run("Grüße 🦊", session_id=wanted)
    session = session_of(begun)
    assert said(begun).endswith("Grüße 🦊")
    assert session == (wanted or session)
    assert bench.used(begun).input_tokens
    assert bench.used(begun).output_tokens
    is_gemini = bench.cli.name is CliName.GEMINI
    model = "practice/tools" if is_gemini else bench.model
    resumed = bench.run("again", model=model, session=SessionWish.RESUME, session_id=session)
    assert session_of(resumed) == session
    assert said(resumed).endswith("again") or is_gemini
    tools = [event.ok for event in resumed if isinstance(event, ToolEnded)]
    assert tools == ([True] if is_gemini else [])


@pytest.mark.parametrize("name", [*QUICK, *SLOW])
def test_the_contract_has_all_flags_that_help_lists(
    name: CliName, program_of: Callable[[CliName], Path], tmp_path: Path
) -> None:
    """Of the version that it was taken from: another one may have drifted."""
    bench = cli_benches.bench_of(name, program_of(name), tmp_path, "http://127.0.0.1:9", "none")
    lines = [line for each in bench.cli.helps for line in bench.help(each).splitlines()]
    listed = [found.group(1) for line in lines if (found := _FLAG_LINE.match(line))]
    flags = {flag for words in listed for flag in _FLAG.findall(words)}
    contract = bench.cli.flags - bench.cli.unlisted_flags
    if flags != contract and bench.cli.contract_version not in bench.help(bench.cli.version):
        pytest.skip(f"not version {bench.cli.contract_version} of {bench.cli.name}")
    assert flags == contract


def said(events: list[CliEvent]) -> str:
    """Also the end's own words, where it went well and there are some; Grok wraps what is said."""
    end = events[-1]
    assert isinstance(end, RunEnded)
    assert end.ok, json.dumps(end.error)
    text = "".join(event.text for event in events if isinstance(event, TextGrew))
    assert end.text in (None, text)
    return text.replace("<user_query>", "").replace("</user_query>", "").strip()
