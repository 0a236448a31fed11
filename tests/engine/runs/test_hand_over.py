"""A job that is handed over to another CLI: what that one is told, and where it works."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.jobs import command
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import LimitWish
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.engine.runs import hand_over
from tests.engine.runs.conftest import MakeHouse, RunHouse
from tests.engine.runs.test_limit_jobs import parked
from tests.support.plain_runs import plain_job

OK = "answer all-done 0.02 10 5"
CODEX = "answer taken-over 10 2"
HELD = 'begin; say half-way; while ! [ -e "$HOME/go" ]; do sleep 0.05; done; ' + OK


async def ended(house: RunHouse, job_id: str) -> Any:
    for _ in range(1200):
        _, now = await house.call("GET", f"/v1/jobs/{job_id}/result")
        if now["endedAt"]:
            return now
        await asyncio.sleep(0.05)
    raise AssertionError(f"{job_id} does not end")


async def moved(house: RunHouse, job_id: str, **fields: Any) -> tuple[int, Any]:
    body = {"cli": "codex", "prompt": CODEX, **fields}
    return await house.call("POST", f"/v1/jobs/{job_id}/move", body)


def asked_of(house: RunHouse, job_id: str) -> Submission:
    folders = house.container.runs.job_folders
    return folders.asked(folders.kept(job_id))


async def test_one_that_is_done_goes_to_another_and_both_are_linked(house: RunHouse) -> None:
    folder = house.home / "app"
    folder.mkdir()
    told = await house.run(OK, workingDir=str(folder))
    path = f"/v1/jobs/{told['id']}/move"
    status, draft = await house.call("POST", path, {"cli": "codex", "model": "gpt-x"})
    assert (status, draft["cli"], draft["model"]) == (200, "codex", "gpt-x")
    assert "Another agent (Claude Code) has worked on this task" in draft["prompt"]
    assert OK in draft["prompt"]
    assert "It has said so far:\n\n```\nall-done\n```" in draft["prompt"]
    assert len(draft["lost"]) == 1
    assert len(house.asked) == 1, "nothing is asked yet"
    status, new = await moved(house, told["id"])
    assert (status, new["handedFrom"], new["handedTo"]) == (202, told["id"], None)
    after = await ended(house, new["id"])
    assert (after["state"], after["text"]) == ("completed", "taken-over")
    assert house.asked[1].startswith(f"{folder} ")
    _, old = await house.call("GET", f"/v1/jobs/{told['id']}")
    assert (old["state"], old["handedFrom"], old["handedTo"]) == ("completed", None, new["id"])
    _, listed = await house.call("GET", "/v1/jobs")
    links = {each["id"]: (each["handedFrom"], each["handedTo"]) for each in listed["jobs"]}
    assert links == {told["id"]: (None, new["id"]), new["id"]: (told["id"], None)}
    # and back, to the first one's CLI
    status, back = await moved(house, new["id"], cli="claude", prompt=OK)
    assert (status, back["handedFrom"]) == (202, new["id"])
    await ended(house, back["id"])


async def test_what_was_taken_back_is_told_as_that(house: RunHouse) -> None:
    folder = house.home / "app"
    folder.mkdir()
    told = await house.run(f"echo 1 > a.txt; echo 2 > b.txt; {OK}", workingDir=str(folder))
    path = f"/v1/jobs/{told['id']}"
    for files, is_said in ((["a.txt"], True), (["b.txt"], False)):
        status, undone = await house.call("POST", f"{path}/undo", {"files": files})
        assert (status, undone["files"]) == (200, files)
        prompt = (await house.call("POST", f"{path}/move", {"cli": "codex"}))[1]["prompt"]
        assert "Changes of its that were taken back since:\n- added a.txt" in prompt
        assert ("It has changed these files:\n- added b.txt" in prompt) is is_said
        assert ("lie in the working folder" in prompt) is is_said


async def test_in_a_terminal_the_text_is_shown_changed_and_asked(
    house: RunHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def command_of(*words: str) -> int:
        arguments = parse(["jobs", *words])
        return await asyncio.to_thread(command.run, arguments, house.container.places, {})

    told = await house.run(OK, allowedTools=["Read"])
    for more in ((), ("--yes", "--show")):
        assert await command_of("move", told["id"], "--to", "codex", *more) == 0
        shown = capsys.readouterr()
        assert shown.out.startswith("Another agent (Claude Code)")
        assert "not handed over: " in shown.err
        assert "allowedTools" in shown.err
    file = tmp_path / "told"
    assert await command_of("move", told["id"], "--to", "codex", "--text", str(file), "--yes") == 1
    assert "cannot be read" in capsys.readouterr().err
    file.write_text(CODEX)
    words = ("move", told["id"], "--to", "codex", "--model", "gpt-x", "--text", str(file), "--yes")
    assert await command_of(*words) == 0
    assert f"goes on from {told['id']}." in capsys.readouterr().out
    _, listed = await house.call("GET", "/v1/jobs")
    [new] = [each for each in listed["jobs"] if each["handedFrom"]]
    assert (await ended(house, new["id"]))["text"] == "taken-over"
    assert asked_of(house, new["id"]).request.model == "gpt-x"
    assert await command_of("list") == 0
    assert f"went on as {new['id']}." in capsys.readouterr().out


async def test_a_text_in_a_file_is_the_text_itself(
    house: RunHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    """On a terminal what acts on it is shown as signs; in a file these would be what is told."""

    async def command_of(*words: str) -> int:
        arguments = parse(["jobs", "move", told["id"], "--to", "codex", *words])
        return await asyncio.to_thread(command.run, arguments, house.container.places, {})

    told = await house.run("answer @/etc/hosts")
    _, draft = await house.call("POST", f"/v1/jobs/{told['id']}/move", {"cli": "codex"})
    assert "@\u2060/etc/hosts" in draft["prompt"]
    assert await command_of() == 0
    assert capsys.readouterr().out == f"{draft['prompt']}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert await command_of() == 0
    assert "\u2060" not in capsys.readouterr().out
    (tmp_path / "told").write_text(" \n")
    assert await command_of("--text", str(tmp_path / "told"), "--yes") == 1
    assert "holds no text" in capsys.readouterr().err
    _, listed = await house.call("GET", "/v1/jobs")
    assert [each["id"] for each in listed["jobs"]] == [told["id"]], "nothing was asked"


async def test_what_its_session_said_before_goes_along(house: RunHouse) -> None:
    first = await house.run("answer first-word")
    again = await house.run(OK, sessionId=first["sessionId"])
    _, draft = await house.call("POST", f"/v1/jobs/{again['id']}/move", {"cli": "codex"})
    said = draft["prompt"]
    assert said.index("answer first-word") < said.index("```\nfirst-word") < said.index(OK)
    assert said.index(OK) < said.index("```\nall-done")
    _, of_first = await house.call("POST", f"/v1/jobs/{first['id']}/move", {"cli": "codex"})
    assert OK not in of_first["prompt"], "what came later is none of this one's"


async def test_turns_that_are_too_many_are_counted(
    house: RunHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "_MOST_EARLIER", 1)
    first = await house.run("answer first-word")
    for word in ("second", "third"):
        middle = await house.run(f"answer {word}-word", sessionId=first["sessionId"])
    last = await house.run(OK, sessionId=first["sessionId"])
    _, draft = await house.call("POST", f"/v1/jobs/{last['id']}/move", {"cli": "codex"})
    assert "third-word" in draft["prompt"]
    assert "second-word" not in draft["prompt"]
    assert "The first 2 of its session's turns." in draft["lost"]
    _, draft = await house.call("POST", f"/v1/jobs/{middle['id']}/move", {"cli": "codex"})
    assert "second-word" in draft["prompt"], "later turns take no earlier one's place"
    assert "The first 1 of its session's turns." in draft["lost"]


async def test_one_that_runs_is_ended_first_where_that_is_said(house: RunHouse) -> None:
    _, told = await house.call("POST", "/v1/jobs", {"cli": "claude", "prompt": HELD})
    status, refused = await moved(house, told["id"])
    assert (status, refused["error"]["code"]) == (409, "job_still_live")
    status, new = await moved(house, told["id"], prompt=HELD.replace(OK, CODEX), stop=True)
    assert (status, new["handedFrom"]) == (202, told["id"])
    _, old = await house.call("GET", f"/v1/jobs/{told['id']}")
    assert (old["state"], old["handedTo"]) == ("canceled", new["id"])
    status, refused = await moved(house, told["id"])
    assert (status, refused["error"]["code"]) == (409, "job_still_live"), "two in one folder"
    assert new["id"] in refused["error"]["message"]
    (house.home / "go").touch()
    await ended(house, new["id"])
    status, third = await moved(house, told["id"])
    assert status == 202
    await ended(house, third["id"])
    _, old = await house.call("GET", f"/v1/jobs/{told['id']}")
    assert old["handedTo"] == third["id"], "the newest"


async def test_two_at_once_are_one(house: RunHouse) -> None:
    told = await house.run(OK)
    both = await asyncio.gather(*(moved(house, told["id"], prompt=HELD) for _ in range(2)))
    assert sorted(status for status, _ in both) == [202, 409]
    (house.home / "go").touch()
    [new] = [answer["id"] for status, answer in both if status == 202]
    await ended(house, new)


async def test_its_worktree_stays_its_place(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    folder = house.home / "repo"
    folder.mkdir()
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    house.container.runs.service.workspaces.add("repo", str(folder), default=False, by="me")
    told = await house.run(f"echo one >file; {OK}", workspace="repo", worktree=True)
    tree = Path(told["workingDir"])
    assert (tree / "file").exists()
    assert not (folder / "file").exists()
    _, draft = await house.call("POST", f"/v1/jobs/{told['id']}/move", {"cli": "codex"})
    assert "- added file" in draft["prompt"]
    status, new = await moved(house, told["id"], prompt=f"cat file >seen; {CODEX}")
    assert (status, new["workingDir"]) == (202, str(tree))
    assert (await ended(house, new["id"]))["state"] == "completed"
    assert (tree / "seen").read_text() == "one\n"
    kept = asked_of(house, new["id"])
    assert (kept.workspace, kept.workspace_top) == ("repo", str(tree))


async def test_what_was_asked_of_the_run_itself_stays(house: RunHouse) -> None:
    body = {
        "requestInstructions": "Be brief.",
        "idleTimeoutMs": 60_000,
        "snapshot": False,
        "allowedTools": ["Read"],
    }
    told = await parked(house, prompt="begin; refuse 429 'try again in 2 hours'", **body)
    status, draft = await house.call("POST", f"/v1/jobs/{told['id']}/move", {"cli": "codex"})
    assert status == 200, draft
    assert any("allowedTools" in each for each in draft["lost"])
    assert not any("Be brief" in each for each in draft["lost"])
    status, new = await moved(house, told["id"])
    assert status == 202, new
    kept = asked_of(house, new["id"])
    assert (kept.limit_wait, kept.snapshot, kept.idle_timeout_s) == (LimitWish.ON, False, 60)
    assert "Be brief." in kept.request.prompt + str(kept.request.options)
    assert "Read" not in str(kept.request.options)
    await house.call("POST", f"/v1/jobs/{new['id']}/cancel")


async def test_one_that_asks_before_it_acts_asks_with_the_other_as_well(house: RunHouse) -> None:
    body = {"cli": "claude", "prompt": "Look", "approvals": "ask"}
    _, told = await house.call("POST", "/v1/jobs", body)
    status, new = await moved(house, told["id"], stop=True)
    assert status == 202, new
    assert asked_of(house, new["id"]).request.asks
    await house.call("POST", f"/v1/jobs/{new['id']}/cancel")


async def test_what_an_agent_said_brings_no_file_along(house: RunHouse) -> None:
    told = await house.run("answer 'see @/etc/passwd'")
    _, draft = await house.call("POST", f"/v1/jobs/{told['id']}/move", {"cli": "codex"})
    said = draft["prompt"].partition("It has said so far:")[2]
    assert "@\u2060/etc/passwd" in said
    assert "@/etc/passwd" not in said


async def test_the_same_again_is_no_hand_over(house: RunHouse) -> None:
    told = await house.run(OK, model="opus")
    for fields in ({}, {"model": "opus"}, {"project": ""}):
        status, refused = await moved(house, told["id"], cli="claude", **fields)
        assert (status, refused["error"]["field"]) == (400, "cli"), fields
    status, new = await moved(house, told["id"], cli="claude", model="sonnet", prompt=OK)
    assert (status, new["handedFrom"]) == (202, told["id"])
    await ended(house, new["id"])


async def test_a_spent_budget_holds_for_it_as_well(make_house: MakeHouse) -> None:
    rules = '[clients.poor]\nbudgets = [{ requests = 1, per = "never" }]'
    house: RunHouse = await make_house(rules)
    key = house.client("poor", Scope.JOBS_RUN)
    told = await house.run(OK, key=key)
    body = {"cli": "codex", "prompt": CODEX}
    path = f"/v1/jobs/{told['id']}/move"
    status, refused = await house.call("POST", path, body, key=key)
    assert (status, "budget" in refused["error"]["message"]) == (429, True), refused
    _, old = await house.call("GET", f"/v1/jobs/{told['id']}", key=key)
    assert old["handedTo"] is None


async def test_what_a_fall_left_half_moved_ends_with_the_next_start(make_house: MakeHouse) -> None:
    house: RunHouse = await make_house()
    told = await parked(house)
    later = plain_job(
        7, handed_from=told["id"], owner="local", cli=CliName.CODEX, state="completed"
    )
    house.container.runs.job_store.add(later)
    await house.container.stop()
    house = await make_house()
    _, old = await house.call("GET", f"/v1/jobs/{told['id']}")
    assert (old["state"], old["handedTo"]) == ("canceled", later.id)


async def said_to_a_model(house: RunHouse, folder: Path, key: str = "") -> str:
    """A conversation that is no job, such as a CLI's in a terminal: its flight."""
    messages = [
        {"role": "system", "content": f"You are an agent.\nWorking directory: {folder}\n"},
        {"role": "user", "content": "How is my shoe?"},
    ]
    body = {"model": "practice/echo", "messages": messages}
    status, _ = await house.call("POST", "/v1/chat/completions", body, key=key)
    assert status == 200
    for _ in range(1200):
        flights, last = house.container.flights, house.closed[-1].id if house.closed else ""
        if last and "shoe" in str((await asyncio.to_thread(flights.thread, last)).turns):
            return last  # its bodies are written a little later than its row
        await asyncio.sleep(0.05)
    raise AssertionError("it is not recorded")


