"""What a dear suite looks at, as one hash, and the file that says which hash it last passed for.

`tests/suites.toml` names the suites: their tests, and the rooms of the product that they exercise.
Whatever tests and support their files import counts by itself; of a floor, so does whatever of the
product they import. docs/decisions/0063 says what a stamp vouches for.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tests.support.checkout import Checkout, code_of, files_in

ROOT = Path(__file__).parents[2]
_HEAD = "# Written by a run of {} that passed: docs/decisions/0063\n"


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
    but: tuple[str, ...] = ()
    """Those of `tests` that are none of it."""
    read_by: tuple[tuple[str, str], ...] = ()
    """A folder of `rooms`, and the file that reads it: where no test of a floor reaches that, the
    names of what lies there count alone."""
    is_floor: bool = False
    """What its tests import of the product counts by itself, and what that imports."""
    group: str = ""
    """Of a suite whose files have stamps of their own, in one file: the name of that."""

    def holds(self, file: str) -> bool:
        """Whether a test file, as its path from the root, is of this suite."""
        return _is_in(file, self.tests) and not _is_in(file, self.but)

    @property
    def files(self) -> frozenset[str]:
        """Its tests, and what lies beside them."""
        return frozenset(each for each in files_in(self.root, self.tests) if self.holds(each))

    @cached_property
    def test_files(self) -> frozenset[str]:
        return frozenset(each for each in self.files if Path(each).name.startswith("test_"))

    @property
    def stamp(self) -> Path:
        return self.root / "tests" / "stamps" / f"{self.group or self.name}.toml"

    @property
    def is_vouched_for(self) -> bool:
        return self.stamp.exists() and self.vouches_for(self.hash())

    def vouches_for(self, found: str) -> bool:
        """Whether the stamp names this hash; none may be empty."""
        return bool(found) and self._stamped.get("hash") == found

    @property
    def passed(self) -> int:
        return int(self._stamped["passed"])

    @property
    def _stamped(self) -> dict[str, Any]:
        if not self.stamp.exists():
            return {}
        told = _read(self.stamp, self.stamp.stat().st_mtime_ns)
        return told.get(self.tests[0], {}) if self.group else told

    def write_stamp(self, passed: int) -> None:
        write_stamps([self], {self.name: passed}, {self.name: self.hash()})

    def hash(self, checkout: Checkout | None = None) -> str:
        """Empty where nothing can vouch for it. `checkout`: the files as they were a moment ago."""
        checkout = checkout or Checkout(self.root)
        reach = checkout.reach_of(self.files)
        if self.group and reach.looks_around:
            return ""
        whole = hashlib.sha256()
        mine = {*self.files, *reach.tests, *(reach.product if self.is_floor else ())}
        read = reach.product if self.is_floor else ()
        unread = [folder for folder, reader in self.read_by if reader not in read]
        for file in sorted({*mine, *checkout.files_in(self.rooms)}):
            is_named_alone = file not in mine and _is_in(file, unread)
            whole.update(file.encode() if is_named_alone else checkout.sense_of(file))
        for part in self._parts(checkout):
            whole.update(json.dumps(part).encode() + b"\n")
        return whole.hexdigest()

    def _parts(self, checkout: Checkout) -> Iterator[Sequence[str]]:
        yield "libraries", json.dumps(checkout.libraries)
        for program in self.programs:
            yield program, _greater_version(program)
        for folder, pattern in self.lines:
            for file in files_in(self.root, [folder]):
                found = re.findall(pattern, (self.root / file).read_text(), re.MULTILINE)
                if found:
                    yield file, json.dumps(sorted({code_of(each) for each in found}))


def suites(root: Path = ROOT) -> list[Suite]:
    table = root / "tests" / "suites.toml"
    told: dict[str, Any] = tomllib.loads(table.read_text()) if table.exists() else {}
    found = {
        name: Suite(
            root=root,
            name=name,
            tests=tuple(each["tests"]),
            rooms=(*each.get("rooms", ()),),
            lines=tuple(each.get("lines", {}).items()),
            programs=tuple(each.get("programs", ())),
            but=tuple(each.get("but", ())),
            read_by=tuple(each.get("read_by", {}).items()),
            is_floor=each.get("floor", False),
        )
        for name, each in told.items()
    }
    return [
        suite
        for name, each in found.items()
        for suite in (_by_file(each) if told[name].get("by_file") else [each])
    ]


def _by_file(group: Suite) -> list[Suite]:
    return [
        replace(group, name=file, tests=(file,), but=(), group=group.name)
        for file in sorted(group.test_files)
    ]


def hashes(found: Iterable[Suite]) -> dict[str, str]:
    """By the suites' names; a file that counts for several is read once."""
    checkouts: dict[Path, Checkout] = {}
    return {
        each.name: each.hash(checkouts.setdefault(each.root, Checkout(each.root))) for each in found
    }


def write_stamps(found: Iterable[Suite], passed: Mapping[str, int], now: Mapping[str, str]) -> None:
    """Of suites that passed. By their names: how many tests did, and their hashes."""
    found = list(found)
    groups: dict[Path, dict[str, Any]] = {}
    for suite in found:
        stamp = {"hash": now[suite.name], "passed": passed[suite.name]}
        if suite.group:
            groups.setdefault(suite.stamp, {})[suite.name] = stamp
        else:
            suite.stamp.parent.mkdir(exist_ok=True)
            suite.stamp.write_text(_HEAD.format("the whole suite") + _lines(stamp))
    for file, new in groups.items():
        old = _read(file, file.stat().st_mtime_ns) if file.exists() else {}
        kept = {name: each for name, each in old.items() if (found[0].root / name).exists()}
        tables = (f'["{name}"]\n{_lines(each)}' for name, each in sorted({**kept, **new}.items()))
        file.parent.mkdir(exist_ok=True)
        file.write_text(_HEAD.format("each file") + "".join(tables))


def _lines(stamp: Mapping[str, Any]) -> str:
    return f'hash = "{stamp["hash"]}"\npassed = {stamp["passed"]}\n'


@cache
def _read(file: Path, changed_ns: int) -> dict[str, Any]:
    """As it was at that time: it is asked of each of its tests."""
    return tomllib.loads(file.read_text())


def told_of(found: Iterable[Suite]) -> str:
    """Their names, and of a group how many."""
    found = list(found)
    files = Counter(each.group for each in found if each.group)
    names = [each.name for each in found if not each.group]
    return ", ".join(sorted([*names, *(f"{count} {name}" for name, count in files.items())]))


def _greater_version(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        return ""
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return told.strip().partition(".")[0]


def _is_in(file: str, places: Iterable[str]) -> bool:
    return any(file == each or file.startswith(f"{each}/") for each in places)


def _say() -> None:
    """For packaging/test.sh, where a run ends."""
    now = hashes(suites())
    held = [each for each in suites() if each.vouches_for(now[each.name])]
    count = sum(each.passed for each in held)
    print(f"Stamps vouch for: {told_of(held) or 'nothing'} ({count} tests).")


if __name__ == "__main__":
    _say()
