"""Deals the tests out among xdist's workers by file; a worker reads a file in when it runs it.

By itself xdist has each worker collect every test, and then tells it which to run. Here a worker
collects one piece for each file, opens it when its turn comes, and runs what it finds. The dearest
files come first, so that no worker sits alone with one of them in the end.
"""

from __future__ import annotations

import gc
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_SECONDS = Path(__file__).parents[1] / "seconds.toml"
"""How long the tests of each file took that is not over in a moment."""
_TOLD_FROM_S = 2
_OPENED = pytest.StashKey[list[pytest.Item]]()


class TestFile(pytest.Item):
    """All that one file holds, before anybody has looked into it."""

    __test__ = False

    def runtest(self) -> None:
        raise NotImplementedError("its tests are run one by one")


class _Folded(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield TestFile.from_parent(self, name="file")


class Shares:
    """What a worker does."""

    def __init__(self) -> None:
        self._opening = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(
        self, module_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        return _Folded.from_parent(parent, path=module_path)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Iterator[None]:
        """Marks and words are asked of the tests in a file, not of the file."""
        if self._opening:
            return (yield)
        files = list(items)
        yield
        items[:] = _dealt(files, config.workerinput["workercount"])  # type: ignore[attr-defined]
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Any:
        if not isinstance(item, TestFile):
            return None
        session, hook = item.session, item.config.hook
        place = session.items.index(item)
        tests = self._opened(item)
        if not tests:  # the test before has left set up what it shares with this file
            session._setupstate.teardown_exact(nextitem)
        for number, test in enumerate(tests, start=1):
            later = tests[number] if number < len(tests) else nextitem
            session.items[place] = test  # there xdist looks for what it reports of
            hook.pytest_runtest_protocol(item=test, nextitem=later)
            if session.shouldfail or session.shouldstop:
                break
        session.items[place] = item
        return True

    def _opened(self, file: TestFile) -> list[pytest.Item]:
        session = file.session
        module = pytest.Module.from_parent(file.parent.parent, path=file.path)  # type: ignore[union-attr]
        tests = list(session.genitems(module))
        self._opening = True
        session.config.hook.pytest_collection_modifyitems(
            session=session, config=session.config, items=tests
        )
        self._opening = False
        session.stash[_OPENED] = tests
        gc.collect()
        gc.freeze()
        return tests


def its_sisters(test: pytest.Function) -> list[Any]:
    """The tests that this run makes of the function whose one this test is, itself among them."""
    pool = test.session.stash.get(_OPENED, test.session.items)
    same = (test.parent, test.originalname)
    return [each for each in pool if _home_of(each) == same]


def _home_of(item: pytest.Item) -> tuple[Any, str | None]:
    return item.parent, getattr(item, "originalname", None)


def _dealt(files: list[pytest.Item], hands: int) -> list[pytest.Item]:
    """In the order in which xdist gives the first part to the first worker, and so on."""
    known = seconds_of_files()
    files.sort(key=lambda file: -known.get(file.nodeid.partition("::")[0], 0))
    return [file for hand in range(hands) for file in files[hand::hands]]


def seconds_of_files() -> dict[str, float]:
    return tomllib.loads(_SECONDS.read_text())["seconds"] if _SECONDS.exists() else {}


class Timekeeper:
    """What the process does that the workers report to, when it is asked to."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.partition("::")[0]
        self._seconds[file] = self._seconds.get(file, 0) + report.duration

    def pytest_sessionfinish(self) -> None:
        dear = sorted(item for item in self._seconds.items() if item[1] >= _TOLD_FROM_S)
        lines = [f'"{file}" = {seconds:.0f}\n' for file, seconds in dear]
        head = "# Made by `pytest --note-seconds`: what each file took; the dearest run first\n"
        _SECONDS.write_text(head + "[seconds]\n" + "".join(lines))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--note-seconds", action="store_true", help="write down how long each file's tests took"
    )


def pytest_configure(config: pytest.Config) -> None:
    names_tests = any("::" in arg for arg in config.args)
    if hasattr(config, "workerinput"):
        if not names_tests:
            config.pluginmanager.register(Shares(), "shares")
    elif config.getoption("--note-seconds"):
        config.pluginmanager.register(Timekeeper(), "timekeeper")
