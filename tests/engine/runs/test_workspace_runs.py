"""A job that names a workspace works in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from llmgw_desktop.domain.access.principal import Scope
from tests.engine.runs.conftest import MakeHouse, RunHouse

OK = "answer hello 0.02 10 5"


async def _add(house: RunHouse, name: str = "repo") -> str:
    folder = house.home / name
    (folder / "src").mkdir(parents=True)
    house.container.runs.service.workspaces.add(name, str(folder), default=False, by="me")
    return str(folder)


async def test_it_works_there_and_below_it(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    folder = await _add(house)
    for fields, place in (({}, folder), ({"workingDir": "src"}, f"{folder}/src")):
        told = await house.run(OK, workspace="repo", forceRefresh=True, **fields)
        assert told["state"] == "completed"
        job = house.container.runs.service.jobs("local")[0]
        assert job.working_dir == place


async def test_what_is_not_there_or_leads_out_starts_nothing(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    await _add(house)
    runner = house.client("runner", Scope.JOBS_RUN)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"workspace": "nope"}, 404, "workspace"),
        ({"workspace": "repo", "workingDir": ".."}, 400, "workingDir"),
        ({"workspace": "repo", "workingDir": "/"}, 400, "workingDir"),
        ({"workspace": "repo", "workingDir": "none"}, 400, "workingDir"),
    ]
    for fields, expected, field in cases:
        for key in ("", runner):
            status, error = await house.refused(key=key, prompt=OK, **fields)
            assert (status, error["param"], error["field"]) == (expected, field, field)
            assert error["category"] == ("not_found" if expected == 404 else "invalid_input")
            assert error["retryable"] is False
            assert "/none'" in error["message"] or fields.get("workingDir") != "none"
    assert house.asked == []
    assert house.closed == []


async def test_a_link_that_came_while_it_waited_is_not_followed(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house("[limits]\nmax_running_jobs = 1")
    folder = Path(await _add(house))
    hold = 'while ! [ -e "$HOME/go" ]; do sleep 0.05; done; ' + OK
    _, first = await house.call("POST", "/v1/jobs", {"cli": "claude", "prompt": hold})
    body = {"cli": "claude", "prompt": OK, "workspace": "repo", "workingDir": "src"}
    _, second = await house.call("POST", "/v1/jobs", body)
    assert second["state"] == "queued"
    (folder / "src").rmdir()
    (folder / "src").symlink_to("/etc")
    (house.home / "go").touch()
    supervisor = house.container.runs.supervisor
    await supervisor.wait(first["id"])
    ended = await supervisor.wait(second["id"])
    assert ended is not None
    assert (ended.state, len(house.asked)) == ("failed", 1)
    assert "a link has taken the place" in ended.error
