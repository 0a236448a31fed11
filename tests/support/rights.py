"""A command without the rights by which root passes over the modes of files.

It stays root's, so it can read its interpreter and modules wherever root keeps them.
"""

from __future__ import annotations

import os
import subprocess

import pytest

_RIGHTS = "-dac_override,-dac_read_search"


def without_roots_rights() -> tuple[str, ...]:
    """What stands before the command; nothing for others, whom modes stop anyway."""
    if os.geteuid() != 0:
        return ()
    prefix = ("setpriv", f"--inh-caps={_RIGHTS}", f"--bounding-set={_RIGHTS}", "--")
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        pytest.skip("rights cannot be given up here")
    return prefix
