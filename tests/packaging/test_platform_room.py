"""What systems do in their own way lies in one room; the rest of the program is the same on all.

What a name is not found on is read from mypy's own description of the standard library.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import mypy
import pytest

_ROOT = Path(__file__).parents[2]
_PROGRAM = _ROOT / "llmgw_desktop"
_ROOM = _PROGRAM / "platform"
_TYPES = Path(mypy.__file__).parent / "typeshed" / "stdlib"
_SYSTEMS = ("linux", "darwin", "win32")
_MODULES = ("os", "signal", "socket", "select", "time", "asyncio")
"""Of which some names are not everywhere."""
_ELSEWHERE = frozenset(
    {
        "fcntl",
        "grp",
        "pty",
        "pwd",
        "resource",
        "spwd",
        "syslog",
        "termios",
        "ctypes",
        "tty",
        "msvcrt",
        "winreg",
        "winsound",
        "_winapi",
    }
)
"""Modules that one system or another does not have, or has another in."""
_KEYWORDS = frozenset(
    {
        "dir_fd",
        "src_dir_fd",
        "dst_dir_fd",
        "pass_fds",
        "preexec_fn",
        "process_group",
        "start_new_session",
    }
)
_ASKING = frozenset({("sys", "platform"), ("os", "name"), ("platform", "system")})
_MAY_ASK = {
    "app/clis/survey.py": "where a vendor's CLI keeps its sign-in",
    "app/clis/use.py": "which terminal opens",
    "app/connect/programs.py": "where another program keeps its settings",
    "app/flights/copies.py": "which shell a command is copied for",
    "app/workspaces/workspaces.py": "bubblewrap is a program for Linux, Seatbelt one of macOS",
    "engine/questions/permissions/standing.py": "which shell a CLI's commands are written for",
    "ui/application.py": "the style of widgets",
    "ui/loop/qt_loop.py": "whether Qt can watch a selector",
}
"""Files outside the room that ask which system this is: not for what it lacks."""
_MAY_LOOK = {
    "engine/runs/run_processes.py": {"AF_NETLINK"},
    "ui/loop/asyncio_insides.py": {"EPOLLIN", "EPOLLOUT", "epoll"},
}
"""What is used where it is there, and done without elsewhere."""


@cache
def _files() -> list[Path]:
    everything = _PROGRAM.rglob("*.py")
    return sorted(p for p in everything if "__pycache__" not in p.parts and _ROOM not in p.parents)


@cache
def _missing() -> frozenset[tuple[str, str]]:
    """Module and name of each that not every system has."""
    found = set()
    for module in _MODULES:
        names = {system: set(_names(module, system)) for system in _SYSTEMS}
        everywhere = set.intersection(*names.values())
        found |= {(module, name) for name in set.union(*names.values()) - everywhere}
    return frozenset(found)


def _names(module: str, system: str) -> Iterator[str]:
    place = _TYPES / module / "__init__.pyi"
    path = place if place.exists() else _TYPES / f"{module}.pyi"
    yield from _defined(ast.parse(path.read_text()).body, system)


def _defined(body: list[ast.stmt], system: str) -> Iterator[str]:
    for node in body:
        match node:
            case ast.If():
                yield from _defined(node.body if _holds(node.test, system) else node.orelse, system)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case ast.ImportFrom(module=source, level=level, names=names):
                for each in names:
                    if each.name != "*":
                        yield each.asname or each.name
                    elif level == 0 and source in {"_socket", "_signal"}:
                        yield from _names(source, system)


def _holds(test: ast.expr, system: str) -> bool:
    """Of this system and the newest Python; a test that asks otherwise holds."""
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_holds(each, system) for each in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_holds(each, system) for each in values)
        case ast.Compare(ops=[op], comparators=[ast.Constant(value=str(name))]):
            return (name == system) is isinstance(op, ast.Eq)
        case ast.Compare(left=ast.Attribute(attr="version_info"), ops=[op]):
            return isinstance(op, ast.GtE | ast.Gt)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _holds(inner, system)
    return True


_LOOKED_AT = (ast.Attribute, ast.Call, ast.Import, ast.ImportFrom, ast.keyword)


@cache
def _nodes(path: Path) -> list[ast.AST]:
    tree = ast.parse(path.read_bytes())
    return [node for node in ast.walk(tree) if isinstance(node, _LOOKED_AT)]


def _uses(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, module and name of what a file takes from a module of the standard library."""
    yield from _uses_in(_nodes(path))


