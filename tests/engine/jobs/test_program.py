"""Which program is started for a CLI."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.jobs.launch import Launcher

COPILOT = cli_of(CliName.COPILOT)


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def loader(tmp_path: Path) -> Path:
    """As npm lays it out: a link among the commands."""
    loader = program(tmp_path / "lib/node_modules/@github/copilot/npm-loader.js")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/copilot").symlink_to(loader)
    return loader


def found(tmp_path: Path) -> Path:
    return Path(Launcher({"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}).program(COPILOT))


@pytest.mark.parametrize(
    "place", ["../copilot-linux-x64/copilot", "node_modules/@github/copilot-linux-x64/copilot"]
)
def test_the_program_goes_before_its_loader(tmp_path: Path, loader: Path, place: str) -> None:
    native = program(loader.parent / place)
    assert found(tmp_path) == native.resolve()


def test_the_loader_does_where_there_is_no_other(tmp_path: Path, loader: Path) -> None:
    unready = program(loader.parent / "../copilot-linux-x64/copilot")
    unready.chmod(0o644)
    assert found(tmp_path) == tmp_path / "bin/copilot"


@pytest.mark.parametrize("said", ["", "other/vibe"])
def test_another_program_of_the_same_cli_lies_beside_the_one_that_is_named(
    tmp_path: Path, said: str
) -> None:
    """Vibe asks by `vibe-acp`; settings name `vibe`."""
    for folder in ("bin", "other"):
        program(tmp_path / folder / "vibe")
        program(tmp_path / folder / "vibe-acp")
    vibe = cli_of(CliName.MISTRAL)
    command = str(tmp_path / said) if said else ""
    clis = (CliSettings(name=vibe.name, command=command),)
    launcher = Launcher({"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}, clis)
    request = CliRequest(cli=vibe.name, prompt="x", asks=True)
    folder = "other" if said else "bin"
    assert launcher.check(vibe, request).program == str(tmp_path / folder / "vibe-acp")
    usual = CliRequest(cli=vibe.name, prompt="x")
    assert launcher.check(vibe, usual).program == str(tmp_path / folder / "vibe")


@pytest.mark.parametrize("name", CliName)
@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("value", ["x={folder}", "{folder}/prompt.txt", "={folder}"])
def test_no_value_of_a_caller_is_filled_as_ours_are(
    tmp_path: Path, name: CliName, asks: bool, value: str
) -> None:
    cli = cli_of(name)
    launcher = Launcher({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    folder = tmp_path / value.strip("/").replace("/", "_")
    folder.mkdir()
    for field, request in (
        ("model", CliRequest(cli=name, prompt="hi", model=value, asks=asks)),
        ("workingDir", CliRequest(cli=name, prompt="hi", working_dir=str(folder), asks=asks)),
    ):
        with pytest.raises(InvalidRun) as refused:
            launcher.check(cli, request)
        assert (refused.value.field, "{folder}" in str(refused.value)) == (field, True)
