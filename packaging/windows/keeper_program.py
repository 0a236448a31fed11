"""Makes the keeper of runs for Windows out of keeper.c: keeper_program.py [FILE]

The same compiler comes to the same bytes, and these are known by their sum: what a release carries is
what was tried. The program goes without it as well, with a keeper in Python.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = "llmgw-keeper.exe"
PLACE = f"llmgw_desktop/platform/{NAME}"
"""In the folder, beside the module that starts it."""
COMPILER, VERSION = "x86_64-w64-mingw32-gcc", "12"
SHA256 = "6041a26e80115833d14bbb20cdde1596b1eb7793fa9197b2cf9f39db2879847a"
_SOURCE = Path(__file__).with_name("keeper.c")
_WORDS = (
    *("-Os", "-Wall", "-Wextra", "-Werror", "-s", "-mconsole"),
    *("-ffreestanding", "-nostdlib", "-fno-tree-loop-distribute-patterns"),
    *("-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-ident"),
    *("-Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va", "-Wl,-e,start"),
)


def make(made: Path) -> None:
    """Raises SystemExit where the compiler makes other bytes than those that were tried."""
    words = [COMPILER, *_WORDS, "-o", made, _SOURCE, "-lkernel32", "-lntdll"]
    subprocess.run(words, check=True)
    if (found := sum_of(made)) != SHA256:
        made.unlink()
        sys.exit(f"{COMPILER} made a {NAME} of the sum {found}, which nobody has tried")


def made_in(folder: Path) -> Path | None:
    """Made there, or taken from there if somebody has brought it; None: its compiler (of that
    version) is not here."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / NAME
    if made.is_file() and sum_of(made) == SHA256:
        return made
    if version() != VERSION:
        return None
    make(made)
    return made


def version() -> str:
    """Of the compiler; empty: there is none."""
    if shutil.which(COMPILER) is None:
        return ""
    words = [COMPILER, "-dumpversion"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    return told.partition("-")[0].partition(".")[0]


def sum_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    make(Path(sys.argv[1]) if sys.argv[1:] else Path(tempfile.gettempdir(), NAME))
