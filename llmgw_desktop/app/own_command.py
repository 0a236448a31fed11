"""How a person runs this program in a terminal: the one place that knows which words work."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_SCRIPT = "llmgw"
_MODULE = "llmgw_desktop"


def own_argv(env: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """As another program starts it, from whatever folder and with whatever PATH."""
    if found := shutil.which(_SCRIPT, path=env.get("PATH")):
        return (str(Path(found).absolute()),)
    return (sys.executable, "-P", "-m", _MODULE)


def own_command(*words: str, env: Mapping[str, str] = os.environ) -> str:
    """`llmgw key add NAME`, or what does the same where `llmgw` is not found; on this home."""
    found = shutil.which(_SCRIPT, path=env.get("PATH"))
    program = [_SCRIPT] if found or not sys.executable else [sys.executable, "-P", "-m", _MODULE]
    if os.name == "nt":
        return subprocess.list2cmdline([*program, *words])
    command = shlex.join([*program, *words])
    if not (home := env.get("LLMGW_HOME", "")):
        return command
    # a terminal opened elsewhere does not have the variable, and would make a key for another home
    return f"LLMGW_HOME={shlex.quote(str(Path(home).expanduser().absolute()))} {command}"
