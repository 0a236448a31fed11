"""What lies around the program on Linux: menu entry, icons, description, unit, licences, control."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_HERE = ROOT / "packaging" / "linux"
_NAME = "llmgw-desktop"
_SIZES = (48, 128, 256)
_NEEDED = re.compile(r"\(NEEDED\)\s+Shared library: \[(.+)\]")
_GLIBC = re.compile(r"\(GLIBC_([\d.]+)\)|@GLIBC_([\d.]+)|Name: GLIBC_([\d.]+)")
_CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: LLM Gateway Desktop <nobody@localhost>
Installed-Size: {size}
Depends: {depends}
Recommends: bubblewrap, fontconfig-config
Section: net
Priority: optional
Description: one local door to every language model, with a window to watch it
 Programs on this computer that want a language model ask one local gateway. It
 knows the providers and their keys, and shows what was asked, what came back
 and what it cost. It holds a Python and Qt of its own.
"""


def put_system(folder: Path, tree: Path, version: str, date: str) -> None:
    """As a package puts it below `/usr`; `tree` is `/`."""
    usr = tree / "usr"
    program = usr / "lib" / _NAME
    program.parent.mkdir(parents=True)
    shutil.copytree(folder, program, symlinks=True)
    for name in ("llmgw", _NAME):
        link = usr / "bin" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(f"../lib/{_NAME}/llmgw")
    _put_shared(usr / "share", version, date)
    for whose, name in (("user", "llmgw.service"), ("system", "llmgw-system.service")):
        unit = usr / "lib/systemd" / whose / "llmgw.service"
        unit.parent.mkdir(parents=True)
        shutil.copyfile(_HERE / name, unit)
    _put_papers(usr / "share/doc" / _NAME)


def put_beside(tree: Path) -> None:
    """What a person finds in the folder of the portable archive, beside the program."""
    shutil.copyfile(ROOT / "LICENSE", tree / "LICENSE.txt")
    papers = tree / "licences"
    papers.mkdir()
    for name in ("QT", "LGPL-3.0", "GPL-3.0"):
        shutil.copyfile(ROOT / f"resources/licences/{name}.txt", papers / f"{name}.txt")
    (tree / "README.txt").write_text(
        "LLM Gateway Desktop\n\n./llmgw          the window\n./llmgw serve    without windows\n"
        "./llmgw --help   all commands\n./llmgw licences whose work is in here\n\n"
        "The folder may lie anywhere, and `llmgw` may be linked to from a folder of PATH.\n"
        "To remove the program, remove the folder. Settings, keys and flights lie elsewhere:\n"
        "`./llmgw doctor` says where.\n",
        "utf-8",
    )


def write_control(tree: Path, folder: Path, version: str) -> str:
    """The architecture that it is for."""
    words = ["dpkg", "--print-architecture"]
    architecture = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    files = [each for each in tree.rglob("*") if each.is_file() and not each.is_symlink()]
    control = tree / "DEBIAN/control"
    control.parent.mkdir()
    control.write_text(
        _CONTROL.format(
            name=_NAME,
            version=version,
            architecture=architecture,
            size=sum(each.stat().st_size for each in files) // 1024,
            depends=", ".join(needed_packages(folder)),
        )
    )
    return architecture


def needed_packages(folder: Path) -> list[str]:
    """Of the system: those that hold a library which one in the folder names and the folder lacks."""
    elves = [each for each in folder.rglob("*") if _is_elf(each)]
    told = subprocess.run(
        ["readelf", "-d", "-V", *elves], capture_output=True, text=True, check=True
    ).stdout
    missing = set(_NEEDED.findall(told)) - {each.name for each in folder.rglob("*")}
    found = {_package_of(name) for name in missing}
    newest = max((tuple(map(int, "".join(each).split("."))) for each in _GLIBC.findall(told)))
    glibc = f"libc6 (>= {'.'.join(map(str, newest))})"
    return [glibc, *sorted(found - {"libc6"})]


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _package_of(library: str) -> str:
    command = ["dpkg", "-S", f"*/{library}"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    own = [line for line in told.splitlines() if line.endswith(f"-linux-gnu/{library}")]
    if not own:
        sys.exit(f"No package of this system holds {library}, which the folder needs")
    return own[0].partition(":")[0]


def _put_shared(share: Path, version: str, date: str) -> None:
    (share / "applications").mkdir(parents=True)
    shutil.copyfile(_HERE / f"{_NAME}.desktop", share / f"applications/{_NAME}.desktop")
    described = (_HERE / f"{_NAME}.metainfo.xml").read_text("utf-8")
    described = described.replace("@VERSION@", version).replace("@DATE@", date)
    (share / "metainfo").mkdir()
    (share / "metainfo/io.github.llm_gateway_desktop.metainfo.xml").write_text(described, "utf-8")
    drawn = ROOT / "resources/icons/app.svg"
    icons = share / "icons/hicolor"
    (icons / "scalable/apps").mkdir(parents=True)
    shutil.copyfile(drawn, icons / f"scalable/apps/{_NAME}.svg")
    for size in _SIZES:
        place = icons / f"{size}x{size}/apps/{_NAME}.png"
        place.parent.mkdir(parents=True)
        _draw(drawn, size, place)


def _draw(drawn: Path, size: int, place: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    _app = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawn)).render(painter)
    painter.end()
    if not image.save(str(place)):
        sys.exit(f"{place} cannot be written")


def _put_papers(place: Path) -> None:
    place.mkdir(parents=True)
    texts = ROOT / "resources/licences"
    said = [
        "LLM Gateway Desktop\n\n",
        (ROOT / "LICENSE").read_text("utf-8"),
        "\n\n",
        (texts / "QT.txt").read_text("utf-8"),
        "\n`llmgw licences` names all other parts; `llmgw licences --all` prints their licences.\n",
        "On Debian the LGPL and the GPL lie in /usr/share/common-licenses.\n",
    ]
    (place / "copyright").write_text("".join(said), "utf-8")
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    (place / "changelog.gz").write_bytes(gzip.compress(changes, 9, mtime=0))
