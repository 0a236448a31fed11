"""What tests of packages need of the system: `packages-*.txt` bring it to Debian and Ubuntu."""

import shutil
from pathlib import Path

import pytest

_OS_RELEASE = Path("/etc/os-release")


def need_programs(*programs: str) -> None:
    """Names, or paths. Skips where another kind of system lacks one; fails on one of ours."""
    missing = [each for each in programs if shutil.which(each) is None]
    if not missing:
        return
    what = f"needs {', '.join(missing)}"
    if _is_like_debian():
        pytest.fail(f"{what}: packaging/linux/packages-*.txt should have brought it")
    pytest.skip(f"{what}, which is brought to Debian and Ubuntu alone")


def _is_like_debian() -> bool:
    told = _OS_RELEASE.read_text() if _OS_RELEASE.exists() else ""
    words = {
        word
        for line in told.splitlines()
        if line.startswith(("ID=", "ID_LIKE="))
        for word in line.partition("=")[2].strip('"').split()
    }
    return bool(words & {"debian", "ubuntu"})
