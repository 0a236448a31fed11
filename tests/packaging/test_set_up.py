"""What `run.sh` and `test.sh` do on a bare machine, first time, second time, and after mishaps."""

import re
from pathlib import Path

import pytest

from tests.packaging.machine import BREAKING_OFF, FAKE_PYTHON, FAKE_TOOL, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def ready(machine: Machine) -> Machine:
    machine.command("python3", FAKE_PYTHON)
    assert machine.run()[0] == 0
    assert machine.pip_installs() == 1
    return machine


def test_first_run_installs_and_serves_headless(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    code, text = machine.run("--port", "4000", "--hidden")
    assert code == 0
    out = [line for line in text.splitlines() if not line.startswith("llmgw: ")]
    assert out == [str(machine.commands), "serve", "--port", "4000"]
    assert "llmgw: no display here: serving headless" in text.splitlines()
    assert machine.pip_installs() == 1


def test_second_run_installs_nothing(ready: Machine) -> None:
    assert "installing" not in ready.run()[1]
    assert ready.pip_installs() == 1


def test_display_opens_the_window(ready: Machine) -> None:
    for display in ({"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}):
        assert ready.run("--hidden", **display)[1].splitlines()[1:] == ["desktop", "--hidden"]


def test_command_is_passed_on_as_it_is(ready: Machine) -> None:
    assert ready.run("key", "add", "my name")[1].splitlines()[1:] == ["key", "add", "my name"]


def test_reached_by_links_it_is_the_same_checkout(ready: Machine, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ready.root)
    (tmp_path / "gateway").symlink_to(ready.root / "packaging" / "run.sh")
    ready.root = tmp_path / "link"
    assert ready.run()[0] == 0
    assert ready.run(script="../../gateway")[0] == 0
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


@pytest.mark.parametrize("quote", ["", '"'])
def test_what_only_another_system_has_is_not_asked_for(
    ready: Machine, tmp_path: Path, quote: str
) -> None:
    ready.need("llmgw-no-such-tool   some-package   hurd")
    ready.command("apt-get", "exit 1")
    ready.command("sudo", "exit 1")
    told = tmp_path / "os-release"
    told.write_text("NAME=x\nID=debian\n")
    assert ready.run(DISPLAY=":0", OS_RELEASE=str(told))[0] == 0
    told.write_text(f"NAME=x\nID={quote}hurd{quote}\nVERSION=1\n")
    code, text = ready.run(DISPLAY=":0", OS_RELEASE=str(told))
    assert code == 1
    assert "apt-get install --no-install-recommends some-package" in text


@pytest.mark.parametrize("need", ["libnot-there.so.9", "/not/there", "not-there"])
def test_what_is_missing_without_rights_names_its_package(ready: Machine, need: str) -> None:
    ready.need(f"{need}  libnot-there9")
    ready.command("apt-get", "exit 1")
    ready.command("sudo", "exit 1")
    code, text = ready.run(DISPLAY=":0")
    assert code == 1
    assert "apt-get install --no-install-recommends libnot-there9" in text
    assert ready.run("--port", "1")[0] == 0, "serving needs nothing of a window's"


def test_what_is_there_is_not_asked_for(ready: Machine) -> None:
    ready.need(f"libc.so.6  libc6\n{ready.commands}  folder\nsed  sed")
    assert ready.run(DISPLAY=":0")[0] == 0


@pytest.mark.parametrize(
    ("kind", "asked_for"), [("deb", {"make"}), ("windows", {"make", "set-up"})]
)
def test_a_package_asks_for_what_it_is_made_with_and_not_for_what_tests_need(
    machine: Machine, kind: str, asked_for: set[str]
) -> None:
    machine.command("python3", FAKE_PYTHON)
    for name in ("make", "set-up", "test"):
        listed = machine.root / f"packaging/linux/packages-{name}.txt"
        assert listed.exists()
        listed.write_text(f"no-such-{name} package-of-{name}\n")
    code, text = machine.run(kind, script="make.sh")
    assert code == 1
    assert {*re.findall(r"package-of-([\w-]+)", text)} == asked_for


def test_apt_failure_ends_with_its_reason(ready: Machine) -> None:
    ready.need("libnot-there.so.9  libnot-there9")
    ready.command("id", "echo 0")
    ready.command("apt-get", "echo 'E: Unable to locate package libnot-there9'; exit 100")
    code, text = ready.run(DISPLAY=":0")
    assert code == 1
    assert "(E: Unable to locate package libnot-there9)" in text.splitlines()[-1]


@pytest.mark.parametrize(("processors", "workers"), [(1, 2), (2, 5), (4, 10), (64, 12)])
def test_all_checks_run_and_the_last_line_says_so(
    machine: Machine, processors: int, workers: int
) -> None:
    machine.command("python3", FAKE_PYTHON)
    machine.command("nproc", f"echo {processors}")
    code, text = machine.run(script="test.sh")
    ran = [line for line in text.splitlines() if line.startswith("ran ")]
    ran[0], _, written = ran[0].partition(" --failed-to ")
    assert written.endswith("/failed-tests")
    assert ran == [
        f"ran pytest -n {workers} --dist worksteal -m not bench -p tests.support.again",
        "ran ruff format --check llmgw_desktop tests",
        "ran ruff check llmgw_desktop tests",
        "ran mypy ",
        "ran mypy --platform win32 --cache-dir .mypy_cache/win32",
        "ran mypy --platform darwin --cache-dir .mypy_cache/darwin",
        "ran lint-imports ",
    ]
    assert code == 0
    assert "llmgw: PASSED in" in text
    assert "--editable .[dev]" in machine.pip_calls.read_text()


@pytest.mark.parametrize(
    ("tool", "names"),
    [
        ("mypy", "types, types-of-windows, types-of-macos"),
        ("pytest", "tests"),
        ("ruff", "format, lint"),
        ("*", "format, lint, types, types-of-windows, types-of-macos, imports, tests"),
    ],
)
def test_failed_check_stops_nothing_and_is_named_last(
    machine: Machine, tool: str, names: str
) -> None:
    machine.command("python3", FAKE_PYTHON)
    code, text = machine.run(script="test.sh", FAILING=tool)
    assert code == 1
    assert len([line for line in text.splitlines() if line.startswith("ran ")]) == 7
    assert "PASSED" not in text
    assert text.splitlines()[-1].startswith("llmgw: FAILED after ")
    assert f" s: {names}. " in text.splitlines()[-1]


def test_what_stamps_vouch_for_is_run_where_all_is_asked_for(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    code, text = machine.run("--all", script="test.sh")
    assert code == 0
    assert re.search(r"^ran pytest .* --all --note-seconds$", text, re.MULTILINE)
    assert machine.run("--al", script="test.sh")[0] == 1


def test_each_check_is_told_whole_under_its_heading(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    text = machine.run(script="test.sh")[1]
    told = re.findall(r"^== ([a-z-]+) \(\d+ s\)\nran ([a-z-]+) ", text, re.MULTILINE)
    assert told == [
        ("tests", "pytest"),
        ("format", "ruff"),
        ("lint", "ruff"),
        ("types", "mypy"),
        ("types-of-windows", "mypy"),
        ("types-of-macos", "mypy"),
        ("imports", "lint-imports"),
    ]


def test_checks_that_break_off_are_no_success(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    machine.command("tool", FAKE_TOOL + BREAKING_OFF)
    code, text = machine.run(script="test.sh")
    assert code == 1
    assert " s: checks. " in text.splitlines()[-1]


def test_the_programs_of_the_tests_are_compiled_once(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    machine.command("tool", FAKE_TOOL + 'echo "compiled: ${PYTHONDONTWRITEBYTECODE-kept}"\n')
    text = machine.run(script="test.sh", PYTHONDONTWRITEBYTECODE="1")[1]
    assert text.count("compiled: kept") == 7


def test_environment_of_the_tests_serves_the_program_too(machine: Machine) -> None:
    machine.command("python3", FAKE_PYTHON)
    assert machine.run(script="test.sh")[0] == 0
    assert "installing" not in machine.run()[1]
    assert machine.pip_installs() == 1
