"""Runs first in a frozen program: what it starts must find its own libraries, not ours.

The program finds the libraries of its folder by variables that were set as it started. Who inherits
them (a vendor's CLI, git, a browser, a terminal, another run of this program) would load ours.
"""

import os

for name in [*os.environ]:
    if name.startswith("_PYI_"):
        del os.environ[name]
if os.name == "posix":
    os.environ.pop("LD_LIBRARY_PATH", None)
    if (theirs := os.environ.pop("LD_LIBRARY_PATH_ORIG", None)) is not None:
        os.environ["LD_LIBRARY_PATH"] = theirs