def _uses_in(nodes: list[ast.AST]) -> Iterator[tuple[int, str, str]]:
    called = _other_names(nodes)
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                yield node.lineno, called.get(module, module), name
            case ast.Call(
                func=ast.Name(id="getattr" | "hasattr" | "setattr"),
                args=[ast.Name(id=module), ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, called.get(module, module), name
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((node.lineno, module, each.name) for each in names)


def _other_names(nodes: list[ast.AST]) -> dict[str, str]:
    """Of modules that are read in under a name of the file's own."""
    imports = [node for node in nodes if isinstance(node, ast.Import)]
    return {each.asname: each.name for node in imports for each in node.names if each.asname}


def _foreign_modules(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.partition(".")[0] in _ELSEWHERE:
                yield node.lineno, name


def _console_openers(nodes: list[ast.AST]) -> Iterator[int]:
    """Lines where a program is started without `apart`, or in a way that this cannot read."""
    called = _other_names(nodes)
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)) if (
                name in _STARTERS.get(called.get(module, module), ())
            ):
                given = [each.value for each in node.keywords if each.arg is None]
                if not any(ast.unparse(each) == "apart()" for each in given):
                    yield node.lineno
            case ast.ImportFrom(module=str(module), names=names) if any(
                each.name in _STARTERS.get(module, ()) for each in names
            ):
                yield node.lineno


def test_the_table_is_read_as_it_is_meant() -> None:
    missing = _missing()
    there = {("os", "pread"), ("os", "O_NOFOLLOW"), ("os", "getuid"), ("signal", "SIGKILL")}
    there |= {("socket", "AF_UNIX"), ("select", "epoll"), ("os", "pidfd_open"), ("os", "O_BINARY")}
    assert there <= missing
    assert not missing & {("os", "open"), ("os", "kill"), ("signal", "SIGTERM"), ("os", "getpid")}
    assert len(missing) > 300


def test_no_name_that_a_system_lacks_stands_outside_the_room() -> None:
    found = []
    for path in _files():
        place = path.relative_to(_PROGRAM).as_posix()
        for line, module, name in _uses(path):
            if (module, name) in _missing() and name not in _MAY_LOOK.get(place, ()):
                found.append(f"{place}:{line} {module}.{name}")
    assert not found


def test_no_module_that_a_system_lacks_is_read_in_outside_the_room() -> None:
    found = [
        f"{path}:{line} {name}"
        for path in _files()
        for line, name in _foreign_modules(_nodes(path))
    ]
    assert not found


def test_nothing_outside_the_room_is_asked_for_as_one_system_alone_can() -> None:
    """As `Popen(start_new_session=True)`, or `os.open(name, dir_fd=folder)`."""
    found = [
        f"{path}:{node.value.lineno} {node.arg}="
        for path in _files()
        for node in _nodes(path)
        if isinstance(node, ast.keyword) and node.arg in _KEYWORDS
    ]
    assert not found


def test_nobody_outside_the_room_asks_which_system_this_is() -> None:
    found = {
        path.relative_to(_PROGRAM).as_posix()
        for path in _files()
        for _, module, name in _uses(path)
        if (module, name) in _ASKING
    }
    assert found == set(_MAY_ASK)


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_every_module_can_be_read_in_elsewhere(system: str) -> None:
    """With the names that there are there, in a process of its own: a flag or a signal that a
    module wants while it is read in ends the program before it has begun."""
    missing = [
        f"{module}.{name}"
        for module in _MODULES
        for name in {name for where, name in _missing() if where == module}
        - set(_names(module, system))
    ]
    child = subprocess.run(
        [sys.executable, "-m", "tests.support.elsewhere", system, *missing],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stdout + child.stderr
    assert int(child.stdout.split()[0]) > 800


_STARTERS = {
    "subprocess": {"run", "Popen", "call", "check_call", "check_output", "getoutput"},
    "asyncio": {"create_subprocess_exec", "create_subprocess_shell"},
    "os": {"system", "popen", "startfile"},
}
_MAY_START = {
    "app/gateway/instances.py": "the program's own next start, where the first one was",
    "app/clis/use.py": "a program that a person talks to, in a console of its own",
    "engine/containment/containment.py": "bubblewrap on Linux, Seatbelt on macOS",
}


def test_no_program_that_is_started_opens_a_console() -> None:
    """On Windows one would flash over the window; `apart` says that there be none."""
    found = {
        path.relative_to(_PROGRAM).as_posix()
        for path in _files()
        if any(True for _ in _console_openers(_nodes(path)))
    }
    assert found == set(_MAY_START)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import os\ndef f(): os.getuid()", "os.getuid"),
        ("import os as system\ndef f(): system.getuid()", "os.getuid"),
        ("from signal import SIGKILL", "signal.SIGKILL"),
        ("import os as system\ngetattr(system, 'fork')", "os.fork"),
        ("import ctypes.util", "ctypes.util"),
        ("from ctypes.util import find_library", "ctypes.util"),
        ("import subprocess as programs\nprograms.run([])", "console"),
        ("from subprocess import Popen", "console"),
        ("import asyncio\nasyncio.create_subprocess_exec('x', **apart())", ""),
    ],
)
def test_no_name_of_a_files_own_hides_anything(text: str, found: str) -> None:
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, _LOOKED_AT)]
    told = [f"{at}.{name}" for _, at, name in _uses_in(nodes) if (at, name) in _missing()]
    told += [name for _, name in _foreign_modules(nodes)]
    told += ["console" for _ in _console_openers(nodes)]
    assert told == [found] * bool(found)
