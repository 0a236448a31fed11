"""Tells tests that fail from those that fail on a busy machine.

`pytest -p tests.support.again --failed-to FILE` writes down which tests failed. A few that failed
beside others are then run three times by themselves, by `python -m tests.support.again FILE`. If
they pass each time they are named as unsteady, which does not hold up the change at hand: somebody
has to mend them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MOST = 12
"""More that fail at once are no chance. Of 21,000 on a computer that is three times slower at one
hour than at another, some do; one that ended its window takes those after it along."""
TIMES = 3
_failed: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--failed-to", type=Path, help="a file for the names of tests that fail")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _failed.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _failed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Workers tell their reports to the one that started them, and it alone writes."""
    if not hasattr(session.config, "workerinput"):
        session.config.getoption("--failed-to").write_text(json.dumps(sorted(_failed)))


def failed_tests(path: Path) -> list[str]:
    """Their ids; empty where a run ended before it wrote them."""
    try:
        tests: list[str] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    return tests


def are_unsteady(tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist"]
    return all(
        subprocess.run([*command, *tests], check=False).returncode == 0 for _ in range(TIMES)
    )


def main(path: Path) -> int:
    tests = failed_tests(path)
    if not 0 < len(tests) <= MOST:
        return 1
    print(f"\nOnce more, {TIMES} times by themselves: {' '.join(tests)}", flush=True)
    if not are_unsteady(tests):
        return 1
    for test in tests:
        print(f"UNSTEADY, failed beside others and passed {TIMES} times alone; mend it: {test}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
