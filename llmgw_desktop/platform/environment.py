"""What a process is given and may use: names of the environment, folders, limits, and how it
becomes its own next start. Read in by every command before all else, so it reads in nothing.

| offered | Linux | macOS | Windows |
|---|---|---|---|
| bytes of one argument | 131,071 | all of them count | all of them count |
| of a whole command line | a megabyte, with the environment | as Linux | 32,767 characters |
| of a folder's path in which a program starts | as long as paths are | as Linux | 258 characters |
| open files | RLIMIT_NOFILE | RLIMIT_NOFILE | no such limit |
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

KEPT_BELOW_HOME = ("Library",) if sys.platform == "darwin" else ()
"""Where programs keep what is theirs: keychains, browsers, mail."""
NODES = ".nvm/versions/node"
"""Below HOME: where one program keeps several versions of Node, each with its CLIs."""

_DEVICES = ("con", "prn", "aux", "nul", "conin$", "conout$")
_DIGITS = tuple("0123456789\u00b9\u00b2\u00b3")

_OWN_MAPPING_BYTES = 128 * 1024
"""Blocks from here on; large bodies are gathered in some twice as large."""
_KEPT_AT_THE_TOP_BYTES = 4 * 1024 * 1024
"""Of the heap; given back at each free, it would be asked for again with each request."""
_ARENAS = 2
"""Each thread has one of its own else, and each keeps what was freed in it: 3 MB at a start."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8

if sys.platform == "win32":
    LONGEST_LINE: int | None = 32_766
    """Characters of a command line with its quotes; None where only its words count."""
    LONGEST_FOLDER: int | None = 258
    """Characters of the path of a folder in which a program starts; None: as long as paths are."""
    HARMLESS: frozenset[str] = frozenset(
        {
            "SYSTEMROOT",
            "SYSTEMDRIVE",
            "WINDIR",
            "COMSPEC",
            "PATHEXT",
            "TEMP",
            "TMP",
            "USERPROFILE",
            "APPDATA",
            "LOCALAPPDATA",
            "PROGRAMDATA",
            "ALLUSERSPROFILE",
            "PROGRAMFILES",
            "PROGRAMFILES(X86)",
            "PROGRAMW6432",
            "COMMONPROGRAMFILES",
            "COMMONPROGRAMFILES(X86)",
            "COMMONPROGRAMW6432",
            "HOMEDRIVE",
            "HOMEPATH",
            "USERNAME",
            "USERDOMAIN",
            "PUBLIC",
            "COMPUTERNAME",
            "NUMBER_OF_PROCESSORS",
            "PROCESSOR_ARCHITECTURE",
            "PROCESSOR_IDENTIFIER",
            "OS",
            "PSMODULEPATH",
        }
    )
    """Names that every program may see, beside those of all systems."""
    PERSONS_OWN: frozenset[str] = frozenset(
        ("USERPROFILE", "APPDATA", "LOCALAPPDATA", "HOMEDRIVE", "HOMEPATH")
    )
    """Of these: what leads to the person's own folders."""
    HOME_FOLDERS: Mapping[str, str] = {
        "USERPROFILE": "",
        "APPDATA": "AppData/Roaming",
        "LOCALAPPDATA": "AppData/Local",
    }
    """Names that say where a HOME is, beside those of all systems, and the folders below it."""
    IS_POSIX = False
    """Whether a process may become another program (`exec`), and is handed open files by number."""
    ALWAYS_SHOWS_WINDOWS = True
    """Whoever runs a program sees its windows."""

    def leave_no_core() -> None:
        """After a crash none of the memory is written down; here nothing is unless somebody set
        that up."""

    def most_open_files() -> int | None:
        """None: as many as memory has room for."""
        return None

    def with_home(env: Mapping[str, str]) -> dict[str, str]:
        """With HOME, which Windows calls otherwise."""
        home = env.get("HOME") or env.get("USERPROFILE", "")
        return {**env, **({"HOME": home} if home else {})}

    def program_places(home: Path) -> Iterator[str]:
        """Where CLIs are installed, whether or not PATH names it."""
        data = home / "AppData"
        yield from (str(home / ".local/bin"), str(data / "Roaming/npm"), str(home / ".bun/bin"))
        yield from (str(data / "Local/Programs/nodejs"), str(home / "scoop/shims"))

    def short_folders() -> tuple[Path, ...]:
        """For temporary ones whose paths are to be short, beside the system's own."""
        return ()

    def with_numpy(name: str) -> ModuleType:
        """This module, which reads in numpy. Raises ImportError where that would end this process:
        wine has the names alone of what numpy needs for complex numbers."""
        import ctypes
        from importlib import import_module

        if hasattr(ctypes.WinDLL("ntdll"), "wine_get_version"):
            raise ImportError("numpy does not run under wine.")
        return import_module(name)

    def move_up(handle: int, least: int) -> int:
        """A second number for an open file, out of the way. Raises OSError: not here."""
        raise OSError(f"{handle} cannot become {least}")

