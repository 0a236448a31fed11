"""A stamp vouches for a suite as it passed whole, and for nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.stamps import ROOT, Suite, suites

FILES = {
    "pyproject.toml": """
        [project]
        dependencies = ["one>=1"]
        [tool.pytest.ini_options]
        asyncio_default_fixture_loop_scope = "function"
        markers = ["daily: d", "bench: b"]
        """,
    "tests/suites.toml": """
        [dear]
        tests = ["tests/dear"]
        rooms = ["product/inner"]
        lines = { product = "^import .*" }
        """,
    "tests/conftest.py": "",
    "tests/help.py": "from tests import deeper\n",
    "tests/deeper.py": "N = 3\n",
    "tests/dear/test_one.py": """
        import os, pathlib, pytest
        from tests.help import deeper
        @pytest.mark.daily
        def test_short(): pass
        @pytest.mark.parametrize("n", range(deeper.N))
        def test_long(n): assert not pathlib.Path("wrong").exists()
        def test_reached(): pathlib.Path("unreached").exists() and pytest.skip("out of reach")
        @pytest.mark.bench
        def test_more(): pass
        """,
    "tests/dear/test_two.py": "def test_two(): pass\n",
    "tests/test_cheap.py": "def test_cheap(): pass\n",
    "product/inner/code.py": "def say():  # once\n    return 'a # b'\n",
    "product/outer.py": "import json\nX = 1\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("\n        ", "\n"))
    return tmp_path


@pytest.fixture
def suite(root: Path) -> Suite:
    [suite] = suites(root)
    return suite


def run(root: Path, *args: str) -> str:
    plugins = ("-p", "xdist", "-p", "tests.support.shares", "-p", "tests.support.vouching")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--import-mode=importlib", *args],
        cwd=root,
        # without the other plugins a start takes a third
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout.splitlines()[-1] + done.stdout


def test_a_stamp_is_written_by_a_whole_run_that_passed(root: Path, suite: Suite):
    (root / "wrong").touch()
    assert "3 failed, 5 passed" in run(root)
    (root / "wrong").rename(root / "unreached")
    assert "7 passed, 1 skipped" in run(root)
    (root / "unreached").unlink()
    for part in (("-k", "long or two"), ("-m", "not bench"), ("tests/dear/test_one.py",)):
        run(root, *part)
    assert not suite.stamp.exists()
    told = run(root, "-n", "2", "--dist", "worksteal")
    assert "8 passed" in told
    assert "The suite dear passed whole: commit tests/stamps/dear.toml" in told
    assert suite.is_vouched_for


def test_tests_that_are_named_one_by_one_are_no_whole_run(root: Path, suite: Suite) -> None:
    named = ("tests/dear/test_two.py", *(f"tests/dear/test_one.py::test_{n}" for n in ("short",)))
    assert "passed whole" not in run(root, *named, "-m", "not bench")
    assert not suite.stamp.exists()


def test_of_what_is_vouched_for_a_short_run_is_made(root: Path, suite: Suite):
    suite.write_stamp(6)
    for workers in ("1", "2"):
        told = run(root, "-n", workers, "--dist", "worksteal")
        assert "2 passed" in told
        assert "error" not in told, "of a file of which nothing is run, its folder is left"
    assert "of which a short run is made: dear" in told
    assert "8 passed" in run(root, "--all")
    assert "1 passed" in run(root, "tests/dear/test_one.py::test_long[1]")
    (root / "tests" / "deeper.py").write_text("N = 4\n")
    assert "9 passed" in run(root)


CHANGES: list[tuple[str, Callable[[str], str]]] = [
    ("product/inner/code.py", lambda text: text.replace("a # b", "a # c")),
    ("product/inner/code.py", lambda text: text.replace("return", "return not")),
    ("product/inner/data.json", lambda text: "{}"),
    ("product/outer.py", lambda text: "import os\n" + text),
    ("tests/deeper.py", lambda text: "N = 4\n"),
    ("tests/conftest.py", lambda text: "X = 1\n"),
    ("tests/dear/lock.json", lambda text: "{}"),
    ("pyproject.toml", lambda text: text.replace(">=1", ">=2")),
]


@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_what_a_suite_looks_at_makes_its_stamp_stale(
    root: Path, suite: Suite, name: str, change: Callable[[str], str]
):
    suite.write_stamp(6)
    file = root / name
    file.write_text(change(file.read_text() if file.exists() else ""))
    assert not suite.is_vouched_for


def test_what_it_does_not_look_at_does_not(root: Path, suite: Suite):
    suite.write_stamp(6)
    (root / "product" / "outer.py").write_text("# why\n\nimport json\nX = 2\n")
    (root / "product" / "inner" / "code.py").write_text(
        "\ndef say():\n\n    return 'a # b'  # it\n"
    )
    (root / "tests" / "test_cheap.py").write_text("")
    (root / "pyproject.toml").write_text((root / "pyproject.toml").read_text() + "timeout = 9\n")
    assert suite.is_vouched_for


def test_a_stamp_of_another_state_vouches_for_nothing(root: Path, suite: Suite):
    replace(suite, rooms=("product/outer.py",)).write_stamp(6)
    assert not suite.is_vouched_for


@pytest.mark.parametrize("suite", suites(), ids=lambda suite: suite.name)
def test_every_room_of_a_suite_is_there(suite: Suite):
    places = [*suite.tests, *suite.rooms, *(folder for folder, _ in suite.lines)]
    assert [each for each in places if not (ROOT / each).exists()] == []
    assert suite.test_files
