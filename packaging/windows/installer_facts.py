"""What `installer.nsi` asks as it is compiled: pyproject.toml's facts, and the payload's files.

python installer_facts.py PAYLOAD FACTS     (FACTS: the file that NSIS includes then)
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

_PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
_PROGRAM = "llmgw.exe"
_WITHOUT_CONSOLE = "llmgw-desktop.exe"


def main(payload: str, facts: str) -> None:
    folder = Path(payload)
    if not (folder / _PROGRAM).is_file():
        sys.exit(f"{folder} has no {_PROGRAM}: make it first, on Windows: pyinstaller build.spec")
    project = tomllib.loads(_PYPROJECT.read_text("utf-8"))["project"]
    started = _WITHOUT_CONSOLE if (folder / _WITHOUT_CONSOLE).is_file() else _PROGRAM
    longest = max(len(_inside(folder, file)) for file in folder.rglob("*") if file.is_file())
    lines = [f"!define STARTED {started}", f"!define LONGEST {longest}"]
    lines += [*_defines(project), *_put(folder), *_take(folder)]
    Path(facts).write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def _defines(project: dict[str, str]) -> Iterator[str]:
    numbers = [*re.findall(r"\d+", project["version"])[:3], "0", "0", "0", "0"][:4]
    yield f"!define VERSION {_quoted(project['version'])}"
    yield f"!define NUMBERS {'.'.join(numbers)}"
    yield f"!define DESCRIPTION {_quoted(project['description'])}"
    yield f"!define LICENCE {_quoted(project['license'])}"


def _put(folder: Path) -> Iterator[str]:
    yield "!macro PutPayload"
    for place in [folder, *_folders(folder)]:
        yield f"SetOutPath {_there(folder, place)}"
        for file in sorted(place.iterdir()):
            if file.is_file():
                yield f'File "{file.resolve()}"'  # of this computer: no variables in it
    yield "!macroend"


def _take(folder: Path) -> Iterator[str]:
    yield "!macro TakePayload"
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield f"Delete {_there(folder, file)}"
    for place in reversed(_folders(folder)):  # the inner ones first; RMDir takes empty ones only
        yield f"RMDir {_there(folder, place)}"
    yield "!macroend"


def _folders(folder: Path) -> list[Path]:
    """Each after the one that it lies in."""
    return sorted(path for path in folder.rglob("*") if path.is_dir())


def _there(folder: Path, path: Path) -> str:
    inside = _inside(folder, path)
    return f'"$INSTDIR\\{_escaped(inside)}"' if inside != "." else '"$INSTDIR"'


def _inside(folder: Path, path: Path) -> str:
    return str(PureWindowsPath(path.relative_to(folder)))


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("$", "$$").replace('"', '$\\"')


if __name__ == "__main__":
    main(*sys.argv[1:])
