"""Nobody has a run sent into the gateway's own folders: not the person, and no key."""

from __future__ import annotations

from pathlib import Path

from llmgw_desktop.domain.access.principal import Scope
from tests.engine.runs.conftest import MakeHouse, RunHouse

OK = "answer hello 0.02 10 5"


async def test_they_are_refused_to_everybody(house: RunHouse, tmp_path: Path) -> None:
    places = house.container.places
    runner = house.client("runner", Scope.JOBS_RUN)
    (tmp_path / "alias").symlink_to(places.run_folder)
    (house.home / "project").mkdir()
    cases = [
        *(("workingDir", str(each), {}) for each in places.folders),
        ("workingDir", str(tmp_path / "alias"), {}),
        ("workingDir", f"/proc/self/root{places.data_folder}", {}),
        ("workingDir", "/proc/1/root", {}),
        (
            "addDir",
            str(places.data_folder),
            {"workingDir": str(house.home / "project"), "addDir": [str(places.data_folder)]},
        ),
        ("addDir", "", {"workingDir": str(house.home), "addDir": ["../gateway/run"]}),
    ]
    for field, path, fields in cases:
        for key in ("", runner):
            for skipped in (False, True):
                status, error = await house.refused(
                    key=key,
                    prompt=OK,
                    dangerouslySkipPermissions=skipped,
                    **(fields or {field: path}),
                )
                assert (status, error["param"]) == (400, field), (path, error)
                assert error["category"] == "invalid_input"
    assert house.asked == []


async def test_anothers_worktree_is_not_worked_in(house: RunHouse) -> None:
    worktree = house.container.places.worktrees_folder / "wtr_000000000001"
    worktree.mkdir(parents=True)
    status, error = await house.refused(prompt=OK, workingDir=str(worktree))
    assert (status, error["param"]) == (400, "workingDir")
    assert house.asked == []


async def test_a_link_that_came_while_it_waited_leads_nowhere(make_house: MakeHouse) -> None:
    """Of a folder that is in no workspace, too."""
    house: RunHouse = await make_house("[limits]\nmax_running_jobs = 1")
    supervisor = house.container.runs.supervisor
    folder = house.home / "project"
    folder.mkdir()
    hold = 'while ! [ -e "$HOME/go" ]; do sleep 0.05; done; ' + OK
    _, first = await house.call("POST", "/v1/jobs", {"cli": "claude", "prompt": hold})
    body = {"cli": "claude", "prompt": OK, "workingDir": str(folder)}
    _, second = await house.call("POST", "/v1/jobs", body)
    assert second["state"] == "queued", second
    folder.rmdir()
    folder.symlink_to(house.container.places.run_folder)
    (house.home / "go").touch()
    await supervisor.wait(first["id"])
    ended = await supervisor.wait(second["id"])
    assert ended is not None
    assert (ended.state, len(house.asked)) == ("failed", 1)
    assert "gateway's own folders" in ended.error


async def test_a_folder_that_cannot_be_looked_at_is_refused_in_words(
    house: RunHouse, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    marked = tmp_path / "marked"
    marked.mkdir()
    (marked / ".git").write_text(f"gitdir: {tmp_path / 'loop'}")
    for path in ("/proc/1/root", tmp_path / "loop", "/" + "a" * 5000, "/" + "a/" * 3000, marked):
        for more in ({}, {"worktree": True}, {"worktree": True, "approvals": "ask"}):
            if path is marked and not more:
                continue
            status, error = await house.refused(prompt=OK, workingDir=str(path), **more)
            assert (status, error["category"]) == (400, "invalid_input"), (path, more, error)
    assert house.asked == []
