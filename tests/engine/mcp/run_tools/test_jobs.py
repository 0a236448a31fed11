"""Tools of jobs: where one stands, what it does, what it said, its end."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.vault import VaultLocked
from llmgw_desktop.engine.mcp.tools import jobs as job_tools
from llmgw_desktop.store.at_rest.cells import PLAIN
from llmgw_desktop.store.at_rest.files import is_encrypted_file, open_file
from tests.engine.mcp.run_tools.test_requests import OK, WAITS, until
from tests.engine.runs.conftest import RunHouse
from tests.support.run_toolbox import OTHER, RunBox

TOOL = (
    """printf '{"type":"assistant","message":{"id":"t","content":[{"type":"tool_use","id":"u",'"""
    """; printf '"name":"Bash","input":{"command":"ls"}}]}}\\n'"""
)
STEPS = f'begin; say one; {TOOL}; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late'


async def begun(box: RunBox, prompt: str, **fields: Any) -> str:
    told = await box.told_by("claude_request_async", {"prompt": prompt, **fields})
    return str(told["jobId"])


def kinds(told: Any) -> list[str]:
    return [event["kind"] for event in told["job"]["progress"]["events"]]


async def test_the_steps_of_a_job_in_pages(box: RunBox) -> None:
    job_id = await begun(box, f"begin; say one; {TOOL}; {OK}")
    await until(box, job_id)
    told = await box.told_by("llm_job_status", {"jobId": job_id})
    assert kinds(told) == ["output", "tool_start", "output", "terminal"]
    progress = told["job"]["progress"]
    assert [event["source"] for event in progress["events"]][-1] == "gateway"
    assert progress["events"][1]["message"].startswith("Bash")
    assert progress["capability"] == "structured"
    assert (progress["hasMore"], progress["droppedCount"]) == (False, 0)
    assert progress["nextAfterSeq"] == progress["lastSeq"] == progress["highWaterSeq"]
    first = await box.told_by("llm_job_status", {"jobId": job_id, "progressLimit": 2})
    assert kinds(first) == ["output", "tool_start"]
    assert first["job"]["progress"]["hasMore"] is True
    after = first["job"]["progress"]["nextAfterSeq"]
    rest = await box.told_by("llm_job_status", {"jobId": job_id, "afterProgressSeq": after})
    assert kinds(rest) == ["output", "terminal"]
    none = await box.told_by("llm_job_status", {"jobId": job_id, "afterProgressSeq": 10**6})
    assert kinds(none) == []
    assert none["job"]["progress"]["nextAfterSeq"] == 10**6
    await box.forget_jobs()
    again = await box.told_by("llm_job_status", {"jobId": job_id})
    assert again["job"]["progress"]["events"] == progress["events"]


async def test_the_numbers_are_those_of_the_stream(box: RunBox, house: RunHouse) -> None:
    job_id = await begun(box, f"begin; say one; {TOOL}; {OK}")
    await until(box, job_id)
    told = await box.told_by("llm_job_status", {"jobId": job_id})
    count = 0
    async for _ in house.container.runs.service.events(job_id, "local"):
        count += 1
    assert told["job"]["progress"]["highWaterSeq"] == count


async def test_a_watch_returns_with_the_next_step(box: RunBox, house: RunHouse) -> None:
    job_id = await begun(box, STEPS)
    told = await box.told_by("llm_job_watch", {"jobId": job_id})
    while "tool_start" not in kinds(told):
        after = told["job"]["progress"]["nextAfterSeq"]
        told = await box.told_by("llm_job_watch", {"jobId": job_id, "afterProgressSeq": after})
    after = told["job"]["progress"]["nextAfterSeq"]
    watch = asyncio.ensure_future(
        box.call("llm_job_watch", {"jobId": job_id, "afterProgressSeq": after}, hears=True)
    )
    await asyncio.sleep(0.05)
    assert not watch.done()
    (house.home / "go").touch()
    last = (await watch).structured
    assert kinds(last) == ["output", "terminal"]
    assert (last["job"]["status"], last["job"]["exited"]) == ("completed", True)
    assert "".join(box.told).strip() == "late"


async def test_a_watch_waits_no_longer_than_it_may(box: RunBox, house: RunHouse) -> None:
    job_id = await begun(box, WAITS)
    told = await box.told_by("llm_job_watch", {"jobId": job_id, "waitMs": 60})
    assert (told["job"]["exited"], kinds(told)) == (False, [])
    (house.home / "go").touch()
    await until(box, job_id)
    told = await box.told_by("llm_job_watch", {"jobId": job_id, "afterProgressSeq": 10**6})
    assert told["job"]["exited"] is True


async def test_an_answer_that_grows_is_one_step(
    box: RunBox, house: RunHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_tools, "GATHER_S", 0.0)
    grows = 'begin; say one; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; say two; answer end'
    job_id = await begun(box, grows)
    first = await box.told_by("llm_job_watch", {"jobId": job_id})
    assert kinds(first) == ["output"]
    (event,) = first["job"]["progress"]["events"]
    (house.home / "go").touch()
    await until(box, job_id)
    asked = {"jobId": job_id, "afterProgressSeq": event["seq"]}
    rest = await box.told_by("llm_job_status", asked)
    assert kinds(rest) == ["output", "terminal"]
    grown = rest["job"]["progress"]["events"][0]
    assert grown["seq"] > event["seq"]
    assert int(grown["message"].split()[1]) > int(event["message"].split()[1])


def _followed() -> list[str]:
    names = [task.get_name() for task in asyncio.all_tasks()]
    return [name for name in names if name.startswith("follow job_")]


async def test_many_watch_one_job(box: RunBox, house: RunHouse) -> None:
    job_id = await begun(box, WAITS)
    watches = [
        asyncio.ensure_future(box.told_by("llm_job_watch", {"jobId": job_id})) for _ in range(20)
    ]
    await asyncio.sleep(0.05)
    assert len(_followed()) == 1
    (house.home / "go").touch()
    for told in await asyncio.gather(*watches):
        assert kinds(told) == ["output", "terminal"]


async def test_the_answer_in_short_and_in_full(box: RunBox) -> None:
    job_id = await begun(box, f"echo oh >&2; answer {'x' * 3000}")
    await until(box, job_id)
    answer = await box.call("llm_job_result", {"jobId": job_id})
    result = answer.structured["result"]
    assert answer.text == result["stdout"] == "x" * 3000
    assert (result["stdoutTruncated"], result["stdoutTotalChars"]) == (False, 3000)
    assert (result["stdoutNextOffsetChars"], result["stdoutOffsetChars"]) == (None, 0)
    assert result["stderr"] == "oh\n"
    assert (result["status"], result["exitCode"]) == ("completed", 0)
    assert result["providerSessionId"]
    short = await box.told_by("llm_job_result", {"jobId": job_id, "maxChars": 1000})
    assert short["result"]["stdout"] == "x" * 1000
    assert short["result"]["stdoutTruncated"] is True


async def test_what_the_cli_wrote_in_pages(box: RunBox, house: RunHouse) -> None:
    job_id = await begun(box, f"answer {'aé' * 2000}")
    await until(box, job_id)
    folder = house.container.runs.job_folders.named(job_id)
    with folder.open(folder.stdout) as stdout:
        wrote = stdout.read().decode()
    offset, pages = 0, []
    while offset is not None:
        asked = {"jobId": job_id, "rawOutput": True, "maxChars": 1000, "stdoutOffsetChars": offset}
        result = (await box.told_by("llm_job_result", asked))["result"]
        assert (result["stdoutTotalChars"], result["stdoutOffsetChars"]) == (len(wrote), offset)
        pages.append(result["stdout"])
        assert result["stdoutTruncated"] is (result["stdoutNextOffsetChars"] is not None)
        offset = result["stdoutNextOffsetChars"]
    assert len(pages) > 3
    assert "".join(pages) == wrote
    beyond = {"jobId": job_id, "rawOutput": True, "stdoutOffsetChars": 10**9}
    result = (await box.told_by("llm_job_result", beyond))["result"]
    assert (result["stdout"], result["stdoutNextOffsetChars"]) == ("", None)


@pytest.mark.parametrize("name", ["stdoutOffsetChars", "stderrOffsetChars"])
async def test_only_what_the_cli_wrote_comes_in_pages(box: RunBox, name: str) -> None:
    told = await box.refused_by("llm_job_result", {"jobId": "job_1", name: 5})
    assert told["field"] == name


async def test_what_failed_has_a_result_too(box: RunBox) -> None:
    job_id = await begun(box, "refuse 401 'not for you'")
    while not (await box.told_by("llm_job_watch", {"jobId": job_id}))["job"]["exited"]:
        pass
    answer = await box.call("llm_job_result", {"jobId": job_id})
    result = answer.structured["result"]
    assert answer.text is None
    assert result["status"] == "failed"
    assert "not for you" in result["error"]
    assert result["errorCategory"]


async def test_a_cancel_ends_all_of_it(box: RunBox) -> None:
    job_id = await begun(box, WAITS)
    told = await box.told_by("llm_job_cancel", {"jobId": job_id})
    assert (told["job"]["status"], told["job"]["exited"]) == ("canceled", True)
    again = await box.refused_by("llm_job_cancel", {"jobId": job_id})
    assert (again["jobId"], again["job"]["status"]) == (job_id, "canceled")
    assert "canceled" in again["reason"]


async def test_who_waits_for_what_another_cancels_is_told(box: RunBox, house: RunHouse) -> None:
    call = asyncio.ensure_future(box.call("claude_request", {"prompt": WAITS}))
    while not house.asked:
        await asyncio.sleep(0.01)
    (job,) = house.container.runs.supervisor.live
    await box.told_by("llm_job_cancel", {"jobId": job.id})
    told = (await call).structured
    assert (told["success"], told["errorCategory"]) == (False, "canceled")
    assert (told["status"], told["jobId"]) == ("canceled", job.id)


@pytest.mark.parametrize(
    "name", ["llm_job_status", "llm_job_watch", "llm_job_result", "llm_job_cancel"]
)
async def test_a_job_of_another_is_not_there(box: RunBox, house: RunHouse, name: str) -> None:
    job_id = await begun(box, WAITS)
    told = await box.refused_by(name, {"jobId": job_id}, OTHER)
    nobodys = await box.refused_by(name, {"jobId": "job_nobodys"}, OTHER)
    assert told["errorCategory"] == nobodys["errorCategory"] == "not_found"
    assert told["error"].replace(job_id, "job_nobodys") == nobodys["error"]
    assert told["jobId"] == job_id
    assert house.container.runs.service.job(job_id, "local").is_live
    await box.told_by("llm_job_cancel", {"jobId": job_id})


async def test_a_job_that_is_deleted_while_it_is_watched(box: RunBox, house: RunHouse) -> None:
    job_id = await begun(box, OK)
    await until(box, job_id)
    await house.container.runs.service.delete(job_id, "local")
    told = await box.refused_by("llm_job_watch", {"jobId": job_id})
    assert told["errorCategory"] == "not_found"


async def test_no_more_are_followed_than_may_be(
    box: RunBox, house: RunHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.mcp.tools.job_log.MOST_LOGS", 2)
    ids = [await begun(box, f"{WAITS} {number}") for number in range(3)]
    for job_id in ids:
        await box.told_by("llm_job_status", {"jobId": job_id})
    await asyncio.sleep(0)
    assert sorted(_followed()) == sorted(f"follow {job_id}" for job_id in ids[1:])
    (house.home / "go").touch()
    for job_id in ids:
        await until(box, job_id)
    told = await box.told_by("llm_job_status", {"jobId": ids[0]})
    assert kinds(told) == ["output", "terminal"]


async def test_one_that_cannot_be_opened_says_why(
    box: RunBox, house: RunHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await begun(box, f"begin; say one; {OK}")
    await until(box, job_id)
    supervisor = house.container.runs.supervisor
    folder = house.container.runs.job_folders.named(job_id)
    while not is_encrypted_file(folder.stdout):
        assert await asyncio.to_thread(supervisor.ended_files.settled, 60.0)
        await asyncio.sleep(0.01)

    def locked(number: int) -> None:
        raise VaultLocked("The vault is locked: its keyring is.")

    with monkeypatch.context() as patched:
        patched.setattr(house.container.at_rest, "key_of", locked)
        await box.forget_jobs()
        status = await box.told_by("llm_job_status", {"jobId": job_id})
        assert status["job"]["status"] == "completed"
        assert status["job"]["progress"]["events"] == []
        assert status["job"]["progress"]["problem"] == "The vault is locked: its keyring is."
        for asked in ({}, {"rawOutput": True}):
            answer = await box.call("llm_job_result", {"jobId": job_id, **asked})
            assert answer.is_error
            assert answer.structured["error"] == "The vault is locked: its keyring is."
    again = await box.told_by("llm_job_status", {"jobId": job_id})
    assert kinds(again) == ["output", "terminal"]
    assert "problem" not in again["job"]["progress"]


async def test_what_is_not_written_yet_is_an_empty_page(tmp_path: Path) -> None:
    from llmgw_desktop.engine.jobs.reading import _page

    assert _page(partial(open_file, tmp_path / "none", PLAIN, ""), 3, 10, None).text == ""
    path = tmp_path / "some"
    path.write_bytes(b"caf\xc3\xa9 au lait\xc3")
    file = partial(open_file, path, PLAIN, "")
    page = _page(file, 3, 4, None)
    assert (page.text, page.total, page.next_offset) == ("é au", 13, 7)
    assert _page(file, 0, 100, 5).text == "café"
    assert _page(file, 12, 100, None).text == "\ufffd"


async def test_a_job_is_handed_over_after_its_text_was_shown(box: RunBox) -> None:
    job_id = await begun(box, OK)
    await until(box, job_id)
    asked = {"jobId": job_id, "cli": "codex"}
    shown = await box.told_by("llm_job_move", asked)
    assert shown["handOver"]["prompt"].startswith("Another agent (Claude Code)")
    assert "job" not in shown
    told = await box.told_by("llm_job_move", {**asked, "prompt": "answer two 10 2"})
    assert told["job"]["handedFrom"] == job_id
    await until(box, told["job"]["id"])
    old = await box.told_by("llm_job_status", {"jobId": job_id})
    assert old["job"]["handedTo"] == told["job"]["id"]
    refused = await box.call("llm_job_move", {"jobId": job_id, "cli": "claude"})
    assert (refused.is_error, refused.structured["field"]) == (True, "cli")
