"""Tests dealt out by file: each is run once, and what is wrong is told of the test that it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = {
    "test_good.py": """
        import os, pathlib, pytest
        @pytest.fixture(scope="module")
        def once():
            pathlib.Path("made").open("a").write("x")
            yield
            pathlib.Path("gone").open("a").write("x")
        @pytest.mark.parametrize("n", range(5))
        def test_n(n, once): assert os.environ["PYTEST_XDIST_WORKER"]
        @pytest.mark.dear
        def test_left_out(): assert False
    """,
    "test_bad.py": "def test_wrong(): assert 1 == 2\n",
    "test_unread.py": "import nothing_of_that_name\n",
    "test_dead.py": "import os\ndef test_dies(): os._exit(3)\n",
}


def pytest_in(folder: Path, *args: str) -> str:
    for name, text in FILES.items():
        (folder / name).write_text(text.replace("\n        ", "\n"))
    ini = ("[pytest]", "markers =", "  dear: no")
    (folder / "pytest.ini").write_text("\n".join(ini))
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.support.shares", *args]
    done = subprocess.run(
        [
            *command,
            "-n",
            "2",
            "--import-mode=importlib",
            "-p",
            "no:cacheprovider",
            "--dist=worksteal",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_a_file_is_run_whole_by_one_worker(tmp_path: Path):
    told = pytest_in(tmp_path, "-m", "not dear")
    assert "FAILED test_bad.py::test_wrong - assert 1 == 2" in told
    assert "No module named 'nothing_of_that_name'" in told
    assert re.search(r"^ERROR test_unread.py", told, re.MULTILINE)
    assert re.search(r"crashed while running 'test_dead.py::file'", told)
    assert "2 failed, 5 passed, 1 error" in told
    assert (tmp_path / "made").read_text() == (tmp_path / "gone").read_text() == "x"
