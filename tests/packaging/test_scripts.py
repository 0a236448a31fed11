"""Keeps the set-up scripts honest: their syntax, their lists, and what they do on a bare machine.

A shell script stands for the interpreter, so that nothing is downloaded; real installations are
tried by hand on fresh systems.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
SCRIPTS = [*sorted(PACKAGING.rglob("*.sh")), ROOT / ".ci" / "run"]
LISTS = sorted((PACKAGING / "linux").glob("packages-*.txt"))
TOOLS = "cat cksum cp cut date dirname env flock getent grep ls mkdir mv readlink rm sed sh sleep "
TOOLS += "sort tail touch tr"

FAKE_PYTHON = """#!/bin/sh
case "$2 $3" in
    '-c '*) echo "${FAKE_FACTS:-3.12 whole} $0" ;;
    '-m venv') mkdir -p "$6/bin" && touch "$6/pyvenv.cfg" && cp "$0" "$6/bin/python" ;;
    '-m pip')
        [ "$4" = install ] || exit 0
        echo "$@" >>"$CALLS"
        [ ! -e "$CALLS.slow" ] || sleep 0.5
        [ ! -e "$CALLS.fail" ] || { echo 'ERROR: No matching distribution found for x'; exit 1; } ;;
    '-m llmgw_desktop') shift 3 && printf '%s\\n' "$PWD" "$@" ;;
