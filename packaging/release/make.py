"""Makes a package out of the program as one folder: make.py deb|portable|windows|macos

Beside each package lie what it is made of (CycloneDX), and the sums of all that was made, signed
where a key is named. With one SOURCE_DATE_EPOCH the same folder comes to the same bytes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent), str(ROOT / "packaging/windows")]

import keeper_program
import linux_files
import one_file
import sbom
import sums

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from llmgw_desktop.app.gateway.licences import read_parts

_PARTS = "_internal/llmgw_desktop/_licences/parts.json"
_KEY_VARIABLE = "LLMGW_SIGNING_KEY"


@dataclass(frozen=True)
class Release:
    """What all packages of one making share."""

    folder: Path
    """The program as one folder."""
    out: Path
    version: str
    epoch: int
    """Seconds; what every file is dated."""
    is_quick: bool
    """Hardly compressed: for who only tries it."""

    @property
    def date(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self.epoch))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("kind", choices=tuple(_MAKERS))
    words.add_argument("--folder", type=Path, help="one that is built already (default: build it)")
    words.add_argument("--out", type=Path, default=ROOT / "dist")
    words.add_argument("--quick", action="store_true", help="hardly compressed")
    chosen = words.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    kind, epoch, key = _MAKERS[chosen.kind], _epoch(), _signing_key()
    if missing := [each for each in kind.needs if shutil.which(each) is None]:
        sys.exit(f"A package for {chosen.kind} needs {', '.join(missing)}, which is not here")
    if chosen.folder:
        _check_folder(chosen.folder, chosen.kind)
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=chosen.out).close()
    except OSError as error:
        sys.exit(f"{chosen.out} cannot be written: {error.strerror}")
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    folder = (chosen.folder or _build(chosen.kind)).resolve()
    release = Release(folder, chosen.out.resolve(), project["version"], epoch, chosen.quick)
    made = kind.make(release)
    for each in made:
        told = sbom.document(read_parts(folder / _PARTS), project, epoch, each)
        each.with_name(f"{each.name}.cdx.json").write_text(told, "utf-8")
        print(each)
    listed = sums.write_sums(release.out, key)
    print(f"{listed}{'' if key else f' (not signed: {_KEY_VARIABLE} names no key)'}")


def _signing_key() -> Ed25519PrivateKey | None:
    """Looked at first: a release is built for minutes."""
    named = os.environ.get(_KEY_VARIABLE, "")
    try:
        return sums.signing_key(Path(named)) if named else None
    except (OSError, ValueError) as error:
        sys.exit(f"{_KEY_VARIABLE}: {error}")


def _check_folder(folder: Path, kind: str) -> None:
    for inside in (_MAKERS[kind].program, _PARTS):
        if not (folder / inside).is_file():
            sys.exit(f"{folder} is no folder that build.spec made for {kind}: it has no {inside}")


def _epoch() -> int:
    """What the caller says, else when the newest commit was made."""
    if said := os.environ.get("SOURCE_DATE_EPOCH"):
        is_date = said.isascii() and said.isdecimal()
        return int(said) if is_date else sys.exit(f"SOURCE_DATE_EPOCH is no number: {said}")
    words = ["git", "log", "-1", "--format=%ct"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return int(told) if told.strip() else sys.exit("Say SOURCE_DATE_EPOCH: this is no checkout")


def _build(kind: str) -> Path:
    """Each system builds its own."""
    here = {"linux": ("deb", "portable"), "win32": ("windows",), "darwin": ("macos",)}
    if kind not in here.get(sys.platform, ()):
        sys.exit(f"The folder for {kind} is built there; name one with --folder")
    dist, work = ROOT / "dist", ROOT / "build"
    words = ["--noconfirm", "--log-level", "WARN", "--distpath", dist, "--workpath", work]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "PyInstaller", *words, "build.spec"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return dist / "llmgw"


def _deb(release: Release) -> tuple[Path, ...]:
    with tempfile.TemporaryDirectory() as work:
        tree = Path(work) / "llmgw-desktop"
        linux_files.put_system(release.folder, tree, release.version, release.date)
        architecture = linux_files.write_control(tree, release.folder, release.version)
        _dated(tree, release.epoch)
        made = release.out / f"llmgw-desktop_{release.version}_{architecture}.deb"
        how = ["-Zgzip", "-z1"] if release.is_quick else ["-Zxz"]
        command = ["dpkg-deb", "--root-owner-group", *how, "--build", tree, made]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (made,)


def _portable(release: Release) -> tuple[Path, ...]:
    name = f"llmgw-{release.version}-{sys.platform}-{os.uname().machine}"
    with tempfile.TemporaryDirectory() as work:
        tree = Path(work) / name
        shutil.copytree(release.folder, tree, symlinks=True)
        linux_files.put_beside(tree)
        _dated(tree, release.epoch)
        archive = Path(work) / f"{name}.tar"
        plain = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"]
        subprocess.run(["tar", "-C", work, *plain, "-cf", archive, name], check=True)
        squeeze = ["gzip", "-n1"] if release.is_quick else ["xz", "-T1"]
        subprocess.run([*squeeze, archive], check=True)
        (packed,) = Path(work).glob(f"{name}.tar.*")
        archive = Path(shutil.move(packed, release.out / packed.name))
    one = release.out / f"llmgw-desktop-{release.version}-{os.uname().machine}.run"
    return archive, one_file.write_one_file(archive, one, release.version)


def _windows(release: Release) -> tuple[Path, ...]:
    made = release.out / f"llmgw-{release.version}-setup.exe"
    facts = {"PAYLOAD": release.folder, "OUTPUT": made, "PYTHON": sys.executable}
    quick = ["-DQUICK"] if release.is_quick else []
    _put_keeper(release.folder / "_internal" / keeper_program.PLACE)
    with tempfile.TemporaryDirectory() as work:
        facts["ICON"] = icon = Path(work, "llmgw.ico")
        subprocess.run([sys.executable, ROOT / "packaging/windows/icon.py", icon], check=True)
        said = (f"-D{name}={at}" for name, at in facts.items())
        command = ["makensis", "-V2", "-WX", *quick, *said, "installer.nsi"]
        subprocess.run(command, cwd=ROOT, check=True)
    return (made,)


def _put_keeper(place: Path) -> None:
    """A folder from Windows, where its compiler seldom is, has none yet."""
    if place.is_file() and keeper_program.sum_of(place) == keeper_program.SHA256:
        return
    made = keeper_program.made_in(ROOT / "build")
    place.parent.mkdir(parents=True, exist_ok=True)  # modules lie packed elsewhere
    if made is None:
        print(f"Without {place.name}: each job of this set-up is kept by a Python.")
        return
    shutil.copyfile(made, place)


def _macos(release: Release) -> tuple[Path, ...]:
    """Written after its makers' manuals; nobody has seen it run."""
    bundle = release.folder.parent / "LLM Gateway.app"
    made = release.out / f"llmgw-{release.version}.dmg"
    command = ["hdiutil", "create", "-ov", "-format", "UDZO", "-srcfolder", bundle, made]
    subprocess.run(command, check=True)
    return (made,)


def _dated(tree: Path, epoch: int) -> None:
    for path in (tree, *tree.rglob("*")):
        os.utime(path, (epoch, epoch), follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


@dataclass(frozen=True)
class Kind:
    make: Callable[[Release], tuple[Path, ...]]
    needs: tuple[str, ...]
    """Programs that it is made with."""
    program: str = "llmgw"
    """In the folder."""


_MAKERS = {
    "deb": Kind(_deb, ("dpkg", "dpkg-deb", "readelf")),
    "portable": Kind(_portable, ("tar", "xz", "gzip")),
    "windows": Kind(_windows, ("makensis",), program="llmgw.exe"),
    "macos": Kind(_macos, ("hdiutil",)),
}

if __name__ == "__main__":
    main()
