"""What npm puts into PATH on Windows: a batch file that starts Node with a script.

Windows gives a batch file to its command interpreter, which reads `%`, `&`, `^` and quotes in what
a caller said, so nothing of a caller's is ever put behind one: the file is read, and what it would
start is started. Batch files of another kind are not run at all.
"""

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PureWindowsPath

_MOST_BYTES = 64 * 1024
_BATCH = (".cmd", ".bat")
_HERE = r"%~?dp0%?"
_PROGRAM = re.compile(rf'SET\s+"?_prog=(?!{_HERE})([^"\r\n]+)"?\s*$', re.IGNORECASE | re.MULTILINE)
"""Where none lies beside it: a name that PATH leads to."""
_START = re.compile(
    rf"""(?:^|&)\s*@?
    (?P<by>"%_prog%"|"{_HERE}\\?node\.exe"|node(?:\.exe)?)?\s*
    (?P<flags>(?:--?[\w=.,:/-]+\s+)*)
    "{_HERE}\\?(?P<file>[^"%\r\n]+)"\s+%\*\s*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""The line that starts it: npm's, pnpm's and yarn's differ in how they name the folder and Node."""
_SCRIPTS = (".js", ".cjs", ".mjs", "")


class NoShim(OSError):
    """A batch file that is none of npm's; one clause that says so, without its content."""


def is_batch(program: str) -> bool:
    return program.lower().rstrip(" .").endswith(_BATCH)


def direct_words(
    program: str, path: str, find: Callable[..., str | None] = shutil.which
) -> list[str]:
    """What is started in the place of this batch file, to be followed by the arguments. `path`:
    the PATH of who is started. Raises NoShim, FileNotFoundError, OSError."""
    shim = Path(program)
    with shim.open("rb") as file:
        raw = file.read(_MOST_BYTES + 1)
    found = words_of_shim(raw.decode("utf-8", "replace")) if len(raw) <= _MOST_BYTES else None
    own = shim.parent / "node_modules" / "npm" / "bin" / f"{shim.stem.lower()}-cli.js"
    if found is None and shim.stem.lower() in ("npm", "npx") and own.is_file():
        found = "node", (), f"node_modules\\npm\\bin\\{own.name}"  # theirs asks Node first
    if found is None:
        raise NoShim(f"{program} is a batch file, which is not run: name the program itself")
    node, flags, inner = found
    target = shim.parent.joinpath(*PureWindowsPath(inner).parts)
    if not target.is_file():
        raise FileNotFoundError(f"{program} starts {target}, which is not there")
    if not node:
        return [str(target)]
    beside = shim.parent / "node.exe"
    by = str(beside) if beside.is_file() else find(node, path=path)
    if not by or is_batch(by):
        raise FileNotFoundError(f"{program} needs {node}, which is not found")
    return [by, *flags, str(target)]


def words_of_shim(text: str) -> tuple[str, Sequence[str], str] | None:
    """Node's name (empty where the file is a program itself), what stands before the file, and the
    file, from the shim's folder on; None for what is no shim of Node or of a program."""
    starts = list(_START.finditer(text))
    if len({each["file"].lower() for each in starts}) != 1:
        return None
    found = starts[0]  # of two lines, the first is for Node beside it
    inner, suffix = found["file"], PureWindowsPath(found["file"]).suffix.lower()
    if PureWindowsPath(inner).is_absolute() or ":" in inner:
        return None
    named = {each.strip().lower() for each in _PROGRAM.findall(text)} or {"node"}
    if found["by"] is None:
        return ("", (), inner) if suffix == ".exe" and not found["flags"] else None
    if named != {"node"} or suffix not in _SCRIPTS:
        return None
    return "node", tuple(found["flags"].split()), inner