esac
"""


class Machine:
    """A checkout with a space in its name, on a machine that has only what the test gives it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "my checkout"
        self.commands = folder / "bin"
        self.pip_calls = folder / "calls"
        shutil.copytree(PACKAGING, self.root / "packaging")
        shutil.copy(ROOT / "pyproject.toml", self.root)
        for listed in (self.root / "packaging" / "linux").glob("*.txt"):
            listed.write_text("# nothing\n")
        self.commands.mkdir()
        for tool in TOOLS.split():
            (self.commands / tool).symlink_to(Path(shutil.which(tool) or "/bin/false").resolve())
        self.command("id", "echo 1000")

    def command(self, name: str, body: str) -> None:
        path = self.commands / name
        path.write_text(body if body.startswith("#!") else f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def need(self, line: str) -> None:
        (self.root / "packaging/linux/packages-window.txt").write_text(line + "\n")

    def start(self, *arguments: str, root: Path | None = None, **variables: str) -> Run:
        given = {"PATH": str(self.commands), "HOME": str(self.root), "CALLS": str(self.pip_calls)}
        return Run(
            ["/bin/sh", str((root or self.root) / "packaging" / "run.sh"), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.commands,
            env=given | {"CI": "true"} | variables,
            text=True,
        )

    def run(self, *arguments: str, root: Path | None = None, **variables: str) -> tuple[int, str]:
        """The exit code and what it printed, standard output first."""
        child = self.start(*arguments, root=root, **variables)
        out, err = child.communicate(timeout=60)
        return child.returncode, out + err

    def pip_installs(self) -> int:
        return len(self.pip_calls.read_text().splitlines()) if self.pip_calls.exists() else 0


Run = subprocess.Popen[str]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def ready(machine: Machine) -> Machine:
    machine.command("python3", FAKE_PYTHON)
    assert machine.run()[0] == 0
    assert machine.pip_installs() == 1
    return machine


def pairs(path: Path) -> list[list[str]]:
    lines = path.read_text().splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_parse_as_posix_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    assert not re.search(r"\[\[|\blocal\b|<<<|\bfunction\b|&>", script.read_text())


def test_ci_runs_the_test_script_and_nothing_else() -> None:
    entry = ROOT / ".ci" / "run"
    lines = entry.read_text().splitlines()
    assert lines == ["#!/bin/sh", 'cd "$(dirname -- "$0")/.." && exec sh packaging/test.sh']
    assert os.access(entry, os.X_OK)


def test_python_range_is_the_one_of_the_package() -> None:
    bounds = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    text = (PACKAGING / "setup.sh").read_text()
    oldest, newest = (re.search(rf"^{w}_python=(\d+)", text, re.M) for w in ("oldest", "newest"))
    assert oldest is not None
    assert newest is not None
    assert bounds == f">=3.{oldest[1]},<3.{int(newest[1]) + 1}"


def test_package_lists_are_pairs_and_name_each_need_once() -> None:
    rows = [row for path in LISTS for row in pairs(path)]
    assert {path.name for path in LISTS} == {"packages-test.txt", "packages-window.txt"}
    assert all(len(row) == 2 for row in rows)
    assert len({need for need, _ in rows}) == len(rows)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", package) for _, package in rows)


def test_qt_finds_every_library_of_the_plugins_in_use() -> None:
    import PySide6

    folder = Path(PySide6.__file__).parent
    used = [*folder.glob("Qt/plugins/platforms/libq[oxw]*.so")]
    used += [*folder.glob("Qt/plugins/xcbglintegrations/*.so"), *folder.glob("Qt/plugins/tls/*.so")]
    used += [*folder.glob("Qt/plugins/iconengines/*.so"), *folder.glob("QtDBus.abi3.so")]
    assert len(used) >= 8
    for library in used:
        found = subprocess.run(["ldd", library], capture_output=True, text=True, check=True)
        assert "not found" not in found.stdout, library.name


def test_first_run_installs_and_serves_headless(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    code, text = machine.run("--port", "4000", "--hidden")
    assert code == 0
    assert text.splitlines()[:4] == [str(machine.commands), "serve", "--port", "4000"]
    assert "no display here: serving headless" in text
    assert machine.pip_installs() == 1


def test_second_run_installs_nothing(ready: Machine) -> None:
    assert "installing" not in ready.run()[1]
    assert ready.pip_installs() == 1


def test_display_opens_the_window(ready: Machine) -> None:
    for display in ({"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}):
        assert ready.run("--hidden", **display)[1].splitlines()[1:] == ["desktop", "--hidden"]


def test_command_is_passed_on_as_it_is(ready: Machine) -> None:
    assert ready.run("key", "add", "my name")[1].splitlines()[1:] == ["key", "add", "my name"]


def test_reached_by_a_link_it_is_the_same_checkout(ready: Machine, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ready.root)
    assert ready.run(root=tmp_path / "link")[0] == 0
    assert ready.pip_installs() == 1


def test_changed_dependencies_are_installed(ready: Machine) -> None:
    with (ready.root / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert ready.run()[0] == 0
    assert ready.pip_installs() == 2


def test_moved_checkout_makes_its_environment_anew(ready: Machine) -> None:
    ready.root = ready.root.rename(ready.root.with_name("moved"))
    assert "making a virtual environment" in ready.run()[1]


def test_environment_of_an_unfit_python_is_made_anew(ready: Machine) -> None:
    old = FAKE_PYTHON.replace("${FAKE_FACTS:-3.12 whole}", "3.9 whole")
    (ready.root / ".venv" / "bin" / "python").write_text(old)
    assert "making a virtual environment" in ready.run()[1]
    assert "installing" not in ready.run()[1]


def test_failed_installation_says_why_and_is_made_anew(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    failing = machine.pip_calls.with_name("calls.fail")
    failing.touch()
    code, text = machine.run()
    assert code == 1
    assert "No matching distribution found for x" in text.splitlines()[-1]
    assert f"see {machine.root}/.cache/setup.log" in text.splitlines()[-1]
    failing.unlink()
    assert "making a virtual environment" in machine.run()[1]
    assert "installing" not in machine.run()[1]


def test_two_first_runs_at_once_install_once(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    machine.pip_calls.with_name("calls.slow").touch()
    children = [machine.start(), machine.start()]
    outputs = [child.communicate(timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    assert machine.pip_installs() == 1


def test_folder_that_is_no_environment_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    machine.command("python3", FAKE_PYTHON)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "letter").touch()
    code, text = machine.run(LLMGW_VENV=str(tmp_path / "precious"))
    assert code == 1
    assert "holds something else than a virtual environment" in text
    assert (tmp_path / "precious" / "letter").exists()


@pytest.mark.parametrize("facts", ["3.10 whole", "3.14 whole", "2.7 whole", "3.12 bare"])
def test_unfit_python_ends_with_what_to_do(machine: Machine, facts: str) -> None:
    machine.command("python3", FAKE_PYTHON)
    code, text = machine.run(FAKE_FACTS=facts)
    assert code == 1
    assert "Python 3.11 to 3.13" in text.splitlines()[-1]
    assert "LLMGW_PYTHON=" in text.splitlines()[-1]


def test_without_python_or_rights_it_says_what_to_install(machine: Machine) -> None:
    machine.command("apt-get", "exit 1")
    code, text = machine.run()
    assert code == 1
    assert len(text.splitlines()) == 1
    assert "apt-get install --no-install-recommends python3 python3-venv" in text


def test_missing_library_without_rights_names_its_package(ready: Machine) -> None:
    ready.need("libnot-there.so.9  libnot-there9")
    ready.command("apt-get", "exit 1")
    ready.command("sudo", "exit 1")
    code, text = ready.run(DISPLAY=":0")
    assert code == 1
    assert "apt-get install --no-install-recommends libnot-there9" in text
    assert ready.run("--port", "1")[0] == 0, "serving needs no library of a window"


def test_apt_failure_ends_with_its_reason(ready: Machine) -> None:
    ready.need("libnot-there.so.9  libnot-there9")
    ready.command("id", "echo 0")
    ready.command("apt-get", "echo 'E: Unable to locate package libnot-there9'; exit 100")
    code, text = ready.run(DISPLAY=":0")
    assert code == 1
    assert "(E: Unable to locate package libnot-there9)" in text.splitlines()[-1]
