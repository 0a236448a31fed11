"""What is shown as a command works when it is pasted."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from llmgw_desktop.app.command_line.this_program import own_argv, own_command, this_program
from llmgw_desktop.app.flights.errors import explained
from tests.support.made_flights import failed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="quotes for a POSIX shell")


@pytest.fixture
def with_script(tmp_path: Path) -> dict[str, str]:
    script = tmp_path / "llmgw"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o700)
    return {"PATH": str(tmp_path)}


def test_the_script_where_it_is_found(with_script: dict[str, str]) -> None:
    assert own_command("key", "add", "NAME", env=with_script) == "llmgw key add NAME"


def test_else_this_python(tmp_path: Path) -> None:
    said = own_command("key", "add", "NAME", env={"PATH": str(tmp_path)})
    assert said == f"{shlex.quote(sys.executable)} -I -m llmgw_desktop key add NAME"


def test_a_home_of_its_own_goes_along(with_script: dict[str, str]) -> None:
    env = {**with_script, "LLMGW_HOME": "/srv/my gate"}
    assert own_command("key", "list", env=env) == "LLMGW_HOME='/srv/my gate' llmgw key list"


def test_it_works_as_pasted(tmp_path: Path) -> None:
    env = {"PATH": "/nowhere", "LLMGW_HOME": str(tmp_path / "it's a home")}
    done = subprocess.run(
        ["/bin/sh", "-c", own_command("key", "list", env=env)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "There are no keys yet" in done.stderr
    assert (tmp_path / "it's a home" / "data").is_dir()


@pytest.fixture
def hostile(tmp_path: Path) -> dict[str, str]:
    """An environment in which another program's Python would run what is not ours."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    for module in ("sitecustomize", "usercustomize", "platformdirs", "argparse", "tomllib"):
        marks = f"open({str(tmp_path / 'marks')!r}, 'a').write('{module} ')\n"
        (folder / f"{module}.py").write_text(marks)
    home = {"LLMGW_HOME": str(tmp_path / "home"), "PATH": "/nowhere"}
    return {**home, "PYTHONPATH": str(folder), "PYTHONUSERBASE": str(folder)}


def _marks_of(words: Sequence[str], hostile: dict[str, str], tmp_path: Path) -> set[str]:
    cwd = hostile["PYTHONPATH"]
    done = subprocess.run(words, env=hostile, cwd=cwd, capture_output=True, text=True, check=False)
    assert "There are no keys yet" in done.stderr, done.stderr
    marks = tmp_path / "marks"
    return set(marks.read_text().split()) if marks.exists() else set()


def test_nothing_of_a_callers_python_stands_in_for_ours(
    hostile: dict[str, str], tmp_path: Path
) -> None:
    """As desktops, editors and our own starts begin it."""
    for words in (this_program(), own_argv({"PATH": str(Path(sys.executable).parent)})):
        assert words[1:] == ("-I", "-m", "llmgw_desktop")
        assert not _marks_of([*words, "key", "list"], hostile, tmp_path)


def test_a_script_begins_again_without_it(hostile: dict[str, str], tmp_path: Path) -> None:
    """What runs before it cannot be helped: its Python has read that in already."""
    script = "import sys; from llmgw_desktop.__main__ import main; sys.exit(main())"
    marks = _marks_of([sys.executable, "-P", "-c", script, "key", "list"], hostile, tmp_path)
    assert marks == {"sitecustomize"}


_BUSY = """
import sys, threading
import re2
from llmgw_desktop import __main__ as ours

def work():
    found = re2.compile("(a|b|c)*d(x+)+y")
    while True:
        found.search("abc" * 20_000)

def main():
    for _ in range(4):
        threading.Thread(target=work, daemon=True).start()
    sys.stdout.write("said")
    return 3

ours.main = main
ours.program()
"""


def test_threads_that_are_still_at_work_do_not_spoil_its_end() -> None:
    """Python ends them in the middle of RE2, and that would abort the process."""
    for _ in range(3):
        ended = subprocess.run([sys.executable, "-c", _BUSY], capture_output=True, check=False)
        assert (ended.returncode, ended.stdout, ended.stderr) == (3, b"said", b"")


def test_a_checkout_is_run_as_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"/nowhere:{Path(__file__).parents[2]}")
    assert this_program()[1:] == ("-P", "-m", "llmgw_desktop")


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program of a build that needs no Python beside it."""
    program = tmp_path / "LLM Gateway" / "llmgw"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    return program


def test_a_frozen_program_has_no_python_to_name(frozen: Path) -> None:
    nowhere = {"PATH": str(frozen.parents[1])}
    assert own_command("key", "add", "NAME", env=nowhere) == f"'{frozen}' key add NAME"
    assert own_argv(nowhere) == this_program() == (str(frozen),)


def test_a_program_without_a_console_names_the_one_that_has_one(
    frozen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows: nobody would see the key that it prints."""
    without = frozen.with_name("llmgw-desktop")
    without.write_text("#!/bin/sh\n")
    monkeypatch.setattr(sys, "executable", str(without))
    nowhere = {"PATH": str(frozen.parents[1])}
    assert own_command("key", "add", "NAME", env=nowhere) == f"'{frozen}' key add NAME"
    assert own_command("serve", env={"PATH": str(frozen.parent)}) == "llmgw serve"
    frozen.unlink()
    assert this_program() == (str(without),)


def test_a_frozen_program_is_not_another_one_of_its_name(
    frozen: Path, with_script: dict[str, str]
) -> None:
    assert own_command("serve", env=with_script) == f"'{frozen}' serve"
    assert own_argv(with_script) == (str(frozen),)


def test_a_frozen_program_that_is_linked_to_goes_by_its_short_name(
    frozen: Path, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "llmgw"
    link.symlink_to(frozen)
    assert own_command("serve", env={"PATH": str(link.parent)}) == "llmgw serve"
    assert own_argv({"PATH": str(link.parent)}) == (str(link),)


@pytest.mark.parametrize("kind", ["unauthenticated", "missing_scope"])
def test_the_advice_of_a_flight_names_it(kind: str) -> None:
    found = explained(failed(1, error_kind=kind))
    assert found is not None
    assert own_command("key", "add", "NAME") in found.advice
    assert "{" not in found.advice


def test_a_script_that_starts_this_python_is_named_by_it(
    tmp_path: Path, with_script: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "linked").symlink_to(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "linked" / "python"))
    assert own_argv(with_script) == this_program() != (f"{tmp_path}/llmgw",)
    monkeypatch.setattr(sys, "executable", "/another/bin/python")
    assert own_argv(with_script) == (f"{tmp_path}/llmgw",)
