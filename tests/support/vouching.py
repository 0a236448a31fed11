"""Leaves out of a run what a stamp vouches for, and stamps a suite that passed whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.shares import TestFile
from tests.support.stamps import Suite, hashes, suites, told_of, write_stamps

_DAILY = "mark.daily"


class Vouching:
    """In the process that tells of the run, and in each worker."""

    def __init__(self, config: pytest.Config) -> None:
        self._suites = suites(config.rootpath)
        self._of_one_file = {each.name: each for each in self._suites if each.group}
        self._worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._asked = [] if self._worker else _asked_of(self._suites, config)
        self._hashes = {} if _names_tests(config) else hashes(self._asked)
        self._fresh = self._vouched_for(config)
        self._files: set[str] = set()
        self._suite_of_file: dict[str, Suite | None] = {}
        self._chosen: Counter[str] = Counter()
        self._good: Counter[str] = Counter()
        self._unfit = {each.name for each in self._suites} if _names_tests(config) else set()
        self._written: list[Suite] = []

    def _vouched_for(self, config: pytest.Config) -> set[str]:
        if self._worker:
            return set(self._worker["fresh"])
        if config.getoption("--all") or _names_tests(config):
            return set()
        return {each.name for each in self._asked if each.vouches_for(self._hashes[each.name])}

    def _suite_of(self, nodeid: str) -> Suite | None:
        file = nodeid.partition("::")[0]
        if file not in self._suite_of_file:  # it is asked of each report of each test
            found = (each for each in self._suites if not each.group and each.holds(file))
            self._suite_of_file[file] = self._of_one_file.get(file) or next(found, None)
        return self._suite_of_file[file]

    def pytest_report_header(self) -> list[str]:
        if not self._suites:
            return []
        fresh = told_of(each for each in self._asked if each.name in self._fresh)
        stale = told_of(each for each in self._asked if each.name not in self._fresh)
        return [
            f"suites that a stamp vouches for, of which a short run is made: {fresh or 'none'}",
            f"suites that are run whole: {stale or 'none'}",
        ]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Iterator[None]:
        """What marks and words on the command line leave out makes a suite unfit for a stamp.

        Files of which nothing is run go before they are dealt out: nobody reads them in."""
        items[:] = [item for item in items if not self._is_unread(item)]
        before = self._counted(items)
        yield
        after = self._counted(items)
        self._unfit |= {name for name in before if after[name] < before[name]}
        kept = [item for item in items if not self._is_left_out(item)]
        if len(kept) < len(items):
            config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
            items[:] = kept
        self._chosen += self._counted(items)

    def _counted(self, items: list[pytest.Item]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for item in items:
            suite = None if isinstance(item, TestFile) else self._suite_of(item.nodeid)
            if suite is not None:
                counts[suite.name] += 1
                self._files.add(item.nodeid.partition("::")[0])
        return counts

    def _is_unread(self, item: pytest.Item) -> bool:
        if not isinstance(item, TestFile) or self.runs_whole(item):
            return False
        return _DAILY not in item.path.read_text()

    def runs_whole(self, item: pytest.Item) -> bool:
        suite = self._suite_of(item.nodeid)
        return suite is None or suite.name not in self._fresh

    def _is_left_out(self, item: pytest.Item) -> bool:
        if isinstance(item, TestFile) or item.get_closest_marker("daily"):
            return False
        return not self.runs_whole(item)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["fresh"] = sorted(self._fresh)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        told = getattr(node, "workeroutput", {}).get("suites")
        if error or told is None:
            self._unfit |= {suite.name for suite in self._suites}
            return
        self._chosen += Counter(told["chosen"])
        self._files |= set(told["files"])
        self._unfit |= set(told["unfit"])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        suite = None if self._worker else self._suite_of(report.nodeid)
        if suite is None:
            return
        if report.failed or (report.skipped and not hasattr(report, "wasxfail")):
            self._unfit.add(suite.name)
        elif report.when == "teardown":
            self._good[suite.name] += 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._worker:
            session.config.workeroutput["suites"] = {  # type: ignore[attr-defined]
                "chosen": dict(self._chosen),
                "files": sorted(self._files),
                "unfit": sorted(self._unfit),
            }
            return
        passed = [suite for suite in self._suites if self._has_passed(suite, session.config)]
        now = hashes(passed)
        self._written = [each for each in passed if now[each.name] == self._hashes[each.name]]
        write_stamps(self._written, self._good, now)

    def _has_passed(self, suite: Suite, config: pytest.Config) -> bool:
        """Whole. Of single files only a run of all tells: each run of a few would change the table
        of their stamps."""
        name = suite.name
        return (
            name not in self._fresh | self._unfit
            and bool(self._hashes.get(name))
            and not (suite.group and config.args_source is pytest.Config.ArgsSource.ARGS)
            and suite.test_files <= self._files
            and self._good[name] == self._chosen[name]
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for stamp in sorted({suite.stamp.name for suite in self._written}):
            whole = told_of(each for each in self._written if each.stamp.name == stamp)
            terminalreporter.write_line(
                f"The suite {whole} passed whole: commit tests/stamps/{stamp}"
            )


def _asked_of(found: list[Suite], config: pytest.Config) -> list[Suite]:
    """Those that hold something of the files and folders that are named. The others are not
    hashed, which would take seconds: of a few files a run is over in less."""
    root, start = config.rootpath.resolve(), config.invocation_params.dir
    named = [Path(start, arg.partition("::")[0]).resolve() for arg in config.args]
    if any(each == root or each in root.parents or root not in each.parents for each in named):
        return found
    places = [f"{each.relative_to(root).as_posix()}/" for each in named]
    return [
        suite
        for suite in found
        if any(
            place.startswith(f"{test}/") or f"{test}/".startswith(place)
            for test in suite.tests
            for place in places
        )
    ]


def _names_tests(config: pytest.Config) -> bool:
    """Then they run whatever a stamp says, and what is beside them in their files does not."""
    return any("::" in arg for arg in config.args)


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether more is asked for than a daily run: of a campaign that is one test."""
    vouching: Vouching = request.config.pluginmanager.get_plugin("vouching")
    return vouching.runs_whole(request.node)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also what a stamp vouches for")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Vouching(config), "vouching")