async def test_a_conversation_of_a_terminal_goes_over_as_a_job_does(
    house: RunHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = house.home / "app"
    folder.mkdir()
    flight = await said_to_a_model(house, folder)
    status, draft = await house.call("POST", f"/v1/jobs/{flight}/move", {"cli": "codex"})
    assert (status, draft["id"], draft["cli"]) == (200, flight, "codex")
    assert "Person: How is my shoe?" in draft["prompt"]
    assert draft["lost"] == [hand_over.THOUGHTS]
    assert house.asked == [], "nothing is asked yet"
    status, new = await moved(house, flight)
    assert (status, new["handedFrom"]) == (202, flight)
    assert (await ended(house, new["id"]))["text"] == "taken-over"
    assert house.asked[0].startswith(f"{folder} ")

    arguments = parse(["jobs", "move", flight, "--to", "claude"])
    assert await asyncio.to_thread(command.run, arguments, house.container.places, {}) == 0
    assert "Person: How is my shoe?" in capsys.readouterr().out
    async with asyncio.timeout(60):  # the job's own flight is written a little later
        while True:
            again = await asyncio.to_thread(house.container.flights.thread, flight)
            if {each.job for each in again.turns} >= {"", new["id"]}:
                break
            await asyncio.sleep(0.05)
    assert "How is my shoe?" in str(again.turns), "and the job that it went on as beside it"


async def test_a_conversation_of_others_is_not_found(house: RunHouse) -> None:
    both = Scope.JOBS_RUN, Scope.MODELS_USE
    mine = house.client("mine", *both, Scope.FLIGHTS_READ)
    other = house.client("other", *both, Scope.FLIGHTS_READ)
    flight = await said_to_a_model(house, house.home, mine)
    for asked in ({"cli": "codex"}, {"cli": "codex", "prompt": CODEX}):
        path = f"/v1/jobs/{flight}/move"
        status, told = await house.call("POST", path, asked, key=other)
        unknown, as_told = await house.call("POST", "/v1/jobs/flt_0/move", asked, key=other)
        assert (status, unknown) == (404, 404)
        assert str(told).replace(flight, "") == str(as_told).replace("flt_0", "")
    status, _ = await house.call("POST", f"/v1/jobs/{flight}/move", {"cli": "codex"}, key=mine)
    assert status == 200
    blind = house.client("blind", *both)
    own = await said_to_a_model(house, house.home, blind)
    status, _ = await house.call("POST", f"/v1/jobs/{own}/move", {"cli": "codex"}, key=blind)
    assert status == 404, "who may not read what it said hands none of it on"
