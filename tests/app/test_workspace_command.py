"""`llmgw workspace`: added, listed and removed, in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.workspace_command import run
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
        "ALIAS\tKIND\tFOLDER\tFROM",
        "said\tgit\t/src\tsettings",
        f"app\tfolder\t{folder}\tllmgw workspace, default",
    ]
    assert run(parse(["workspace", "remove", "app"]), places, env) == 0
    assert folder.is_dir()
    capsys.readouterr()
    assert run(parse(["workspace", "remove", "app"]), places, env) == 1
    assert "no workspace 'app'" in capsys.readouterr().err


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
