"""How a CLI was installed, as its files tell, and what brings another version."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.app.clis.upgrades import Way, newest_argv, way_to
from llmgw_desktop.clis.agy import CLI as AGY_CLI
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

AGY = AGY_CLI.packaging
CODEX, VIBE = cli_of(CliName.CODEX).packaging, cli_of(CliName.MISTRAL).packaging


def found(command: str) -> str:
    return f"/usr/bin/{command}"


def nothing(command: str) -> str:
    return ""


def npm_installed(modules: Path, package: str, command: str, bin_folder: Path) -> Path:
    """As npm leaves it: a link into the package's folder."""
    script = modules / package / "bin" / f"{command}.js"
    script.parent.mkdir(parents=True)
    script.write_text("")
    (modules / package / "package.json").write_text("{}")
    bin_folder.mkdir(parents=True, exist_ok=True)
    (bin_folder / command).symlink_to(script)
    return bin_folder / command


def way(target: str, program: Path, packaging: object = CODEX, find: object = found) -> Way:
    return way_to(target, program, packaging, find)  # type: ignore[arg-type]


def test_a_global_package_stays_in_its_prefix(tmp_path: Path) -> None:
    program = npm_installed(
        tmp_path / "lib" / "node_modules", "@openai/codex", "codex", tmp_path / "bin"
    )
    made = way("0.170.0", program)
    assert made.strategy == "npm-global"
    assert made.argv[:5] == ("/usr/bin/npm", "install", "--global", "--prefix", str(tmp_path))
    assert made.argv[-1] == "@openai/codex@0.170.0"


def test_a_folders_package_stays_in_its_folder(tmp_path: Path) -> None:
    modules = tmp_path / "node_modules"
    program = npm_installed(modules, "@openai/codex", "codex", modules / ".bin")
    (tmp_path / "package.json").write_text("{}")
    made = way("latest", program)
    assert made.strategy == "npm-folder"
    assert made.argv[2:4] == ("--prefix", str(tmp_path))
    assert str(tmp_path) in made.note


@pytest.mark.parametrize("lock", ["pnpm-lock.yaml", "yarn.lock", "bun.lock"])
def test_another_managers_folder_is_left_alone(tmp_path: Path, lock: str) -> None:
    modules = tmp_path / "node_modules"
    program = npm_installed(modules, "@openai/codex", "codex", modules / ".bin")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / lock).write_text("")
    assert way("latest", program) == Way(strategy="own-update", argv=(str(program), "update"))


@pytest.mark.parametrize(
    ("name", "target", "arguments"),
    [
        (CliName.CLAUDE, "latest", ("update",)),
        (CliName.CLAUDE, "2.1.330", ("install", "2.1.330")),
        (CliName.GROK, "1.0.42", ("update", "--version=1.0.42")),
        (CliName.OPENCODE, "1.2.3", ("upgrade", "1.2.3")),
        (CliName.COPILOT, "latest", ("update",)),
    ],
)
def test_what_came_from_elsewhere_updates_itself(
    tmp_path: Path, name: CliName, target: str, arguments: tuple[str, ...]
) -> None:
    program = tmp_path / "bin" / name
    assert way(target, program, cli_of(name).packaging).argv == (str(program), *arguments)
    assert way("latest", program, AGY).argv == (str(program), "update")


@pytest.mark.parametrize(
    ("above", "command", "newest"),
    [
        ("uv/tools", "/usr/bin/uv", ("tool", "upgrade", "mistral-vibe")),
        ("pipx/venvs", "/usr/bin/pipx", ("upgrade", "mistral-vibe")),
    ],
)
def test_tools_of_python_are_upgraded_by_what_installed_them(
    tmp_path: Path, above: str, command: str, newest: tuple[str, ...]
) -> None:
    folder = tmp_path / above / "mistral-vibe"
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("")
    program = folder / "bin" / "vibe"
    assert way("latest", program, VIBE).argv == (command, *newest)
    assert way("3.0.4", program, VIBE).argv[-1] == "mistral-vibe==3.0.4"
    with pytest.raises(InvalidRun, match="no tags"):
        way("next", program, VIBE)


def test_in_a_plain_environment_its_own_pip_is_asked(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyvenv.cfg").write_text("")
    made = way("latest", tmp_path / "bin" / "vibe", VIBE)
    assert (made.strategy, made.argv[0]) == ("venv", str(tmp_path / "bin" / "python"))


def test_brew_brings_the_newest_only(tmp_path: Path) -> None:
    program = tmp_path / "Cellar" / "opencode" / "1.0" / "bin" / "opencode"
    assert way("latest", program).argv == ("/usr/bin/brew", "upgrade", "opencode")
    with pytest.raises(InvalidRun, match="newest version only"):
        way("1.2.3", program)


def test_where_there_is_no_way_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidRun, match="npm install -g @google/gemini-cli"):
        way("latest", tmp_path / "gemini", cli_of(CliName.GEMINI).packaging)
    with pytest.raises(InvalidRun, match="say latest"):
        way("0.1.0", tmp_path / "codex")
    modules = tmp_path / "lib" / "node_modules"
    program = npm_installed(modules, "@openai/codex", "codex", tmp_path / "bin")
    with pytest.raises(InvalidRun, match="there is no npm"):
        way("latest", program, find=nothing)


def test_who_can_be_asked_for_the_newest() -> None:
    assert newest_argv(CODEX, found)[:3] == ("/usr/bin/npm", "view", "@openai/codex@latest")
    assert newest_argv(VIBE, found)[:4] == ("/usr/bin/pip3", "index", "versions", "mistral-vibe")
    assert newest_argv(CODEX, nothing) == newest_argv(AGY, found) == ()
