"""Jobs of the whole program that meet a limit: it is killed while they wait, and each goes on once,
neither early nor late. With stand-ins for the CLIs, and with the vendors' own.
"""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.jobs.limit_waits import GO_ON
from tests.support.answers import Answer, Delivery, Raw
from tests.support.cli_house import CliHouse, open_cli_house
from tests.support.fake_clis import claude_table, make_fake_clis
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
_LATEST_S = 90.0
_MAY: dict[CliName, dict[str, Any]] = {
    CliName.CLAUDE: {"tools": ["Bash"], "dangerouslySkipPermissions": True},
    CliName.CODEX: {"dangerouslyBypassApprovalsAndSandbox": True},
}
_SOON_S = 12.0


def call(gateway: Gateway, path: str, body: Any = None) -> Any:
    """Comes again where it is told so, as clients do: after a kill a file may be busy for a while.
    What was told 503 was not done; who calls counts the jobs that there are."""
    ends = time.monotonic() + 60
    while True:
        try:
            return _called(gateway, path, body)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > ends:
                raise AssertionError(error.read().decode()) from error
            time.sleep(0.2)


def _called(gateway: Gateway, path: str, body: Any) -> Any:
    request = urllib.request.Request(
        gateway.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {gateway.access_key()}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def _parked_or_ended(gateway: Gateway, job: str) -> Any:
    told = call(gateway, f"/v1/jobs/{job}")
    return told if told["state"] not in ("queued", "running") else None


def _ended(gateway: Gateway, job: str) -> Any:
    told = call(gateway, f"/v1/jobs/{job}")
    return told if told["endedAt"] else None


def until(is_so: Callable[[], Any], within_s: float = 120.0) -> Any:
    ends = time.monotonic() + within_s
    while not (found := is_so()):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return found


def _limited() -> Raw:
    """As the vendors answer where a subscription has nothing left, to both CLIs."""
    at = int(time.time() + _SOON_S)
    words = f"You have hit your usage limit. Try again in {_SOON_S:g} seconds."
    body = {
        "type": "error",
        "error": {
            "type": "usage_limit_reached",
            "message": words,
            "plan_type": "plus",
            "resets_at": at,
            "resets_in_seconds": int(_SOON_S),
        },
    }
    headers = {
        "content-type": "application/json",
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": str(at),
        "x-codex-primary-used-percent": "100",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": str(at),
    }
    return Raw(status=429, headers=headers, frames=(json.dumps(body).encode(),))


class _Killed:
    """The program in one home, killed and started anew."""

    def __init__(self, setup: GatewaySetup) -> None:
        setup.write_config()
        self._setup = setup
        self.gateway = Gateway(setup)
        self.gateway.wait_ready()
        self.kills = 0

    def again(self) -> None:
        self.kills += 1
        self.gateway.kill()
        self.gateway = Gateway(self._setup)
        self.gateway.wait_ready()


def _run(count: int, house: Path, tmp_path: Path) -> None:
    """So many jobs that meet a limit, some before they were started; half as often as there are
    jobs the program is killed, as they come, wait and go on."""
    program = make_fake_clis(tmp_path / "bin")["claude"]
    killed = _Killed(GatewaySetup(home=house, toml=claude_table(program) + 'limit_wait = "on"\n'))
    person, moments = house.parent / "user-home", random.Random(25)
    count_it = 'date +%s.%N >> "$HOME/went-on-$id"; answer "went on"\n'
    (person / "goes-on").write_text(count_it)
    limit = f'refuse 429 "usage limit, try again in {_SOON_S:g} s"'
    script = f'date +%s.%N >> "$HOME/limited-$id"; begin; say working; {limit}'
    asked = {"cli": "claude", "prompt": script, "forceRefresh": True}
    due: dict[str, float] = {}
    try:
        jobs = set[str]()
        for _ in range(count):
            jobs.add(str(call(killed.gateway, "/v1/jobs", asked)["id"]))
            if moments.random() < 0.25:
                killed.again()
        while (told := call(killed.gateway, f"/v1/jobs?limit={count}")["jobs"]) and not all(
            each["endedAt"] for each in told
        ):
            for each in told:
                if each["limitWait"] and each["retryCount"]:
                    due.setdefault(each["id"], each["limitWait"]["until"])
                    assert due[each["id"]] == each["limitWait"]["until"], each
            time.sleep(0.1 + moments.random())
            if killed.kills < count // 2:
                killed.again()
        assert {each["id"] for each in told} == jobs
        for each in told:
            stands = each["state"], each["retryCount"], each["error"]
            assert stands == ("completed", 1, None), stands
            went_on = (person / f"went-on-{each['providerSessionId']}").read_text().split()
            assert len(went_on) == 1
            (limited,) = (person / f"limited-{each['providerSessionId']}").read_text().split()
            open_s = float(limited) + _SOON_S
            assert open_s <= float(went_on[0]) <= due.get(each["id"], open_s) + _LATEST_S
    finally:
        killed.gateway.kill()


@pytest.mark.daily
def test_a_dozen_go_on_once_each_though_the_program_is_killed(
    own_home: Path, tmp_path: Path
) -> None:
    _run(12, own_home, tmp_path)


def test_two_hundred_go_on_once_each_though_the_program_is_killed(
    own_home: Path, tmp_path: Path
) -> None:
    _run(200, own_home, tmp_path)


def _parked(house: CliHouse, name: CliName, **fields: str) -> Any:
    """A job of a real CLI that has met a limit; the gateway is killed, and the limit over."""
    house.upstream.lane("vendor").always = _limited()
    asked = {"cli": name, "prompt": "count the stars", "limitWait": "on", **_MAY[name], **fields}
    job = house.call("/v1/jobs", asked)["id"]
    told = until(lambda: _parked_or_ended(house.gateway, job))
    assert told["state"] == "parked", told
    assert told["limitWait"]["isKnown"], told
    house.gateway.kill()
    house.lane("vendor").always = Answer(call_tools=False, text="seven")
    return told


def _gone_on(house: CliHouse, parked: Any) -> tuple[str, Any]:
    """What the vendor was asked when it went on, once, and the job then."""
    wait, path = parked["limitWait"], f"/v1/jobs/{parked['id']}"
    with running_gateway(house.gateway.setup) as later:
        assert call(later, path)["limitWait"] == wait
        ended = until(lambda: _ended(later, parked["id"]))
    assert (ended["state"], ended["retryCount"]) == ("completed", parked["retryCount"]), ended
    assert wait["until"] <= ended["endedAt"] <= wait["until"] + _LATEST_S + 30
    said = [json.dumps(seen.json()) for seen in house.upstream.lane("vendor").requests]
    (main,) = [each for each in said if "count the stars" in each]
    return main, ended


_WORK: dict[CliName, dict[str, object]] = {
    CliName.CLAUDE: {"command": "echo done", "description": "Work"},
    CliName.CODEX: {"cmd": "echo done"},
}


@pytest.mark.daily
@pytest.mark.parametrize("name", _WORK)
def test_one_that_worked_goes_on_in_its_session_after_a_kill(
    tmp_path: Path, program_of: Callable[[CliName], Path], name: CliName
) -> None:
    """Once, with what it had said and done before it."""
    with open_cli_house(tmp_path, [name], program_of, own_lane="vendor") as house:
        begun = Answer(words_before_calls="I begin.", tool_input=_WORK[name])
        house.upstream.lane("vendor").then(begun)
        parked = _parked(house, name, model="stub-ok")
        main, ended = _gone_on(house, parked)
        assert parked["retryCount"] == 1
        assert ended["providerSessionId"] == parked["providerSessionId"]
        assert GO_ON in main
        assert "I begin." in main


@pytest.mark.daily
def test_codex_that_did_nothing_yet_begins_after_a_kill(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """It tells the minute alone, and writes the second into its session's file."""
    with open_cli_house(tmp_path, [CliName.CODEX], program_of, own_lane="vendor") as house:
        parked = _parked(house, CliName.CODEX)
        assert parked["limitWait"]["until"] == int(parked["limitWait"]["until"])
        assert parked["limitWait"]["until"] - parked["limitWait"]["since"] < _SOON_S + 3
        main, _ = _gone_on(house, parked)
        assert GO_ON not in main


@pytest.mark.daily
def test_a_job_of_a_subscription_that_is_nearly_used_up_waits_for_a_person(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """Real Codex tells its windows in its session's file: of the next one nothing is asked."""
    told = {
        "x-codex-primary-used-percent": "90",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": str(int(time.time()) + 7200),
    }
    reserve = "[brakes]\nreserve = 0.2\n"
    with open_cli_house(
        tmp_path, [CliName.CODEX], program_of, own_lane="vendor", toml=reserve
    ) as house:
        vendor = house.lane("vendor")
        delivery = Delivery(headers=told)
        vendor.always = Answer(call_tools=False, text="seven", delivery=delivery)
        asked = {"cli": CliName.CODEX, "prompt": "count the stars", "forceRefresh": True}
        asked |= _MAY[CliName.CODEX]
        first = house.call("/v1/jobs", asked)
        _done(house, first)
        so_far = len(house.upstream.lane("vendor").requests)
        job = house.call("/v1/jobs", asked)["id"]
        parked = until(lambda: _parked_or_ended(house.gateway, job))
        assert parked["state"] == "parked", parked
        assert parked["limitWait"]["keptForPerson"]
        reason = "10% of the window '5h' of codex-cli is left, and 20% is kept for the person"
        assert parked["limitWait"]["reason"].startswith(reason)
        assert len(house.upstream.lane("vendor").requests) == so_far
        house.call(f"/v1/jobs/{job}/go-on", {"now": True})
        _done(house, {"id": job})


def _done(house: CliHouse, asked: Any) -> Any:
    told = until(lambda: _ended(house.gateway, asked["id"]))
    assert told["state"] == "completed", told
    return told


@pytest.mark.daily
def test_a_job_goes_from_one_real_cli_to_another_and_back(
    tmp_path: Path, program_of: Callable[[CliName], Path]
) -> None:
    """With what the first had said and done, in the same folder, linked."""
    folder = tmp_path / "app"
    folder.mkdir()
    with open_cli_house(tmp_path, list(_WORK), program_of, own_lane="vendor") as house:
        vendor = house.upstream.lane("vendor")
        vendor.then(Answer(words_before_calls="I begin.", tool_input=_WORK[CliName.CLAUDE]))
        fields = {"prompt": "count the stars", "workingDir": str(folder), "model": "stub-ok"}
        asked = {"cli": CliName.CLAUDE, **fields, **_MAY[CliName.CLAUDE]}
        job, told = _done(house, house.call("/v1/jobs", asked)), "count the stars"
        for name, answer in ((CliName.CODEX, "I saw seven."), (CliName.CLAUDE, "I saw eight.")):
            path, to = f"/v1/jobs/{job['id']}/move", {"cli": name, "model": "stub-ok"}
            draft = house.call(path, to)
            assert told in draft["prompt"]
            house.lane("vendor").always = Answer(call_tools=False, text=answer)
            new = _done(house, house.call(path, {**to, "prompt": draft["prompt"]}))
            assert (new["handedFrom"], new["workingDir"]) == (job["id"], str(folder))
            assert house.call(f"/v1/jobs/{job['id']}")["handedTo"] == new["id"]
            assert house.call(f"/v1/jobs/{new['id']}/result")["text"] == answer
            seen = "\n".join(json.dumps(each.json()) for each in vendor.requests)
            for part in ("count the stars", "I begin.", "echo done", "The tool said"):
                assert part in seen, part
            job, told = new, answer
