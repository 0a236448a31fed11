"""`llmgw hook`: a program of its own, which prints an answer or nothing, and always ends well."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from llmgw_desktop.app.command_line import hook_command
from llmgw_desktop.app.command_line.running_gateway import NotRunning, RunningGateway
from llmgw_desktop.domain.jobs.approval import ApprovalSettings
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from llmgw_desktop.platform.marks import MARKER
from tests.engine.conftest import House

DENIED = StandingRule(name="pushing", verdict=RuleVerdict.DENY, commands=("git push",))


def told(event: str) -> bytes:
    wish = {"tool_name": "Bash", "tool_input": {"command": "git push"}, "cwd": "/tmp"}
    return json.dumps({"session_id": "s", "hook_event_name": event, **wish}).encode()


async def hook(home: Path, given: bytes, *, options: tuple[str, ...] = (), **env: str) -> Process:
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", *options, "-m", "llmgw_desktop", "hook", "claude"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LLMGW_HOME": str(home), **env},
    )
    assert started.stdin is not None
    started.stdin.write(given)
    started.stdin.close()
    return started


def home_of(house: House) -> Path:
    return house.container.places.data_folder.parent


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not there():
            await asyncio.sleep(0.01)


async def test_it_prints_what_the_gateway_says(house: House) -> None:
    house.container.runs.permissions.apply(ApprovalSettings(), (DENIED,))
    process = await hook(home_of(house), told("PreToolUse"))
    out, errors = await process.communicate()
    assert process.returncode == 0, errors
    said: dict[str, Any] = json.loads(out)["hookSpecificOutput"]
    assert (said["permissionDecision"], errors) == ("deny", b"")


async def test_it_reads_in_little_for_it_runs_before_each_step(house: House) -> None:
    """Modules, not time. The parser of all commands alone is some 40 more."""
    process = await hook(home_of(house), told("PreToolUse"), options=("-X", "importtime"))
    out, errors = await process.communicate()
    assert (out, process.returncode) == (b"", 0)
    read_in = {line.rpartition(b"|")[2].strip().decode() for line in errors.splitlines()}
    ours = {each for each in read_in if each.startswith("llmgw_desktop.")}
    assert "http.client" in read_in, "the gateway was asked"
    assert not read_in & {"argparse", "asyncio", "orjson", "platformdirs", "sqlite3", "_ssl"}
    assert not ours & {"llmgw_desktop.app.commands", "llmgw_desktop.domain.audit"}
    assert len(ours) <= 22


@pytest.mark.parametrize("given", [b"", b"{", b"[]", b"\xff", b"1" * 5_000_000])
async def test_what_is_no_call_prints_nothing(house: House, given: bytes) -> None:
    process = await hook(home_of(house), given)
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 0


def large(event: str, path: str, size: int = 5_000_000) -> bytes:
    wish = {"tool_name": "Write", "tool_input": {"content": "x" * size, "file_path": path}}
    return json.dumps({"session_id": "s", "hook_event_name": event, "cwd": "/tmp", **wish}).encode()


SOURCES = (
    StandingRule(name="no secrets", verdict=RuleVerdict.DENY, paths=("**/secret.txt",)),
    StandingRule(name="the rest", verdict=RuleVerdict.ALLOW, paths=("/**",)),
)


@pytest.mark.parametrize(
    ("path", "verdict", "why"),
    [
        ("/tmp/secret.txt", "deny", "The rule no secrets says deny."),
        ("/tmp/free.txt", "ask", "The gateway cannot look at all of it"),
    ],
)
@pytest.mark.parametrize("size", [1_500_000, 5_000_000])
async def test_what_is_too_large_is_never_allowed(
    house: House, path: str, verdict: str, why: str, size: int
) -> None:
    """Above 4 MB, and above what the settings let in (1 MB here)."""
    house.container.runs.permissions.apply(ApprovalSettings(), SOURCES)
    process = await hook(home_of(house), large("PreToolUse", path, size))
    out, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    said: dict[str, Any] = json.loads(out)["hookSpecificOutput"]
    assert said["permissionDecision"] == verdict
    assert why in said["permissionDecisionReason"]


@pytest.mark.parametrize(
    ("command", "verdict"), [("git push", "deny"), ("git status", "ask"), ("ls", "ask")]
)
@pytest.mark.parametrize("half", [b"\\ud800", b"\\uDFFF", b"\xff\xfe"])
async def test_half_characters_let_nothing_pass(
    house: House, command: str, verdict: str, half: bytes
) -> None:
    """No strict reader takes such JSON, and CLIs can write it: their shells get a sign for it."""
    allowed = StandingRule(name="look", verdict=RuleVerdict.ALLOW, commands=("git status *", "ls"))
    house.container.runs.permissions.apply(ApprovalSettings(), (DENIED, allowed))
    given = told("PreToolUse").replace(b'"git push"', b'"%b %b"' % (command.encode(), half))
    process = await hook(home_of(house), given)
    out, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert json.loads(out)["hookSpecificOutput"]["permissionDecision"] == verdict


async def test_what_is_too_large_and_done_is_no_question(house: House) -> None:
    house.container.runs.permissions.apply(ApprovalSettings(), SOURCES)
    for event in ("PostToolUse", "PermissionRequest"):
        process = await hook(home_of(house), large(event, "/tmp/free.txt"))
        assert await process.communicate() == (b"", b"")
    assert not len(house.container.question_list)


async def test_more_than_can_be_read_is_denied_in_a_sentence(house: House) -> None:
    process = await hook(home_of(house), b"x" * (64 * 1024 * 1024 + 1))
    out, errors = await process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert errors == (
        b"llmgw: The step is larger than 64 MB, which nobody could look at, so it is denied.\n"
    )


async def test_in_a_run_of_ours_it_says_nothing(house: House) -> None:
    house.container.runs.permissions.apply(ApprovalSettings(), (DENIED,))
    process = await hook(home_of(house), told("PreToolUse"), **{MARKER: "job_1"})
    assert await process.communicate() == (b"", b"")


async def test_while_the_gateway_is_away_it_says_nothing(tmp_path: Path) -> None:
    process = await hook(tmp_path, told("PermissionRequest"))
    assert await process.communicate() == (b"", b"")
    assert process.returncode == 0


async def test_it_ends_with_whoever_reads_its_answer(house: House) -> None:
    process = await hook(home_of(house), told("PermissionRequest"))
    await until(lambda: len(house.container.question_list))
    transport = process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
    transport.close()
    async with asyncio.timeout(60):
        await process.wait()
    await until(lambda: not len(house.container.question_list))


class _Ends:
    """A gateway that tells these events and then is gone."""

    def __init__(self, *events: tuple[str, dict[str, str]]) -> None:
        self._events = events

    def events(self, *_: object, **__: object) -> Iterator[tuple[str, dict[str, str]]]:
        yield from self._events
        raise NotRunning("It says no more.")


@pytest.mark.parametrize(
    ("events", "printed"),
    [
        ((), ""),
        ((("held", {"said": "denied"}),), "denied"),
        ((("held", {"said": "denied"}), ("said", {"said": "allowed"})), "allowed"),
        ((("held", {"said": "denied"}), ("said", {"said": ""})), ""),
    ],
)
def test_what_is_held_is_denied_where_the_gateway_ends_meanwhile(
    events: tuple[tuple[str, dict[str, str]], ...],
    printed: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The CLI would ask nobody: without a word it would do it."""
    gateway = cast("RunningGateway", _Ends(*events))
    with pytest.raises(NotRunning):
        hook_command._said(gateway, "/v1/hooks/grok", {})
    assert capsys.readouterr().out == printed
