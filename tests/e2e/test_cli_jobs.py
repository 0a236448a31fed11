"""Jobs of the vendors' own CLIs: tools that work, sessions, ends before the end, and what went
wrong upstream, at home and at the start."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.workspaces.workspaces import containment_here
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer, Refusal
from tests.support.cli_house import CliHouse, open_cli_house
from tests.support.flight_log import wait_flight
from tests.support.tool_choice import SHELL_OUTPUT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

BOTH = [CliName.CLAUDE, CliName.CODEX]
QUICK = [*BOTH, CliName.GROK]
ALL = [*QUICK, CliName.COPILOT, CliName.GEMINI]
MAY: dict[CliName, dict[str, Any]] = {
    CliName.CLAUDE: {"tools": ["Bash"], "dangerouslySkipPermissions": True},
    CliName.CODEX: {"dangerouslyBypassApprovalsAndSandbox": True},
    CliName.COPILOT: {"allowAllTools": True},
    CliName.GEMINI: {"approvalMode": "yolo"},
    CliName.GROK: {"alwaysApprove": True},
}
MAY_NOT: dict[CliName, dict[str, Any]] = {
    CliName.CLAUDE: {"tools": ["Bash"], "permissionMode": "plan"},
    CliName.CODEX: {"sandboxMode": "read-only"},
}
FOR_EVER = "echo began > began.txt; tail -f /dev/null"
TOOL_INPUT = {
    CliName.CLAUDE: {"command": FOR_EVER, "description": "Wait"},
    CliName.CODEX: {"cmd": FOR_EVER},
    CliName.COPILOT: {"command": FOR_EVER, "description": "Wait"},
    CliName.GEMINI: {"command": FOR_EVER},
    CliName.GROK: {"command": FOR_EVER, "description": "Wait"},
}


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, program_of: Callable[[CliName], Path]
) -> Iterator[CliHouse]:
    missing = '[clis.opencode]\ncommand = "/nowhere/opencode"\n'
    missing += '[clients.local]\nbudgets = [{ tokens = 1_000_000_000, per = "never" }]\n'
    root = tmp_path_factory.mktemp("jobs")
    with open_cli_house(root, ALL, program_of, toml=missing) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "project").mkdir()
    return str(tmp_path / "project")


@pytest.mark.daily
@pytest.mark.parametrize("name", BOTH)
def test_a_tool_changes_a_file_where_it_may_and_the_session_goes_on(
    house: CliHouse, folder: str, name: CliName
) -> None:
    lane, spent = house.lane("stub-ok"), tokens_spent(house)
    begun = house.job(name, "run the echo", model="stub-ok", workingDir=folder, **MAY[name])
    assert begun["state"] == "completed", begun
    assert_one_ledger(house, begun, spent)
    problem = containment_here(os.environ).problem()
    assert begun["containment"]["contained"] is not bool(problem), problem
    assert SHELL_OUTPUT in begun["text"]
    assert (Path(folder) / "tool_out.txt").read_text().strip() == SHELL_OUTPUT
    assert begun["usage"]["inputTokens"]
    assert begun["usage"]["outputTokens"]
    lane.always = Answer(call_tools=False)
    named = begun["sessionId"]
    resumed = house.job(name, "and now?", model="stub-ok", sessionId=named, **MAY[name])
    forked = house.job(
        name, "or this?", model="stub-ok", sessionId=named, forkSession=True, **MAY[name]
    )
    assert [resumed["state"], forked["state"]] == ["completed", "completed"], (resumed, forked)
    assert resumed["providerSessionId"] == begun["providerSessionId"]
    assert forked["providerSessionId"] not in (None, begun["providerSessionId"])
    for seen, prompt in zip(lane.requests[-2:], ("and now?", "or this?"), strict=True):
        assert "run the echo" in str(seen.json()["messages"])
        assert prompt in str(seen.json()["messages"])


def test_what_gemini_asked_here_is_told_to_the_token(house: CliHouse, folder: str) -> None:
    """With Claude Code and Codex above: by the run's key in a header, by the process that asks,
    and by a key in the place of the CLI's own."""
    house.lane("stub-ok")
    spent, gemini = tokens_spent(house), CliName.GEMINI
    told = house.job(gemini, "run the echo", model="stub-ok", workingDir=folder, **MAY[gemini])
    assert told["state"] == "completed", told
    assert_one_ledger(house, told, spent)


def assert_one_ledger(house: CliHouse, told: dict[str, Any], spent: float) -> None:
    """The job, its flights and its client's budget agree; whose key the CLI has is charged
    nothing."""
    shown = house.call(f"/v1/jobs/{told['id']}")["job"]
    flights = [wait_flight(house.gateway.home, each) for each in shown["flights"]["ids"]]
    assert len(flights) >= 2, "one that called the tool, one that answered"
    assert {each.client for each in flights} == {"local"}
    sums = {
        "inputTokens": sum(each.input_tokens or 0 for each in flights),
        "outputTokens": sum(each.output_tokens or 0 for each in flights),
    }
    assert min(sums.values()) > 0
    for usage in (told["usage"], shown["usage"], shown["flights"]["usage"]):
        assert {name: usage[name] for name in sums} == sums
    assert told["model"]
    wait_flight(house.gateway.home, told["flightId"])
    assert tokens_spent(house) - spent == sum(sums.values())


