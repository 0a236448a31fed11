"""A CLI that fails again and again is left alone for a while, whoever asks."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.provider import AccountState
from tests.engine.runs.conftest import MakeHouse, RunHouse

QUIET = "retries = 0"
OVERLOADED = "refuse 529 overloaded"
SIGNED_OUT = "refuse 401 unauthorized"


async def _fails(house: RunHouse, prompt: str, times: int) -> None:
    for _ in range(times):
        told = await house.run(prompt, forceRefresh=True)
        assert told["state"] == "failed", told


def _rest_is_over(house: RunHouse) -> None:
    """As if so much time had passed."""
    for record in house.container.health._book.records.values():
        for standing in record.standings("default"):
            if standing.rest is not None:
                standing.rest.length_s = 0.0


async def test_after_several_failures_runs_are_refused_at_once(make_house: MakeHouse) -> None:
    house = await make_house(QUIET)
    await _fails(house, OVERLOADED, 3)
    asked = len(house.asked)
    status, error = await house.refused(prompt="answer hello")
    assert status == 503
    assert (error["category"], error["retryable"], error["code"]) == (
        "upstream_error",
        True,
        "cli_resting",
    )
    assert "'claude-cli' is left alone" in error["message"]
    assert len(house.asked) == asked
    assert len(house.container.runs.supervisor.list()) == 3
    # others answer meanwhile
    assert (await house.run("answer hi 3 2", cli="codex"))["state"] == "completed"


async def test_it_is_tried_with_one_run_when_its_rest_is_over(make_house: MakeHouse) -> None:
    house = await make_house(QUIET)
    await _fails(house, OVERLOADED, 3)
    _rest_is_over(house)
    body = {"cli": "claude", "prompt": "sleep 1000"}
    status, trial = await house.call("POST", "/v1/jobs", body)
    assert status == 202, trial
    status, error = await house.refused(prompt="answer hello")
    assert (status, error["code"]) == (503, "cli_resting")
    # a trial that was called off teaches nothing, and the next one may try
    status, _ = await house.call("POST", f"/v1/jobs/{trial['id']}/cancel", {})
    assert status == 200
    assert (await house.run("answer hello"))["state"] == "completed"
    assert (await house.run("answer again"))["state"] == "completed"
    assert house.container.health.status("claude-cli").state is AccountState.READY


async def test_a_success_between_them_starts_the_count_anew(make_house: MakeHouse) -> None:
    house = await make_house(QUIET)
    await _fails(house, OVERLOADED, 2)
    assert (await house.run("answer hello"))["state"] == "completed"
    await _fails(house, OVERLOADED, 2)
    assert (await house.run("answer again"))["state"] == "completed"


async def test_who_is_not_signed_in_is_told_how_to(make_house: MakeHouse) -> None:
    house = await make_house(QUIET)
    await _fails(house, SIGNED_OUT, 1)
    assert house.container.health.status("claude-cli").state is AccountState.AUTH_REQUIRED
    status, error = await house.refused(prompt="answer hello")
    assert (status, error["category"], error["retryable"]) == (503, "auth_error", False)
    assert house.container.runs.clis[CliName.CLAUDE].sign_in.guidance[:40] in error["message"]
    _rest_is_over(house)
    assert (await house.run("answer hello"))["state"] == "completed"
    assert house.container.health.status("claude-cli").state is AccountState.READY


async def test_a_rate_limit_that_names_its_end_is_respected(make_house: MakeHouse) -> None:
    house = await make_house(QUIET)
    await _fails(house, "refuse 429 'rate limit reached, try again in 90s'", 1)
    url = house.container.gateway.status.url + "/v1/jobs"
    sent = {"Authorization": f"Bearer {house.key}"}
    async with house.session.post(
        url, json={"cli": "claude", "prompt": "answer x"}, headers=sent
    ) as answer:
        assert answer.status == 503
        assert 80 <= int(answer.headers["retry-after"]) <= 90


@pytest.mark.parametrize("prompt", ["exit 3", "refuse 404 'no such model'"])
async def test_what_says_nothing_of_the_next_run_counts_for_nothing(
    house: RunHouse, prompt: str
) -> None:
    await _fails(house, prompt, 4)
    assert (await house.run("answer hello"))["state"] == "completed"


async def test_the_same_request_joins_its_run_whatever_is_left_alone(make_house: MakeHouse) -> None:
    house = await make_house(QUIET)
    body = {"cli": "claude", "prompt": "sleep 1000"}
    _, first = await house.call("POST", "/v1/jobs", body)
    await _fails(house, OVERLOADED, 3)
    status, second = await house.call("POST", "/v1/jobs", body)
    assert (status, second["id"], second["deduped"]) == (202, first["id"], True)


async def test_requests_to_models_and_jobs_learn_from_each_other(make_house: MakeHouse) -> None:
    house = await make_house(QUIET)
    await _fails(house, SIGNED_OUT, 1)
    status, _ = await house.refused(prompt="answer hello")
    assert status == 503
    # there is nobody else, and how long it rests is only guessed: requests to models try it
    body = {
        "model": "claude-cli/default",
        "messages": [{"role": "user", "content": "answer hello"}],
    }
    status, told = await house.call("POST", "/v1/chat/completions", body)
    assert status == 200, told
    assert (await house.run("answer again"))["state"] == "completed"
