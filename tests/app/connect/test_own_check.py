"""A program that was set up is asked itself, where it tells without a network."""

from pathlib import Path

import pytest

from llmgw_desktop.app.clis.programs import ProgramAsker
from llmgw_desktop.app.connect.command import ask_program
from llmgw_desktop.app.connect.programs import PROGRAMS


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo llmgw; echo enabled", "Codex itself sees it: `codex mcp get llmgw` lists llmgw."),
        ("echo 'No server named x' >&2; exit 1", "does not tell of it"),
        ("echo other", "does not tell of it"),
    ],
)
def test_what_it_says_is_told(tmp_path: Path, script: str, expected: str) -> None:
    program = tmp_path / "codex"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    said = ask_program(PROGRAMS["codex"], {"PATH": f"{tmp_path}:/usr/bin:/bin"}, ProgramAsker())
    assert expected in said


def test_one_that_is_not_here_or_would_change_its_file_is_not_asked(tmp_path: Path) -> None:
    env = {"PATH": str(tmp_path)}
    asker = ProgramAsker()
    assert ask_program(PROGRAMS["codex"], env, asker) == ""
    (tmp_path / "claude").write_text("#!/bin/sh\necho llmgw\n")
    (tmp_path / "claude").chmod(0o755)
    assert ask_program(PROGRAMS["claude-code"], env, asker) == ""