def tokens_spent(house: CliHouse) -> float:
    (own,) = house.call("/v1/limits")["limits"]
    return float(own["budgets"][0]["used"])


@pytest.mark.parametrize("name", BOTH)
def test_a_tool_changes_nothing_where_it_may_not(
    house: CliHouse, folder: str, name: CliName
) -> None:
    house.lane("stub-ok")
    told = house.job(name, "run the echo", model="stub-ok", workingDir=folder, **MAY_NOT[name])
    assert told["state"] == "completed", told
    assert not list(Path(folder).iterdir())


@pytest.mark.parametrize("name", ALL)
def test_nothing_of_a_canceled_run_is_left(house: CliHouse, folder: str, name: CliName) -> None:
    lane = house.lane("stub-ok")
    lane.always = Answer(tool_input=TOOL_INPUT[name])
    fields = {"cli": name, "prompt": "wait", "model": "stub-ok", "workingDir": folder}
    job = house.call("/v1/jobs", {**fields, **MAY[name]})
    began, ends = Path(folder) / "began.txt", time.monotonic() + 120
    while not began.exists():
        assert time.monotonic() < ends, house.call(f"/v1/jobs/{job['id']}/result")
        time.sleep(0.05)
    assert any("tail" in each for each in processes_of(job["id"])), "the tool runs"
    ended = house.call(f"/v1/jobs/{job['id']}/cancel", {})["job"]
    assert ended["state"] == "canceled"
    assert processes_of(job["id"]) == []


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("status", "category"), [(401, "upstream_error"), (429, "rate_limit"), (500, "upstream_error")]
)
def test_a_refusal_behind_the_gateway_is_told(
    house: CliHouse, name: CliName, status: int, category: str
) -> None:
    """401: the gateway's account is refused, not the CLI's own key; it does not seem so either."""
    house.lane(f"stub-{status}").always = Refusal(status=status, message="refused by the stub")
    told = house.job(name, "hello", model=f"stub-{status}", forceRefresh=True)
    assert told["state"] == "failed", told
    assert told["error"]["category"] == category, told["error"]
    assert told["error"]["message"]


def test_what_a_cli_asks_again_and_again_is_told_meanwhile(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """None of it passes the gateway. They say it where their output has nothing of it: on stderr,
    beside the session, in a log."""
    models = {CliName.GEMINI: "stub-500", CliName.GROK: "stub-500", CliName.MISTRAL: "refused"}
    with open_cli_house(tmp_path, list(models), program_of, own_lane="vendor") as house:
        house.lane("vendor").always = Refusal(status=500, message="refused by the stub")
        settings = house.home_of(CliName.GEMINI) / ".gemini" / "settings.json"
        settings.write_text(settings.read_text().replace('"maxAttempts": 1', '"maxAttempts": 10'))
        ids = [
            house.call("/v1/jobs", {"cli": name, "prompt": "hello", "model": model})["id"]
            for name, model in models.items()
        ]
        ends = time.monotonic() + 240
        waits = [house.call(f"/v1/jobs/{each}")["job"] for each in ids]
        while any(each["waitingOn"] is None for each in waits):
            assert time.monotonic() < ends, waits
            assert all(each["state"] in ("queued", "running") for each in waits), waits
            time.sleep(0.2)
            waits = [house.call(f"/v1/jobs/{each}")["job"] for each in ids]
        for told in waits:
            assert told["waitingOn"]["status"] == 500, told
            assert told["waitingOn"]["message"].startswith("asked again by the CLI: "), told
            house.call(f"/v1/jobs/{told['id']}/cancel", {})


def test_a_key_that_is_refused_is_told_with_what_to_do(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """By a vendor past the gateway: at this gateway a run has a key of its own."""
    refused = {"sign_in_with": "sk-not-a-key", "own_lane": "vendor"}
    with open_cli_house(tmp_path, ALL, program_of, **refused) as house:
        house.lane("vendor").always = Refusal(status=401, message="no such key")
        for name in ALL:
            told = house.job(name, "hello", model="stub-ok")
            assert (told["state"], told["error"]["category"]) == ("failed", "auth_error"), told
            assert cli_of(name).sign_in.guidance in told["error"]["message"]


@pytest.mark.daily
def test_a_cli_that_is_not_installed_is_told(house: CliHouse) -> None:
    told = house.job(CliName.OPENCODE, "hello")
    assert (told["state"], told["error"]["category"]) == ("failed", "spawn_error")
    assert "/nowhere/opencode" in told["error"]["message"]


def test_who_is_not_signed_in_is_told_how(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    with open_cli_house(tmp_path, QUICK, program_of, sign_in_with="") as house:
        for name in QUICK:
            told = house.job(name, "hello", model="stub-ok")
            assert (told["state"], told["error"]["category"]) == ("failed", "auth_error"), told
            assert f"`{name} " in told["error"]["message"], "the command that signs in"


def processes_of(job_id: str) -> list[str]:
    """Command lines of all that runs on behalf of a job, by the mark that each of them carries."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if job_id.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().decode().replace("\0", " "))
        except OSError:
            continue  # it has ended, or is another's
    return [each for each in found if each]
