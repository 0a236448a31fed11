"""What a client may still spend, as it reads it itself, and as the operator reads all."""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.app.policy import commands
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.policy import ClientPolicy
from tests.engine.conftest import House, house_in
from tests.engine.policy.keys import id_of, key_of

LIMITS = """
[clients.nightly]
budgets = [{ tokens = 100000, per = "day" }]
rate_limits = [{ requests = 1, per = "hour" }]
parallel = 4
"""
BODY = {
    "model": "claude-stub",
    "max_tokens": 8,
    "messages": [{"role": "user", "content": "Hello"}],
}


async def _limits(house: House, key: str, query: str = "") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{house.url}/v1/limits{query}"
    async with house.session.get(url, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_everybody_reads_his_own_and_the_operator_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house_in(tmp_path / "home", LIMITS) as house:
        nightly, runner = key_of(house, "nightly"), key_of(house, "runner", Scope.JOBS_RUN)
        watcher = key_of(house, "watcher", Scope.OPERATIONS)
        for _ in range(2):
            async with house.post("/v1/messages", BODY, Authorization=f"Bearer {nightly}") as asked:
                await asked.read()
        assert asked.status == 429

        status, told = await _limits(house, nightly)
        (own,) = told["limits"]
        (budget,), (rate,), (refusal,) = own["budgets"], own["rateLimits"], own["refusals"]
        assert (status, own["client"], own["id"]) == (200, "nightly", id_of(house, nightly))
        assert (own["parallel"], own["running"]) == (4, 0)
        assert budget["used"] > 2000
        assert budget["left"] == budget["amount"] - budget["used"]
        assert budget["endsAt"] - budget["beginsAt"] >= 23 * 3600
        assert budget["beginsAt"] <= budget["since"] < budget["endsAt"]
        assert (rate["amount"], rate["windowSeconds"]) == (1, 3600)
        assert 0.9 < rate["used"] <= 1
        assert (refusal["kind"], refusal["count"]) == ("limit_reached", 1)
        assert refusal["opensAt"] > refusal["lastAt"] + 3000

        assert (await _limits(house, ""))[0] == 401
        status, told = await _limits(house, runner)  # it may use no model, and reads its own
        assert (status, [each["client"] for each in told["limits"]]) == (200, ["runner"])
        for key in (nightly, runner):
            status, told = await _limits(house, key, "?of=all")
            assert (status, "reads its own limits alone" in str(told)) == (403, True)
        status, told = await _limits(house, watcher, "?of=all")
        assert (status, [each["client"] for each in told["limits"]]) == (200, ["nightly"])
        assert (await _limits(house, watcher, "?of=nobody"))[1] == {"total": 0, "limits": []}

        read = next(r.read for r in house.container.mcp_offer().resources if "limits" in r.uri)
        principal = Principal(client_id=own["id"], name="nightly", scopes=frozenset())
        mine = orjson.loads(await read(principal, {}))
        assert (mine["budgets"], mine["refusals"]) == (own["budgets"], own["refusals"])

        assert await _command(house, "all") == 0
        table = capsys.readouterr().out.splitlines()
        assert table[0].split("\t")[:3] == ["CLIENT", "RUNNING", "LIMIT"]
        assert table[1].startswith("nightly\t0 of 4\t100,000 tokens a day\t")
        assert "counts since " in table[1]
        assert "it begins anew" in table[1]
        assert table[2].startswith("nightly\t0 of 4\t1 request in 3600 s\t")
        assert table[3].startswith("nightly\t0 of 4\trefused\t1\t")
        assert await _command(house, "nobody") == 1
        assert "There is no client 'nobody' with limits" in capsys.readouterr().err


LABELS = """
[clients.shared.labels.aider]
budgets = [{ requests = 1, per = "day" }]
expires = 2099-01-31
"""


async def test_limits_of_labels_and_the_end_of_a_time_are_told_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house_in(tmp_path / "home", LABELS) as house:
        key = key_of(house, "shared")
        headers = {"Authorization": f"Bearer {key}", "X-LLMGW-Caller": "aider"}
        for _ in range(2):
            async with house.post("/v1/messages", BODY, **headers) as asked:
                await asked.read()
        assert asked.status == 429
        _, told = await _limits(house, key)
        (own,) = told["limits"]
        (label,) = own["labels"]
        assert (own["budgets"], label["label"]) == ([], "aider")
        assert (label["budgets"][0]["used"], label["budgets"][0]["left"]) == (1, 0)
        assert own["refusals"][0]["opensAt"] > own["refusals"][0]["lastAt"]

        assert await _command(house, "shared") == 0
        rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()[1:]]
        assert rows[0][5:] == ["–", "no budget and no rate limit; what it used: llmgw flights cost"]
        assert rows[1][2] == "refused"
        assert [row[2] for row in rows if row[0] == "shared/aider"] == [
            "1 request a day",
            "until 2099-02-01 at 00:00",
        ]

        policies = house.container.engine.pipeline.policies
        policies.apply([ClientPolicy(client="shared", parallel=4)])
        _, told = await _limits(house, key)
        (refusal,) = told["limits"][0]["refusals"]
        assert refusal["opensAt"] <= time.time(), "the limit is another one now"


async def _command(house: House, client: str) -> int:
    said = argparse.Namespace(client=client, json=False)
    return await asyncio.to_thread(commands.limits, said, house.container.places, {})
