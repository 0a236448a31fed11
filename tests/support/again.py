"""Tells tests that fail from those that fail on a busy machine: `python -m` this after a run.

A few tests that failed beside others are run three times by themselves. If they pass each time
they are named as unsteady, which does not hold up the change at hand: somebody has to mend them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MOST = 3
"""More that fail at once are no chance."""
TIMES = 3
FAILED = Path(".pytest_cache/v/cache/lastfailed")


def failed_tests(cache: Path) -> list[str]:
    """Their ids; empty where pytest wrote none down."""
    try:
        return sorted(json.loads(cache.read_bytes()))
    except FileNotFoundError:
        return []


def are_unsteady(tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    return all(
        subprocess.run([*command, *tests], check=False).returncode == 0 for _ in range(TIMES)
    )


def main() -> int:
    tests = failed_tests(FAILED)
    if not 0 < len(tests) <= MOST:
        return 1
    print(f"\nOnce more, {TIMES} times by themselves: {' '.join(tests)}", flush=True)
    if not are_unsteady(tests):
        return 1
    for test in tests:
        print(f"UNSTEADY, failed beside others and passed {TIMES} times alone; mend it: {test}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
