"""The files of a checkout as stamps look at them: what each imports, and how each counts.

docs/decisions/0063 says what a stamp vouches for, and 0092 why each file can have one.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

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
_PRODUCT = "llmgw_desktop"
_OWN_FROM = re.compile(rf"^\s*from ({_PRODUCT}[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_OWN_MODULE = re.compile(rf"\b{_PRODUCT}(?:\.\w+)*")
_OWN_FOLDER = re.compile(rf"\b{_PRODUCT}(?:\.\w+)*(?=\.\{{)")
"""Of a module whose name is put together when it is read in: any one in there."""
# what is imported for types alone is not there when tests run
_TYPES = re.compile(r"^if TYPE_CHECKING:\n(?:[ \t]+.*\n|\n)+", re.MULTILINE)
_RUN = re.compile(rf"-m[^\w\n]+({_PRODUCT}(?:\.\w+)*)")
_WORD = re.compile(r"\w+")
_LOOKS_AROUND = re.compile(r"__file__|__path__|importlib|pkgutil|getsource|getcwd|\.cwd\(")
_GIVES_TO_ALL = re.compile(r"autouse|^def pytest_|^pytest_plugins|fixture\(.*\bname=", re.MULTILINE)
_FIXTURE = re.compile(
    r"^@pytest(?:_asyncio)?\.fixture.*?^(?:async )?def (\w+)", re.MULTILINE | re.DOTALL
)
_FILE = re.compile(r"""["'/]([a-z]\w+\.py)["']""")
"""One that the product runs by its path."""
_WORK = re.compile(r"""["']([a-z_][\w.]*):[a-z_]\w*["']""")
_READS_WORK = "llmgw_desktop/app/command_line/command_line.py"
"""It reads in what a command names as `module:function`, which counts where it is named."""
FOR_ALL = "tests/conftest.py"
"""What this one imports, it changes for tests of other floors."""


@dataclass(frozen=True)
class Reach:
    """What tests look at as far as their imports tell."""

    tests: frozenset[str]
    """Of `tests`, themselves included."""
    product: frozenset[str]
    looks_around: bool
    """It may read files that no import names."""


class Checkout:
    """Each of its files is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._texts: dict[str, str] = {}
        self._tests: dict[str, frozenset[str]] = {}
        self._product: dict[str, frozenset[str]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._senses: dict[str, bytes] = {}
        self._files: dict[tuple[str, ...], list[str]] = {}

    def reach_of(self, files: Iterable[str]) -> Reach:
        """A conftest beside them is always of it, and what that one imports where they use a
        fixture of it, or where it gives something to all."""
        own = frozenset(files)
        beside = {at + "conftest.py" for each in own for at in _around(each)} & self._python
        served: set[str] = set()
        while True:
            looked_at = own | served | reached(own | served, self._imports)
            if beside <= served | {FOR_ALL}:
                break
            words = frozenset[str]().union(*map(self._words_of, looked_at))
            more = {each for each in beside - served if self._serves(each, words)} - {FOR_ALL}
            if not more:
                break
            served |= more
        for_all = self._for_all if FOR_ALL in beside else frozenset[str]()
        return Reach(
            tests=looked_at | beside | for_all,
            product=frozenset(reached(looked_at | for_all - {FOR_ALL}, self._uses)),
            looks_around=not self._looking.isdisjoint(looked_at),
        )

    def sense_of(self, file: str) -> bytes:
        """Its name and a hash of it as it counts: Python without comments and blank lines, all
        else as it is."""
        if file not in self._senses:
            self._senses[file] = f"{file} {_sense(self._root / file)}\n".encode()
        return self._senses[file]

    def files_in(self, places: tuple[str, ...]) -> list[str]:
        if places not in self._files:
            self._files[places] = files_in(self._root, places)
        return self._files[places]

    @cached_property
    def libraries(self) -> Any:
        """What the project asks for, not what lies here: a newer patch of one tells nothing."""
        project = tomllib.loads((self._root / "pyproject.toml").read_text())["project"]
        return [project["dependencies"], project.get("optional-dependencies", {})]

    @cached_property
    def _looking(self) -> frozenset[str]:
        tests = (each for each in self._python if each.startswith("tests/"))
        return frozenset(each for each in tests if _LOOKS_AROUND.search(self._text(each)))

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        """Files of the product by their bare names."""
        found: dict[str, list[str]] = {}
        for path in self._python:
            if path.startswith(_PRODUCT):
                found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    @cached_property
    def _for_all(self) -> frozenset[str]:
        return frozenset(reached({FOR_ALL}, self._imports))

    @cached_property
    def _python(self) -> frozenset[str]:
        return frozenset(
            path.relative_to(self._root).as_posix()
            for top in ("tests", _PRODUCT)
            for path in (self._root / top).rglob("*.py")
        )

    def _text(self, file: str) -> str:
        if not file.endswith(".py"):
            return ""
        if file not in self._texts:
            self._texts[file] = (self._root / file).read_text()
        return self._texts[file]

    def _words_of(self, file: str) -> frozenset[str]:
        if file not in self._words:
            self._words[file] = frozenset(_WORD.findall(self._text(file)))
        return self._words[file]

    def _serves(self, conftest: str, words: frozenset[str]) -> bool:
        text = self._text(conftest)
        if _GIVES_TO_ALL.search(text):
            return True
        own = set(_FIXTURE.findall(text))
        lent = {name for _, names in _FROM.findall(text) for name in _WORD.findall(names)}
        return bool(words & (own | {name for name in lent if name[0].islower()}))

    def _imports(self, file: str) -> frozenset[str]:
        """Files below `tests`."""
        if file not in self._tests:
            self._tests[file] = self._python & {*_paths(self._text(file))}
        return self._tests[file]

    def _uses(self, file: str) -> frozenset[str]:
        """Files of the product that it names, in an import or in the text of a child's program,
        with the packages around them."""
        if file not in self._product:
            text = _TYPES.sub("", self._text(file))
            named = self._python & {*_paths(text, _OWN_MODULE, _OWN_FROM), *_works(text)}
            named |= self._python & {
                f"{name.replace('.', '/')}/__main__.py"
                for name in _RUN.findall(text)
                if file.startswith("tests/")
            }
            if file.startswith(_PRODUCT):
                named |= {
                    path for name in _FILE.findall(text) for path in self._named.get(name, ())
                }
            folders = tuple(
                f"{name.replace('.', '/')}/"
                for name in _OWN_FOLDER.findall(text)
                if file != _READS_WORK
            )
            inside = (
                {each for each in self._python if each.startswith(folders)} if folders else set()
            )
            named |= inside
            around = {at + "__init__.py" for each in named for at in _around(each)}
            self._product[file] = named | (self._python & around)
        return self._product[file]


def _around(file: str) -> Iterator[str]:
    """The folders that it lies in, each with its slash, and the root as nothing."""
    parts = file.split("/")[:-1]
    for count in range(len(parts) + 1):
        yield "".join(f"{each}/" for each in parts[:count])


def reached(files: Iterable[str], next_of: Callable[[str], frozenset[str]]) -> set[str]:
    """What these lead to, and what that leads to."""
    seen: set[str] = set()
    waiting = [file for file in files if file.endswith(".py")]
    while waiting:
        new = next_of(waiting.pop()) - seen
        seen |= new
        waiting += new
    return seen


def _paths(
    text: str, module_of: re.Pattern[str] = _MODULE, names_of: re.Pattern[str] = _FROM
) -> Iterator[str]:
    for module in module_of.findall(text):
        yield module.replace(".", "/") + ".py"
        yield module.replace(".", "/") + "/__init__.py"
    for module, names in names_of.findall(text):
        for name in re.findall(r"\w+", names):
            yield f"{module}.{name}".replace(".", "/") + ".py"
            yield f"{module}.{name}".replace(".", "/") + "/__init__.py"


def files_in(root: Path, places: Iterable[str]) -> list[str]:
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


def _works(text: str) -> Iterator[str]:
    for module in _WORK.findall(text):
        yield f"{_PRODUCT}/app/{module.replace('.', '/')}.py"


def _sense(path: Path) -> str:
    """The file as it counts: Python without comments and blank lines, all else as it is."""
    if path.suffix != ".py":
        counts = path.read_bytes()
    else:
        counts = _BLANK.sub(_string_or_nothing, code_of(path.read_text())).strip().encode()
    return hashlib.sha256(counts).hexdigest()


def code_of(text: str) -> str:
    return _COMMENT.sub(_string_or_nothing, text)


def _string_or_nothing(found: re.Match[str]) -> str:
    return found.group(1) or ""


if __name__ == "__main__":
    found = Checkout(Path(__file__).parents[2]).reach_of(sys.argv[1:])
    print(*sorted({*found.tests, *found.product}), sep="\n")
    print("It may look at other files, too." if found.looks_around else "No more than that.")
