"""Where a person's own settings of a CLI lie."""

from __future__ import annotations

from pathlib import Path

from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.runs.cli_files import settings_of

CODEX = cli_of(CliName.CODEX)


def test_below_home_or_where_its_variable_says(tmp_path: Path) -> None:
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "config.toml").write_bytes(b"home")
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "config.toml").write_bytes(b"elsewhere")
    home = {"HOME": str(tmp_path)}
    assert settings_of(CODEX, home) == b"home"
    assert settings_of(CODEX, home | {"CODEX_HOME": str(tmp_path / "else")}) == b"elsewhere"
    assert settings_of(CODEX, {"HOME": str(tmp_path / "nowhere")}) == b""


def test_runs_with_a_home_of_their_own_have_none_of_them() -> None:
    env = {"PATH": "/bin", "HOME": "/home/ada"}
    kept = CliSettings(name=CliName.CODEX, vault="work")
    assert Launcher(env, [kept]).persons_environment(CODEX) is None
    assert (Launcher(env).persons_environment(CODEX) or {})["HOME"] == "/home/ada"
