"""Where no run is sent: the gateway's own folders, by whatever name they are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.containment.own_ground import Mount, OwnGround, all_names, mounts
from llmgw_desktop.engine.containment.sights import check_given


def _ground(tmp_path: Path) -> tuple[OwnGround, Path]:
    home = tmp_path / "gateway"
    for each in ("data/jobs/job_1", "data/worktrees/wtr_1/src", "data/homes/a", "run", "config"):
        (home / each).mkdir(parents=True)
    (home / "run/access.key").write_text("secret")
    (tmp_path / "tmp/llmgw-job_0123").mkdir(parents=True)
    (tmp_path / "tmp/llmgw-notes").mkdir()
    (tmp_path / "work").mkdir()
    return OwnGround((home,), home / "data/worktrees", tmp_path / "tmp"), home


def _is_refused(ground: OwnGround, path: Path, *, may_hold: bool = False) -> bool:
    try:
        ground.check(path, "workingDir", may_hold=may_hold)
    except InvalidRun:
        return True
    return False


def test_every_name_of_them_is_refused(tmp_path: Path) -> None:
    ground, home = _ground(tmp_path)
    (tmp_path / "link").symlink_to(home)
    (tmp_path / "work/deep").symlink_to(home / "data/jobs")
    within = os.open(home / "data", os.O_RDONLY)
    try:
        for each in (
            home,
            home / "data/jobs/job_1",
            home / "data/worktrees",
            home / "data/worktrees/wtr_1",
            home / "run/access.key",
            home / "work/../run",
            tmp_path / "work/../gateway/data",
            tmp_path / "link",
            tmp_path / "link/run",
            tmp_path / "work/deep/job_1",
            tmp_path / "tmp/llmgw-job_0123",
            Path(f"/proc/self/root{home}"),
            Path(f"/proc/self/fd/{within}"),
            Path(f"/proc/{os.getpid()}/cwd"),
            Path("/proc/self/root"),
            Path("/proc"),
            Path("/sys"),
            tmp_path / "work/none",
            Path("/nowhere/\0"),
        ):
            assert _is_refused(ground, each), each
    finally:
        os.close(within)
    for each in (tmp_path / "work", tmp_path / "tmp/llmgw-notes"):
        assert not _is_refused(ground, each), each


def test_what_holds_them_is_for_runs_that_do_not_see_them(tmp_path: Path) -> None:
    ground, _ = _ground(tmp_path)
    for each in (tmp_path, tmp_path.parent, Path("/")):
        assert _is_refused(ground, each)
        assert not _is_refused(ground, each, may_hold=True)


def test_a_worktree_is_its_own_runs(tmp_path: Path) -> None:
    ground, home = _ground(tmp_path)
    own = home / "data/worktrees/wtr_1"
    assert ground.tree_of(str(own / "src")) == own
    assert ground.tree_of(str(home / "data/worktrees")) is None
    assert ground.tree_of(str(tmp_path)) is None
    ground.check(own / "src", "workingDir", may_hold=False, own_tree=own)
    with pytest.raises(InvalidRun):
        ground.check(home / "data/homes", "addDir", may_hold=True, own_tree=own)


def test_a_folder_mounted_elsewhere_has_all_its_names() -> None:
    known = [
        Mount(device="8:1", root=Path("/"), at=Path("/")),
        Mount(device="8:2", root=Path("/"), at=Path("/home")),
        Mount(device="8:2", root=Path("/ada/gw"), at=Path("/mnt/gw")),
        Mount(device="8:2", root=Path("/ada/gw/data/jobs"), at=Path("/mnt/jobs")),
        Mount(device="8:2", root=Path("/ada"), at=Path("/srv/ada")),
        Mount(device="8:2", root=Path("/bob"), at=Path("/srv/bob")),
        Mount(device="8:3", root=Path("/ada/gw"), at=Path("/mnt/other")),
    ]
    assert all_names(Path("/home/ada/gw"), known) == {
        Path("/home/ada/gw"),
        Path("/mnt/gw"),
        Path("/mnt/jobs"),
        Path("/srv/ada/gw"),
    }
    assert all_names(Path("/srv/none"), []) == {Path("/srv/none")}


def test_the_table_of_mounts_is_read(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
        "30 22 8:2 /a\\040b /mnt/a\\040b\\134c rw shared:1 - ext4 /dev/sdb rw\n"
        "half a line\n"
    )
    assert mounts(table) == [
        Mount(device="8:1", root=Path("/"), at=Path("/")),
        Mount(device="8:2", root=Path("/a b"), at=Path("/mnt/a b\\c")),
    ]
    assert mounts(tmp_path / "none") == []


def test_no_contained_run_is_given_all_of_home_or_what_is_secret_in_it(tmp_path: Path) -> None:
    home = tmp_path / "person"
    for each in (".ssh/keys", "work", ".config/gh"):
        (home / each).mkdir(parents=True)
    (tmp_path / "around").symlink_to(home)
    (home / "work/link").symlink_to(home / ".ssh")
    refused = (home, tmp_path, tmp_path / "around", home / ".ssh", home / ".ssh/keys")
    for each in (*refused, home / "work/link", home / ".config/gh", home / "work/.."):
        with pytest.raises(InvalidRun):
            check_given(each, "workingDir", home)
    for each in (home / "work", tmp_path / "elsewhere"):
        check_given(each, "workingDir", home)
    check_given(home, "workingDir", None)