else:
    LONGEST_LINE: int | None = None
    """Characters of a command line with its quotes; None where only its words count."""
    LONGEST_FOLDER: int | None = None
    """Characters of the path of a folder in which a program starts; None: as long as paths are."""
    HARMLESS: frozenset[str] = frozenset()
    """Names that every program may see, beside those of all systems."""
    PERSONS_OWN: frozenset[str] = frozenset()
    """Of these: what leads to the person's own folders."""
    HOME_FOLDERS: Mapping[str, str] = {}
    """Names that say where a HOME is, beside those of all systems, and the folders below it."""
    IS_POSIX = True
    """Whether a process may become another program (`exec`), and is handed open files by number."""
    ALWAYS_SHOWS_WINDOWS = sys.platform == "darwin"
    """Whoever runs a program sees its windows."""

    def leave_no_core() -> None:
        """After a crash none of the memory is written down: prompts and keys are in it, in plain.
        It holds for what is started from here, too; `prlimit --core` allows it again."""
        import resource

        most = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (0, most))

    def most_open_files() -> int | None:
        """That this process may have at once; None: no limit."""
        import resource

        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return None if files == resource.RLIM_INFINITY else files

    def with_home(env: Mapping[str, str]) -> dict[str, str]:
        """With HOME, which Windows calls otherwise."""
        return dict(env)

    def program_places(home: Path) -> Iterator[str]:
        """Where CLIs are installed, whether or not PATH names it."""
        yield from (str(home / ".local/bin"), str(home / ".npm-global/bin"), str(home / ".bun/bin"))
        yield from ("/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin")
        nodes = sorted(home.glob(f"{NODES}/*/bin"), reverse=True)
        yield from (str(found) for found in nodes)

    def short_folders() -> tuple[Path, ...]:
        """For temporary ones whose paths are to be short, beside the system's own."""
        from pathlib import Path

        return (Path("/tmp"), Path("/var/tmp"))  # noqa: S108

    def with_numpy(name: str) -> ModuleType:
        """This module, which reads in numpy. Raises ImportError where that would end this
        process."""
        from importlib import import_module

        return import_module(name)

    def move_up(handle: int, least: int) -> int:
        """A second number for an open file, out of the way. Raises OSError."""
        import fcntl

        return fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, least)


def joined_path(folders: Sequence[str]) -> str:
    """As PATH has them."""
    return os.pathsep.join(folders)


def windows_takes(name: str) -> bool:
    """Whether a file may be called so on Windows, and means itself there."""
    stem = name.partition(".")[0].rstrip(" ").lower()
    is_device = stem in _DEVICES or (stem[:3] in ("com", "lpt") and stem[3:] in _DIGITS)
    has_bad = any(char in '\\/:*?"<>|' or char < " " for char in name)
    return not (is_device or has_bad or name.endswith((" ", ".")))


def can_be_named(name: str) -> bool:
    """Whether a file of this system may be called so: one step of a path, not `..`."""
    return sys.platform != "win32" or windows_takes(name)


def line_length(words: Sequence[str]) -> int:
    """Characters of a command line, as Windows counts them."""
    import subprocess

    return len(subprocess.list2cmdline(words))


def give_back_freed_memory() -> bool:
    """Call it as the program starts. False where the C library is another, and keeps its ways."""
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    wishes = {
        _M_MMAP_THRESHOLD: _OWN_MAPPING_BYTES,
        _M_TRIM_THRESHOLD: _KEPT_AT_THE_TOP_BYTES,
        _M_ARENA_MAX: _ARENAS,
    }
    return all([mallopt(which, most) for which, most in wishes.items()])
