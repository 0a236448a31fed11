"""How the house is built: what a person who takes it over can count on."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

_ROOT = Path(__file__).parents[2] / "llmgw_desktop"
_MOST_LINES = 400
_MOST_FILES = 1100
"""850 of what was there, 12 of the systems' ways, 45 of watching, 15 of rules and settings, 100 of
the one list of questions, undo, the pages in a browser and tools of others; the rest is the
recorder's, and of packages."""
_MOST_ENTRIES = 25
_MOST_IN_ORDER = 4


def _files() -> list[Path]:
    return sorted(path for path in _ROOT.rglob("*.py") if "__pycache__" not in path.parts)


def test_one_public_class_name_stands_for_one_thing() -> None:
    """Nested classes and private ones are their neighbours' business."""
    places = defaultdict(list)
    for path in _files():
        for node in _tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(_ROOT)))
    assert not {name: files for name, files in places.items() if len(files) > 1}


def test_a_file_is_read_in_one_go_and_there_are_not_too_many() -> None:
    files = _files()
    lines = {str(path.relative_to(_ROOT)): len(path.read_bytes().splitlines()) for path in files}
    assert not {name: n for name, n in lines.items() if n > _MOST_LINES}
    assert len(files) <= _MOST_FILES


def test_no_text_holds_two_versions_of_itself() -> None:
    """What two changes made of the same lines was put together, and not left so."""
    top = _ROOT.parent
    texts = [*top.glob("*.md"), *top.glob("*.toml"), *top.glob("docs/**/*.md")]
    texts += [*_ROOT.rglob("*.py"), *top.glob("tests/**/*.py"), *top.glob("resources/**/*.ts")]
    marks = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)
    assert len(texts) > 1000
    assert not [str(each) for each in texts if marks.search(each.read_bytes())]


def test_values_are_cheap_to_define() -> None:
    """Decision 75."""
    frozen = re.compile(r"^ *@dataclass\(frozen=True, slots=True(?!, eq=False)", re.MULTILINE)
    assert not [str(path) for path in _files() if frozen.search(path.read_text())]


def test_a_folder_is_taken_in_at_a_glance() -> None:
    folders = {path.parent for path in _files()}
    parents = {parent for folder in folders for parent in folder.parents if _ROOT in parent.parents}
    entries = defaultdict(set)
    for path in _files():
        if path.name != "__init__.py":
            entries[path.parent].add(path.name)
    for folder in (folders | parents) - {_ROOT}:
        entries[folder.parent].add(folder.name)
    assert not {str(at): len(names) for at, names in entries.items() if len(names) > _MOST_ENTRIES}


def test_a_part_is_whole_when_it_is_made() -> None:
    """Whoever joins parts gives each all that it needs, and sets nothing of another's later."""
    joined = [
        f"{path.relative_to(_ROOT)}:{node.lineno}"
        for path in (*_ROOT.glob("app/composition/*.py"), *_ROOT.glob("app/*/*assembly.py"))
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]
    assert not joined


def test_nobody_has_to_know_the_order_of_more_than_four_arguments() -> None:
    """Neither by how functions are defined, nor by how values are made whose constructor nobody
    wrote. What overrides a library's method has the library's order."""
    defined = [(path, *each) for path in _files() for each in _defined(_tree(path))]
    ours = {each.name for _, each, _ in defined if not _overrides(each)}
    too_many = [
        f"{path.relative_to(_ROOT)}:{each.lineno} {each.name}"
        for path, each, counted in defined
        if counted > _MOST_IN_ORDER and not (_overrides(each) and each.name not in ours)
    ]
    values = {each.name for path in _files() for each in ast.walk(_tree(path)) if _is_value(each)}
    too_many += [
        f"{path.relative_to(_ROOT)}:{call.lineno} {name}"
        for path in _files()
        for call, name, counted in _makings(_tree(path), values)
        if counted > _MOST_IN_ORDER
    ]
    assert not too_many


_Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _defined(tree: ast.AST, *, is_class: bool = False) -> Iterator[tuple[_Function, int]]:
    """Each function with how many arguments it takes in order, `self` and `cls` left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _Function):
            in_order = len(node.args.posonlyargs) + len(node.args.args)
            is_bound = is_class and "staticmethod" not in _decorators(node)
            yield node, in_order - is_bound
        yield from _defined(node, is_class=isinstance(node, ast.ClassDef))


def _decorators(node: _Function | ast.ClassDef) -> set[str]:
    return {_last_name(each) for each in node.decorator_list}


def _last_name(node: ast.expr) -> str:
    """`dataclass` of `@dataclasses.dataclass(frozen=True)`; empty where there is none."""
    if isinstance(node, ast.Call):
        node = node.func
    return getattr(node, "attr", getattr(node, "id", ""))


def _overrides(node: _Function) -> bool:
    return "override" in _decorators(node)


def _is_value(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    """A class whose constructor is made of its fields."""
    return isinstance(node, ast.ClassDef) and (
        "dataclass" in _decorators(node) or "NamedTuple" in map(_last_name, node.bases)
    )


def _makings(tree: ast.Module, values: set[str]) -> Iterator[tuple[ast.Call, str, int]]:
    """Each call that makes such a value, or has another make one, as `partial` does; with how many
    arguments stand in order."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        for made, given in ((call.func, call.args), (next(iter(call.args), call), call.args[1:])):
            if not isinstance(made, ast.Call) and (name := _last_name(made)) in values:
                yield call, name, len(given)


def test_nothing_else_lies_at_the_top() -> None:
    """What a trial leaves in the checkout would be taken along with the next change."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=_ROOT.parent, capture_output=True, text=True, timeout=60
    )
    if listed.returncode:
        pytest.skip(f"this is no checkout: {listed.stderr.strip()}")
    found = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    assert {each for each in found if not each.startswith(".")} == {
        *("CHANGELOG.md", "LICENSE", "README.md", "build.spec", "docs", "installer.nsi"),
        *("llmgw_desktop", "packaging", "pyproject.toml", "resources", "tests"),
    }
