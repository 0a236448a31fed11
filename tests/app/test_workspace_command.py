"""`llmgw workspace`: added, listed and removed, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.workspaces.command import run
from llmgw_desktop.store.paths import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "gateway")})
    places.make()
    return places


def test_added_listed_and_removed(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {"HOME": str(tmp_path / "person")}
    folder = tmp_path / "person" / "src"
    folder.mkdir(parents=True)
    places.config_file.write_text(
        '[[workspaces.repos]]\nalias = "said"\npath = "/src"\nkind = "git"\n'
    )
    assert run(parse(["workspace", "add", "app", str(folder), "--default"]), places, env) == 0
    assert capsys.readouterr().out == f"app is {folder}\n"
    assert run(parse(["workspace", "list"]), places, env) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ALIAS\tKIND\tFOLDER\tFROM\tRUNS",
        "said\tgit\t/src\tsettings\tas the CLI's settings say",
        f"app\tfolder\t{folder}\tllmgw workspace, default\tas the CLI's settings say",
    ]
    assert run(parse(["workspace", "remove", "app"]), places, env) == 0
    assert folder.is_dir()
    capsys.readouterr()
    assert run(parse(["workspace", "remove", "app"]), places, env) == 1
    assert "no workspace 'app'" in capsys.readouterr().err


def test_how_far_its_runs_are_contained_is_said_and_changed(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a change does not name stays as it was."""
    folder = tmp_path / "person" / "src"
    folder.mkdir(parents=True)

    def said(*words: str) -> tuple[int, str]:
        code = run(parse(["workspace", *words]), places, {"HOME": str(tmp_path / "person")})
        out, error = capsys.readouterr()
        return code, (out + error).strip().removeprefix(f"app is {folder}")

    readable = ["--readable", "~/.ssh", "/data/x/../y"]
    assert said("add", "app", str(folder), "--contain", "always", *readable) == (
        0,
        " · always contained · reads ~/.ssh, /data/y too",
    )
    changed = " · always contained · reaches this gateway alone · reads ~/.ssh, /data/y too"
    assert said("change", "app", "--network", "loopback", "--default") == (0, changed)
    assert said("change", "app", "--contain", "unset", "--readable", "--writable", "/w") == (
        0,
        " · reaches this gateway alone · writes /w too",
    )
    code, listed = said("list")
    assert listed.splitlines()[1].split("\t")[3:] == [
        "llmgw workspace, default",
        "reaches this gateway alone, writes /w too",
    ]
    for wrong in ("/", "~/../../etc"):
        code, why = said("change", "app", "--writable", wrong)
        assert (code, why.split(":")[:2]) == (2, ["llmgw", " writable"])
    assert said("change", "app", "--no-default", "--writable", "--network", "unset") == (0, "")
    assert said("change", "none", "--contain", "never")[0] == 1


def test_what_cannot_be_one_is_said(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {"HOME": str(tmp_path)}
    for alias, path in (("app", str(tmp_path)), ("1app", "/"), ("app", str(tmp_path / "none"))):
        assert run(parse(["workspace", "add", alias, path]), places, env) == 2
        assert capsys.readouterr().err.startswith("llmgw: ")
    assert run(parse(["workspace", "list"]), places, env) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "workspace add ALIAS FOLDER" in said.err
