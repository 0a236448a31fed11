"""Which start of the computer this is: what ran in another one was ended with it."""

import functools
import subprocess
import sys
from pathlib import Path

from llmgw_desktop.engine.jobs.folder import JobFolder

_LINUX = Path("/proc/sys/kernel/random/boot_id")
_MACOS = ("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")


@functools.cache
def boot_id() -> str:
    """Another after each restart of the computer; empty where the system tells none."""
    try:
        if sys.platform == "darwin":
            told = subprocess.run(  # noqa: S603 - no shell, a fixed command
                _MACOS, capture_output=True, text=True, check=True
            )
            return told.stdout.strip()
        return _LINUX.read_text().strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def was_restarted_since(folder: JobFolder) -> bool:
    """The computer, since the run of this folder was started. Unknown is no."""
    began_in, now = folder.boot(), boot_id()
    return bool(began_in and now) and began_in != now
