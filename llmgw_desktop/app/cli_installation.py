"""How a CLI came onto this computer, as its files tell, and which command brings another version.

Only what shows is believed: where it does not, the CLI's own update is the way, or none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from llmgw_desktop.clis.packaging import Packaging
from llmgw_desktop.domain.run_errors import InvalidRun

NEWEST = "latest"
_NPM_SILENT = ("--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
_OTHER_MANAGERS = frozenset({".bun", ".pnpm", "pnpm", ".volta", ".yarn"})
_OTHER_LOCKS = ("pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to another version."""

    strategy: str
    argv: tuple[str, ...]
    note: str = ""


def way_to(target: str, program: Path, packaging: Packaging, find: Callable[[str], str]) -> Way:
    """`program`: as it was found. `find`: a command's absolute path, or nothing. Raises InvalidRun
    where there is none."""
    real = program.resolve()
    way = (
        _by_npm(target, real, packaging, find)
        or _by_brew(target, real, find)
        or _by_python(target, real, packaging, find)
    )
    if way is not None:
        return way
    if own := packaging.own_update(target):
        return Way(strategy="own-update", argv=(str(program), *own))
    if packaging.update:
        raise InvalidRun(f"it goes to its newest version only: say {NEWEST}", field="target")
    raise InvalidRun(
        "how it was installed does not show, and it has no command for it; upgrade it the way it"
        f" was installed{f', or anew: {packaging.install}' if packaging.package else ''}",
        field="cli",
    )


def _by_npm(
    target: str, real: Path, packaging: Packaging, find: Callable[[str], str]
) -> Way | None:
    modules = _modules_of(real, packaging.npm) if packaging.npm else None
    if modules is None or _OTHER_MANAGERS & set(real.parts):
        return None
    wanted = f"{packaging.npm}@{target}"
    npm = _needed("npm", find)
    if modules.parent.name == "lib" and not (modules.parent / "package.json").exists():
        prefix = str(modules.parent.parent)
        return Way(
            strategy="npm-global",
            argv=(npm, "install", "--global", "--prefix", prefix, *_NPM_SILENT, wanted),
        )
    folder = modules.parent
    has_other_lock = any((folder / name).exists() for name in _OTHER_LOCKS)
    if has_other_lock or not (folder / "package.json").exists():
        return None
    return Way(
        strategy="npm-folder",
        argv=(npm, "install", "--prefix", str(folder), *_NPM_SILENT, wanted),
        note=f"This changes package.json of {folder}.",
    )


def _modules_of(real: Path, package: str) -> Path | None:
    """The outermost `node_modules` above the program that has the package."""
    found = [
        each
        for each in real.parents
        if each.name == "node_modules" and (each / package / "package.json").exists()
    ]
    return found[-1] if found else None


def _by_brew(target: str, real: Path, find: Callable[[str], str]) -> Way | None:
    for cellar in ("Cellar", "Caskroom"):
        if cellar in real.parts[:-2]:
            formula = real.parts[real.parts.index(cellar) + 1]
            _newest_only(target, "brew")
            return Way(strategy="brew", argv=(_needed("brew", find), "upgrade", formula))
    return None


def _by_python(
    target: str, real: Path, packaging: Packaging, find: Callable[[str], str]
) -> Way | None:
    package = packaging.pypi
    folder = next((each for each in real.parents if (each / "pyvenv.cfg").exists()), None)
    if not package or folder is None:
        return None
    if target != NEWEST and not target[0].isdigit():
        raise InvalidRun("Python packages have versions and no tags", field="target")
    wanted = package if target == NEWEST else f"{package}=={target}"
    above = folder.parent
    if above.name == "tools" and above.parent.name == "uv":
        uv = (_needed("uv", find), "tool")
        verb = "upgrade" if target == NEWEST else "install"
        return Way(strategy="uv", argv=(*uv, verb, wanted))
    if above.name == "venvs" and above.parent.name == "pipx":
        pipx = _needed("pipx", find)
        verbs = ("upgrade",) if target == NEWEST else ("install", "--force")
        return Way(strategy="pipx", argv=(pipx, *verbs, wanted))
    python = str(folder / "bin" / "python")
    pip = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--upgrade")
    return Way(strategy="venv", argv=(python, *pip, wanted))


def newest_argv(packaging: Packaging, find: Callable[[str], str]) -> tuple[str, ...]:
    """What asks the registry for the newest version; empty: no command here can."""
    if packaging.npm and (npm := find("npm")):
        return (npm, "view", f"{packaging.npm}@latest", "version", "--fetch-retries=0")
    if packaging.pypi and (pip := find("pip3") or find("pip")):
        quiet = ("--disable-pip-version-check", "--no-input", "--retries=0")
        return (pip, "index", "versions", packaging.pypi, *quiet)
    return ()


def _newest_only(target: str, who: str) -> None:
    if target != NEWEST:
        raise InvalidRun(f"{who} brings the newest version only: say {NEWEST}", field="target")


def _needed(command: str, find: Callable[[str], str]) -> str:
    if found := find(command):
        return found
    raise InvalidRun(f"it was installed by {command}, and there is no {command}", field="cli")
