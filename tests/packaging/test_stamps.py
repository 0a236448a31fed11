"""A stamp vouches for a suite as it passed whole, and for nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.checkout import Checkout
from tests.support.stamps import ROOT, Suite, hashes, suites

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
    "tests/dear/test_two.py": "open('read', 'w').close()\ndef test_two(): pass\n",
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
        assert not (root / "read").exists(), "nor is it read in"
    assert "of which a short run is made: dear" in told
    assert "8 passed" in run(root, "--all")
    assert "1 passed" in run(root, "tests/dear/test_one.py::test_long[1]")
    assert "1 passed" in run(root, "tests/dear/test_one.py"), "the short one"
    told = run(root, "tests/test_cheap.py")
    assert "of which a short run is made: none" in told, "it is not looked at"
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


@pytest.mark.parametrize("is_read", [True, False])
def test_words_that_nobody_reads_count_by_their_files_names(
    root: Path, suite: Suite, *, is_read: bool
) -> None:
    reader = "llmgw_desktop/words.py" if is_read else "llmgw_desktop/other.py"
    for each in ("words", "other"):
        (root / "llmgw_desktop").mkdir(exist_ok=True)
        (root / f"llmgw_desktop/{each}.py").write_text("")
    (root / "tests/dear/test_two.py").write_text("import llmgw_desktop.words\n")
    (root / "tongues").mkdir()
    (root / "tongues/de.ts").write_text("Hallo")
    said = replace(suite, rooms=("tongues",), read_by=(("tongues", reader),), is_floor=True)
    before = said.hash()
    (root / "tongues/de.ts").write_text("Guten Tag")
    assert (said.hash() != before) is is_read
    (root / "tongues/fr.ts").write_text("Bonjour")
    assert said.hash() != before


@pytest.mark.parametrize(
    ("name", "is_stale"),
    [
        ("llmgw_desktop/wire/read.py", True),
        ("llmgw_desktop/wire/late.py", True),
        ("llmgw_desktop/wire/__init__.py", True),
        ("llmgw_desktop/domain/words.py", True),
        ("llmgw_desktop/store/child.py", True),
        ("llmgw_desktop/engine/door.py", False),
        ("tests/wire/test_far.py", False),
    ],
)
def test_of_a_floor_counts_what_its_tests_import(root: Path, name: str, is_stale: bool) -> None:
    texts = {
        "tests/wire/test_read.py": "from llmgw_desktop.wire import read\n"
        "PROGRAM = 'import llmgw_desktop.store.child'\n",
        "tests/wire/test_far.py": "import llmgw_desktop.engine.door\n",
        "llmgw_desktop/__init__.py": "",
        "llmgw_desktop/wire/__init__.py": "",
        "llmgw_desktop/wire/read.py": "from llmgw_desktop.domain.words import (\n    A,\n)\n"
        "def f():\n    import llmgw_desktop.wire.late\n",
        "llmgw_desktop/wire/late.py": "",
        "llmgw_desktop/domain/words.py": "A = 1\n",
        "llmgw_desktop/store/child.py": "",
        "llmgw_desktop/engine/door.py": "",
        "tests/suites.toml": "[low]\nfloor = true\ntests = ['tests/wire']\n"
        "but = ['tests/wire/test_far.py']\n",
    }
    for file, text in texts.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    [low] = suites(root)
    low.write_stamp(1)
    assert low.is_vouched_for
    (root / name).write_text("X = 2\n")
    assert low.is_vouched_for is not is_stale


BY_FILE = {
    "tests/suites.toml": "[by-file]\nfloor = true\nby_file = true\ntests = ['tests/up']\n",
    "tests/up/conftest.py": "import pytest, pathlib\nfrom tests.lent import lent\n"
    "from llmgw_desktop.house import X\n"
    "@pytest.fixture(\n    scope='module'\n)\ndef house(): ...\n",
    "tests/lent.py": "import pytest\n@pytest.fixture\ndef lent(): ...\n",
    "tests/called.py": "import pytest\n@pytest.fixture\ndef called(house): ...\n",
    "tests/up/test_house.py": "def test_in(house): pass\n",
    "tests/up/test_lent.py": "def test_in(lent): pass\n",
    "tests/up/test_called.py": "from tests.called import called\ndef test_in(called): pass\n",
    "tests/up/test_small.py": "import llmgw_desktop.small\ndef test_in(): pass\n",
    "tests/up/test_run.py": "ARGV = ['-m', 'llmgw_desktop']\ndef test_in(): pass\n",
    "tests/up/test_looks.py": "HERE = __file__\ndef test_in(): pass\n",
    "tests/up/test_wrong.py": "def test_in(): assert False\n",
    "llmgw_desktop/__init__.py": "",
    "llmgw_desktop/__main__.py": "import llmgw_desktop.app.command_line.command_line\n",
    "llmgw_desktop/house.py": "X = 1\n",
    "llmgw_desktop/small.py": "from importlib import import_module\n"
    "from typing import TYPE_CHECKING\n"
    "if TYPE_CHECKING:\n    from llmgw_desktop.typed import T\n\n"
    "def f(name): import_module(f'llmgw_desktop.kinds.{name}')\n"
    "RUN = 'door.py'\nWORK = 'one:run'\n",
    "llmgw_desktop/typed.py": "",
    "llmgw_desktop/kinds/a.py": "",
    "llmgw_desktop/platform/door.py": "",
    "llmgw_desktop/app/one.py": "",
    "llmgw_desktop/app/two.py": "",
    "llmgw_desktop/app/command_line/command_line.py": "NAME = f'llmgw_desktop.app.{module}'\n",
}
FILES_OF_IT = {f"tests/up/test_{each}.py" for each in ("house", "lent", "called", "small", "run")}


@pytest.mark.parametrize(
    ("name", "stale"),
    [
        ("tests/up/test_small.py", "small"),
        ("tests/up/conftest.py", "house lent called small run"),
        ("tests/called.py", "called"),
        ("llmgw_desktop/house.py", "house lent called"),
        ("llmgw_desktop/small.py", "small"),
        ("llmgw_desktop/typed.py", ""),
        ("llmgw_desktop/kinds/a.py", "small"),
        ("llmgw_desktop/platform/door.py", "small"),
        ("llmgw_desktop/app/one.py", "small"),
        ("llmgw_desktop/app/two.py", ""),
        ("llmgw_desktop/__main__.py", "run"),
        ("llmgw_desktop/app/command_line/command_line.py", "run"),
    ],
)
def test_each_file_counts_what_it_can_reach(root: Path, name: str, stale: str) -> None:
    for file, text in BY_FILE.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    before = hashes(suites(root))
    (root / name).write_text((root / name).read_text() + "Y = 2\n")
    now = hashes(suites(root))
    assert {each for each in now if now[each] != before[each]} == {
        f"tests/up/test_{each}.py" for each in [*stale.split(), *["wrong"] * ("conftest" in name)]
    }


def test_a_file_that_passed_in_a_run_of_all_is_left_out_of_the_next(root: Path) -> None:
    for file, text in BY_FILE.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    run(root, "tests/up")
    stamp = root / "tests" / "stamps" / "by-file.toml"
    assert not stamp.exists(), "a run of a few would change what others' runs wrote"
    told = run(root)
    assert "The suite 5 by-file passed whole: commit tests/stamps/by-file.toml" in told
    assert {each.name for each in suites(root) if each.is_vouched_for} == FILES_OF_IT
    assert "1 failed, 9 passed" in run(root, "-n", "1", "--dist", "worksteal")
    (root / "llmgw_desktop" / "small.py").unlink()
    (root / "tests" / "up" / "test_small.py").write_text("def test_in(): pass\n")
    (root / "tests" / "up" / "test_lent.py").unlink()
    assert "1 failed, 10 passed" in run(root)
    assert set(tomllib.loads(stamp.read_text())) == FILES_OF_IT - {"tests/up/test_lent.py"}


def test_what_a_test_reads_in_was_to_be_seen_in_the_texts() -> None:
    code = "import sys, tests.app.test_commands; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    modules = {each.replace(".", "/") for each in told if each.startswith("llmgw_desktop")}
    reach = Checkout(ROOT).reach_of(["tests/app/test_commands.py"])
    assert modules
    assert modules <= {each.removesuffix(".py").removesuffix("/__init__") for each in reach.product}


def test_a_stamp_of_another_state_vouches_for_nothing(root: Path, suite: Suite):
    replace(suite, rooms=("product/outer.py",)).write_stamp(6)
    assert not suite.is_vouched_for


@pytest.mark.parametrize(
    "suite", [each for each in suites() if not each.group], ids=lambda suite: suite.name
)
def test_every_room_of_a_suite_is_there(suite: Suite):
    places = [*suite.tests, *suite.rooms, *(folder for folder, _ in suite.lines)]
    assert [each for each in places if not (ROOT / each).exists()] == []
    assert suite.test_files
