"""Seeds one mistake at a time into a copy of the product and sees the daily tests fail on it.

python tests/mutations.py [--at N] [WORD]: all of tests/mutations.toml, or those that hold a word;
`--at`: so many copies at once. Ends with 1 where a mistake was not noticed or fits nowhere.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[1]
TABLE = Path(__file__).with_suffix(".toml")
_COPIED = ("llmgw_desktop", "tests", "resources", "packaging", "docs")
_FILES = ("pyproject.toml", "build.spec", "installer.nsi", "README.md", "CHANGELOG.md")
_PATIENCE_S = 900
_seconds = itertools.count(1_000_000_000)
_FAILED = 1
"""What pytest ends with where tests failed; all else is a mistake of the table."""


@dataclass(frozen=True)
class Mutation:
    old: str
    """Stands once in the product. Modules move; what they say stays."""
    new: str
    tests: tuple[str, ...]
    finds: str = ""
    """The defect, where it is one that a dear suite once found."""


def mutations() -> list[Mutation]:
    told = tomllib.loads(TABLE.read_text())["mutation"]
    return [Mutation(**{**each, "tests": tuple(each["tests"])}) for each in told]


def place_of(old: str, root: Path = ROOT) -> Path:
    """The one file that holds it, from the root."""
    found = [
        (path, text.count(old))
        for path in (root / "llmgw_desktop").rglob("*.py")
        if old in (text := path.read_text())
    ]
    if [count for _, count in found] != [1]:
        raise LookupError(f"stands {sum(count for _, count in found)} times: {old}")
    return found[0][0].relative_to(root)


def verdict(mutation: Mutation, copy: Path) -> str:
    """Empty where it was noticed."""
    try:
        path = copy / place_of(mutation.old, copy)
    except LookupError as lost:
        return str(lost)
    sound = path.read_text()
    _write(path, sound.replace(mutation.old, mutation.new))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", *mutation.tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    finally:
        _write(path, sound)
    if done.returncode == _FAILED:
        return ""
    return "not noticed" if done.returncode == 0 else (done.stdout + done.stderr)[-800:]


def _write(path: Path, text: str) -> None:
    """What is compiled is known by size and second: each writing has a second of its own."""
    path.write_text(text)
    second = next(_seconds)
    os.utime(path, (second, second))


@contextmanager
def _copies(count: int) -> Iterator[SimpleQueue[Path]]:
    with tempfile.TemporaryDirectory(prefix="llmgw-mutations-") as folder:
        free: SimpleQueue[Path] = SimpleQueue()
        for number in range(count):
            copy = Path(folder) / str(number)
            for name in _COPIED:
                ignored = shutil.ignore_patterns("__pycache__", "node_modules")
                shutil.copytree(ROOT / name, copy / name, ignore=ignored)
            for name in _FILES:
                shutil.copy(ROOT / name, copy)
            free.put(copy)
        yield free


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--at", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("word", nargs="?", default="")
    args = parser.parse_args()
    wanted = [each for each in mutations() if args.word in f"{each}"]
    survived = 0
    with _copies(args.at) as free:

        def seen(mutation: Mutation) -> tuple[Mutation, str]:
            copy = free.get()
            try:
                return mutation, verdict(mutation, copy)
            finally:
                free.put(copy)

        with ThreadPoolExecutor(args.at) as pool:
            for mutation, why in pool.map(seen, wanted):
                said = f"MISSED ({why})" if why else "noticed"
                print(said, mutation.old.strip()[:80], flush=True)
                survived += bool(why)
    print(f"{len(wanted) - survived} of {len(wanted)} mistakes were noticed")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
