"""What a dear suite looks at, as one hash, and the file that says which hash it last passed for.

`tests/suites.toml` names the suites: their tests, and the rooms of the product that they exercise.
Whatever tests and support their files import counts by itself. docs/decisions/0063 says what a
stamp vouches for.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_STRING = (
    "("
    + "|".join(
        (
            r'"""(?:[^\\]|\\.)*?"""',
            r"\'\'\'(?:[^\\]|\\.)*?\'\'\'",
            r'"(?:[^"\\\n]|\\.)*"',
            r"'(?:[^'\\\n]|\\.)*'",
        )
    )
    + ")"
)
_COMMENT = re.compile(_STRING + r"|[ \t]*#[^\n]*", re.DOTALL)
_BLANK = re.compile(_STRING + r"|\n[ \t]*(?=\n)", re.DOTALL)
_FROM = re.compile(r"^\s*from (tests[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_MODULE = re.compile(r"\btests(?:\.\w+)+")


@dataclass(frozen=True)
class Suite:
    root: Path
    name: str
    tests: tuple[str, ...]
    """Files or folders of tests."""
    rooms: tuple[str, ...]
    """Files or folders of the product and what it is built with."""
    lines: tuple[tuple[str, str], ...] = ()
    """A folder, and the pattern of those lines in it that count alone."""
    programs: tuple[str, ...] = ()
    """Programs of this machine whose greater version counts."""

    def holds(self, file: str) -> bool:
        """Whether a test file, as its path from the root, is of this suite."""
        return any(file == each or file.startswith(f"{each}/") for each in self.tests)

    @cached_property
    def test_files(self) -> frozenset[str]:
        found = _files(self.root, self.tests)
        return frozenset(each for each in found if Path(each).name.startswith("test_"))

    @property
    def stamp(self) -> Path:
        return self.root / "tests" / "stamps" / f"{self.name}.toml"

    @property
    def is_vouched_for(self) -> bool:
        return self.stamp.exists() and self.vouches_for(self.hash())

    def vouches_for(self, found: str) -> bool:
        """Whether the stamp names this hash."""
        if not self.stamp.exists():
            return False
        return bool(tomllib.loads(self.stamp.read_text()).get("hash") == found)

    @property
    def passed(self) -> int:
        return int(tomllib.loads(self.stamp.read_text())["passed"])

    def write_stamp(self, passed: int) -> None:
        self.stamp.parent.mkdir(exist_ok=True)
        self.stamp.write_text(
            "# Written by a run of the whole suite that passed: docs/decisions/0063\n"
            f'hash = "{self.hash()}"\npassed = {passed}\n'
        )

    def hash(self, known: dict[Path, str] | None = None) -> str:
        """`known`: files that count by their sense, read a moment ago; what is read is added."""
        whole = hashlib.sha256()
        for part in self._parts({} if known is None else known):
            whole.update(json.dumps(part).encode() + b"\n")
        return whole.hexdigest()

    def _parts(self, known: dict[Path, str]) -> Iterator[Sequence[str]]:
        yield "libraries", json.dumps(_libraries(self.root))
        for program in self.programs:
            yield program, _greater_version(program)
        tests = _files(self.root, self.tests)
        for file in sorted({*tests, *_imported(self.root, tests), *_files(self.root, self.rooms)}):
            path = self.root / file
            if path not in known:
                known[path] = _sense(path)
            yield file, known[path]
        for folder, pattern in self.lines:
            for file in _files(self.root, [folder]):
                found = re.findall(pattern, (self.root / file).read_text(), re.MULTILINE)
                if found:
                    yield file, json.dumps(sorted({_code_of(each) for each in found}))


def suites(root: Path = ROOT) -> list[Suite]:
    table = root / "tests" / "suites.toml"
    told: dict[str, Any] = tomllib.loads(table.read_text()) if table.exists() else {}
    return [
        Suite(
            root=root,
            name=name,
            tests=tuple(each["tests"]),
            rooms=(*each.get("rooms", ()),),
            lines=tuple(each.get("lines", {}).items()),
            programs=tuple(each.get("programs", ())),
        )
        for name, each in told.items()
    ]


def hashes(found: Iterable[Suite]) -> dict[str, str]:
    """By the suites' names; a file that counts for several is read once."""
    known: dict[Path, str] = {}
    return {each.name: each.hash(known) for each in found}


def _libraries(root: Path) -> Any:
    """What the project asks for, not what lies here: a newer patch of a library tells nothing."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return [project["dependencies"], project.get("optional-dependencies", {})]


def _greater_version(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        return ""
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return told.strip().partition(".")[0]


def _files(root: Path, places: Iterable[str]) -> list[str]:
    """From the root, sorted. A place that is gone counts as one that holds nothing."""
    found: set[str] = set()
    for place in places:
        path = root / place
        inside = path.rglob("*") if path.is_dir() else [path]
        found |= {
            each.relative_to(root).as_posix()
            for each in inside
            if each.is_file() and "__pycache__" not in each.parts
        }
    return sorted(found)


def _imported(root: Path, files: Iterable[str]) -> set[str]:
    """Files below `tests` that these import, and those again, and the conftest of each folder."""
    seen: set[str] = set()
    waiting = [file for file in files if file.endswith(".py")]
    while waiting:
        file = waiting.pop()
        text = (root / file).read_text()
        beside = {(parent / "conftest.py").as_posix() for parent in Path(file).parents}
        wanted = {*beside, *_paths(text)}
        new = {each for each in wanted if each not in seen and (root / each).is_file()}
        seen |= new
        waiting += new
    return seen


def _paths(text: str) -> Iterator[str]:
    for module in _MODULE.findall(text):
        yield module.replace(".", "/") + ".py"
        yield module.replace(".", "/") + "/__init__.py"
    for module, names in _FROM.findall(text):
        for name in re.findall(r"\w+", names):
            yield f"{module}.{name}".replace(".", "/") + ".py"


def _sense(path: Path) -> str:
    """The file as it counts: Python without comments and blank lines, all else as it is."""
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return _BLANK.sub(_string_or_nothing, _code_of(path.read_text())).strip()


def _code_of(text: str) -> str:
    return _COMMENT.sub(_string_or_nothing, text)


def _string_or_nothing(found: re.Match[str]) -> str:
    return found.group(1) or ""


def _say() -> None:
    """For packaging/test.sh, where a run ends."""
    now = hashes(suites())
    held = [each for each in suites() if each.vouches_for(now[each.name])]
    names = ", ".join(f"{each.name} ({each.passed} tests)" for each in held)
    print(f"Stamps vouch for: {names or 'nothing'}.")


if __name__ == "__main__":
    _say()
