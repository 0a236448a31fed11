"""Whose work each file of the folder is, with its licence: what `llmgw licences` tells there.

Every file that PyInstaller gathers is somebody's: ours, of a package that pip installed, of Python,
or of a package of the system that builds. One whose maker is not known stops the build, and so does
a part that has no text of its licence.
"""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from llmgw_desktop.app.gateway.licences import LicensedPart, fonts, part_of, standard_text

_ROOT = Path(__file__).resolve().parents[2]
_PYTHON, _ICU = "Python", "ICU"
_OURS = ""
_DOCS = Path("/usr/share/doc")
_LICENCE_LINE = re.compile(r"^License: *(\S.*)$", re.MULTILINE)


def parts_of(entries: Iterable[tuple[str, str]], work: Path) -> tuple[LicensedPart, ...]:
    """Of pairs of a place in the folder and the file that goes there, by name; `work` is where
    PyInstaller makes files of its own. Raises SystemExit where something has no owner or no text."""
    owners: dict[str, list[str]] = defaultdict(list)
    sources: dict[str, Path] = {}
    rest = []
    for place, source in entries:
        owner = _owner(Path(source), work)
        if owner is None:
            rest.append((place, Path(source)))
        else:
            owners[owner].append(place)
    packages = _system_packages({source.resolve() for _, source in rest})
    unknown = []
    for place, source in rest:
        package = packages.get(source.resolve())
        if package is None:
            unknown.append(f"{place} ({source})")
        else:
            owners[package].append(place)
            sources[package] = source
    if unknown:
        sys.exit(f"Nobody knows whose these are: {', '.join(sorted(unknown))}")
    owners.pop(_OURS, None)
    found = [replace(_part(name), files=tuple(sorted(at))) for name, at in owners.items()]
    found = sorted((*found, *fonts()), key=lambda each: each.name.casefold())
    if silent := [each.name for each in found if not each.texts]:
        sys.exit(f"No text of a licence was found of: {', '.join(silent)}")
    return tuple(found)


def _owner(source: Path, work: Path) -> str | None:
    """None: of the system, or unknown."""
    if source.name.startswith("libicu") and "PySide6" in source.parts:
        return _ICU
    if work in source.parents:  # the standard library as one file, and the tables of ICU
        return _ICU if source.name.startswith("libicu") else _PYTHON
    inside = _inside_packages(source)
    if inside is not None:
        ours = inside.startswith("llmgw_desktop")
        return _OURS if ours else _installed().get(os.path.normcase(inside))
    if _ROOT in source.parents:
        return _OURS
    base = Path(sys.base_prefix).resolve()
    is_pythons = base in source.resolve().parents
    return _PYTHON if is_pythons and base != Path("/usr") else None


def _inside_packages(source: Path) -> str | None:
    """Its path as records of pip name it; None: pip did not install it."""
    _, found, inside = source.as_posix().rpartition("/site-packages/")
    return inside if found else None


@cache
def _installed() -> dict[str, str]:
    """By path in its folder of packages, as the records of pip have it; Windows' libraries name each
    other in other letters."""
    return {
        os.path.normcase(str(file)): str(found.metadata["Name"])
        for found in importlib.metadata.distributions()
        for file in found.files or ()
    }


def _part(name: str) -> LicensedPart:
    if name == _PYTHON:
        return LicensedPart(
            name=_PYTHON,
            version=sys.version.split()[0],
            licence="PSF-2.0",
            home="https://www.python.org/",
            texts=(_pythons_licence(),),
            purl=f"pkg:generic/python@{sys.version.split()[0]}",
        )
    if name == _ICU:
        return LicensedPart(
            name=_ICU,
            version="",
            licence="Unicode-3.0",
            home="https://icu.unicode.org/",
            texts=(standard_text("ICU"),),
            purl="pkg:generic/icu",
        )
    if ":" in name:
        return _part_of_system(name)
    return part_of(importlib.metadata.distribution(name))


def _pythons_licence() -> str:
    import sysconfig

    folders = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    version = f"python3.{sys.version_info[1]}"
    for path in (*(each / "LICENSE.txt" for each in folders), _DOCS / version / "copyright"):
        if path.is_file():
            return path.read_text("utf-8")
    sys.exit("Python's own licence was not found")


def _system_packages(files: set[Path]) -> dict[Path, str]:
    """By file, as `dpkg` knows them: `libx11-6:amd64`."""
    if not files or shutil.which("dpkg") is None:
        return {}
    asked = {spelt: file for file in files for spelt in _spellings(file)}
    done = subprocess.run(["dpkg", "-S", *asked], capture_output=True, text=True, check=False)
    found = {}
    for line in done.stdout.splitlines():
        package, _, path = line.rpartition(": ")
        if path in asked:
            found[asked[path]] = package if ":" in package else f"{package}:all"
    return found


def _spellings(file: Path) -> Iterator[str]:
    """`/lib` is a link to `/usr/lib`, and packages name files by either."""
    yield str(file)
    if file.parts[:2] == ("/", "usr"):
        yield f"/{file.relative_to('/usr')}"


def _part_of_system(package: str) -> LicensedPart:
    name = package.partition(":")[0]
    words = ["dpkg-query", "-W", "-f", "${Version}\n${Homepage}\n", package.removesuffix(":all")]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    copyright_file = _DOCS / name / "copyright"
    text = copyright_file.read_text("utf-8", "replace") if copyright_file.is_file() else ""
    licences = dict.fromkeys(each.strip() for each in _LICENCE_LINE.findall(text))
    return LicensedPart(
        name=name,
        version=told[0],
        licence=", ".join(licences)[:200],
        home=told[1] if len(told) > 1 else "",
        texts=(text,) if text else (),
        purl=f"pkg:deb/{_distribution()}/{name}@{told[0]}",
    )


def _distribution() -> str:
    return platform.freedesktop_os_release().get("ID", "debian")
