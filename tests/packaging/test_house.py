"""How the house is built: what a person who takes it over can count on."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

_ROOT = Path(__file__).parents[2] / "llmgw_desktop"
_MOST_LINES = 400
_MOST_FILES = 850
_MOST_ENTRIES = 25


def _files() -> list[Path]:
    return sorted(path for path in _ROOT.rglob("*.py") if "__pycache__" not in path.parts)


def test_one_public_class_name_stands_for_one_thing() -> None:
    """Nested classes and private ones are their neighbours' business."""
    places = defaultdict(list)
    for path in _files():
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(_ROOT)))
    assert not {name: files for name, files in places.items() if len(files) > 1}


def test_a_file_is_read_in_one_go_and_there_are_not_too_many() -> None:
    files = _files()
    lines = {str(path.relative_to(_ROOT)): len(path.read_bytes().splitlines()) for path in files}
    assert not {name: n for name, n in lines.items() if n > _MOST_LINES}
    assert len(files) <= _MOST_FILES


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
