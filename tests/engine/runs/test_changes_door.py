"""What a job changed, as its client has it from the doors and a person from the command."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.jobs import JOBS, command
from llmgw_desktop.domain.access.principal import Scope
from tests.engine.runs.conftest import RunHouse

TOOL = (
    '{"type":"assistant","session_id":"s","message":{"id":"m","model":"claude-fake","content":'
    '[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"sudo rm -rf build"}}]}}'
)
WORK = f"begin; echo '{TOOL}'; echo changed > kept; rm gone; echo new > 'a new one'; answer done"


@pytest.fixture
def folder(house: RunHouse) -> Path:
    made = house.home / "project"
    made.mkdir()
    (made / "kept").write_text("kept\n")
    (made / "gone").write_text("gone\n")
    return made


async def changed(house: RunHouse, folder: Path, **fields: Any) -> str:
    told = await house.run(WORK, workingDir=str(folder), **fields)
    assert told["state"] == "completed", told
    return str(told["id"])


async def test_what_it_changed_is_told_by_file_and_taken_back(
    house: RunHouse, folder: Path
) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True, timeout=30)
    job_id = await changed(house, folder)
    status, told = await house.call("GET", f"/v1/jobs/{job_id}/changes?diff=true")
    assert status == 200, told
    assert {each["path"]: each["change"] for each in told["files"]} == {
        "a new one": "added",
        "gone": "deleted",
        "kept": "changed",
    }
    assert "-kept\n+changed" in told["patch"]
    assert told["seenAtEnd"]
    assert told["destructive"] == [
        {"command": "sudo rm -rf build", "why": "it deletes folders with all that is in them"}
    ]
    (folder / "kept").write_text("by hand\n")
    path = f"/v1/jobs/{job_id}/undo"
    status, refused = await house.call("POST", path, {})
    assert (status, refused["error"]["code"]) == (409, "undo_refused")
    assert "kept" in refused["error"]["message"]
    status, done = await house.call("POST", path, {"files": ["gone"]})
    assert (status, done["files"]) == (200, ["gone"])
    status, done = await house.call("POST", path, {"force": True})
    assert (sorted(done["files"]), done["wereSo"]) == (["a new one", "kept"], ["gone"])
    found = {each.name: each.read_text() for each in folder.iterdir() if each.is_file()}
    assert found == {"gone": "gone\n", "kept": "kept\n"}
    for body, field in (({"files": "kept"}, "files"), ({"force": "yes"}, "force")):
        status, refused = await house.call("POST", path, body)
        assert (status, refused["error"]["field"]) == (400, field)


async def test_its_events_begin_with_the_snapshot_and_mark_what_destroys(
    house: RunHouse, folder: Path
) -> None:
    job_id = await changed(house, folder)
    url = f"{house.container.gateway.status.url}/v1/jobs/{job_id}/events"
    async with house.session.get(url, headers={"Authorization": f"Bearer {house.key}"}) as answer:
        events = (await answer.text()).split("\n\n")
    assert "event: note" in events[1]
    assert "A snapshot of its folder was made first (2 files" in events[1]
    tool = next(each for each in events if "event: tool_began" in each)
    assert '"destroys":"it deletes folders' in tool


async def test_none_is_made_where_that_is_said(house: RunHouse, folder: Path) -> None:
    job_id = await changed(house, folder, snapshot=False)
    status, refused = await house.call("GET", f"/v1/jobs/{job_id}/changes")
    assert (status, refused["error"]["code"]) == (409, "no_snapshot")
    assert refused["error"]["message"].endswith(
        " Commands that destroy something were seen: sudo rm -rf build."
    ), "what cannot be taken back is told all the more"
    nowhere = await house.run("answer x")
    _, refused = await house.call("GET", f"/v1/jobs/{nowhere['id']}/changes")
    assert refused["error"]["message"].endswith("in a folder of its own.")


async def test_others_do_not_find_it_and_it_goes_with_its_job(
    house: RunHouse, folder: Path
) -> None:
    job_id = await changed(house, folder)
    other = house.client("other", Scope.JOBS_RUN)
    for method, verb, body in (("GET", "changes", None), ("POST", "undo", {})):
        status, gone = await house.call(method, f"/v1/jobs/{job_id}/{verb}", body, key=other)
        assert (status, gone["error"]["code"]) == (404, "no_such_job")
    kept = house.container.places.jobs_folder / job_id / "snapshot"
    assert kept.is_dir()
    await house.call("DELETE", f"/v1/jobs/{job_id}")
    assert not kept.exists()


async def test_a_person_sees_and_takes_back_by_command(
    house: RunHouse, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job_id = await changed(house, folder)
    places = house.container.places
    parser = argparse.ArgumentParser()
    JOBS.arguments(parser)

    async def said(*words: str) -> str:
        asked = parser.parse_args(words)
        assert await asyncio.to_thread(command.run, asked, places, {}) == 0
        return capsys.readouterr().out

    told = await said("changes", job_id, "--diff")
    assert told.startswith(f"3 files changed in {folder}: 2 lines added, 2 removed.")
    assert "D\t+0 -1\tgone" in told
    assert "! sudo rm -rf build: it deletes" in told
    assert "+changed" in told
    assert await said("undo", job_id, "gone") == "1 file taken back.\n"
    assert (folder / "gone").exists()
    assert "gone (taken back)" in await said("changes", job_id)
